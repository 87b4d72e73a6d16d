/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/text.h"

#include <stdlib.h>
#include <string.h>

/* RFC 4648, 4 and 5: the two alphabets share all but the last two characters. */
static const char *alphabet(enum ppk_base64 variant)
{
	return variant == PPK_BASE64
		       ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
		       : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
}

/* 0 to 63, or -1. */
static int value_of(enum ppk_base64 variant, char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == alphabet(variant)[62])
		return 62;
	return c == alphabet(variant)[63] ? 63 : -1;
}

/*
 * How many characters stand before the padding, when the padding is right for them; false when it
 * is not, or when no number of bytes has this many characters.
 */
static bool unpadded_len(enum ppk_base64 variant, const char *text, size_t len, size_t *ret)
{
	if (variant == PPK_BASE64) {
		if (len % 4 != 0)
			return false;
		for (int i = 0; i < 2 && len > 0 && text[len - 1] == '='; i++)
			len--;
	}
	*ret = len;
	return len % 4 != 1;
}

enum ppk_err ppk_base64_decode(
	enum ppk_base64 variant, const char *text, size_t len, size_t max, struct ppk_bytes *ret)
{
	uint32_t bits = 0; /* those not yet written are the lowest */
	size_t used = 0;

	if (!unpadded_len(variant, text, len, &len))
		return PPK_ERR_SYNTAX;
	size_t size = len / 4 * 3 + len % 4 * 3 / 4;

	if (size > max)
		return PPK_ERR_LIMIT;
	uint8_t *data = malloc(size + 1); /* never 0: malloc(0) may answer NULL */

	if (data == NULL)
		return PPK_ERR_NOMEM;
	for (size_t i = 0; i < len; i++) {
		int value = value_of(variant, text[i]);

		if (value < 0) {
			free(data);
			return PPK_ERR_SYNTAX;
		}
		bits = bits << 6 | (uint32_t)value;
		if (i % 4 != 0)
			data[used++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
	}
	/* RFC 4648, 3.5: pad bits that are not zero would give one value several spellings */
	if ((len % 4 == 2 && (bits & 0xf) != 0) || (len % 4 == 3 && (bits & 0x3) != 0)) {
		free(data);
		return PPK_ERR_SYNTAX;
	}
	*ret = (struct ppk_bytes){ .data = data, .len = size };
	return PPK_OK;
}

size_t ppk_base64_size(enum ppk_base64 variant, size_t len)
{
	if (variant == PPK_BASE64)
		return (len + 2) / 3 * 4 + 1;
	return len / 3 * 4 + (len % 3 == 0 ? 0 : len % 3 + 1) + 1;
}

void ppk_base64_encode(enum ppk_base64 variant, const uint8_t *data, size_t len, char *out)
{
	const char *digits = alphabet(variant);

	for (size_t i = 0; i < len; i += 3) {
		size_t count = len - i < 3 ? len - i : 3; /* bytes in this group */
		uint32_t bits = (uint32_t)data[i] << 16;

		if (count > 1)
			bits |= (uint32_t)data[i + 1] << 8;
		if (count > 2)
			bits |= data[i + 2];
		for (size_t j = 0; j <= count; j++)
			*out++ = digits[bits >> (18 - 6 * j) & 0x3f];
		for (size_t j = count; variant == PPK_BASE64 && j < 3; j++)
			*out++ = '=';
	}
	*out = '\0';
}
