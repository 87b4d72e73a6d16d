/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_service.h"

#include <stdlib.h>

#include "check.h"
#include "mutate.h"

/* The worst severity that a service gets, of what is not fine; -1 when the module is not named. */
static int worst_of(const char *source, const char *text)
{
	struct ppk_report report = { .len = 0 };
	struct ppk_pam_mention mention = { .mentioned = false };
	int severity = PPK_FINDING_OK;

	if (ppk_pam_service_check(text, strlen(text), source, &report, &mention) != PPK_OK)
		abort();
	for (size_t i = 0; i < report.len; i++) {
		if ((int)report.findings[i].severity > severity)
			severity = (int)report.findings[i].severity;
	}
	ppk_report_done(&report);
	return mention.mentioned || severity > PPK_FINDING_OK ? severity : -1;
}

static int worst(const char *text)
{
	return worst_of("/etc/pam.d/x", text);
}

/* The line that the only finding names; 0 when there is not one finding. */
static unsigned line_of(const char *text)
{
	struct ppk_report report = { .len = 0 };
	struct ppk_pam_mention mention = { .mentioned = false };
	unsigned line;

	if (ppk_pam_service_check(text, strlen(text), "/etc/pam.d/x", &report, &mention) != PPK_OK)
		abort();
	line = report.len == 1 ? report.findings[0].diag.line : 0;
	ppk_report_done(&report);
	return line;
}

static void a_service_without_the_module_is_none_of_ours(void)
{
	CHECK_INT(worst(""), -1);
	CHECK_INT(worst("auth required pam_unix.so\n"), -1);
	CHECK_INT(worst("# auth sufficient pam_passkey.so\n"), -1);
	CHECK_INT(worst("auth sufficient pam_passkey.so.old\n"), -1);
}

static void password_first_and_then_required_is_fine(void)
{
	static const char *const fine[] = {
		"auth required pam_unix.so\nauth required pam_passkey.so\n",
		"auth requisite pam_unix.so\nauth requisite pam_passkey.so timeout=60 cue\n",
		"@include common-auth\nauth required /lib/security/pam_passkey.so",
		"auth include system-auth\n-auth required pam_passkey.so # comment\n",
		"auth substack system-auth\nAUTH Required pam_passkey.so\n",
		"auth sufficient pam_rootok.so\n@include common-auth\nauth required "
		"pam_passkey.so\n",
		("auth [success=1 default=ignore] pam_unix.so nullok\nauth requisite pam_deny.so\n"
		 "auth required pam_permit.so\nauth requisite pam_passkey.so\n"),
		"auth required pam_unix.so\nauth [success=ok default=die] pam_passkey.so\n",
		"auth required pam_unix.so\nauth [success=done ignore=ignore default=bad] "
		"pam_passkey.so\n",
		"auth required \\\n  pam_unix.so\nauth required \\\n pam_passkey.so \\\n "
		"unenrolled=skip\n",
	};

	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		CHECK_INT(worst(fine[i]), PPK_FINDING_OK);
}

static void sshd_needs_another_rule_to_set_credentials(void)
{
	static const char alone[] = "auth required pam_passkey.so\n";

	CHECK_INT(worst_of("/etc/pam.d/sshd", alone), PPK_FINDING_ERROR);
	CHECK_INT(worst_of("/etc/pam.d/sudo", alone), PPK_FINDING_WARNING);
	CHECK_INT(worst_of("/etc/pam.d/sshd",
			  "auth required pam_passkey.so\nauth required pam_permit.so\n"),
		PPK_FINDING_WARNING);
	CHECK_INT(
		worst_of("/etc/pam.d/sshd", "@include common-auth\nauth required pam_passkey.so\n"),
		PPK_FINDING_OK);
	CHECK_INT(worst_of("/etc/pam.d/sshd", "session required pam_unix.so\n"), -1);
}

static void a_control_that_lets_a_refusal_pass_is_an_error(void)
{
	static const char *const controls[] = { "sufficient", "optional",
		"[success=done default=ignore]", "[success=ok auth_err=ignore default=bad]",
		"[default=bad maxtries=ok success=ok]",
		"[default=die authinfo_unavail=1 success=ok]", "[default=ok]" };
	char text[256];

	for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++) {
		snprintf(text, sizeof(text), "@include common-auth\nauth %s pam_passkey.so\n",
			controls[i]);
		CHECK_INT(worst(text), PPK_FINDING_ERROR);
		CHECK_INT(line_of(text), 2);
	}
}

static void a_control_that_refuses_everybody_is_an_error(void)
{
	CHECK_INT(worst("@include common-auth\nauth [default=die] pam_passkey.so\n"),
		PPK_FINDING_ERROR);
	CHECK_INT(worst("@include common-auth\nauth [auth_err=die] pam_passkey.so\n"),
		PPK_FINDING_ERROR);
}

static void a_control_that_pam_does_not_know_is_an_error(void)
{
	CHECK_INT(worst("@include common-auth\nauth require pam_passkey.so\n"), PPK_FINDING_ERROR);
	CHECK_INT(worst("@include common-auth\nauth [success=fine] pam_passkey.so\n"),
		PPK_FINDING_ERROR);
	CHECK_INT(
		worst("@include common-auth\nauth [success] pam_passkey.so\n"), PPK_FINDING_ERROR);
}

static void a_password_that_ends_the_stack_before_is_an_error_at_its_line(void)
{
	static const char *const before[] = { "auth sufficient pam_unix.so",
		"auth [success=done default=die] pam_sss.so",
		"auth [success=1 default=ignore] pam_unix.so",
		"auth [success=7 default=ignore] pam_unix.so" };
	char text[256];

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		snprintf(text, sizeof(text), "%s\nauth required pam_passkey.so\n", before[i]);
		CHECK_INT(worst(text), PPK_FINDING_ERROR);
		CHECK_INT(line_of(text), 1);
	}
}

static void no_password_before_is_a_warning(void)
{
	CHECK_INT(worst("auth required pam_passkey.so\n"), PPK_FINDING_WARNING);
	CHECK_INT(worst("auth required pam_passkey.so\nauth required pam_unix.so\n"),
		PPK_FINDING_WARNING);
	CHECK_INT(worst("account required pam_unix.so\nauth required pam_passkey.so\n"),
		PPK_FINDING_WARNING);
}

static void another_type_than_auth_is_an_error(void)
{
	CHECK_INT(worst("account required pam_passkey.so\n"), PPK_FINDING_ERROR);
	CHECK_INT(worst("session optional pam_passkey.so\n"), PPK_FINDING_ERROR);
}

static void options_are_checked_by_the_parser_of_the_module(void)
{
	CHECK_INT(
		worst("@include c\nauth required pam_passkey.so colour=red\n"), PPK_FINDING_ERROR);
	CHECK_INT(worst("@include c\nauth required pam_passkey.so timeout=1\n"), PPK_FINDING_ERROR);
	CHECK_INT(worst("@include c\nauth required pam_passkey.so cue=no cue=no\n"),
		PPK_FINDING_ERROR);
	CHECK_INT(worst("@include c\nauth required pam_passkey.so credentials=/x/%u\n"),
		PPK_FINDING_NOTE);
	CHECK_INT(worst("@include c\nauth required pam_passkey.so [timeout=30]\n"), PPK_FINDING_OK);
}

static void more_rules_than_are_looked_at_are_said_to_be(void)
{
	static const char rule[] = "auth required pam_unix.so\n";
	char *text = calloc(PPK_PAM_RULES_MAX + 1, sizeof(rule) - 1);

	CHECK(text != NULL);
	for (size_t i = 0; i < PPK_PAM_RULES_MAX; i++)
		memcpy(text + i * (sizeof(rule) - 1), rule, sizeof(rule) - 1);
	CHECK_INT(worst(text), PPK_FINDING_WARNING);
	free(text);
}

static void a_file_larger_than_the_limit_is_refused(void)
{
	struct ppk_report report = { .len = 0 };
	char *text = calloc(PPK_PAM_SERVICE_MAX + 1, 1);
	struct ppk_pam_mention mention = { .mentioned = false };

	CHECK(text != NULL);
	CHECK_OK(ppk_pam_service_check(text, PPK_PAM_SERVICE_MAX, "x", &report, &mention));
	CHECK_ERR(ppk_pam_service_check(text, PPK_PAM_SERVICE_MAX + 1, "x", &report, &mention),
		PPK_ERR_LIMIT);
	free(text);
}

static void check_mutated(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct ppk_report report = { .len = 0 };
	struct ppk_pam_mention mention = { .mentioned = false };
	unsigned *planted = context;

	(void)how;
	if (ppk_pam_service_check((const char *)data, len, "x", &report, &mention) != PPK_OK)
		abort();
	for (size_t i = 0; i < report.len; i++)
		if (report.findings[i].severity == PPK_FINDING_ERROR)
			(*planted)++;
	ppk_report_done(&report);
}

static void every_flipped_bit_and_every_cut_is_survived(void)
{
	static const char text[] = "#%PAM-1.0\nauth [success=1 default=ignore] pam_unix.so nullok\n"
				   "auth requisite pam_deny.so\n@include common-auth\n"
				   "auth required \\\n pam_passkey.so timeout=30 [cue=no]\n";
	unsigned errors = 0;

	mutate_each(text, sizeof(text) - 1, check_mutated, &errors);
	CHECK(errors > 20); /* the changed bytes are looked at: "requires", "timeout=70000", ... */
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(a_service_without_the_module_is_none_of_ours),
		CHECK_TEST(password_first_and_then_required_is_fine),
		CHECK_TEST(sshd_needs_another_rule_to_set_credentials),
		CHECK_TEST(a_control_that_lets_a_refusal_pass_is_an_error),
		CHECK_TEST(a_control_that_refuses_everybody_is_an_error),
		CHECK_TEST(a_control_that_pam_does_not_know_is_an_error),
		CHECK_TEST(a_password_that_ends_the_stack_before_is_an_error_at_its_line),
		CHECK_TEST(no_password_before_is_a_warning),
		CHECK_TEST(another_type_than_auth_is_an_error),
		CHECK_TEST(options_are_checked_by_the_parser_of_the_module),
		CHECK_TEST(more_rules_than_are_looked_at_are_said_to_be),
		CHECK_TEST(a_file_larger_than_the_limit_is_refused),
		CHECK_TEST(every_flipped_bit_and_every_cut_is_survived));
}
