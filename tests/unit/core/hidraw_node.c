/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/hidraw_node.h"

#include <stdlib.h>

#include "check.h"
#include "mutate.h"

static unsigned number;

static void the_number_of_a_node_is_read(void)
{
	CHECK(ppk_hidraw_node_number("hidraw0", &number));
	CHECK_INT(number, 0);
	CHECK(ppk_hidraw_node_number("hidraw17", &number));
	CHECK_INT(number, 17);
	CHECK(ppk_hidraw_node_number("hidraw999999999", &number));
	CHECK_INT(number, 999999999);
}

static void other_names_have_none(void)
{
	static const char *const names[] = { "", ".", "..", "hidraw", "hidraw-1", "hidraw+1",
		"hidraw 1", "hidraw1 ", "hidraw1x", "hidraw0x1", "hidraw01", "hidraw00",
		"hidraw1000000000", "hidraw99999999999999999999", "hiddev0", "HIDRAW0", "xhidraw0",
		"hidraw0/.." };

	number = 5;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (ppk_hidraw_node_number(names[i], &number))
			CHECK_FAIL("\"%s\" has the number %u", names[i], number);
	}
	CHECK_INT(number, 5);
}

static void changed_name(const uint8_t *data, size_t len, const char *how, void *context)
{
	char name[16], again[32];
	unsigned *taken = context;

	CHECK(len < sizeof(name));
	memcpy(name, data, len);
	name[len] = '\0';
	if (!ppk_hidraw_node_number(name, &number))
		return;
	snprintf(again, sizeof(again), "hidraw%u", number);
	if (strcmp(name, again) != 0)
		CHECK_FAIL("%s: \"%s\" passes for %s", how, name, again);
	++*taken;
}

/* No two names have one number. */
static void a_changed_name_is_another_node_or_none(void)
{
	unsigned taken = 0;

	CHECK_INT(mutate_each("hidraw25", 8, changed_name, &taken), 8 * 9);
	CHECK_INT(taken, 6); /* hidraw35, 65, 24, 21, 27 and 2; 05 is refused */
}

static void check_text(const char *file, size_t len, size_t size, const char *want)
{
	char *copy = malloc(len == 0 ? 1 : len), *out = malloc(size);

	CHECK(copy != NULL && out != NULL);
	memcpy(copy, file, len);
	memset(out, '#', size);
	ppk_hidraw_node_text(copy, len, out, size);
	CHECK_STR(out, want);
	free(copy);
	free(out);
}

static void a_text_is_one_line_that_fits(void)
{
	check_text("Blue key\n", 9, 32, "Blue key");
	check_text("Blue key", 8, 32, "Blue key");
	check_text("Blue\nkey\n", 9, 32, "Blue");
	check_text("\n", 1, 32, "");
	check_text("", 0, 32, "");
	check_text("Blue key\n", 9, 9, "Blue key");
	check_text("Blue key\n", 9, 8, "Blue ke");
	check_text("Blue key\n", 9, 1, "");
	check_text("Blue\0key\n", 9, 32, "Blue");
}

static void changed_text(const uint8_t *data, size_t len, const char *how, void *context)
{
	char out[12];

	(void)context;
	memset(out, '#', sizeof(out));
	ppk_hidraw_node_text((const char *)data, len, out, sizeof(out));
	if (memchr(out, '\0', sizeof(out)) == NULL || strchr(out, '\n') != NULL)
		CHECK_FAIL("%s: no line", how);
	if (memcmp(out, data, strlen(out)) != 0)
		CHECK_FAIL("%s: not what the file says", how);
}

static void a_changed_text_is_one_line_that_fits(void)
{
	CHECK_INT(mutate_each("Blue key 5 NFC\n", 15, changed_text, NULL), 15 * 9);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(the_number_of_a_node_is_read),
		CHECK_TEST(other_names_have_none),
		CHECK_TEST(a_changed_name_is_another_node_or_none),
		CHECK_TEST(a_text_is_one_line_that_fits),
		CHECK_TEST(a_changed_text_is_one_line_that_fits));
}
