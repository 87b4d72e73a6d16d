/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/text.h"
#include "mutate.h"

static enum ppk_err decode(enum ppk_base64 variant, const char *text, struct ppk_bytes *ret)
{
	return ppk_base64_decode(variant, text, strlen(text), 100, ret);
}

/* RFC 4648, 10: the test vectors */
static const struct {
	const char *plain;
	const char *padded;
} vectors[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
};
#define VECTOR_COUNT (sizeof(vectors) / sizeof(vectors[0]))

static void the_vectors_of_rfc_4648_decode(void)
{
	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		struct ppk_bytes bytes = { 0 };

		CHECK_OK(decode(PPK_BASE64, vectors[i].padded, &bytes));
		CHECK(ppk_bytes_equal(&bytes, vectors[i].plain, strlen(vectors[i].plain)));
		ppk_bytes_done(&bytes);
	}
}

static void the_vectors_of_rfc_4648_encode(void)
{
	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		char text[16];

		CHECK_INT(ppk_base64_size(PPK_BASE64, strlen(vectors[i].plain)),
			strlen(vectors[i].padded) + 1);
		ppk_base64_encode(PPK_BASE64, (const uint8_t *)vectors[i].plain,
			strlen(vectors[i].plain), text);
		CHECK_STR(text, vectors[i].padded);
	}
}

static void base64url_is_without_padding(void)
{
	struct ppk_bytes bytes = { 0 };
	char text[3];

	CHECK_INT(ppk_base64_size(PPK_BASE64URL, 1), 3);
	CHECK_INT(ppk_base64_size(PPK_BASE64URL, 2), 4);
	CHECK_INT(ppk_base64_size(PPK_BASE64URL, 3), 5);
	ppk_base64_encode(PPK_BASE64URL, (const uint8_t *)"f", 1, text);
	CHECK_STR(text, "Zg");
	CHECK_OK(decode(PPK_BASE64URL, "Zg", &bytes));
	CHECK(ppk_bytes_equal(&bytes, "f", 1));
	ppk_bytes_done(&bytes);
	CHECK_ERR(decode(PPK_BASE64URL, "Zg==", &bytes), PPK_ERR_SYNTAX);
}

static void each_variant_has_its_own_alphabet(void)
{
	struct ppk_bytes bytes = { 0 };

	CHECK_OK(decode(PPK_BASE64, "+/+/", &bytes));
	CHECK(ppk_bytes_equal(&bytes, "\xfb\xff\xbf", 3));
	ppk_bytes_done(&bytes);
	CHECK_OK(decode(PPK_BASE64URL, "-_-_", &bytes));
	CHECK(ppk_bytes_equal(&bytes, "\xfb\xff\xbf", 3));
	ppk_bytes_done(&bytes);
	CHECK_ERR(decode(PPK_BASE64, "-_-_", &bytes), PPK_ERR_SYNTAX);
	CHECK_ERR(decode(PPK_BASE64URL, "+/+/", &bytes), PPK_ERR_SYNTAX);
}

static void missing_and_superfluous_padding_is_refused(void)
{
	static const char *const bad[] = { "Zg", "Zg=", "Zg===", "Zm9v=", "Zm9v==", "Zm9v====", "=",
		"==", "====", "Z===", "Z=g=", "Zg==Zg==", "Zm8=Zm8=" };
	struct ppk_bytes bytes = { 0 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_ERR(decode(PPK_BASE64, bad[i], &bytes), PPK_ERR_SYNTAX);
}

static void a_lone_last_character_is_refused(void)
{
	struct ppk_bytes bytes = { 0 };

	CHECK_ERR(decode(PPK_BASE64URL, "Z", &bytes), PPK_ERR_SYNTAX);
	CHECK_ERR(decode(PPK_BASE64URL, "Zm9vY", &bytes), PPK_ERR_SYNTAX);
}

static void bits_in_the_unused_tail_are_refused(void)
{
	struct ppk_bytes bytes = { 0 };

	CHECK_ERR(decode(PPK_BASE64, "Zh==", &bytes), PPK_ERR_SYNTAX);
	CHECK_ERR(decode(PPK_BASE64, "Zo==", &bytes), PPK_ERR_SYNTAX);
	CHECK_ERR(decode(PPK_BASE64, "Zm9=", &bytes), PPK_ERR_SYNTAX);
	CHECK_ERR(decode(PPK_BASE64URL, "Zm-", &bytes), PPK_ERR_SYNTAX);
}

static void everything_outside_the_alphabet_is_refused(void)
{
	for (int c = 0; c < 256; c++) {
		char text[4] = { 'Z', (char)c, '9', 'v' };
		bool inside = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
			      (c >= '0' && c <= '9') || c == '+' || c == '/';
		struct ppk_bytes bytes = { 0 };

		CHECK_ERR(ppk_base64_decode(PPK_BASE64, text, 4, 3, &bytes),
			inside ? PPK_OK : PPK_ERR_SYNTAX);
		ppk_bytes_done(&bytes);
	}
}

static void more_than_the_limit_is_refused(void)
{
	struct ppk_bytes bytes = { 0 };

	CHECK_OK(ppk_base64_decode(PPK_BASE64, "Zm9v", 4, 3, &bytes));
	ppk_bytes_done(&bytes);
	CHECK_ERR(ppk_base64_decode(PPK_BASE64, "Zm9v", 4, 2, &bytes), PPK_ERR_LIMIT);
	CHECK(bytes.data == NULL);
}

static void every_length_comes_back(void)
{
	uint8_t data[100];

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 151 + 7);
	for (size_t len = 0; len <= sizeof(data); len++) {
		enum ppk_base64 variant = len % 2 == 0 ? PPK_BASE64 : PPK_BASE64URL;
		char *text = malloc(ppk_base64_size(variant, len)); /* exact, for the sanitizer */
		struct ppk_bytes bytes = { 0 };

		CHECK(text != NULL);
		ppk_base64_encode(variant, data, len, text);
		CHECK_INT(strlen(text) + 1, ppk_base64_size(variant, len));
		CHECK_OK(decode(variant, text, &bytes));
		CHECK(ppk_bytes_equal(&bytes, data, len));
		ppk_bytes_done(&bytes);
		free(text);
	}
}

/* What decodes must be the one spelling of what it decodes to. */
static void check_spelling(const uint8_t *data, size_t len, const char *how, void *context)
{
	enum ppk_base64 variant = *(const enum ppk_base64 *)context;
	struct ppk_bytes bytes = { 0 };
	char text[128];

	if (ppk_base64_decode(variant, (const char *)data, len, 64, &bytes) != PPK_OK)
		return;
	ppk_base64_encode(variant, bytes.data, bytes.len, text);
	ppk_bytes_done(&bytes);
	if (strlen(text) != len || memcmp(text, data, len) != 0)
		CHECK_FAIL("%s: \"%.*s\" is also spelt \"%s\"", how, (int)len, (const char *)data,
			text);
}

static void a_changed_text_has_no_second_spelling(void)
{
	enum ppk_base64 variant = PPK_BASE64;
	size_t runs = 0;

	for (size_t i = 0; i < VECTOR_COUNT; i++)
		runs += mutate_each(
			vectors[i].padded, strlen(vectors[i].padded), check_spelling, &variant);
	variant = PPK_BASE64URL;
	runs += mutate_each("mx2f_8Qa-w", 10, check_spelling, &variant);
	CHECK_INT(runs, 9 * (4 + 4 + 4 + 8 + 8 + 8 + 10));
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(the_vectors_of_rfc_4648_decode),
		CHECK_TEST(the_vectors_of_rfc_4648_encode),
		CHECK_TEST(base64url_is_without_padding),
		CHECK_TEST(each_variant_has_its_own_alphabet),
		CHECK_TEST(missing_and_superfluous_padding_is_refused),
		CHECK_TEST(a_lone_last_character_is_refused),
		CHECK_TEST(bits_in_the_unused_tail_are_refused),
		CHECK_TEST(everything_outside_the_alphabet_is_refused),
		CHECK_TEST(more_than_the_limit_is_refused), CHECK_TEST(every_length_comes_back),
		CHECK_TEST(a_changed_text_has_no_second_spelling));
}
