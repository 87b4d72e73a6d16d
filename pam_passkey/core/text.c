/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/text.h"

#include <string.h>

/* Length in bytes of the UTF-8 character that begins with first; 0 when none does. */
static size_t utf8_size(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first >> 5 == 0x6)
		return 2;
	if (first >> 4 == 0xe)
		return 3;
	return first >> 3 == 0x1e ? 4 : 0;
}

/*
 * Length in bytes of the UTF-8 character at text (RFC 3629, 4: no overlong form, no surrogate,
 * nothing above U+10FFFF) and its code point; 0 when there is none.
 */
static size_t utf8_decode(const uint8_t *text, size_t len, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t size = utf8_size(text[0]);

	if (size == 0 || size > len)
		return 0;
	uint32_t code = size == 1 ? text[0] : text[0] & (0x7fu >> size);

	for (size_t i = 1; i < size; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (code < least[size] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*ret = code;
	return size;
}

/* May it be shown inside one line without acting on the terminal or on the text around it? */
static bool is_shown(uint32_t code)
{
	if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) /* C0, DEL, C1 */
		return false;
	if (code == 0x2028 || code == 0x2029) /* line and paragraph separator */
		return false;
	/* UAX #9, 2: marks, embeddings, overrides, isolates */
	return !(code == 0x061c || code == 0x200e || code == 0x200f ||
		 (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069));
}

/* How many characters at text are those of ASCII that may be shown? Nearly all of nearly every text. */
static size_t plain_len(const uint8_t *text, size_t len)
{
	size_t plain = 0;

	while (plain < len && text[plain] >= 0x20 && text[plain] < 0x7f)
		plain++;
	return plain;
}

void ppk_text_sanitise(char *out, size_t size, const char *text, size_t len)
{
	const uint8_t *next = (const uint8_t *)text;
	size_t used = 0;

	while (len > 0) {
		size_t room = size - 1 - used, plain = plain_len(next, len < room ? len : room);
		uint32_t code;

		memcpy(out + used, next, plain);
		used += plain;
		next += plain;
		len -= plain;
		if (len == 0)
			break;
		size_t step = utf8_decode(next, len, &code);
		bool shown = step > 0 && is_shown(code);

		if (step == 0)
			step = 1;
		if (step > size - 1 - used)
			break;
		if (shown)
			memcpy(out + used, next, step);
		else
			memset(out + used, '?', step);
		used += step;
		next += step;
		len -= step;
	}
	out[used] = '\0';
}

bool ppk_text_is_printable(const char *text, size_t len, size_t max)
{
	const uint8_t *next = (const uint8_t *)text;

	if (len == 0 || len > max)
		return false;
	for (;;) {
		size_t plain = plain_len(next, len);
		uint32_t code;

		next += plain;
		len -= plain;
		if (len == 0)
			return true;
		size_t step = utf8_decode(next, len, &code);

		if (step == 0 || !is_shown(code))
			return false;
		next += step;
		len -= step;
	}
}

enum ppk_err ppk_text_to_number(
	const char *text, size_t len, uint64_t min, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (len == 0 || (len > 1 && text[0] == '0'))
		return PPK_ERR_SYNTAX;
	for (size_t i = 0; i < len; i++)
		if (text[i] < '0' || text[i] > '9')
			return PPK_ERR_SYNTAX;
	for (size_t i = 0; i < len; i++) {
		uint64_t digit = (uint64_t)(text[i] - '0');

		if (value > (UINT64_MAX - digit) / 10)
			return PPK_ERR_LIMIT;
		value = value * 10 + digit;
	}
	if (value < min || value > max)
		return PPK_ERR_LIMIT;
	*ret = value;
	return PPK_OK;
}

bool ppk_text_is_user_name(const char *name)
{
	size_t len = strnlen(name, 256);

	if (len == 0 || len > 255 || name[0] == '-')
		return false;
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return false;
	for (size_t i = 0; i < len; i++)
		if (name[i] <= ' ' || name[i] > '~' || name[i] == '/')
			return false;
	return true;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

enum ppk_err ppk_text_to_aaguid(const char *text, size_t len, uint8_t ret[static 16])
{
	uint8_t aaguid[16];
	size_t used = 0;

	if (len != 36)
		return PPK_ERR_SYNTAX;
	for (size_t i = 0; i < len;) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (text[i++] != '-')
				return PPK_ERR_SYNTAX;
			continue;
		}
		int high = hex_value(text[i]), low = hex_value(text[i + 1]);

		if (high < 0 || low < 0)
			return PPK_ERR_SYNTAX;
		aaguid[used++] = (uint8_t)(high << 4 | low);
		i += 2;
	}
	memcpy(ret, aaguid, sizeof(aaguid));
	return PPK_OK;
}
