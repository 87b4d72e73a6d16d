/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/byte_string.h"

#include <stdlib.h>

#include "check.h"
#include "mutate.h"

static bool unwrap(const uint8_t *data, size_t len, size_t *ret_len)
{
	const uint8_t *content = NULL;

	if (!ppk_byte_string_unwrap(data, len, &content, ret_len))
		return false;
	CHECK(content >= data && content + *ret_len == data + len);
	return true;
}

static void each_form_of_the_length_is_read(void)
{
	uint8_t data[3 + 600] = { 0x40 | 23 };
	size_t len = 0;

	CHECK(unwrap((const uint8_t[]){ 0x40 }, 1, &len));
	CHECK_INT(len, 0);
	CHECK(unwrap(data, 24, &len));
	CHECK_INT(len, 23);
	data[0] = 0x58;
	data[1] = 200;
	CHECK(unwrap(data, 202, &len));
	CHECK_INT(len, 200);
	data[0] = 0x59;
	data[1] = 600 >> 8;
	data[2] = 600 & 0xff;
	CHECK(unwrap(data, 603, &len));
	CHECK_INT(len, 600);
}

static void what_is_no_byte_string_is_refused(void)
{
	for (unsigned head = 0; head < 256; head++) {
		uint8_t data[3] = { (uint8_t)head, 0, 0 };
		size_t len;
		bool fits = head == 0x42 || head == 0x59;

		CHECK_INT(unwrap(data, sizeof(data), &len), fits);
	}
}

static void cut_and_trailing_bytes_are_refused(void)
{
	uint8_t data[64] = { 0x58, 37 };
	size_t len;

	for (size_t size = 0; size <= sizeof(data); size++)
		CHECK_INT(unwrap(data, size, &len), size == 39);
}

static void try(const uint8_t *data, size_t len, const char *how, void *context)
{
	size_t content_len;

	(void)how;
	if (unwrap(data, len, &content_len))
		++*(unsigned *)context;
}

static void changes_are_read_within_bounds(void)
{
	uint8_t data[40] = { 0x58, 38 };
	unsigned accepted = 0;

	mutate_each(data, sizeof(data), try, &accepted);
	/* Every change of the content, none of the head. */
	CHECK_INT(accepted, 38 * 8);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(each_form_of_the_length_is_read),
		CHECK_TEST(what_is_no_byte_string_is_refused),
		CHECK_TEST(cut_and_trailing_bytes_are_refused),
		CHECK_TEST(changes_are_read_within_bounds));
}
