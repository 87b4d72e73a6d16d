/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"
#include "mutate.h"

#include "core/options.h"

static enum ppk_err apply(struct ppk_options *options, const char *text, struct ppk_diag *reterr)
{
	ppk_options_init(options);
	return ppk_options_apply_file(options, text, strlen(text), "pam_passkey.conf", reterr);
}

/* The error and its place. */
static void check_refused(
	const char *text, enum ppk_err want, unsigned line, unsigned column, const char *sentence)
{
	struct ppk_options options;
	struct ppk_diag diag = { .text = "" };

	CHECK_ERR(apply(&options, text, &diag), want);
	CHECK_STR(diag.source, "pam_passkey.conf");
	CHECK_STR(diag.text, sentence);
	CHECK_INT(diag.line, line);
	CHECK_INT(diag.column, column);
}

static void settings_comments_and_blank_lines_are_read(void)
{
	struct ppk_options options;

	CHECK_OK(apply(&options,
		"# all of it\n"
		"\n"
		"  # indented, with ümlaut and\ttab\n"
		"timeout = 45\n"
		"\tunenrolled=skip\t\n"
		"state   =   /var/x   \n"
		" \t \n"
		"debug = yes",
		NULL));
	CHECK_INT(options.timeout_s, 45);
	CHECK_INT(options.unenrolled, PPK_UNENROLLED_SKIP);
	CHECK_STR(options.state, "/var/x");
	CHECK(options.debug);
}

static void an_empty_file_sets_nothing(void)
{
	struct ppk_options options;

	CHECK_OK(apply(&options, "", NULL));
	CHECK_OK(ppk_options_apply_file(&options, NULL, 0, "x", NULL));
	CHECK_INT(options.timeout_s, 30);
}

static void a_value_may_stand_in_double_quotes(void)
{
	struct ppk_options options;

	CHECK_OK(apply(&options, "state = \"/var/lib/my # state\"\nrp_id = \"\"\n", NULL));
	CHECK_STR(options.state, "/var/lib/my # state");
	CHECK_STR(options.rp_id, "");
	CHECK_OK(apply(&options, "rp_id =\n", NULL));
	CHECK_STR(options.rp_id, "");
}

static void what_could_be_meant_as_a_comment_must_be_quoted(void)
{
	const char *sentence = "a value with a blank or '#' must stand in double quotes";

	check_refused("state = /var/x # here\n", PPK_ERR_SYNTAX, 1, 15, sentence);
	check_refused("\nstate=/var/x#here\n", PPK_ERR_SYNTAX, 2, 13, sentence);
}

static void a_stray_quote_is_refused(void)
{
	const char *sentence = "a double quote inside of a value";

	check_refused("state = \"/var/x\n", PPK_ERR_SYNTAX, 1, 9, sentence);
	check_refused("state = /var/x\"\n", PPK_ERR_SYNTAX, 1, 15, sentence);
	check_refused("state = \"\n", PPK_ERR_SYNTAX, 1, 9, sentence);
	check_refused("state = \"/a\"b\"\n", PPK_ERR_SYNTAX, 1, 12, sentence);
}

static void a_line_that_is_no_setting_is_refused(void)
{
	check_refused(
		"timeout = 45\n  debug\n", PPK_ERR_SYNTAX, 2, 3, "not of the form name = value");
	check_refused("= 3\n", PPK_ERR_OPTION, 1, 1, "unknown option ''");
}

static void errors_name_line_and_column(void)
{
	check_refused("\n\ntimeout = never\n", PPK_ERR_OPTION, 3, 11,
		"option 'timeout' cannot be 'never' (5 to 600 seconds)");
	check_refused("state = /a\n timeout = \"4\"\n", PPK_ERR_OPTION, 2, 13,
		"option 'timeout' cannot be '4' (5 to 600 seconds)");
	check_refused("\n  unenroled = skip\n", PPK_ERR_OPTION, 2, 3,
		"unknown option 'unenroled'; did you mean 'unenrolled'?");
}

static void a_carriage_return_is_named_as_such(void)
{
	check_refused(
		"timeout = 45\r\n", PPK_ERR_SYNTAX, 1, 1, "the line ends in a carriage return");
}

static void control_characters_are_refused_in_comments_too(void)
{
	const char *sentence = "the line has control characters, or is no UTF-8";
	struct ppk_options options;
	struct ppk_diag diag;

	check_refused("# \033[2J\n", PPK_ERR_SYNTAX, 1, 1, sentence);
	check_refused("state = /\xff\n", PPK_ERR_SYNTAX, 1, 1, sentence);
	ppk_options_init(&options);
	CHECK_ERR(
		ppk_options_apply_file(&options, "cue = no\n\0\n", 11, "x", &diag), PPK_ERR_SYNTAX);
	CHECK_INT(diag.line, 2);
	CHECK_ERR(ppk_options_apply_file(&options, "state = /a\0b\n", 13, "x", &diag),
		PPK_ERR_SYNTAX);
}

static void a_file_over_the_limit_is_refused(void)
{
	char *text = malloc(PPK_OPTIONS_FILE_MAX + 1);
	struct ppk_options options;

	CHECK(text != NULL);
	memset(text, '\n', PPK_OPTIONS_FILE_MAX + 1);
	ppk_options_init(&options);
	CHECK_OK(ppk_options_apply_file(&options, text, PPK_OPTIONS_FILE_MAX, "x", NULL));
	CHECK_ERR(ppk_options_apply_file(&options, text, PPK_OPTIONS_FILE_MAX + 1, "x", NULL),
		PPK_ERR_LIMIT);
	free(text);
}

static void a_very_long_line_is_refused(void)
{
	char text[4096] = "state = ";
	struct ppk_options options;
	struct ppk_diag diag;

	memset(text + 8, '/', sizeof(text) - 9);
	CHECK_ERR(apply(&options, text, &diag), PPK_ERR_OPTION);
	CHECK(strlen(diag.text) < 200);
	memset(text, 'x', 9);
	CHECK_ERR(apply(&options, text, &diag), PPK_ERR_SYNTAX);
}

/* What was strict stays strict: no damage to a name may turn a setting off without an error. */
static void damaged(const uint8_t *data, size_t len, const char *how, void *context)
{
	const size_t *whole = context;
	struct ppk_options options;

	ppk_options_init(&options);
	if (ppk_options_apply_file(&options, (const char *)data, len, "x", NULL) != PPK_OK)
		return;
	CHECK(options.timeout_s >= 5 && options.timeout_s <= 600);
	CHECK(strlen(options.state) < sizeof(options.state));
	CHECK(strlen(options.rp_id) < sizeof(options.rp_id));
	CHECK_INT(options.method_count, 0);
	if (len == *whole && options.user_verification != PPK_UV_REQUIRED)
		CHECK_FAIL("user verification is lost when %s", how);
}

static void a_damaged_file_never_sets_a_value_out_of_range(void)
{
	static const char text[] = "user_verification = required\n"
				   "# comment\n"
				   "credentials = \"%h/.config/pass keys\"\n"
				   "rp_id = example.org\n"
				   "timeout = 59\n"
				   "sign_count = enforce\n";
	size_t len = sizeof(text) - 1;

	mutate_each(text, len, damaged, &len);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(settings_comments_and_blank_lines_are_read),
		CHECK_TEST(an_empty_file_sets_nothing),
		CHECK_TEST(a_value_may_stand_in_double_quotes),
		CHECK_TEST(what_could_be_meant_as_a_comment_must_be_quoted),
		CHECK_TEST(a_stray_quote_is_refused),
		CHECK_TEST(a_line_that_is_no_setting_is_refused),
		CHECK_TEST(errors_name_line_and_column),
		CHECK_TEST(a_carriage_return_is_named_as_such),
		CHECK_TEST(control_characters_are_refused_in_comments_too),
		CHECK_TEST(a_file_over_the_limit_is_refused),
		CHECK_TEST(a_very_long_line_is_refused),
		CHECK_TEST(a_damaged_file_never_sets_a_value_out_of_range));
}
