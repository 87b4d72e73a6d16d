/* SPDX-License-Identifier: BSD-2-Clause */
#include "secret_path.h"

#include <strings.h>

#include "check.h"
#include "mutate.h"

static char out[PPKD_SECRET_PATH_SIZE];

static void bits_become_characters(void)
{
	uint8_t random[PPKD_SECRET_PATH_RANDOM];

	memset(random, 0, sizeof(random));
	ppkd_secret_path_make(random, out);
	CHECK_STR(out, "00000000000000000000000000");
	memset(random, 0xff, sizeof(random));
	ppkd_secret_path_make(random, out);
	CHECK_STR(out, "zzzzzzzzzzzzzzzzzzzzzzzzzz");
	memset(random, 0, sizeof(random));
	random[0] = 0x08; /* 00001 000.. */
	random[16] = 0x40;
	ppkd_secret_path_make(random, out);
	CHECK_STR(out, "10000000000000000000000001");
}

/* Two paths are equal only when 130 bits are. */
static void each_of_130_bits_counts(void)
{
	uint8_t random[PPKD_SECRET_PATH_RANDOM] = { 0 };
	char plain[PPKD_SECRET_PATH_SIZE];
	size_t different = 0;

	ppkd_secret_path_make(random, plain);
	for (size_t bit = 0; bit < sizeof(random) * 8; bit++) {
		random[bit / 8] ^= (uint8_t)(1u << bit % 8);
		ppkd_secret_path_make(random, out);
		different += strcmp(out, plain) != 0;
		random[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	CHECK_INT(different, 130);
}

static void what_is_typed_is_understood(void)
{
	CHECK(ppkd_secret_path_read("ABCDEFGHJKMNPQRSTVWXYZ0123", 26, out));
	CHECK_STR(out, "abcdefghjkmnpqrstvwxyz0123");
	CHECK(ppkd_secret_path_read("iIlLoO00000000000000000000", 26, out));
	CHECK_STR(out, "11110000000000000000000000");
}

static void anything_else_is_refused(void)
{
	static const char *const bad[] = { "", "0000000000000000000000000",
		"000000000000000000000000000", "0000000000000000000000000u",
		"0000000000000000000000000 ", "0000000000000000000000000%",
		"0000000000000000000000000\xc3", "..00000000000000000000000/" };

	strcpy(out, "untouched");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (ppkd_secret_path_read(bad[i], strlen(bad[i]), out))
			CHECK_FAIL("\"%s\" was taken", bad[i]);
	}
	CHECK(!ppkd_secret_path_read("0000000000000000000000000\0", 26, out));
	CHECK_STR(out, "untouched");
}

static void check_changed(const uint8_t *data, size_t len, const char *how, void *context)
{
	char again[PPKD_SECRET_PATH_SIZE];

	if (!ppkd_secret_path_read((const char *)data, len, out))
		return;
	if (len != PPKD_SECRET_PATH_LEN || strlen(out) != len)
		CHECK_FAIL("%s: %zu characters were taken", how, len);
	CHECK(ppkd_secret_path_read(out, len, again));
	CHECK_STR(again, out); /* one spelling */
	if (strcmp(out, context) == 0 && strncasecmp((const char *)data, context, len) != 0)
		CHECK_FAIL("%s: still the same path", how);
}

/* But for letters that are written large, a changed path is no longer the same one. */
static void a_changed_path_is_another_one_or_none(void)
{
	char path[] = "2b4defgh89j1kmnpq3rstv0xyz";

	CHECK_INT(mutate_each(path, 26, check_changed, path), 26 * 9);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(bits_become_characters), CHECK_TEST(each_of_130_bits_counts),
		CHECK_TEST(what_is_typed_is_understood), CHECK_TEST(anything_else_is_refused),
		CHECK_TEST(a_changed_path_is_another_one_or_none));
}
