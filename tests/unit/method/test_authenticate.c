/* SPDX-License-Identifier: BSD-2-Clause */
/* A whole sign-in without PAM: credential file, state, fake_device. */
#include <pwd.h>
#include <time.h>

#include "check.h"
#include "method/authenticate.h"
#include "scene.h"

#define TOUCH "authenticator 0 fido2\nevent touch 0\n"

static struct scene scene;
static struct ppk_options options;
static char user[256];
static char counts_path[512];
static struct ppk_request request;

static void start(const char *script, const char *credentials)
{
	scene_begin(&scene, script);
	ppk_options_init(&options);
	snprintf(options.credentials, sizeof(options.credentials), "%s/%%u", scene.folder);
	snprintf(options.state, sizeof(options.state), "%s/state", scene.folder);
	snprintf(options.device_helper, sizeof(options.device_helper), "%s", scene.helper);
	options.timeout_s = 5;
	options.methods[0] = PPK_METHOD_LOCAL;
	options.method_count = 1;
	snprintf(user, sizeof(user), "%s", getpwuid(getuid())->pw_name);
	snprintf(counts_path, sizeof(counts_path), "state/%s.counts", user);
	CHECK(mkdir(options.state, 0755) == 0);
	if (credentials != NULL)
		scene_write(&scene, user, credentials);
	request = (struct ppk_request){ .user = user,
		.service = "sudo",
		.tty = "/dev/pts/1",
		.options = &options,
		.crypto = &ppk_crypto_linked,
		.dialogue = &scene.dialogue,
		.log = &scene.log,
		.root = getuid() };
}

static void check_result(enum ppk_outcome outcome, enum ppk_err reason)
{
	struct ppk_result result = ppk_authenticate(&request);

	if (result.outcome != outcome || result.reason != reason)
		CHECK_FAIL("outcome %d, reason %s, log:\n%s", result.outcome,
			ppk_err_token(result.reason), scene.log_text);
	CHECK_INT(scene_count(scene.log_text, "notice result="), 1);
}

/* One sign-in of the kind that most tests are about. */
static void check_case(
	const char *script, const char *credentials, enum ppk_outcome outcome, enum ppk_err reason)
{
	start(script, credentials);
	check_result(outcome, reason);
	scene_end(&scene);
}

static void read_counts(char *out, size_t size)
{
	scene_read(&scene, counts_path, out, size);
}

static void a_touch_signs_in(void)
{
	char counts[4096];

	start(TOUCH "assertion count=5\n", FAKE_DEVICE_LINE " name=\"Blue key\"\n");
	check_result(PPK_OUTCOME_GRANTED, PPK_OK);
	CHECK_HAS(scene.log_text,
		"service=sudo tty=/dev/pts/1 method=local credential=\"Blue key\" "
		"id=ZmFrZS1j ms=");
	CHECK_HAS(scene.log_text, "notice result=granted reason=ok user=");
	CHECK(strncmp(scene.said, "show Touch Blue key to sign in to ", 34) == 0);
	read_counts(counts, sizeof(counts));
	CHECK_HAS(counts, "count=5");
	scene_end(&scene);
}

static void what_the_verifier_refuses_is_denied(void)
{
	static const struct {
		const char *script;
		enum ppk_err reason;
	} cases[] = {
		{ TOUCH "assertion signature=flip\n", PPK_ERR_SIGNATURE },
		{ TOUCH "assertion signature=other\n", PPK_ERR_SIGNATURE },
		{ TOUCH "assertion flags=00\n", PPK_ERR_USER_PRESENCE },
		{ TOUCH "assertion flags=11\n", PPK_ERR_BACKUP_FLAGS },
		{ TOUCH "assertion rp=evil.example\n", PPK_ERR_RP_ID },
		{ TOUCH "assertion id=other\n", PPK_ERR_CREDENTIAL_UNKNOWN },
		{ TOUCH "assertion size=38\n", PPK_ERR_AUTHENTICATOR_DATA },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start(cases[i].script, FAKE_DEVICE_LINE "\n");
		check_result(PPK_OUTCOME_DENIED, cases[i].reason);
		CHECK_HAS(scene.said, "warn The passkey's answer was not accepted\n");
		scene_end(&scene);
	}
}

static void verification_that_credential_or_service_demands_is_enforced(void)
{
	check_case(TOUCH "assertion\n", FAKE_DEVICE_LINE " uv=required\n", PPK_OUTCOME_DENIED,
		PPK_ERR_USER_VERIFICATION);
	check_case(TOUCH "assertion flags=05\n", FAKE_DEVICE_LINE " uv=required\n",
		PPK_OUTCOME_GRANTED, PPK_OK);
	start(TOUCH "assertion\n", FAKE_DEVICE_LINE "\n");
	options.user_verification = PPK_UV_REQUIRED;
	check_result(PPK_OUTCOME_DENIED, PPK_ERR_USER_VERIFICATION);
	scene_end(&scene);
}

static void each_end_of_a_ceremony_has_its_outcome(void)
{
	static const struct {
		const char *token;
		enum ppk_outcome outcome;
		enum ppk_err reason;
	} cases[] = {
		{ "timeout", PPK_OUTCOME_DENIED, PPK_ERR_TIMEOUT },
		{ "cancelled", PPK_OUTCOME_DENIED, PPK_ERR_CANCELLED },
		{ "device", PPK_OUTCOME_DENIED, PPK_ERR_DEVICE },
		{ "no-credential", PPK_OUTCOME_DENIED, PPK_ERR_NO_CREDENTIAL },
		{ "pin-not-set", PPK_OUTCOME_DENIED, PPK_ERR_PIN_NOT_SET },
		{ "pin-blocked", PPK_OUTCOME_BLOCKED, PPK_ERR_PIN_BLOCKED },
		{ "pin-auth-blocked", PPK_OUTCOME_BLOCKED, PPK_ERR_PIN_AUTH_BLOCKED },
		{ "uv-blocked", PPK_OUTCOME_BLOCKED, PPK_ERR_UV_BLOCKED },
		{ "unenrolled", PPK_OUTCOME_DENIED, PPK_ERR_UNENROLLED },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char script[128];

		snprintf(script, sizeof(script), "authenticator 0\nevent failed 0 0 %s\n",
			cases[i].token);
		start(script, FAKE_DEVICE_LINE "\n");
		/* a lying helper that says "unenrolled" must not make use of it */
		options.unenrolled = PPK_UNENROLLED_SKIP;
		check_result(cases[i].outcome, cases[i].reason);
		scene_end(&scene);
	}
}

static void without_credentials_unenrolled_decides(void)
{
	static const char *const nothing[] = { NULL, "", "# only a comment\n\n" };

	for (size_t i = 0; i < 3; i++) {
		check_case("stop\n", nothing[i], PPK_OUTCOME_DENIED, PPK_ERR_UNENROLLED);
		start("stop\n", nothing[i]);
		options.unenrolled = PPK_UNENROLLED_SKIP;
		check_result(PPK_OUTCOME_SKIPPED, PPK_ERR_UNENROLLED);
		CHECK_STR(scene.said, "");
		scene_end(&scene);
	}
}

/* Start with unenrolled=skip, which must not help here. */
static void start_skip(const char *script, const char *credentials)
{
	start(script, credentials);
	options.unenrolled = PPK_UNENROLLED_SKIP;
}

static void credentials_out_of_use_are_denied_and_never_skipped(void)
{
	start_skip("stop\n", FAKE_DEVICE_LINE " disabled=yes\n");
	check_result(PPK_OUTCOME_DENIED, PPK_ERR_CREDENTIAL_DISABLED);
	scene_end(&scene);
	start_skip("stop\n", FAKE_DEVICE_LINE " expires=2001-01-01T00:00:00Z\n");
	check_result(PPK_OUTCOME_DENIED, PPK_ERR_CREDENTIAL_EXPIRED);
	scene_end(&scene);
	start_skip("stop\n", FAKE_DEVICE_LINE "\n");
	snprintf(options.rp_id, sizeof(options.rp_id), "other.example");
	check_result(PPK_OUTCOME_DENIED, PPK_ERR_RP_ID);
	CHECK_STR(scene.said, "");
	scene_end(&scene);
}

static void a_file_of_bad_lines_alone_cannot_say(void)
{
	start_skip("stop\n", "passkey1 id=YQ alg=es256\n");
	check_result(PPK_OUTCOME_UNAVAILABLE, PPK_ERR_SYNTAX);
	CHECK_HAS(scene.log_text, "error credential skipped: ");
	CHECK_HAS(scene.log_text, ":1");
	scene_end(&scene);
}

static void a_bad_line_is_named_and_the_others_still_sign_in(void)
{
	char place[600];

	start(TOUCH "assertion\n", "# keys\npasskey9 x\n" FAKE_DEVICE_LINE "\nrubbish\n");
	check_result(PPK_OUTCOME_GRANTED, PPK_OK);
	snprintf(place, sizeof(place), "%s/%s:2", scene.folder, user);
	CHECK_HAS(scene.log_text, place);
	snprintf(place, sizeof(place), "%s/%s:4", scene.folder, user);
	CHECK_HAS(scene.log_text, place);
	CHECK_INT(scene_count(scene.log_text, "error credential skipped: "), 2);
	scene_end(&scene);
}

static void a_store_that_cannot_say_is_never_skipped(void)
{
	char path[512];

	start_skip("stop\n", FAKE_DEVICE_LINE "\n");
	snprintf(path, sizeof(path), "%s/%s", scene.folder, user);
	CHECK(chmod(path, 0666) == 0);
	check_result(PPK_OUTCOME_UNAVAILABLE, PPK_ERR_UNSAFE_FILE);
	scene_end(&scene);

	start_skip("stop\n", NULL);
	snprintf(options.credentials, sizeof(options.credentials), "%s/missing/%%u", scene.folder);
	check_result(PPK_OUTCOME_UNAVAILABLE, PPK_ERR_IO);
	scene_end(&scene);
}

static void nobody_whom_the_system_does_not_know_is_named_or_skipped(void)
{
	static const char *const names[] = { "no-such-user-here", "hunter2 secret", "../etc/shadow",
		"", "a\nb", "..", "-root", "\xff" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		start_skip("stop\n", NULL);
		request.user = names[i];
		check_result(PPK_OUTCOME_DENIED, PPK_ERR_USER_UNKNOWN);
		CHECK_HAS_NOT(scene.log_text, "user=");
		if (names[i][0] != '\0')
			CHECK_HAS_NOT(scene.log_text, names[i]);
		scene_end(&scene);
	}
}

static void sign_twice(unsigned first, unsigned second, enum ppk_sign_count_policy policy)
{
	char script[128];

	snprintf(script, sizeof(script), TOUCH "assertion count=%u\n", first);
	start(script, FAKE_DEVICE_LINE "\n");
	options.sign_count = policy;
	check_result(PPK_OUTCOME_GRANTED, PPK_OK);
	snprintf(script, sizeof(script), TOUCH "assertion count=%u\n", second);
	scene_write(&scene, "script", script);
	scene.log_text[0] = '\0';
}

static void a_count_that_does_not_rise_is_denied(void)
{
	char counts[4096];

	for (unsigned second = 0; second <= 5; second += 1) {
		sign_twice(5, second, PPK_SIGN_COUNT_ENFORCE);
		check_result(PPK_OUTCOME_DENIED, PPK_ERR_SIGN_COUNT);
		read_counts(counts, sizeof(counts));
		CHECK_HAS(counts, "count=5");
		scene_end(&scene);
	}
	sign_twice(5, 6, PPK_SIGN_COUNT_ENFORCE);
	check_result(PPK_OUTCOME_GRANTED, PPK_OK);
	scene_end(&scene);
}

static void a_key_without_a_count_signs_in_again(void)
{
	sign_twice(0, 0, PPK_SIGN_COUNT_ENFORCE);
	check_result(PPK_OUTCOME_GRANTED, PPK_OK);
	scene_end(&scene);
}

static void a_falling_count_may_be_logged_and_stays_remembered(void)
{
	char counts[4096];

	sign_twice(5, 3, PPK_SIGN_COUNT_LOG);
	check_result(PPK_OUTCOME_GRANTED, PPK_OK);
	CHECK_HAS(scene.log_text, "warning the sign count did not rise (5 stored, 3 reported)");
	read_counts(counts, sizeof(counts));
	CHECK_HAS(counts, "count=5");
	scene_end(&scene);
	sign_twice(5, 3, PPK_SIGN_COUNT_OFF);
	check_result(PPK_OUTCOME_GRANTED, PPK_OK);
	CHECK_HAS_NOT(scene.log_text, "did not rise");
	scene_end(&scene);
}

static void a_damaged_state_cannot_say(void)
{
	start(TOUCH "assertion count=5\n", FAKE_DEVICE_LINE "\n");
	scene_write(&scene, counts_path, "count1 garbage\n");
	check_result(PPK_OUTCOME_UNAVAILABLE, PPK_ERR_SYNTAX);
	CHECK_HAS(scene.log_text, "error state: ");
	scene_end(&scene);
}

static void a_damaged_state_does_not_matter_where_counts_do_not(void)
{
	start(TOUCH "assertion count=5\n", FAKE_DEVICE_LINE "\n");
	scene_write(&scene, counts_path, "count1 garbage\n");
	options.sign_count = PPK_SIGN_COUNT_OFF;
	check_result(PPK_OUTCOME_GRANTED, PPK_OK);
	CHECK_HAS(scene.log_text, "error state: ");
	scene_end(&scene);
}

static void a_helper_that_is_missing_cannot_say(void)
{
	start("stop\n", FAKE_DEVICE_LINE "\n");
	snprintf(options.device_helper, sizeof(options.device_helper), "%s/none", scene.folder);
	check_result(PPK_OUTCOME_UNAVAILABLE, PPK_ERR_NOT_FOUND);
	CHECK_HAS(scene.log_text, "error device_helper: ");
	scene_end(&scene);
}

static void a_user_handle_of_somebody_else_is_denied(void)
{
	check_case(TOUCH "assertion handle=b\n", FAKE_DEVICE_LINE " user=YQ\n", PPK_OUTCOME_DENIED,
		PPK_ERR_CREDENTIAL_UNKNOWN);
	check_case(TOUCH "assertion handle=a\n", FAKE_DEVICE_LINE " user=YQ\n", PPK_OUTCOME_GRANTED,
		PPK_OK);
}

static void names_from_files_cannot_forge_a_log_line(void)
{
	start(TOUCH "assertion\n",
		FAKE_DEVICE_LINE " name=\"x\\\" result=denied user=\\\"root\"\n");
	check_result(PPK_OUTCOME_GRANTED, PPK_OK);
	CHECK_HAS(scene.log_text, "credential=\"x\\\" result=denied user=\\\"root\"");
	scene_end(&scene);
}

static void readers_are_asked_where_the_admin_says_so(void)
{
	for (int nfc = 0; nfc < 2; nfc++) {
		char trace[4096];

		start(TOUCH "assertion\n", FAKE_DEVICE_LINE "\n");
		options.nfc = nfc == 1;
		check_result(PPK_OUTCOME_GRANTED, PPK_OK);
		scene_read(&scene, "trace", trace, sizeof(trace));
		CHECK_INT(scene_count(trace, " nfc "), nfc);
		scene_end(&scene);
	}
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(a_touch_signs_in),
		CHECK_TEST(readers_are_asked_where_the_admin_says_so),
		CHECK_TEST(what_the_verifier_refuses_is_denied),
		CHECK_TEST(verification_that_credential_or_service_demands_is_enforced),
		CHECK_TEST(each_end_of_a_ceremony_has_its_outcome),
		CHECK_TEST(without_credentials_unenrolled_decides),
		CHECK_TEST(credentials_out_of_use_are_denied_and_never_skipped),
		CHECK_TEST(a_file_of_bad_lines_alone_cannot_say),
		CHECK_TEST(a_bad_line_is_named_and_the_others_still_sign_in),
		CHECK_TEST(a_store_that_cannot_say_is_never_skipped),
		CHECK_TEST(nobody_whom_the_system_does_not_know_is_named_or_skipped),
		CHECK_TEST(a_count_that_does_not_rise_is_denied),
		CHECK_TEST(a_key_without_a_count_signs_in_again),
		CHECK_TEST(a_falling_count_may_be_logged_and_stays_remembered),
		CHECK_TEST(a_damaged_state_cannot_say),
		CHECK_TEST(a_damaged_state_does_not_matter_where_counts_do_not),
		CHECK_TEST(a_helper_that_is_missing_cannot_say),
		CHECK_TEST(a_user_handle_of_somebody_else_is_denied),
		CHECK_TEST(names_from_files_cannot_forge_a_log_line));
}
