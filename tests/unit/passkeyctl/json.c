/* SPDX-License-Identifier: BSD-2-Clause */
#include "json.h"

#include <stdlib.h>

#include "check.h"

/* The JSON of one string, without the newline. */
static char *string_of(const char *value)
{
	struct ppk_json json;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		abort();
	ppk_json_init(&json, out);
	ppk_json_string(&json, NULL, value);
	fclose(out);
	text[strcspn(text, "\n")] = '\0';
	return text;
}

static void check_string(const char *value, const char *wanted)
{
	char *got = string_of(value);
	bool same = strcmp(got, wanted) == 0;

	if (!same)
		printf("# %s is not %s\n", got, wanted);
	free(got);
	CHECK(same);
}

static void strings_are_escaped(void)
{
	check_string("plain", "\"plain\"");
	check_string("a\"b\\c/", "\"a\\\"b\\\\c/\"");
	check_string("\x1b[31m\n\t\x01", "\"\\u001b[31m\\u000a\\u0009\\u0001\"");
	check_string("", "\"\"");
	check_string(NULL, "null");
}

static void what_a_terminal_obeys_is_escaped(void)
{
	check_string("\x7f", "\"\\u007f\"");
	check_string("\xc2\x9b", "\"\\u009b\""); /* C1: CSI */
	check_string("\xe2\x80\xae", "\"\\u202e\""); /* right-to-left override */
	check_string("\xe2\x81\xa6", "\"\\u2066\""); /* left-to-right isolate */
	check_string("\xe2\x80\xa8", "\"\\u2028\""); /* line separator */
}

static void other_text_stays_as_it_is(void)
{
	check_string("cl\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x94\x91",
		"\"cl\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x94\x91\"");
}

static void what_is_no_utf8_is_replaced(void)
{
	check_string("\xff", "\"\\ufffd\"");
	check_string("a\xc3", "\"a\\ufffd\""); /* cut */
	check_string("\xc0\xaf", "\"\\ufffd\\ufffd\""); /* over-long '/' */
	check_string("\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\""); /* surrogate */
	check_string("\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""); /* > U+10FFFF */
	check_string("\xe2\x28\xa1", "\"\\ufffd(\\ufffd\"");
}

static void objects_and_arrays_nest(void)
{
	struct ppk_json json;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	CHECK(out != NULL);
	ppk_json_init(&json, out);
	ppk_json_object(&json, NULL);
	ppk_json_array(&json, "empty");
	ppk_json_end(&json);
	ppk_json_array(&json, "list");
	ppk_json_number(&json, NULL, -7);
	ppk_json_bool(&json, NULL, true);
	ppk_json_object(&json, NULL);
	ppk_json_time(&json, "at", 1);
	ppk_json_time(&json, "never", 0);
	ppk_json_end(&json);
	ppk_json_end(&json);
	ppk_json_null(&json, "none");
	ppk_json_end(&json);
	fclose(out);
	CHECK_STR(text,
		"{\n  \"empty\": [],\n  \"list\": [\n    -7,\n    true,\n    {\n"
		"      \"at\": \"1970-01-01T00:00:01Z\",\n      \"never\": null\n    }\n  ],\n"
		"  \"none\": null\n}\n");
	free(text);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(strings_are_escaped),
		CHECK_TEST(what_a_terminal_obeys_is_escaped), CHECK_TEST(other_text_stays_as_it_is),
		CHECK_TEST(what_is_no_utf8_is_replaced), CHECK_TEST(objects_and_arrays_nest));
}
