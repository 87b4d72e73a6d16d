/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/text.h"

#include "check.h"
#include "mutate.h"

static void check_sanitised(const char *text, size_t len, const char *want)
{
	char out[64];

	ppk_text_sanitise(out, sizeof(out), text, len);
	CHECK_STR(out, want);
}

static void plain_and_foreign_letters_pass(void)
{
	check_sanitised("Blue key", 8, "Blue key");
	check_sanitised("Bl\xc3\xa5 n\xc3\xb8kkel \xe9\x8d\xb5 \xf0\x9f\x94\x91", 21,
		"Bl\xc3\xa5 n\xc3\xb8kkel \xe9\x8d\xb5 \xf0\x9f\x94\x91");
	CHECK(ppk_text_is_printable("\xf0\x9f\x94\x91", 4, 4));
}

static void control_characters_become_question_marks(void)
{
	check_sanitised("a\x1b[31mb", 7, "a?[31mb");
	check_sanitised("a\nb\rc\td\0e\x7f", 10, "a?b?c?d?e?");
	check_sanitised("\xc2\x85|\xc2\x9b", 5, "??|??"); /* C1: NEL, CSI */
	CHECK(!ppk_text_is_printable("a\tb", 3, 9));
	CHECK(!ppk_text_is_printable("a\xc2\x9b", 3, 9));
	CHECK(!ppk_text_is_printable("a\0", 2, 9));
}

static void bidirectional_controls_become_question_marks(void)
{
	check_sanitised("\xe2\x80\xae", 3, "???"); /* U+202E */
	check_sanitised("\xe2\x81\xa6", 3, "???"); /* U+2066 */
	check_sanitised("\xe2\x80\xa8", 3, "???"); /* U+2028 */
	check_sanitised("\xe2\x80\xaf", 3, "\xe2\x80\xaf"); /* U+202F is a mere space */
	CHECK(!ppk_text_is_printable("\xd8\x9c", 2, 9)); /* U+061C */
	CHECK(!ppk_text_is_printable("\xe2\x80\x8f", 3, 9)); /* U+200F */
}

static void malformed_utf8_becomes_question_marks(void)
{
	check_sanitised("\x80", 1, "?");
	check_sanitised("\xc3", 1, "?");
	check_sanitised("\xc3(", 2, "?(");
	check_sanitised("\xc0\xaf", 2, "??"); /* overlong '/' */
	check_sanitised("\xe0\x80\xaf", 3, "???");
	check_sanitised("\xf0\x80\x80\xaf", 4, "????");
	check_sanitised("\xed\xa0\x80", 3, "???"); /* surrogate */
	check_sanitised("\xf4\x90\x80\x80", 4, "????"); /* above U+10FFFF */
	check_sanitised("\xf8\x88\x80\x80\x80", 5, "?????");
	check_sanitised("\xff", 1, "?");
}

static void text_is_cut_between_characters(void)
{
	char out[8];

	ppk_text_sanitise(out, 3, "a\xc3\xa5z", 4);
	CHECK_STR(out, "a");
	ppk_text_sanitise(out, 4, "a\xc3\xa5z", 4);
	CHECK_STR(out, "a\xc3\xa5");
	ppk_text_sanitise(out, 1, "a", 1);
	CHECK_STR(out, "");
	ppk_text_sanitise(out, sizeof(out), NULL, 0);
	CHECK_STR(out, "");
}

static void check_output(const uint8_t *data, size_t len, const char *how, void *context)
{
	char out[16];

	(void)context;
	ppk_text_sanitise(out, sizeof(out), (const char *)data, len);
	if (out[0] != '\0' && !ppk_text_is_printable(out, strlen(out), sizeof(out)))
		CHECK_FAIL("%s: what was sanitised is not printable", how);
	if (ppk_text_is_printable((const char *)data, len, 15) &&
		(strlen(out) != len || memcmp(out, data, len) != 0))
		CHECK_FAIL("%s: printable text was changed", how);
}

static void changed_text_is_always_printable_afterwards(void)
{
	static const char text[] = "k\xc3\xa5 \xe9\x8d\xb5 \xf0\x9f\x94\x91";

	CHECK_INT(mutate_each(text, sizeof(text) - 1, check_output, NULL), (sizeof(text) - 1) * 9);
}

static void printable_text_is_neither_empty_nor_too_long(void)
{
	CHECK(!ppk_text_is_printable("", 0, 4));
	CHECK(ppk_text_is_printable("abcd", 4, 4));
	CHECK(!ppk_text_is_printable("abcde", 5, 4));
}

static enum ppk_err number(const char *text, uint64_t min, uint64_t max, uint64_t *ret)
{
	return ppk_text_to_number(text, strlen(text), min, max, ret);
}

static void numbers_are_read_to_the_last_bit(void)
{
	uint64_t value = 1;

	CHECK_OK(number("0", 0, UINT64_MAX, &value));
	CHECK(value == 0);
	CHECK_OK(number("18446744073709551615", 0, UINT64_MAX, &value));
	CHECK(value == UINT64_MAX);
	CHECK_ERR(number("18446744073709551616", 0, UINT64_MAX, &value), PPK_ERR_LIMIT);
	CHECK_ERR(number("99999999999999999999", 0, UINT64_MAX, &value), PPK_ERR_LIMIT);
	CHECK_ERR(number("184467440737095516150", 0, UINT64_MAX, &value), PPK_ERR_LIMIT);
}

static void numbers_have_bounds(void)
{
	uint64_t value = 77;

	CHECK_OK(number("5", 5, 600, &value));
	CHECK_OK(number("600", 5, 600, &value));
	CHECK_ERR(number("4", 5, 600, &value), PPK_ERR_LIMIT);
	CHECK_ERR(number("601", 5, 600, &value), PPK_ERR_LIMIT);
	CHECK(value == 600);
}

static void what_is_not_only_digits_is_no_number(void)
{
	static const char *const bad[] = { "", "-1", "+1", " 1", "1 ", "01", "00", "1x", "0x10",
		"1.0", "1e3", "\xef\xbc\x91" };
	uint64_t value;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_ERR(number(bad[i], 0, 1000, &value), PPK_ERR_SYNTAX);
	CHECK_ERR(ppk_text_to_number("1\0", 2, 0, 9, &value), PPK_ERR_SYNTAX);
}

static void usual_user_names_are_user_names(void)
{
	static const char *const good[] = { "alice", "a", "_apt", "user.name", "user@example.com",
		"EXAMPLE\\alice", "1000", "...", "a-b" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK(ppk_text_is_user_name(good[i]));
}

static void names_that_would_leave_the_folder_or_the_line_are_refused(void)
{
	static const char *const bad[] = { "", ".", "..", "../root", "a/b", "/", "-rf", "a b",
		"a\tb", "a\nb", "a\x7f", "\x1b", "\xc3\xa5" };
	char name[257];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(!ppk_text_is_user_name(bad[i]));
	memset(name, 'a', 256);
	name[256] = '\0';
	CHECK(!ppk_text_is_user_name(name));
	name[255] = '\0';
	CHECK(ppk_text_is_user_name(name));
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(plain_and_foreign_letters_pass),
		CHECK_TEST(control_characters_become_question_marks),
		CHECK_TEST(bidirectional_controls_become_question_marks),
		CHECK_TEST(malformed_utf8_becomes_question_marks),
		CHECK_TEST(text_is_cut_between_characters),
		CHECK_TEST(changed_text_is_always_printable_afterwards),
		CHECK_TEST(printable_text_is_neither_empty_nor_too_long),
		CHECK_TEST(numbers_are_read_to_the_last_bit), CHECK_TEST(numbers_have_bounds),
		CHECK_TEST(what_is_not_only_digits_is_no_number),
		CHECK_TEST(usual_user_names_are_user_names),
		CHECK_TEST(names_that_would_leave_the_folder_or_the_line_are_refused));
}
