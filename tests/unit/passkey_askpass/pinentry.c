/* SPDX-License-Identifier: BSD-2-Clause */
#include "pinentry.h"

#include "check.h"
#include "mutate.h"

static struct ppk_secret secret;

static enum ppk_err decode(const char *text)
{
	secret = (struct ppk_secret){ .text = "before", .len = 6 };
	return ppk_pinentry_decode(text, strlen(text), &secret);
}

static void check_decoded(const char *text, const char *want)
{
	CHECK_OK(decode(text));
	CHECK_STR(secret.text, want);
	CHECK_INT(secret.len, strlen(want));
}

static void data_are_decoded(void)
{
	check_decoded("24680", "24680");
	check_decoded("2%34680", "24680");
	check_decoded("%25%2B%c3%A4", "%+\xc3\xa4");
	check_decoded("", "");
}

static void what_is_broken_is_refused_and_leaves_nothing(void)
{
	static const char *const bad[] = { "%", "12%", "12%3", "12%zz", "12%-1", "1%002" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (decode(bad[i]) != PPK_ERR_SYNTAX || secret.len != 0 || secret.text[0] != '\0')
			CHECK_FAIL("accepted: %s", bad[i]);
	}
}

static void a_pin_that_is_too_long_is_refused(void)
{
	char text[PPK_SECRET_SIZE + 1];

	memset(text, '7', sizeof(text));
	text[PPK_SECRET_SIZE - 1] = '\0';
	check_decoded(text, text);
	text[PPK_SECRET_SIZE - 1] = '7';
	text[PPK_SECRET_SIZE] = '\0';
	CHECK_ERR(decode(text), PPK_ERR_LIMIT);
	CHECK_INT(secret.len, 0);
}

static void damaged(const uint8_t *data, size_t len, const char *how, void *context)
{
	(void)how;
	(void)context;
	if (ppk_pinentry_decode((const char *)data, len, &secret) == PPK_OK)
		CHECK(secret.len < PPK_SECRET_SIZE && strlen(secret.text) == secret.len);
	else
		CHECK_INT(secret.len, 0);
}

static void damaged_data_stay_within_their_limits(void)
{
	mutate_each("%31%32%2534", 11, damaged, NULL);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(data_are_decoded),
		CHECK_TEST(what_is_broken_is_refused_and_leaves_nothing),
		CHECK_TEST(a_pin_that_is_too_long_is_refused),
		CHECK_TEST(damaged_data_stay_within_their_limits));
}
