/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/report_descriptor.h"

#define FIDO_ALLIANCE 0xf1d0

/* HID 1.11, 6.2.2.2 to 6.2.2.4: an item's first byte is tag, type and the size of its data. */
#define LONG_ITEM 0xfe
#define LONG_ITEM_HEADER 3
#define SIZE_BITS 0x03
#define USAGE_PAGE 0x04 /* without the size: tag 0 of type "global" */

static size_t data_size(uint8_t first)
{
	size_t size = first & SIZE_BITS;

	return size == 3 ? 4 : size;
}

/* The lowest byte comes first. */
static uint32_t number(const uint8_t *data, size_t size)
{
	uint32_t value = 0;

	for (size_t i = size; i-- > 0;)
		value = value << 8 | data[i];
	return value;
}

bool ppk_report_descriptor_is_authenticator(const uint8_t *descriptor, size_t len)
{
	size_t at = 0;

	while (at < len) {
		uint8_t first = descriptor[at];
		size_t header = first == LONG_ITEM ? LONG_ITEM_HEADER : 1;
		size_t size;

		if (len - at < header)
			return false;
		size = first == LONG_ITEM ? descriptor[at + 1] : data_size(first);
		at += header;
		if (len - at < size)
			return false;
		if ((first & ~SIZE_BITS) == USAGE_PAGE &&
			number(descriptor + at, size) == FIDO_ALLIANCE)
			return true;
		at += size;
	}
	return false;
}
