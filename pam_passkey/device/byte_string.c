/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/byte_string.h"

#include "core/bytes.h"

#define MAJOR_TYPE_BYTES 0x40
#define LENGTH_IN_1 (MAJOR_TYPE_BYTES | 24)
#define LENGTH_IN_2 (MAJOR_TYPE_BYTES | 25)

bool ppk_byte_string_unwrap(const uint8_t *data, size_t len, const uint8_t **ret, size_t *ret_len)
{
	struct ppk_reader reader = { .next = data, .left = len };
	uint8_t head, length_8;
	uint16_t length;

	if (!ppk_reader_u8(&reader, &head))
		return false;
	if (head == LENGTH_IN_2) {
		if (!ppk_reader_u16(&reader, &length))
			return false;
	} else if (head == LENGTH_IN_1) {
		if (!ppk_reader_u8(&reader, &length_8))
			return false;
		length = length_8;
	} else if (head >= MAJOR_TYPE_BYTES && head < LENGTH_IN_1) {
		length = head - MAJOR_TYPE_BYTES;
	} else {
		return false;
	}
	if (reader.left != length)
		return false;
	*ret = reader.next;
	*ret_len = length;
	return true;
}
