/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/secret.h"

#include "check.h"

static bool is_zero(const struct ppk_secret *secret)
{
	const unsigned char *bytes = (const unsigned char *)secret;

	for (size_t i = 0; i < sizeof(*secret); i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

static void a_pin_of_63_bytes_fits(void)
{
	char pin[63];
	struct ppk_secret secret;

	memset(pin, '7', sizeof(pin));
	CHECK_OK(ppk_secret_set(&secret, pin, sizeof(pin)));
	CHECK_INT(secret.len, 63);
	CHECK_INT(strlen(secret.text), 63);
}

static void a_pin_of_64_bytes_is_refused_and_leaves_nothing(void)
{
	char pin[64];
	struct ppk_secret secret;

	memset(pin, '7', sizeof(pin));
	CHECK_OK(ppk_secret_set(&secret, "1234", 4));
	CHECK_ERR(ppk_secret_set(&secret, pin, sizeof(pin)), PPK_ERR_LIMIT);
	CHECK(is_zero(&secret));
}

static void a_pin_with_a_nul_byte_is_refused(void)
{
	struct ppk_secret secret;

	CHECK_ERR(ppk_secret_set(&secret,
			  "12\0"
			  "34",
			  5),
		PPK_ERR_SYNTAX);
	CHECK(is_zero(&secret));
}

static void a_shorter_pin_leaves_nothing_of_a_longer_one(void)
{
	struct ppk_secret secret;

	CHECK_OK(ppk_secret_set(&secret, "123456789", 9));
	CHECK_OK(ppk_secret_set(&secret, "42", 2));
	CHECK(memchr(secret.text, '9', sizeof(secret.text)) == NULL);
	CHECK_STR(secret.text, "42");
}

static void an_empty_one_is_set_from_nothing(void)
{
	struct ppk_secret secret;

	CHECK_OK(ppk_secret_set(&secret, NULL, 0));
	CHECK(is_zero(&secret));
}

static void wiping_leaves_zeroes_and_may_be_repeated(void)
{
	struct ppk_secret secret;

	CHECK_OK(ppk_secret_set(&secret, "1234", 4));
	ppk_secret_wipe(&secret);
	CHECK(is_zero(&secret));
	ppk_secret_wipe(&secret);
	ppk_secret_wipe(NULL);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(a_pin_of_63_bytes_fits),
		CHECK_TEST(a_pin_of_64_bytes_is_refused_and_leaves_nothing),
		CHECK_TEST(a_pin_with_a_nul_byte_is_refused),
		CHECK_TEST(a_shorter_pin_leaves_nothing_of_a_longer_one),
		CHECK_TEST(an_empty_one_is_set_from_nothing),
		CHECK_TEST(wiping_leaves_zeroes_and_may_be_repeated));
}
