/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_FUZZ_REQUIRE_H
#define TESTS_FUZZ_REQUIRE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* What libFuzzer calls for each input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input; a find otherwise. */
#define REQUIRE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

/*
 * In the planted build alone: a find when condition holds. The condition is about what the code
 * under test made of the input, and true for no seed: only changed bytes that were really parsed
 * make it so. Keep it within reach of some 10,000 runs.
 */
#ifdef PPK_PLANTED_BUG
#define PLANT(condition)                                                                           \
	do {                                                                                       \
		if (condition) {                                                                   \
			fprintf(stderr, "the planted error: %s\n", #condition);                    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)
#else
#define PLANT(condition) ((void)0)
#endif

#endif
