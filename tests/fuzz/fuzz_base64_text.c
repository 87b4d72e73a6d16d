/* SPDX-License-Identifier: BSD-2-Clause */
/* Base64, numbers, times, user names and text for a terminal, all from the same bytes. */
#include <string.h>

#include "core/text.h"
#include "require.h"

/* What decodes has this one spelling. */
static void check_base64(enum ppk_base64 variant, const char *text, size_t len)
{
	struct ppk_bytes bytes = { 0 };

	if (ppk_base64_decode(variant, text, len, 4096, &bytes) != PPK_OK)
		return;
	char *again = malloc(ppk_base64_size(variant, bytes.len));

	REQUIRE(again != NULL);
	ppk_base64_encode(variant, bytes.data, bytes.len, again);
	REQUIRE(strlen(again) == len && memcmp(again, text, len) == 0);
	REQUIRE(strlen(again) + 1 == ppk_base64_size(variant, bytes.len));
	PLANT(variant == PPK_BASE64URL && bytes.len == 3 && bytes.data[0] == 0x9b);
	free(again);
	ppk_bytes_done(&bytes);
}

/* What encodes comes back. */
static void check_bytes(enum ppk_base64 variant, const uint8_t *data, size_t len)
{
	char *text = malloc(ppk_base64_size(variant, len));
	struct ppk_bytes bytes = { 0 };

	REQUIRE(text != NULL);
	ppk_base64_encode(variant, data, len, text);
	REQUIRE(ppk_base64_decode(variant, text, strlen(text), len, &bytes) == PPK_OK);
	REQUIRE(ppk_bytes_equal(&bytes, data, len));
	ppk_bytes_done(&bytes);
	free(text);
}

static void check_sanitised(const char *text, size_t len)
{
	char out[64];

	ppk_text_sanitise(out, sizeof(out), text, len);
	REQUIRE(out[0] == '\0' || ppk_text_is_printable(out, strlen(out), sizeof(out) - 1));
	if (ppk_text_is_printable(text, len, sizeof(out) - 1))
		REQUIRE(strlen(out) == len && memcmp(out, text, len) == 0);
}

static void check_values(const char *text, size_t len)
{
	char out[PPK_TIME_TEXT_SIZE], decimal[32];
	uint64_t number = 0;
	int64_t time_s = 0;

	if (ppk_text_to_time(text, len, &time_s) == PPK_OK) {
		REQUIRE(time_s >= 0);
		ppk_time_to_text(time_s, out);
		REQUIRE(len == strlen(out) && memcmp(out, text, len) == 0);
	}
	if (ppk_text_to_number(text, len, 5, UINT64_MAX, &number) == PPK_OK) {
		snprintf(decimal, sizeof(decimal), "%llu", (unsigned long long)number);
		REQUIRE(number >= 5 && len == strlen(decimal) && memcmp(decimal, text, len) == 0);
	}
}

static void check_user_name(const char *text, size_t len)
{
	char *name = malloc(len + 1);

	REQUIRE(name != NULL);
	memcpy(name, text, len);
	name[len] = '\0';
	if (ppk_text_is_user_name(name)) {
		REQUIRE(strlen(name) <= 255 && name[0] != '-' && strchr(name, '/') == NULL);
		REQUIRE(ppk_text_is_printable(name, strlen(name), 255));
		REQUIRE(strcmp(name, ".") != 0 && strcmp(name, "..") != 0);
	}
	free(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1); /* so that size 0 is no NULL */

	REQUIRE(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	check_base64(PPK_BASE64, text, size);
	check_base64(PPK_BASE64URL, text, size);
	check_bytes(PPK_BASE64, data, size);
	check_bytes(PPK_BASE64URL, data, size);
	check_sanitised(text, size);
	check_values(text, size);
	check_user_name(text, size);
	free(text);
	return 0;
}
