/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/cbor.h"

/* RFC 8949, 3.1: major types */
enum major {
	MAJOR_UNSIGNED = 0,
	MAJOR_NEGATIVE = 1,
	MAJOR_BYTES = 2,
	MAJOR_TEXT = 3,
	MAJOR_ARRAY = 4,
	MAJOR_MAP = 5,
};

#define FOLLOWS_U8 24
#define FOLLOWS_U16 25
#define FOLLOWS_U32 26

/* The number after a first byte; false when a shorter form would have done. */
static bool read_number(struct ppk_reader *reader, uint8_t form, uint32_t *ret)
{
	uint8_t byte;
	uint16_t word;

	if (form < FOLLOWS_U8) {
		*ret = form;
		return true;
	}
	if (form == FOLLOWS_U8 && ppk_reader_u8(reader, &byte)) {
		*ret = byte;
		return byte >= FOLLOWS_U8;
	}
	if (form == FOLLOWS_U16 && ppk_reader_u16(reader, &word)) {
		*ret = word;
		return word > UINT8_MAX;
	}
	return form == FOLLOWS_U32 && ppk_reader_u32(reader, ret) && *ret > UINT16_MAX;
}

/* The head of any item. */
static bool read_head(struct ppk_reader *reader, uint8_t *ret_major, uint32_t *ret)
{
	uint8_t first;

	if (!ppk_reader_u8(reader, &first))
		return false;
	*ret_major = first >> 5;
	return read_number(reader, first & 0x1f, ret);
}

/* The head of an item of this type. *reader moves on success alone. */
static bool take_head(struct ppk_reader *reader, enum major wanted, uint32_t *ret)
{
	struct ppk_reader ahead = *reader;
	uint8_t major;

	if (!read_head(&ahead, &major, ret) || major != wanted)
		return false;
	*reader = ahead;
	return true;
}

static bool take_count(struct ppk_reader *reader, enum major major, size_t max, size_t *ret)
{
	struct ppk_reader ahead = *reader;
	uint32_t count;

	if (!take_head(&ahead, major, &count) || count > max)
		return false;
	*reader = ahead;
	*ret = count;
	return true;
}

static bool take_string(
	struct ppk_reader *reader, enum major major, const uint8_t **ret, size_t *ret_len)
{
	struct ppk_reader ahead = *reader;
	uint32_t len;

	if (!take_head(&ahead, major, &len) || !ppk_reader_raw(&ahead, len, ret))
		return false;
	*reader = ahead;
	*ret_len = len;
	return true;
}

bool ppk_cbor_map(struct ppk_reader *reader, size_t max, size_t *ret_pairs)
{
	return take_count(reader, MAJOR_MAP, max, ret_pairs);
}

bool ppk_cbor_array(struct ppk_reader *reader, size_t max, size_t *ret_items)
{
	return take_count(reader, MAJOR_ARRAY, max, ret_items);
}

bool ppk_cbor_bytes(struct ppk_reader *reader, const uint8_t **ret, size_t *ret_len)
{
	return take_string(reader, MAJOR_BYTES, ret, ret_len);
}

bool ppk_cbor_text(struct ppk_reader *reader, const char **ret, size_t *ret_len)
{
	const uint8_t *text;

	if (!take_string(reader, MAJOR_TEXT, &text, ret_len))
		return false;
	*ret = (const char *)text;
	return true;
}

bool ppk_cbor_int(struct ppk_reader *reader, int32_t *ret)
{
	struct ppk_reader ahead = *reader;
	uint8_t major;
	uint32_t value;

	if (!read_head(&ahead, &major, &value) || major > MAJOR_NEGATIVE || value > INT32_MAX)
		return false;
	*reader = ahead;
	*ret = major == MAJOR_NEGATIVE ? -1 - (int32_t)value : (int32_t)value;
	return true;
}

/*
 * Without recursion: left[] counts the items that each open map or array still has, left[0] the one
 * item that is skipped.
 */
bool ppk_cbor_skip(struct ppk_reader *reader)
{
	struct ppk_reader ahead = *reader;
	uint64_t left[1 + PPK_CBOR_DEPTH_MAX] = { 1 };
	size_t depth = 0;
	uint8_t major;
	uint32_t value;
	const uint8_t *content;

	for (;;) {
		while (left[depth] == 0) {
			if (depth-- == 0) {
				*reader = ahead;
				return true;
			}
		}
		left[depth]--;
		if (!read_head(&ahead, &major, &value) || major > MAJOR_MAP)
			return false;
		if ((major == MAJOR_BYTES || major == MAJOR_TEXT) &&
			!ppk_reader_raw(&ahead, value, &content))
			return false;
		if (major < MAJOR_ARRAY)
			continue;
		if (depth == PPK_CBOR_DEPTH_MAX)
			return false;
		left[++depth] = major == MAJOR_MAP ? 2 * (uint64_t)value : value;
	}
}
