/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/diagnostic.h"

#include "check.h"

static void every_error_has_a_token_and_a_sentence(void)
{
	for (int i = 1; i < PPK_ERR_COUNT; i++) {
		const char *token = ppk_err_token((enum ppk_err)i);
		const char *sentence = ppk_err_sentence((enum ppk_err)i);

		CHECK(token[0] != '\0' &&
			token[strspn(token, "abcdefghijklmnopqrstuvwxyz-")] == '\0');
		CHECK(sentence[0] != '\0' && sentence[strlen(sentence) - 1] != '.');
	}
}

static void no_two_errors_share_a_token(void)
{
	for (int i = 0; i < PPK_ERR_COUNT; i++)
		for (int j = 0; j < i; j++)
			CHECK(strcmp(ppk_err_token((enum ppk_err)i),
				      ppk_err_token((enum ppk_err)j)) != 0);
}

static void a_number_that_is_no_error_is_unknown(void)
{
	CHECK_STR(ppk_err_token(PPK_OK), "ok");
	CHECK_STR(ppk_err_token(PPK_ERR_COUNT), "unknown");
	CHECK_STR(ppk_err_token((enum ppk_err)9999), "unknown");
	CHECK_STR(ppk_err_sentence((enum ppk_err)9999), "an unknown error");
}

static void the_error_comes_back_with_and_without_a_diagnostic(void)
{
	struct ppk_diag diag;

	CHECK_ERR(ppk_diag_set(NULL, PPK_ERR_IO, "f", 1, 2, "x"), PPK_ERR_IO);
	CHECK_ERR(ppk_diag_set(&diag, PPK_ERR_IO, "f", 1, 2, "%s", "x"), PPK_ERR_IO);
	CHECK_STR(diag.source, "f");
	CHECK_STR(diag.text, "x");
	CHECK_INT(diag.line, 1);
	CHECK_INT(diag.column, 2);
}

static void check_formatted(const char *source, unsigned line, unsigned column, const char *want)
{
	struct ppk_diag diag;
	char text[64];

	(void)!ppk_diag_set(&diag, PPK_ERR_SYNTAX, source, line, column, "wrong");
	ppk_diag_format(&diag, text, sizeof(text));
	CHECK_STR(text, want);
}

static void what_is_not_known_of_the_place_is_left_out(void)
{
	check_formatted("file", 3, 9, "file:3:9: wrong");
	check_formatted("file", 3, 0, "file:3: wrong");
	check_formatted("PAM line", 0, 0, "PAM line: wrong");
	check_formatted(NULL, 3, 9, "3:9: wrong");
	check_formatted("", 0, 0, "wrong");
}

static void control_characters_do_not_reach_the_log(void)
{
	struct ppk_diag diag;

	(void)!ppk_diag_set(&diag, PPK_ERR_SYNTAX, "a\nb", 0, 0, "\x1b[2J%s", "\r\nfake: line");
	CHECK_STR(diag.source, "a?b");
	CHECK_STR(diag.text, "?[2J??fake: line");
}

static void long_texts_are_cut(void)
{
	struct ppk_diag diag;
	char source[400], text[16], full[1024];

	memset(source, 's', sizeof(source) - 1);
	source[sizeof(source) - 1] = '\0';
	(void)!ppk_diag_set(&diag, PPK_ERR_SYNTAX, source, 4294967295u, 4294967295u, "%s%s%s",
		source, source, source);
	CHECK_INT(strlen(diag.source), sizeof(diag.source) - 1);
	CHECK_INT(strlen(diag.text), sizeof(diag.text) - 1);
	ppk_diag_format(&diag, text, sizeof(text));
	CHECK_STR(text, "sssssssssssssss");
	ppk_diag_format(&diag, text, 1);
	CHECK_STR(text, "");
	ppk_diag_format(&diag, full, sizeof(full));
	CHECK(strstr(full, "s:4294967295:4294967295: s") != NULL);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(every_error_has_a_token_and_a_sentence),
		CHECK_TEST(no_two_errors_share_a_token),
		CHECK_TEST(a_number_that_is_no_error_is_unknown),
		CHECK_TEST(the_error_comes_back_with_and_without_a_diagnostic),
		CHECK_TEST(what_is_not_known_of_the_place_is_left_out),
		CHECK_TEST(control_characters_do_not_reach_the_log),
		CHECK_TEST(long_texts_are_cut));
}
