/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/allow_list.h"

#include "check.h"

#define IDS 10

static uint8_t zeroes[1024];

static void fill(struct ppk_bytes ids[static IDS], size_t len)
{
	for (size_t i = 0; i < IDS; i++)
		ids[i] = (struct ppk_bytes){ .data = zeroes, .len = len };
}

static void a_list_that_fits_is_one_part(void)
{
	const struct ppk_list_limits limits = { .count = 16, .id_len = 128, .message_size = 1280 };
	struct ppk_bytes ids[IDS];
	struct ppk_list_part part;

	fill(ids, 64);
	part = ppk_list_next(&limits, ids, IDS, 0, 128);
	CHECK_INT(part.first, 0);
	CHECK_INT(part.end, IDS);
	CHECK_INT(part.count, IDS);
}

static void a_list_is_split_at_the_count(void)
{
	const struct ppk_list_limits limits = { .count = 4, .message_size = 4096 };
	struct ppk_bytes ids[IDS];
	struct ppk_list_part part;

	fill(ids, 64);
	part = ppk_list_next(&limits, ids, IDS, 4, 128);
	CHECK_INT(part.first, 4);
	CHECK_INT(part.end, 8);
	part = ppk_list_next(&limits, ids, IDS, 8, 128);
	CHECK_INT(part.end, IDS);
	CHECK_INT(part.count, 2);
}

static void a_part_never_exceeds_the_message(void)
{
	for (size_t size = 200; size < 2000; size += 7) {
		const struct ppk_list_limits limits = { .message_size = size };
		struct ppk_bytes ids[IDS];
		struct ppk_list_part part = { .end = 0 };

		fill(ids, 64);
		while (part.end < IDS) {
			part = ppk_list_next(&limits, ids, IDS, part.end, 100);
			CHECK(part.count >= 1);
			/* CBOR of one descriptor: 23 bytes and the length's one or two */
			CHECK(part.count == 1 || 100 + part.count * (64 + 24) <= size);
		}
	}
}

static void an_authenticator_that_does_not_say_gets_1024_bytes(void)
{
	const struct ppk_list_limits limits = { .count = 0 };
	struct ppk_bytes ids[IDS];
	struct ppk_list_part part;

	fill(ids, 300);
	part = ppk_list_next(&limits, ids, IDS, 0, 100);
	CHECK_INT(part.count, 2);
}

static void ids_that_are_too_long_are_left_out(void)
{
	const struct ppk_list_limits limits = { .count = 2, .id_len = 64, .message_size = 1280 };
	struct ppk_bytes ids[IDS];
	struct ppk_list_part part;

	fill(ids, 65);
	ids[3].len = ids[7].len = ids[9].len = 64;
	part = ppk_list_next(&limits, ids, IDS, 0, 128);
	CHECK_INT(part.count, 2);
	CHECK_INT(part.end, 9);
	part = ppk_list_next(&limits, ids, IDS, part.end, 128);
	CHECK_INT(part.count, 1);
	CHECK_INT(part.end, IDS);
	CHECK(!ppk_list_takes(&limits, 65));
	CHECK(ppk_list_takes(&limits, 64));
}

static void nothing_but_long_ids_is_an_empty_part(void)
{
	const struct ppk_list_limits limits = { .id_len = 8 };
	struct ppk_bytes ids[IDS];
	struct ppk_list_part part;

	fill(ids, 9);
	part = ppk_list_next(&limits, ids, IDS, 0, 128);
	CHECK_INT(part.count, 0);
	CHECK_INT(part.end, IDS);
}

static void one_id_that_fills_the_message_still_goes(void)
{
	const struct ppk_list_limits limits = { .message_size = 200 };
	struct ppk_bytes ids[IDS];
	struct ppk_list_part part;

	fill(ids, 1023);
	part = ppk_list_next(&limits, ids, IDS, 0, 128);
	CHECK_INT(part.count, 1);
	CHECK_INT(part.end, 1);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(a_list_that_fits_is_one_part),
		CHECK_TEST(a_list_is_split_at_the_count),
		CHECK_TEST(a_part_never_exceeds_the_message),
		CHECK_TEST(an_authenticator_that_does_not_say_gets_1024_bytes),
		CHECK_TEST(ids_that_are_too_long_are_left_out),
		CHECK_TEST(nothing_but_long_ids_is_an_empty_part),
		CHECK_TEST(one_id_that_fills_the_message_still_goes));
}
