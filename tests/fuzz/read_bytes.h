/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_FUZZ_READ_BYTES_H
#define TESTS_FUZZ_READ_BYTES_H

#include "require.h"

/* Read every byte of what a decoder handed out, so that the address sanitizer sees one outside. */
static inline void read_bytes(const void *data, size_t len)
{
	const volatile uint8_t *bytes = data;

	REQUIRE(data != NULL || len == 0);
	for (size_t i = 0; i < len; i++)
		(void)bytes[i];
}

#endif
