/* SPDX-License-Identifier: BSD-2-Clause */
#include "bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *
must(void *memory)
{
	if (memory == NULL) {
		fputs("passkey-authenticator: out of memory\n", stderr);
		abort();
	}
	return memory;
}

void *
ppk_alloc(size_t size)
{
	return must(calloc(1, size != 0 ? size : 1));
}

void *
ppk_grow(void *old, size_t count, size_t size)
{
	return must(reallocarray(old, count != 0 ? count : 1, size));
}

char *
ppk_string_copy(const char *text, size_t len)
{
	char *copy = ppk_alloc(len + 1);

	memcpy(copy, text, len);
	return copy;
}

struct ppk_bytes
ppk_bytes_copy(const void *data, size_t len)
{
	struct ppk_bytes bytes = { 0 };

	ppk_bytes_append(&bytes, data, len);
	return bytes;
}

void
ppk_bytes_set(struct ppk_bytes *bytes, const void *data, size_t len)
{
	struct ppk_bytes copy = ppk_bytes_copy(data, len);

	ppk_bytes_done(bytes);
	*bytes = copy;
}

void
ppk_bytes_append(struct ppk_bytes *bytes, const void *data, size_t len)
{
	if (len == 0)
		return;
	bytes->data = ppk_grow(bytes->data, bytes->len + len, 1);
	memcpy(bytes->data + bytes->len, data, len);
	bytes->len += len;
}

void
ppk_bytes_append_u8(struct ppk_bytes *bytes, uint8_t value)
{
	ppk_bytes_append(bytes, &value, 1);
}

void
ppk_bytes_append_be16(struct ppk_bytes *bytes, uint16_t value)
{
	const uint8_t be[] = { (uint8_t)(value >> 8), (uint8_t)value };

	ppk_bytes_append(bytes, be, sizeof(be));
}

void
ppk_bytes_append_be32(struct ppk_bytes *bytes, uint32_t value)
{
	ppk_bytes_append_be16(bytes, (uint16_t)(value >> 16));
	ppk_bytes_append_be16(bytes, (uint16_t)value);
}

bool
ppk_bytes_equal(const struct ppk_bytes *a, const void *data, size_t len)
{
	return a->len == len && (len == 0 || memcmp(a->data, data, len) == 0);
}

void
ppk_bytes_done(struct ppk_bytes *bytes)
{
	free(bytes->data);
	*bytes = (struct ppk_bytes){ 0 };
}

uint32_t
ppk_be32_read(const uint8_t *data)
{
	return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 | data[3];
}

char *
ppk_hex_encode(const struct ppk_bytes *bytes)
{
	static const char digits[] = "0123456789abcdef";
	char *hex = ppk_alloc(2 * bytes->len + 1);

	for (size_t i = 0; i < bytes->len; i++) {
		hex[2 * i] = digits[bytes->data[i] >> 4];
		hex[2 * i + 1] = digits[bytes->data[i] & 15];
	}
	return hex;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

bool
ppk_hex_decode(const char *hex, struct ppk_bytes *ret_bytes)
{
	struct ppk_bytes bytes = { 0 };

	for (; hex[0] != '\0' && hex[1] != '\0'; hex += 2) {
		int high = hex_digit(hex[0]), low = hex_digit(hex[1]);

		if (high < 0 || low < 0)
			break;
		ppk_bytes_append_u8(&bytes, (uint8_t)(high << 4 | low));
	}
	if (*hex != '\0') {
		ppk_bytes_done(&bytes);
		return false;
	}
	*ret_bytes = bytes;
	return true;
}
