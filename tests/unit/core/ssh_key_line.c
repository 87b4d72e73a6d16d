/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ssh_key_line.h"

#include "check.h"
#include "core/text.h"
#include "mutate.h"
#include "ssh_sample.h"

#define RSA_LINE "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDA alice@old\n"

static struct ppk_diag diag;

static enum ppk_err find(const char *text, struct ppk_ssh_key_line *ret)
{
	diag = (struct ppk_diag){ .text = "" };
	return ppk_ssh_key_line_find(text, strlen(text), "keys", ret, &diag);
}

static struct ppk_ssh_key_line good(const char *text)
{
	struct ppk_ssh_key_line line;

	if (find(text, &line) != PPK_OK)
		CHECK_FAIL("\"%s\" is refused: %s", text, diag.text);
	return line;
}

static void check_refused(const char *text, enum ppk_err err, const char *part)
{
	struct ppk_ssh_key_line line;
	enum ppk_err got = find(text, &line);

	if (got != err || strstr(diag.text, part) == NULL)
		CHECK_FAIL("\"%s\": %s, \"%s\"", text, ppk_err_token(got), diag.text);
	CHECK_STR(diag.source, "keys");
}

static void a_public_key_file_is_read(void)
{
	struct ppk_ssh_key_line line = good(SSH_ED25519_LINE " alice@laptop\n");

	CHECK_INT(line.key.alg, PPK_ALG_EDDSA);
	CHECK_BYTES(line.comment, line.comment_len, "alice@laptop", (size_t)12);
	CHECK(!line.verify_required && !line.no_touch_required && !line.has_other_options);
	CHECK(!line.expiry.is_given);
	ppk_ssh_key_line_done(&line);
	line = good(SSH_ECDSA_LINE);
	CHECK_INT(line.key.alg, PPK_ALG_ES256);
	CHECK_INT(line.comment_len, 0);
	ppk_ssh_key_line_done(&line);
}

static void the_only_key_of_a_security_key_is_found_among_others(void)
{
	struct ppk_ssh_key_line line = good(
		"# my keys\n\n \t\n" RSA_LINE "hello world\nsk-\n" SSH_ED25519_CERTIFICATE "\r\n"
		"  " SSH_ECDSA_LINE "  a comment of words \r\n" RSA_LINE);

	CHECK_INT(line.key.alg, PPK_ALG_ES256);
	CHECK_BYTES(line.comment, line.comment_len, "a comment of words ", (size_t)19);
	ppk_ssh_key_line_done(&line);
}

static void options_of_authorized_keys_are_read(void)
{
	struct ppk_ssh_key_line line = good("verify-required " SSH_ED25519_LINE);

	CHECK(line.verify_required && !line.no_touch_required && !line.has_other_options);
	ppk_ssh_key_line_done(&line);
	line = good(
		"from=\"10.0.0.0/8, 192.0.2.1\",command=\"echo \\\"verify-required\\\" ssh-rsa\","
		"No-Touch-Required,pty " SSH_ED25519_LINE " x");
	CHECK(!line.verify_required && line.no_touch_required && line.has_other_options);
	CHECK_BYTES(line.comment, line.comment_len, "x", (size_t)1);
	ppk_ssh_key_line_done(&line);
}

static void an_expiry_time_is_read(void)
{
	static const struct {
		const char *option;
		const char *time;
		bool is_utc;
	} cases[] = {
		{ "expiry-time=\"20300131\" ", "2030-01-31T00:00:00Z", false },
		{ "verify-required,EXPIRY-TIME=\"203001312359Z\" ", "2030-01-31T23:59:00Z", true },
		{ "expiry-time=\"20300131235958Z\",pty ", "2030-01-31T23:59:58Z", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512], time[PPK_TIME_TEXT_SIZE];
		struct ppk_ssh_key_line line;

		snprintf(text, sizeof(text), "%s%s", cases[i].option, SSH_ED25519_LINE);
		line = good(text);
		CHECK(line.expiry.is_given);
		ppk_time_to_text(line.expiry.time_s, time);
		CHECK_STR(time, cases[i].time);
		CHECK_INT(line.expiry.is_utc, cases[i].is_utc);
		ppk_ssh_key_line_done(&line);
	}
}

static void a_bad_option_is_refused_and_not_left_out(void)
{
	static const char *const times[] = { "", "2030", "20301331", "2030013123", "20300131x",
		"20300131ZZ", "20300131T", "2030013123595", "never" };
	char text[512];

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		snprintf(text, sizeof(text), "expiry-time=\"%s\" " SSH_ED25519_LINE, times[i]);
		check_refused(text, PPK_ERR_OPTION, "expiry-time=");
	}
	check_refused("expiry-time=20300131 " SSH_ED25519_LINE, PPK_ERR_SYNTAX, "options");
	check_refused("expiry-time " SSH_ED25519_LINE, PPK_ERR_OPTION, "expiry-time=");
	check_refused("expiry-time=\"20300131\",expiry-time=\"20310131\" " SSH_ED25519_LINE,
		PPK_ERR_OPTION, "once");
	check_refused("from=\"x " SSH_ED25519_LINE, PPK_ERR_SYNTAX, "quote");
	check_refused("from=\"x\"y " SSH_ED25519_LINE, PPK_ERR_SYNTAX, "options");
	check_refused(",pty " SSH_ED25519_LINE, PPK_ERR_SYNTAX, "options");
	check_refused("pty, " SSH_ED25519_LINE, PPK_ERR_SYNTAX, "options");
	check_refused("a\"b\" " SSH_ED25519_LINE, PPK_ERR_SYNTAX, "options");
}

static void certificates_and_their_authorities_are_refused(void)
{
	check_refused(SSH_ED25519_CERTIFICATE "\n", PPK_ERR_ALGORITHM, "certificate");
	check_refused("cert-authority " SSH_ED25519_LINE, PPK_ERR_OPTION, "authority");
	check_refused("pty,Cert-Authority,principals=\"a\" " SSH_ED25519_LINE, PPK_ERR_OPTION,
		"authority");
}

static void what_has_no_such_key_or_several_is_refused(void)
{
	check_refused("", PPK_ERR_NOT_FOUND, "no key of a security key");
	check_refused(RSA_LINE, PPK_ERR_NOT_FOUND, "no key of a security key");
	check_refused("root:x:0:0:root:/root:/bin/bash\n", PPK_ERR_NOT_FOUND, "no key");
	check_refused(SSH_ED25519_LINE "\n" RSA_LINE SSH_ECDSA_LINE "\n" SSH_ECDSA_LINE "\n",
		PPK_ERR_DUPLICATE, "3 keys");
}

static void a_key_that_is_cut_or_another_is_refused(void)
{
	check_refused("\n" SSH_ED25519_TYPE "\n", PPK_ERR_SYNTAX, "malformed or cut");
	CHECK_INT(diag.line, 2);
	check_refused(SSH_ED25519_TYPE " " SSH_ECDSA_BLOB, PPK_ERR_SYNTAX, "malformed");
	check_refused(SSH_ED25519_LINE "x", PPK_ERR_SYNTAX, "malformed");
	check_refused(SSH_ED25519_TYPE " " SSH_ED25519_BLOB "AAAA", PPK_ERR_SYNTAX, "malformed");
}

static void nothing_of_the_text_is_repeated(void)
{
	check_refused("secret1,secret2=\"secret3\"secret4 " SSH_ED25519_TYPE " secret5 secret6",
		PPK_ERR_SYNTAX, "options");
	CHECK(strstr(diag.text, "secret") == NULL);
	check_refused(SSH_ED25519_TYPE " secret5 secret6", PPK_ERR_SYNTAX, "malformed");
	CHECK(strstr(diag.text, "secret") == NULL);
}

static void what_is_no_text_or_too_long_is_refused(void)
{
	static char text[PPK_SSH_FILE_MAX + 2];
	struct ppk_ssh_key_line line;

	CHECK_ERR(ppk_ssh_key_line_find("a\0b", 3, "keys", &line, &diag), PPK_ERR_SYNTAX);
	memset(text, '\n', sizeof(text));
	CHECK_ERR(ppk_ssh_key_line_find(text, PPK_SSH_FILE_MAX + 1, "keys", &line, &diag),
		PPK_ERR_LIMIT);
	CHECK_ERR(ppk_ssh_key_line_find(text, PPK_SSH_FILE_MAX, "keys", &line, NULL),
		PPK_ERR_NOT_FOUND);
	ppk_ssh_key_line_done(NULL);
}

/*
 * What restricts cannot get lost by one damaged byte: another name is an option of sshd's that is
 * noticed, and a key that lost its options is found only where the options are gone too.
 */
static void damaged(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct ppk_ssh_key_line line;
	enum ppk_err err = ppk_ssh_key_line_find((const char *)data, len, "keys", &line, NULL);

	(void)context;
	if (err != PPK_OK)
		return;
	if (!(line.verify_required || line.has_other_options))
		CHECK_FAIL("verify-required is lost when %s", how);
	if (!(line.expiry.is_given || line.has_other_options))
		CHECK_FAIL("expiry-time is lost when %s", how);
	ppk_ssh_key_line_done(&line);
}

static void a_damaged_line_never_loses_its_options_silently(void)
{
	static const char text[] =
		"verify-required,expiry-time=\"20300131\" " SSH_ED25519_LINE " alice\n";

	mutate_each(text, sizeof(text) - 1, damaged, NULL);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(a_public_key_file_is_read),
		CHECK_TEST(the_only_key_of_a_security_key_is_found_among_others),
		CHECK_TEST(options_of_authorized_keys_are_read), CHECK_TEST(an_expiry_time_is_read),
		CHECK_TEST(a_bad_option_is_refused_and_not_left_out),
		CHECK_TEST(certificates_and_their_authorities_are_refused),
		CHECK_TEST(what_has_no_such_key_or_several_is_refused),
		CHECK_TEST(a_key_that_is_cut_or_another_is_refused),
		CHECK_TEST(nothing_of_the_text_is_repeated),
		CHECK_TEST(what_is_no_text_or_too_long_is_refused),
		CHECK_TEST(a_damaged_line_never_loses_its_options_silently));
}
