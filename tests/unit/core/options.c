/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"

#include "core/options.h"
#include "mutate.h"

/*
 * One row an option of options.def: its default and another good value as a look at the struct
 * shows them, and a bad value. A new option without a row fails every_option_has_a_row.
 */
struct row {
	const char *name;
	const char *value_default;
	const char *good;
	const char *shown; /* of the good value */
	const char *bad;
};

#define AAGUID "08987058-cadc-4b81-b6e1-30de50dcbe96"

static const struct row rows[] = {
	{ "conf", "/etc/security/pam_passkey.conf", "/etc/x.conf", "/etc/x.conf", "x.conf" },
	{ "credentials", "/etc/passkeys/%u", "%h/.passkeys", "%h/.passkeys", "/etc/passkeys" },
	{ "state", "/var/lib/pam_passkey", "/var/x", "/var/x", "" },
	{ "rp_id", "", "login.example.org", "login.example.org", "https://example.org" },
	{ "methods", "auto", "agent", "agent", "local,local" },
	{ "origins", "", "ssh://web1,ssh://10.0.0.1", "ssh://web1,ssh://10.0.0.1", "ssh://Web1" },
	{ "browser_origin", "", "http://localhost:8080", "http://localhost:8080",
		"https://192.0.2.7" },
	{ "browser_socket", "/run/passkeyd/passkeyd.socket", "/run/p", "/run/p", "run/p" },
	{ "browser_peer", "same-address", "any", "any", "some" },
	{ "browser_qr", "auto", "no", "no", "always" },
	{ "browser_timeout", "100", "600", "600", "4" },
	{ "user_verification", "discouraged", "required", "required", "always" },
	{ "timeout", "30", "600", "600", "3abc" },
	{ "unenrolled", "deny", "skip", "skip", "ignore" },
	{ "sign_count", "enforce", "log", "log", "on" },
	{ "attestation", "none", "require", "require", "yes" },
	{ "attestation_roots", "/etc/security/pam_passkey.roots", "/etc/roots", "/etc/roots",
		"roots" },
	{ "aaguids", "", AAGUID, AAGUID, "08987058" },
	{ "synced", "allow", "deny", "deny", "no" },
	{ "device_helper", PPK_DEVICE_HELPER, "/opt/passkey-device", "/opt/passkey-device",
		"passkey-device" },
	{ "nfc", "no", "yes", "yes", "auto" },
	{ "cue", "yes", "no", "no", "true" },
	{ "debug", "no", "yes", "yes", "1" },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const char *const option_names[] = {
#define PPK_OPTION(name, kind, value_default, values, help) #name,
#include "core/options.def"
#undef PPK_OPTION
};
#define OPTIONS (sizeof(option_names) / sizeof(option_names[0]))

static const char *show_aaguids(const struct ppk_options *options)
{
	static const uint8_t wanted[] = { 0x08, 0x98, 0x70, 0x58, 0xca, 0xdc, 0x4b, 0x81, 0xb6,
		0xe1, 0x30, 0xde, 0x50, 0xdc, 0xbe, 0x96 };

	if (options->aaguid_count == 0)
		return "";
	return options->aaguid_count == 1 && memcmp(options->aaguids[0], wanted, 16) == 0 ? AAGUID
											  : NULL;
}

/* What the struct holds for the option, as an admin would write it. */
static const char *show(const struct ppk_options *options, const char *name)
{
	static const char *const unenrolled[] = { "deny", "skip" };
	static const char *const sign_count[] = { "enforce", "log", "off" };
	static const char *const attestation[] = { "none", "verify", "require" };
	static const char *const synced[] = { "allow", "deny" };
	static const char *const browser_peer[] = { "same-address", "any" };
	static const char *const browser_qr[] = { "auto", "yes", "no" };
	static char number[16], browser_number[16];

	snprintf(number, sizeof(number), "%u", options->timeout_s);
	snprintf(browser_number, sizeof(browser_number), "%u", options->browser_timeout_s);
	const struct {
		const char *name, *value;
	} shown[] = {
		{ "conf", options->conf },
		{ "credentials", options->credentials },
		{ "state", options->state },
		{ "rp_id", options->rp_id },
		{ "methods", options->method_count == 1 ? ppk_method_name(options->methods[0])
							: "auto" },
		{ "origins", options->origins },
		{ "browser_origin", options->browser_origin },
		{ "browser_socket", options->browser_socket },
		{ "browser_peer", browser_peer[options->browser_peer] },
		{ "browser_qr", browser_qr[options->browser_qr] },
		{ "browser_timeout", browser_number },
		{ "user_verification", ppk_uv_name(options->user_verification) },
		{ "timeout", number },
		{ "unenrolled", unenrolled[options->unenrolled] },
		{ "sign_count", sign_count[options->sign_count] },
		{ "attestation", attestation[options->attestation] },
		{ "attestation_roots", options->attestation_roots },
		{ "aaguids", show_aaguids(options) },
		{ "synced", synced[options->synced] },
		{ "device_helper", options->device_helper },
		{ "nfc", options->nfc ? "yes" : "no" },
		{ "cue", options->cue ? "yes" : "no" },
		{ "debug", options->debug ? "yes" : "no" },
	};

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		if (strcmp(shown[i].name, name) == 0)
			return shown[i].value;
	}
	return NULL;
}

static enum ppk_err apply_argument(
	struct ppk_options *options, const char *argument, struct ppk_diag *reterr)
{
	return ppk_options_apply_line(options, 1, &argument, reterr);
}

static enum ppk_err apply_text(
	struct ppk_options *options, const char *text, struct ppk_diag *reterr)
{
	return ppk_options_apply_file(options, text, strlen(text), "x.conf", reterr);
}

/* Apply name=value alone to the defaults. */
static enum ppk_err apply_pair(
	struct ppk_options *options, const char *name, const char *value, struct ppk_diag *reterr)
{
	char argument[2048];

	snprintf(argument, sizeof(argument), "%s=%s", name, value);
	ppk_options_init(options);
	return apply_argument(options, argument, reterr);
}

static void models_are_a_list_without_gaps(void)
{
	static const char *const bad[] = { ",", AAGUID ",", "," AAGUID, AAGUID " ",
		"08987058-cadc-4b81-b6e1-30de50dcbe9", "08987058cadc4b81b6e130de50dcbe96",
		AAGUID "," AAGUID, "08987058-cadc-4b81-b6e1-30de50dcbe9g" };
	char many[33 * 37 + 1], *end = many;
	struct ppk_options options;

	ppk_options_init(&options);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_ERR(apply_pair(&options, "aaguids", bad[i], NULL), PPK_ERR_OPTION);
	for (unsigned i = 0; i < 33; i++)
		end += snprintf(
			end, 38, "%s%08x-cadc-4b81-b6e1-30de50dcbe96", i == 0 ? "" : ",", i);
	CHECK_ERR(apply_pair(&options, "aaguids", many, NULL), PPK_ERR_OPTION);
	many[32 * 37 - 1] = '\0';
	CHECK_OK(apply_pair(&options, "aaguids", many, NULL));
	CHECK_INT(options.aaguid_count, 32);
	CHECK_INT(options.aaguids[31][3], 31);
}

static void every_option_has_a_row(void)
{
	CHECK_INT(ROWS, OPTIONS);
	for (size_t i = 0; i < OPTIONS; i++)
		CHECK_STR(rows[i].name, option_names[i]);
}

static void every_option_has_its_default(void)
{
	struct ppk_options options;

	ppk_options_init(&options);
	for (size_t i = 0; i < ROWS; i++) {
		struct ppk_options again;

		CHECK_STR(show(&options, rows[i].name), rows[i].value_default);
		CHECK_OK(apply_pair(&again, rows[i].name, rows[i].value_default, NULL));
	}
}

static void every_option_takes_a_good_value_and_changes_nothing_else(void)
{
	for (size_t i = 0; i < ROWS; i++) {
		struct ppk_options options;

		CHECK_OK(apply_pair(&options, rows[i].name, rows[i].good, NULL));
		for (size_t k = 0; k < ROWS; k++) {
			CHECK_INT(options.given[k], k == i);
			CHECK_STR(show(&options, rows[k].name),
				k == i ? rows[k].shown : rows[k].value_default);
		}
	}
}

static void every_option_refuses_a_bad_value_and_says_which(void)
{
	for (size_t i = 0; i < ROWS; i++) {
		struct ppk_options options;
		struct ppk_diag diag;
		char want[128];

		CHECK_ERR(apply_pair(&options, rows[i].name, rows[i].bad, &diag), PPK_ERR_OPTION);
		snprintf(want, sizeof(want), "option '%s' cannot be '%s' (", rows[i].name,
			rows[i].bad);
		if (strncmp(diag.text, want, strlen(want)) != 0)
			CHECK_FAIL("\"%s\" does not begin \"%s\"", diag.text, want);
		CHECK_STR(diag.source, "PAM line");
		CHECK_INT(diag.line, 0);
		CHECK_INT(diag.column, 0);
	}
}

static void the_sentence_says_what_is_allowed(void)
{
	struct ppk_options options;
	struct ppk_diag diag;

	CHECK_ERR(apply_pair(&options, "timeout", "-1", &diag), PPK_ERR_OPTION);
	CHECK_STR(diag.text, "option 'timeout' cannot be '-1' (5 to 600 seconds)");
}

static void an_unknown_option_is_refused_with_a_suggestion(void)
{
	struct ppk_options options;
	struct ppk_diag diag;

	CHECK_ERR(apply_pair(&options, "tiemout", "30", &diag), PPK_ERR_OPTION);
	CHECK_STR(diag.text, "unknown option 'tiemout'; did you mean 'timeout'?");
	CHECK_ERR(apply_pair(&options, "user-verification", "required", &diag), PPK_ERR_OPTION);
	CHECK_STR(
		diag.text, "unknown option 'user-verification'; did you mean 'user_verification'?");
	CHECK_ERR(apply_pair(&options, "max_devices", "1", &diag), PPK_ERR_OPTION);
	CHECK_STR(diag.text, "unknown option 'max_devices'");
	CHECK_ERR(apply_pair(&options, "Timeout", "30", &diag), PPK_ERR_OPTION);
	CHECK_ERR(apply_pair(&options, "", "30", &diag), PPK_ERR_OPTION);
	CHECK_ERR(apply_argument(&options, "", &diag), PPK_ERR_OPTION);
}

static void the_value_of_an_unknown_option_is_not_repeated(void)
{
	struct ppk_options options;
	struct ppk_diag diag;

	CHECK_ERR(apply_pair(&options, "pin", "123456", &diag), PPK_ERR_OPTION);
	CHECK_STR(diag.text, "unknown option 'pin'");
}

static void a_switch_may_stand_alone_on_the_line(void)
{
	struct ppk_options options;
	struct ppk_diag diag;

	ppk_options_init(&options);
	CHECK_OK(apply_argument(&options, "debug", NULL));
	CHECK(options.debug);
	CHECK_ERR(apply_argument(&options, "timeout", &diag), PPK_ERR_OPTION);
	CHECK_STR(diag.text, "option 'timeout' needs a value (5 to 600 seconds)");
	CHECK_ERR(apply_text(&options, "debug\n", &diag), PPK_ERR_SYNTAX);
}

static void an_option_twice_is_refused(void)
{
	static const char *const line[] = { "timeout=30", "debug", "timeout=30" };
	struct ppk_options options;
	struct ppk_diag diag;

	ppk_options_init(&options);
	CHECK_ERR(ppk_options_apply_line(&options, 3, line, &diag), PPK_ERR_DUPLICATE);
	CHECK_STR(diag.text, "option 'timeout' is given twice");
	CHECK_ERR(apply_text(&options, "timeout = 30\n\ntimeout = 40\n", &diag), PPK_ERR_DUPLICATE);
	CHECK_INT(diag.line, 3);
	CHECK_INT(diag.column, 1);
}

static void the_line_overrides_the_file(void)
{
	struct ppk_options options;

	ppk_options_init(&options);
	CHECK_OK(apply_text(&options, "timeout = 60\ncue = no\n", NULL));
	CHECK_OK(apply_argument(&options, "timeout=90", NULL));
	CHECK_INT(options.timeout_s, 90);
	CHECK(!options.cue);
}

static void conf_is_found_on_the_line_before_all_else(void)
{
	static const char *const line[] = { "debug", "nonsense=1", "conf=/etc/other.conf" };
	static const char *const twice[] = { "conf=/a", "conf=/b" };
	static const char *const bad[] = { "conf" };
	struct ppk_options options;
	struct ppk_diag diag;

	ppk_options_init(&options);
	CHECK_OK(ppk_options_conf_of_line(&options, 3, line, NULL));
	CHECK_STR(options.conf, "/etc/other.conf");
	CHECK(!options.debug);
	CHECK_OK(ppk_options_conf_of_line(&options, 1, line, NULL));
	CHECK_ERR(ppk_options_conf_of_line(&options, 2, twice, &diag), PPK_ERR_DUPLICATE);
	CHECK_ERR(ppk_options_conf_of_line(&options, 1, bad, &diag), PPK_ERR_OPTION);
	CHECK_OK(ppk_options_apply_line(&options, 0, NULL, NULL));
}

static void conf_then_the_file_then_the_line_is_no_duplicate(void)
{
	static const char *const line[] = { "conf=/etc/other.conf", "timeout=40" };
	struct ppk_options options;

	ppk_options_init(&options);
	CHECK_OK(ppk_options_conf_of_line(&options, 2, line, NULL));
	CHECK_OK(apply_text(&options, "timeout = 50", NULL));
	CHECK_OK(ppk_options_apply_line(&options, 2, line, NULL));
	CHECK_INT(options.timeout_s, 40);
}

static void conf_in_a_file_is_refused(void)
{
	struct ppk_options options;
	struct ppk_diag diag;

	ppk_options_init(&options);
	CHECK_ERR(apply_text(&options, "conf = /etc/x\n", &diag), PPK_ERR_OPTION);
	CHECK_STR(diag.text, "option 'conf' belongs on the PAM line");
}

static void a_path_over_the_limit_is_refused(void)
{
	static char path[PPK_OPTION_PATH_MAX + 1];
	struct ppk_options options;

	memset(path, 'x', PPK_OPTION_PATH_MAX);
	path[0] = '/';
	CHECK_ERR(apply_pair(&options, "state", path, NULL), PPK_ERR_OPTION);
	path[PPK_OPTION_PATH_MAX - 1] = '\0';
	CHECK_OK(apply_pair(&options, "state", path, NULL));
	CHECK_STR(options.state, path);
}

static void a_path_with_a_control_character_is_refused(void)
{
	struct ppk_options options;
	struct ppk_diag diag;

	CHECK_ERR(apply_pair(&options, "state", "/a\033[2J", &diag), PPK_ERR_OPTION);
	CHECK(strchr(diag.text, '\033') == NULL);
}

static void a_relying_party_id_is_a_domain_name(void)
{
	static const char *const good[] = { "localhost", "a.b-c.example", "xn--bcher-kva.example",
		"9.example", "" };
	static const char *const bad[] = { ".example", "example.", "a..b", "-a.example",
		"a-.example", "Example.org", "a b", "a_b.example", "example.org:443", "ü.example",
		"192.0.2.1",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example" };
	static char longest[PPK_RP_ID_MAX + 2];
	struct ppk_options options;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		CHECK_OK(apply_pair(&options, "rp_id", good[i], NULL));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_ERR(apply_pair(&options, "rp_id", bad[i], NULL), PPK_ERR_OPTION);
	for (size_t i = 0; i <= PPK_RP_ID_MAX; i++)
		longest[i] = i % 2 == 0 ? 'a' : '.';
	longest[PPK_RP_ID_MAX] = 'a';
	CHECK_ERR(apply_pair(&options, "rp_id", longest, NULL), PPK_ERR_OPTION);
	longest[PPK_RP_ID_MAX] = '\0';
	CHECK_OK(apply_pair(&options, "rp_id", longest, NULL));
	CHECK_STR(options.rp_id, longest);
}

static void numbers_are_read_whole_and_within_bounds(void)
{
	static const char *const bad[] = { "", "4", "601", "99999", "4294967326",
		"18446744073709551646", "+30", " 30", "30 ", "030", "0x1e", "3e1", "30s" };
	struct ppk_options options;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_ERR(apply_pair(&options, "timeout", bad[i], NULL), PPK_ERR_OPTION);
		CHECK_INT(options.timeout_s, 30);
	}
	CHECK_OK(apply_pair(&options, "timeout", "5", NULL));
	CHECK_INT(options.timeout_s, 5);
}

static void words_are_compared_whole(void)
{
	static const char *const bad[][2] = { { "cue", "y" }, { "cue", "yess" }, { "cue", "" },
		{ "cue", "YES" }, { "unenrolled", "den" }, { "unenrolled", "" },
		{ "sign_count", "offf" }, { "sign_count", "" }, { "user_verification", "" },
		{ "user_verification", "require" } };
	struct ppk_options options;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_ERR(apply_pair(&options, bad[i][0], bad[i][1], NULL), PPK_ERR_OPTION);
	CHECK_OK(apply_pair(&options, "sign_count", "off", NULL));
	CHECK_INT(options.sign_count, PPK_SIGN_COUNT_OFF);
	CHECK_OK(apply_pair(&options, "user_verification", "preferred", NULL));
	CHECK_INT(options.user_verification, PPK_UV_PREFERRED);
}

static void a_list_of_methods_has_no_gap(void)
{
	static const char *const bad[] = { "", ",", "local,", ",local", "local,,local",
		"local local", "magic", "auto,local", "local,auto" };
	struct ppk_options options;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_ERR(apply_pair(&options, "methods", bad[i], NULL), PPK_ERR_OPTION);
		CHECK_INT(options.method_count, 0);
	}
	CHECK_OK(apply_pair(&options, "methods", "agent,local", NULL));
	CHECK_INT(options.method_count, 2);
	CHECK_INT(options.methods[0], PPK_METHOD_AGENT);
	CHECK_INT(options.methods[1], PPK_METHOD_LOCAL);
}

static void without_a_reader_for_the_reason_an_error_is_an_error(void)
{
	struct ppk_options options;

	CHECK_ERR(apply_pair(&options, "timeout", "x", NULL), PPK_ERR_OPTION);
	CHECK_ERR(apply_pair(&options, "timeot", "30", NULL), PPK_ERR_OPTION);
	CHECK_ERR(apply_text(&options, "=", NULL), PPK_ERR_OPTION);
	CHECK_ERR(apply_text(&options, "\x01", NULL), PPK_ERR_SYNTAX);
}

static void check_changed(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct ppk_options options;
	struct ppk_diag diag = { .text = "" };
	char argument[64];

	CHECK(len < sizeof(argument));
	memcpy(argument, data, len);
	argument[len] = '\0';
	ppk_options_init(&options);
	if (apply_argument(&options, argument, &diag) != PPK_OK) {
		if (strcmp(diag.source, "PAM line") != 0 || diag.text[0] == '\0')
			CHECK_FAIL("%s: \"%s\" is refused without a word", how, argument);
		return;
	}
	CHECK(options.timeout_s >= 5 && options.timeout_s <= 600);
	CHECK(options.method_count <= PPK_METHODS_MAX); /* 0: auto */
	CHECK(options.credentials[0] == '/' || options.credentials[0] == '%');
	++*(unsigned *)context;
}

static void a_changed_argument_is_a_good_one_or_refused(void)
{
	unsigned taken = 0;

	for (size_t i = 0; i < ROWS; i++) {
		char argument[64];

		snprintf(argument, sizeof(argument), "%s=%s", rows[i].name, rows[i].good);
		mutate_each(argument, strlen(argument), check_changed, &taken);
	}
	CHECK(taken > 100); /* other paths, and other seconds */
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(every_option_has_a_row),
		CHECK_TEST(models_are_a_list_without_gaps),
		CHECK_TEST(every_option_has_its_default),
		CHECK_TEST(every_option_takes_a_good_value_and_changes_nothing_else),
		CHECK_TEST(every_option_refuses_a_bad_value_and_says_which),
		CHECK_TEST(the_sentence_says_what_is_allowed),
		CHECK_TEST(an_unknown_option_is_refused_with_a_suggestion),
		CHECK_TEST(the_value_of_an_unknown_option_is_not_repeated),
		CHECK_TEST(a_switch_may_stand_alone_on_the_line),
		CHECK_TEST(an_option_twice_is_refused), CHECK_TEST(the_line_overrides_the_file),
		CHECK_TEST(conf_is_found_on_the_line_before_all_else),
		CHECK_TEST(conf_then_the_file_then_the_line_is_no_duplicate),
		CHECK_TEST(conf_in_a_file_is_refused), CHECK_TEST(a_path_over_the_limit_is_refused),
		CHECK_TEST(a_path_with_a_control_character_is_refused),
		CHECK_TEST(a_relying_party_id_is_a_domain_name),
		CHECK_TEST(numbers_are_read_whole_and_within_bounds),
		CHECK_TEST(words_are_compared_whole), CHECK_TEST(a_list_of_methods_has_no_gap),
		CHECK_TEST(without_a_reader_for_the_reason_an_error_is_an_error),
		CHECK_TEST(a_changed_argument_is_a_good_one_or_refused));
}
