/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include "check.h"

static void an_option_of_the_tool_has_the_parser_of_the_module(void)
{
	struct ppk_options options;
	struct ppk_diag diag = { .source = "before" };

	ppk_options_init(&options);
	CHECK_OK(ppk_options_override(&options, "timeout", "60", &diag));
	CHECK_INT(options.timeout_s, 60);
	CHECK_OK(ppk_options_override(&options, "user_verification", "required", &diag));
	CHECK_INT(options.user_verification, PPK_UV_REQUIRED);
	CHECK_OK(ppk_options_override(&options, "rp_id", "a.example", &diag));
	CHECK_OK(ppk_options_override(&options, "rp_id", "b.example", &diag));
	CHECK_STR(options.rp_id, "b.example");
	CHECK_OK(ppk_options_override(&options, "timeout", NULL, &diag));
	CHECK_INT(options.timeout_s, 60);
	CHECK_STR(diag.source, "before");
}

static void a_bad_value_is_refused_with_a_sentence_that_names_no_pam_line(void)
{
	char endless[4096];
	struct ppk_options options;
	struct ppk_diag diag;

	ppk_options_init(&options);
	CHECK_ERR(ppk_options_override(&options, "timeout", "4", &diag), PPK_ERR_OPTION);
	CHECK(strstr(diag.text, "timeout") != NULL);
	CHECK_STR(diag.source, "");
	memset(endless, 'x', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	CHECK_ERR(ppk_options_override(&options, "rp_id", endless, &diag), PPK_ERR_OPTION);
}

static void a_relative_path_of_a_configuration_is_refused(void)
{
	struct ppk_options options;
	struct ppk_diag diag;

	CHECK_ERR(ppk_options_load("pam_passkey.conf", &options, &diag), PPK_ERR_OPTION);
	CHECK_ERR(ppk_options_load("", &options, &diag), PPK_ERR_OPTION);
}

static void a_named_configuration_must_exist(void)
{
	struct ppk_options options;
	struct ppk_diag diag;

	CHECK_ERR(
		ppk_options_load("/no-such-pam_passkey.conf", &options, &diag), PPK_ERR_NOT_FOUND);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(an_option_of_the_tool_has_the_parser_of_the_module),
		CHECK_TEST(a_bad_value_is_refused_with_a_sentence_that_names_no_pam_line),
		CHECK_TEST(a_relative_path_of_a_configuration_is_refused),
		CHECK_TEST(a_named_configuration_must_exist));
}
