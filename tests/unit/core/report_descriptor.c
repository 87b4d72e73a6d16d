/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/report_descriptor.h"

#include "check.h"
#include "mutate.h"

/* CTAP 2.1, 11.2.8.1 */
static const uint8_t authenticator[] = { 0x06, 0xd0, 0xf1, 0x09, 0x01, 0xa1, 0x01, 0x09, 0x20, 0x15,
	0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x40, 0x81, 0x02, 0x09, 0x21, 0x15, 0x00, 0x26,
	0xff, 0x00, 0x75, 0x08, 0x95, 0x40, 0x91, 0x02, 0xc0 };

#define IS(...)                                                                                    \
	ppk_report_descriptor_is_authenticator(                                                    \
		(const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void the_descriptor_of_the_specification_is_one(void)
{
	CHECK(ppk_report_descriptor_is_authenticator(authenticator, sizeof(authenticator)));
}

static void a_mouse_is_none(void)
{
	CHECK(!IS(0x05, 0x01, 0x09, 0x02, 0xa1, 0x01, 0x09, 0x01, 0xa1, 0x00, 0xc0, 0xc0));
}

static void nothing_is_none(void)
{
	CHECK(!ppk_report_descriptor_is_authenticator(authenticator, 0));
}

static void the_usage_page_may_have_four_bytes(void)
{
	CHECK(IS(0x07, 0xd0, 0xf1, 0x00, 0x00));
	CHECK(!IS(0x07, 0xd0, 0xf1, 0x00, 0x01));
}

static void it_may_come_behind_other_collections(void)
{
	CHECK(IS(0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0xc0, 0x06, 0xd0, 0xf1, 0x09, 0x01));
}

static void its_bytes_in_other_items_are_none(void)
{
	CHECK(!IS(0x26, 0xd0, 0xf1)); /* logical maximum */
	CHECK(!IS(0x27, 0x06, 0xd0, 0xf1, 0x00)); /* ... with an item's bytes inside */
	CHECK(!IS(0xfe, 0x03, 0x10, 0x06, 0xd0, 0xf1)); /* a long item */
}

static void it_may_come_behind_a_long_item(void)
{
	CHECK(IS(0xfe, 0x02, 0x10, 0xaa, 0xbb, 0x06, 0xd0, 0xf1));
}

static void what_is_cut_off_is_none(void)
{
	CHECK(!IS(0x06, 0xd0));
	CHECK(!IS(0x06));
	CHECK(!IS(0xfe));
	CHECK(!IS(0xfe, 0x04));
	CHECK(!IS(0xfe, 0x04, 0x10, 0xaa));
}

/* Only the first item decides here. */
static void changed(const uint8_t *data, size_t len, const char *how, void *context)
{
	bool expected = len >= 3 && data[0] == 0x06 && data[1] == 0xd0 && data[2] == 0xf1;

	(void)context;
	if (ppk_report_descriptor_is_authenticator(data, len) != expected)
		CHECK_STR(how, "as the unchanged one");
}

static void every_change_is_read_within_its_bounds(void)
{
	CHECK_INT(mutate_each(authenticator, sizeof(authenticator), changed, NULL),
		9 * sizeof(authenticator));
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(the_descriptor_of_the_specification_is_one),
		CHECK_TEST(a_mouse_is_none), CHECK_TEST(nothing_is_none),
		CHECK_TEST(the_usage_page_may_have_four_bytes),
		CHECK_TEST(it_may_come_behind_other_collections),
		CHECK_TEST(its_bytes_in_other_items_are_none),
		CHECK_TEST(it_may_come_behind_a_long_item), CHECK_TEST(what_is_cut_off_is_none),
		CHECK_TEST(every_change_is_read_within_its_bounds));
}
