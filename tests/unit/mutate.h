/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_MUTATE_H
#define TESTS_UNIT_MUTATE_H

/*
 * Every one-bit change and every truncation of an input, each in memory of its exact size, so that
 * the address sanitizer sees one byte too many. The callback is given the changed copy; how is a
 * text for messages.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void mutate_fn(const uint8_t *data, size_t len, const char *how, void *context);

static inline void mutate_call(const uint8_t *data, size_t len, size_t bit, const char *how,
			       mutate_fn *fn, void *context)
{
	uint8_t *copy = malloc(len == 0 ? 1 : len);

	if (copy == NULL)
		abort();
	if (len > 0)
		memcpy(copy, data, len);
	if (bit < len * 8)
		copy[bit / 8] ^= (uint8_t)(1u << (bit % 8));
	fn(copy, len, how, context);
	free(copy);
}

static inline size_t mutate_each(const void *data, size_t len, mutate_fn *fn, void *context)
{
	char how[64];

	for (size_t bit = 0; bit < len * 8; bit++) {
		snprintf(how, sizeof(how), "bit %zu of byte %zu flipped", bit % 8, bit / 8);
		mutate_call(data, len, bit, how, fn, context);
	}
	for (size_t cut = 0; cut < len; cut++) {
		snprintf(how, sizeof(how), "cut to %zu bytes", cut);
		mutate_call(data, cut, SIZE_MAX, how, fn, context);
	}
	return len * 9;
}

#endif
