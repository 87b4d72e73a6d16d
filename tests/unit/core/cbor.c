/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/cbor.h"

#include <stdlib.h>

#include "check.h"
#include "mutate.h"

#define READER(bytes)                                                                              \
	{                                                                                          \
		.next = (const uint8_t *)(bytes), .left = sizeof(bytes) - 1                        \
	}

static void numbers_are_read_in_their_shortest_form(void)
{
	static const struct {
		const char *bytes;
		size_t len;
		int32_t value;
	} good[] = {
		{ "\x00", 1, 0 },
		{ "\x17", 1, 23 },
		{ "\x18\x18", 2, 24 },
		{ "\x18\xff", 2, 255 },
		{ "\x19\x01\x00", 3, 256 },
		{ "\x1a\x7f\xff\xff\xff", 5, INT32_MAX },
		{ "\x26", 1, -7 },
		{ "\x39\x01\x00", 3, -257 },
		{ "\x3a\x7f\xff\xff\xff", 5, INT32_MIN },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct ppk_reader reader = { (const uint8_t *)good[i].bytes, good[i].len };
		int32_t value = 1;

		CHECK(ppk_cbor_int(&reader, &value) && reader.left == 0);
		CHECK_INT(value, good[i].value);
	}
}

static void other_forms_of_numbers_are_refused(void)
{
	static const struct {
		const char *bytes;
		size_t len;
	} bad[] = {
		{ "", 0 }, { "\x18", 1 }, /* cut */
		{ "\x19\x01", 2 }, /* cut */
		{ "\x18\x17", 2 }, /* 23 in two bytes */
		{ "\x19\x00\xff", 3 }, /* 255 in three */
		{ "\x1a\x00\x00\xff\xff", 5 }, /* 65535 in five */
		{ "\x1a\x80\x00\x00\x00", 5 }, /* more than INT32_MAX */
		{ "\x1b\x00\x00\x00\x01\x00\x00\x00\x00", 9 }, { "\x1c", 1 }, /* reserved */
		{ "\x1f", 1 }, /* a length that is left open */
		{ "\x40", 1 }, /* bytes */
		{ "\xf5", 1 }, /* true */
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ppk_reader reader = { (const uint8_t *)bad[i].bytes, bad[i].len };
		int32_t value = 99;

		CHECK(!ppk_cbor_int(&reader, &value));
		CHECK_INT(reader.left, bad[i].len);
		CHECK_INT(value, 99);
	}
}

static void strings_are_views(void)
{
	static const char bytes[] = "\x43"
				    "abc"
				    "\x60";
	struct ppk_reader reader = READER(bytes);
	const uint8_t *data;
	const char *text;
	size_t len;

	CHECK(!ppk_cbor_text(&reader, &text, &len));
	CHECK(ppk_cbor_bytes(&reader, &data, &len));
	CHECK(data == (const uint8_t *)bytes + 1 && len == 3);
	CHECK(!ppk_cbor_bytes(&reader, &data, &len));
	CHECK(ppk_cbor_text(&reader, &text, &len) && len == 0 && reader.left == 0);
}

static void a_string_that_is_cut_is_refused(void)
{
	struct ppk_reader reader = READER("\x44"
					  "abc");
	struct ppk_reader huge = READER("\x5a\xff\xff\xff\xff"
					"abc");
	const uint8_t *data;
	size_t len;

	CHECK(!ppk_cbor_bytes(&reader, &data, &len) && reader.left == 4);
	CHECK(!ppk_cbor_bytes(&huge, &data, &len) && huge.left == 8);
	CHECK(!ppk_cbor_skip(&huge) && huge.left == 8);
}

static void maps_and_arrays_are_bounded(void)
{
	struct ppk_reader map = READER("\xa3"), array = READER("\x83"), open = READER("\xbf\xff");
	size_t count = 0;

	CHECK(!ppk_cbor_map(&map, 2, &count) && map.left == 1 && count == 0);
	CHECK(ppk_cbor_map(&map, 3, &count) && count == 3);
	CHECK(!ppk_cbor_array(&array, 2, &count) && !ppk_cbor_map(&array, 3, &count));
	CHECK(ppk_cbor_array(&array, 3, &count) && array.left == 0);
	CHECK(!ppk_cbor_map(&open, SIZE_MAX, &count));
}

/* { "a": [1, -1, h'00'], "b": {} }, and something behind it */
#define NESTED                                                                                     \
	"\xa2\x61"                                                                                 \
	"a"                                                                                        \
	"\x83\x01\x20\x41\x00\x61"                                                                 \
	"b"                                                                                        \
	"\xa0"

static void whatever_is_known_is_skipped(void)
{
	struct ppk_reader reader = READER(NESTED "\x05");
	int32_t value;

	CHECK(ppk_cbor_skip(&reader));
	CHECK(ppk_cbor_int(&reader, &value) && value == 5);
}

static void skip_cut(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct ppk_reader reader = { .next = data, .left = len };
	bool skipped = ppk_cbor_skip(&reader);

	if (len < *(const size_t *)context && skipped)
		CHECK_FAIL("%s: skipped", how);
	if (!skipped && (reader.next != data || reader.left != len))
		CHECK_FAIL("%s: moved on", how);
	if (skipped && reader.next + reader.left != data + len)
		CHECK_FAIL("%s: lost bytes", how);
}

static void what_is_cut_is_not_skipped(void)
{
	size_t len = sizeof(NESTED) - 1;

	mutate_each(NESTED, len, skip_cut, &len);
}

static void depth_is_bounded(void)
{
	struct ppk_reader deep = READER("\x81\x81\x81\x81\x00");
	struct ppk_reader deeper = READER("\x81\x81\x81\x81\x81\x00");
	struct ppk_reader wide = READER("\x9a\xff\xff\xff\xff\x00");

	CHECK(ppk_cbor_skip(&deep) && deep.left == 0);
	CHECK(!ppk_cbor_skip(&deeper) && deeper.left == 6);
	CHECK(!ppk_cbor_skip(&wide));
}

/* What is read moves on to within the bytes, what is not leaves the reader where it is. */
static void check_moved(const struct ppk_reader *reader, bool read, const uint8_t *data, size_t len,
	const uint8_t *view, size_t view_len, const char *how)
{
	if (!read && (reader->next != data || reader->left != len))
		CHECK_FAIL("%s: moved on", how);
	if (read && (reader->next <= data || reader->next + reader->left != data + len))
		CHECK_FAIL("%s: lost bytes", how);
	if (view != NULL && (view <= data || view + view_len != reader->next))
		CHECK_FAIL("%s: a view of something else", how);
}

static void read_changed(const uint8_t *data, size_t len, const char *how, void *context)
{
	const struct ppk_reader start = { .next = data, .left = len };
	struct ppk_reader map = start, array = start, bytes = start, text = start, number = start;
	const uint8_t *view = NULL;
	const char *word = NULL;
	size_t count = 0, view_len = 0, word_len = 0;
	int32_t value;
	bool read[5];

	read[0] = ppk_cbor_map(&map, 3, &count);
	check_moved(&map, read[0], data, len, NULL, 0, how);
	read[1] = ppk_cbor_array(&array, 3, &count);
	check_moved(&array, read[1], data, len, NULL, 0, how);
	CHECK(count <= 3);
	read[2] = ppk_cbor_bytes(&bytes, &view, &view_len);
	check_moved(&bytes, read[2], data, len, view, view_len, how);
	read[3] = ppk_cbor_text(&text, &word, &word_len);
	check_moved(&text, read[3], data, len, (const uint8_t *)word, word_len, how);
	read[4] = ppk_cbor_int(&number, &value);
	check_moved(&number, read[4], data, len, NULL, 0, how);
	/* one item is of one type */
	CHECK(read[0] + read[1] + read[2] + read[3] + read[4] <= 1);
	for (size_t i = 0; i < 5; i++)
		((unsigned *)context)[i] += read[i];
}

static void a_changed_item_is_read_whole_or_not_at_all(void)
{
	static const struct {
		const char *item;
		size_t len;
	} items[] = { { "\xa2\x01\x02", 3 }, { "\x83\x01\x02\x03", 4 },
		{ "\x44"
		  "abcd",
			5 },
		{ "\x58\x18"
		  "abcdefghijklmnopqrstuvwx",
			26 },
		{ "\x63"
		  "fmt",
			4 },
		{ "\x39\x01\x00", 3 }, { "\x1a\x7f\xff\xff\xff", 5 } };
	unsigned taken[5] = { 0 };

	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++)
		mutate_each(items[i].item, items[i].len, read_changed, taken);
	for (size_t i = 0; i < 5; i++)
		CHECK(taken[i] > 0);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(numbers_are_read_in_their_shortest_form),
		CHECK_TEST(other_forms_of_numbers_are_refused), CHECK_TEST(strings_are_views),
		CHECK_TEST(a_string_that_is_cut_is_refused),
		CHECK_TEST(maps_and_arrays_are_bounded), CHECK_TEST(whatever_is_known_is_skipped),
		CHECK_TEST(what_is_cut_is_not_skipped), CHECK_TEST(depth_is_bounded),
		CHECK_TEST(a_changed_item_is_read_whole_or_not_at_all));
}
