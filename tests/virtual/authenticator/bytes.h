/* SPDX-License-Identifier: BSD-2-Clause */
/* Byte strings that own their memory. Out of memory ends the program: it is a test's tool. */
#ifndef PPK_VIRTUAL_BYTES_H
#define PPK_VIRTUAL_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ppk_bytes {
	uint8_t *data;
	size_t len;
};

void *ppk_alloc(size_t size); /* zeroed; never NULL */
void *ppk_grow(void *old, size_t count, size_t size);
char *ppk_string_copy(const char *text, size_t len);

struct ppk_bytes ppk_bytes_copy(const void *data, size_t len);
void ppk_bytes_set(struct ppk_bytes *bytes, const void *data, size_t len);
void ppk_bytes_append(struct ppk_bytes *bytes, const void *data, size_t len);
void ppk_bytes_append_u8(struct ppk_bytes *bytes, uint8_t value);
void ppk_bytes_append_be16(struct ppk_bytes *bytes, uint16_t value);
void ppk_bytes_append_be32(struct ppk_bytes *bytes, uint32_t value);
bool ppk_bytes_equal(const struct ppk_bytes *a, const void *data, size_t len);
void ppk_bytes_done(struct ppk_bytes *bytes);

uint32_t ppk_be32_read(const uint8_t *data);

char *ppk_hex_encode(const struct ppk_bytes *bytes);
bool ppk_hex_decode(const char *hex, struct ppk_bytes *ret_bytes);

#endif
