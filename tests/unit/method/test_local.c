/* SPDX-License-Identifier: BSD-2-Clause */
/* The local method and its ceremony, with fake_device in the place of passkey-device. */
#include "check.h"
#include "crypto/digest.h"
#include "crypto/verify.h"
#include "method/ceremony.h"
#include "method/local.h"
#include "scene.h"
#include "sys/clock.h"

static const uint8_t challenge[PPK_CHALLENGE_SIZE] = { 1, 2, 3 };
static struct ppk_credential *credentials[PPK_CREDENTIALS_MAX];
static size_t credential_count;
static struct scene scene;
static struct ppk_assertion assertion;
static struct ppk_client_data_expected expected;
static struct ppk_method_request request;
static struct ppk_device device;
static const char *answers[sizeof(scene.answers) / sizeof(scene.answers[0])];
static enum ppk_err show_err;
static mode_t helper_mode;

static void enrol(const char *line)
{
	CHECK_OK(ppk_credential_parse(line, strlen(line), &credentials[credential_count], NULL));
	credential_count++;
}

static enum ppk_err run(const char *script)
{
	enum ppk_err err;

	scene_begin(&scene, script);
	memcpy(scene.answers, answers, sizeof(answers));
	scene.show_err = show_err;
	CHECK(chmod(scene.helper, helper_mode) == 0);
	request.user = "alice";
	request.host = "web1";
	request.action = "to sign in to web1 as alice";
	request.credentials = (const struct ppk_credential *const *)credentials;
	request.credential_count = credential_count;
	request.timeout_s = request.timeout_s == 0 ? 20 : request.timeout_s;
	request.device_helper = scene.helper;
	request.trust = scene.trust;
	request.challenge = challenge;
	request.dialogue = &scene.dialogue;
	request.log = &scene.log;
	request.device = &device;
	device = (struct ppk_device){ .packet = NULL };
	err = ppk_method_local(&request, &assertion, &expected);
	ppk_device_stop(&device);
	return err;
}

static void start(void)
{
	credential_count = 0;
	request = (struct ppk_method_request){ .cue = true, .crypto = &ppk_crypto_linked };
	memset(answers, 0, sizeof(answers));
	show_err = PPK_OK;
	helper_mode = 0755;
	enrol(FAKE_DEVICE_LINE " name=\"Blue key\"");
}

static void end(void)
{
	ppk_assertion_done(&assertion);
	ppk_bytes_done(&expected.exact);
	for (size_t i = 0; i < credential_count; i++)
		ppk_credential_free(credentials[i]);
	scene_end(&scene);
	assertion = (struct ppk_assertion){ .signature = { NULL, 0 } };
}

static void attempt(const char *script, enum ppk_err err)
{
	CHECK_ERR(run(script), err);
}

/* Run, compare everything that was said. */
static void check_said(const char *script, enum ppk_err err, const char *said)
{
	start();
	attempt(script, err);
	CHECK_STR(scene.said, said);
	end();
}

static void a_touch_brings_an_assertion_that_verifies(void)
{
	struct ppk_verified verified;
	struct ppk_verification verification = { .client_data = &expected, .rp_id = "" };

	start();
	attempt("authenticator 0 fido2 product=Key\nevent touch 0\nassertion count=7\n", PPK_OK);
	CHECK_STR(scene.said, "show Touch Blue key to sign in to web1 as alice\n");
	verification.credentials = request.credentials;
	verification.credential_count = request.credential_count;
	CHECK_OK(ppk_assertion_verify(&verification, &assertion, &verified));
	CHECK_INT(verified.sign_count, 7);
	end();
}

static void the_client_data_name_this_machine_and_the_challenge(void)
{
	start();
	attempt("assertion\n", PPK_OK);
	CHECK_BYTES(assertion.client_data.data, assertion.client_data.len, expected.exact.data,
		expected.exact.len);
	CHECK(memmem(expected.exact.data, expected.exact.len, "\"pam://web1\"", 12) != NULL);
	CHECK(memmem(expected.exact.data, expected.exact.len, "\"webauthn.get\"", 14) != NULL);
	CHECK(memmem(expected.exact.data, expected.exact.len, "\"AQIDAAAA", 9) != NULL);
	end();
}

static void an_origin_is_cut_and_not_overrun(void)
{
	char host[1000], origin[PPK_ORIGIN_SIZE];

	memset(host, 'h', sizeof(host) - 1);
	host[sizeof(host) - 1] = '\0';
	ppk_method_origin(host, origin);
	CHECK_INT(strlen(origin), PPK_ORIGIN_SIZE - 1);
	ppk_method_origin("web1", origin);
	CHECK_STR(origin, "pam://web1");
}

static void waiting_for_a_key_is_said_once(void)
{
	check_said("event insert\nevent insert\nauthenticator 0\nevent touch 0\nassertion\n",
		PPK_OK,
		"show Insert your security key to sign in to web1 as alice\n"
		"show Touch Blue key to sign in to web1 as alice\n");
}

static void several_that_blink_are_one_message(void)
{
	start();
	enrol("passkey1 id=b3RoZXI alg=es256 key=" FAKE_DEVICE_KEY " rp=example.com name=Other");
	attempt("authenticator 0\nauthenticator 1\nevent touch 0\nevent touch 1\nassertion\n",
		PPK_OK);
	CHECK_STR(scene.said, "show Touch your security key to sign in to web1 as alice\n");
	end();
}

static void a_key_is_named_by_the_one_credential_of_its_model(void)
{
	start();
	enrol("passkey1 id=b3RoZXI alg=es256 key=" FAKE_DEVICE_KEY
	      " rp=example.com name=\"Red key\" aaguid=00112233-4455-6677-8899-aabbccddeeff");
	ppk_credential_free(credentials[0]);
	credentials[0] = credentials[1];
	credential_count = 1;
	enrol("passkey1 id=dGhpcmQ alg=es256 key=" FAKE_DEVICE_KEY
	      " rp=example.com name=\"Third\" aaguid=10112233-4455-6677-8899-aabbccddeeff");
	attempt("authenticator 0 fido2 aaguid=00112233445566778899aabbccddeeff\nevent touch 0\n"
		"assertion\n",
		PPK_OK);
	CHECK_STR(scene.said, "show Touch Red key to sign in to web1 as alice\n");
	end();
}

static void another_model_is_not_called_by_the_name_of_the_only_credential(void)
{
	start();
	ppk_credential_free(credentials[0]);
	credential_count = 0;
	enrol(FAKE_DEVICE_LINE " name=\"Blue key\" aaguid=00112233-4455-6677-8899-aabbccddeeff");
	attempt("authenticator 0 fido2 aaguid=ff112233445566778899aabbccddeeff\nevent touch 0\n"
		"assertion\n",
		PPK_OK);
	CHECK_STR(scene.said, "show Touch your security key to sign in to web1 as alice\n");
	end();
}

static void a_credential_without_a_name_is_your_security_key(void)
{
	start();
	ppk_credential_free(credentials[0]);
	credential_count = 0;
	enrol(FAKE_DEVICE_LINE);
	attempt("authenticator 0 fido2\nevent touch 0\nassertion\n", PPK_OK);
	CHECK_STR(scene.said, "show Touch your security key to sign in to web1 as alice\n");
	end();
}

static void a_foreign_key_is_said_to_be_foreign(void)
{
	check_said(
		"authenticator 0\nevent gone 0 255 no-credential\nevent insert\nauthenticator 1\n"
		"event touch 1\nassertion\n",
		PPK_OK,
		"show This security key is not enrolled for alice; insert another\n"
		"show Touch Blue key to sign in to web1 as alice\n");
}

static void a_foreign_key_beside_the_right_one_is_not_worth_a_word(void)
{
	check_said(
		"authenticator 0\nauthenticator 1\nevent gone 0 255 no-credential\nevent touch 1\n"
		"assertion\n",
		PPK_OK, "show Touch Blue key to sign in to web1 as alice\n");
}

static void a_key_that_is_pulled_out_is_asked_for_again(void)
{
	check_said("authenticator 0\nevent touch 0\nevent gone 0 255 device\nevent insert\n"
		   "authenticator 0\nevent touch 0\nassertion\n",
		PPK_OK,
		"show Touch Blue key to sign in to web1 as alice\n"
		"show Insert your security key to sign in to web1 as alice\n"
		"show Touch Blue key to sign in to web1 as alice\n");
}

static void without_cues_nothing_is_said(void)
{
	start();
	request.cue = false;
	attempt("event insert\nauthenticator 0 uv\nevent verify 0\nevent touch 0\nassertion\n",
		PPK_OK);
	CHECK_STR(scene.said, "");
	end();
}

static void without_cues_a_pin_is_still_asked_for(void)
{
	start();
	request.cue = false;
	attempt("authenticator 0 pin\nevent pin_needed 0 8\nexpect\n", PPK_ERR_CANCELLED);
	CHECK_STR(scene.said, "ask PIN for Blue key: \n");
	end();
}

static enum ppk_err run_with(const char *script, const char *const given[])
{
	for (size_t i = 0; given[i] != NULL; i++)
		answers[i] = given[i];
	return run(script);
}

static void check_pin(
	const char *script, const char *const given[], enum ppk_err err, const char *said)
{
	start();
	CHECK_ERR(run_with(script, given), err);
	CHECK_STR(scene.said, said);
	CHECK_HAS_NOT(scene.log_text, "1234");
	end();
}

static void a_pin_reaches_the_authenticator_that_asked(void)
{
	char trace[4096];

	start();
	CHECK_OK(run_with(
		"authenticator 3 pin\nevent pin_needed 3 8\nexpect\nevent touch 3\nassertion\n",
		(const char *const[]){ "123456", NULL }));
	CHECK_STR(scene.said, "ask PIN for Blue key: \n"
			      "show Touch Blue key to sign in to web1 as alice\n");
	scene_read(&scene, "trace", trace, sizeof(trace));
	CHECK_HAS(trace, "pin 3 123456\n");
	end();
}

static void a_wrong_pin_is_asked_again_with_the_tries_that_are_left(void)
{
	check_pin("authenticator 0 pin\nevent pin_needed 0 8\nexpect\n"
		  "event pin_needed 0 7 pin-invalid\nexpect\nevent touch 0\nassertion\n",
		(const char *const[]){ "11234", "1234", NULL }, PPK_OK,
		"ask PIN for Blue key: \n"
		"ask Wrong PIN. 7 tries left. PIN for Blue key: \n"
		"show Touch Blue key to sign in to web1 as alice\n");
}

static void a_first_question_tells_of_earlier_wrong_tries(void)
{
	check_pin("authenticator 0 pin\nevent pin_needed 0 4\nexpect\nassertion\n",
		(const char *const[]){ "1234", NULL }, PPK_OK,
		"ask PIN for Blue key (4 tries left): \n");
}

static void a_first_question_may_be_the_last_try_and_says_so(void)
{
	check_pin("authenticator 0 pin\nevent pin_needed 0 1\nexpect\nassertion\n",
		(const char *const[]){ "1234", NULL }, PPK_OK,
		"ask Last try before the PIN is blocked. PIN for Blue key: \n");
}

static void one_try_before_the_lock_nobody_is_asked_again(void)
{
	check_pin("authenticator 0 pin\nevent pin_needed 0 2\nexpect\n"
		  "event pin_needed 0 1 pin-invalid\nexpect\nassertion\n",
		(const char *const[]){ "11234", "1234", NULL }, PPK_ERR_PIN_INVALID,
		"ask PIN for Blue key (2 tries left): \n"
		"warn Wrong PIN. One try is left before Blue key blocks it: "
		"look the PIN up, then start again\n");
}

static void a_helper_that_stops_before_the_lock_is_explained(void)
{
	check_pin("authenticator 0 pin\nevent pin_needed 0 255\nexpect\n"
		  "event failed 0 1 pin-invalid\n",
		(const char *const[]){ "11234", NULL }, PPK_ERR_PIN_INVALID,
		"ask PIN for Blue key: \n"
		"warn Wrong PIN. One try is left before Blue key blocks it: "
		"look the PIN up, then start again\n");
}

static void a_failed_fingerprint_falls_back_to_the_pin(void)
{
	check_pin("authenticator 0 pin uv\nevent verify 0\nevent verify_failed 0 2\n"
		  "event verify_failed 0 1\nevent pin_needed 0 8 uv-blocked\nexpect\nassertion\n",
		(const char *const[]){ "1234", NULL }, PPK_OK,
		"show Use the fingerprint reader of Blue key to sign in to web1 as alice\n"
		"warn Fingerprint not recognised, 2 tries left\n"
		"warn Fingerprint not recognised, one try left\n"
		"ask The fingerprint reader takes no more tries. PIN for Blue key: \n");
}

static void an_answer_that_cannot_be_a_pin_costs_no_try(void)
{
	char trace[4096];

	start();
	CHECK_OK(run_with("authenticator 0 pin\nevent pin_needed 0 8\nexpect\nassertion\n",
		(const char *const[]){ "123", "+", "\xc3\xa4\xc3\xa4", "1234", NULL }));
	CHECK_STR(scene.said, "ask PIN for Blue key: \n"
			      "ask A PIN has 4 to 63 characters. PIN for Blue key: \n"
			      "ask A PIN has 4 to 63 characters. PIN for Blue key: \n"
			      "ask A PIN has 4 to 63 characters. PIN for Blue key: \n");
	scene_read(&scene, "trace", trace, sizeof(trace));
	CHECK_INT(scene_count(trace, "pin 0"), 1);
	end();
}

static void questions_end_even_when_the_authenticator_asks_for_ever(void)
{
	char script[2048] = "authenticator 0 pin\n";
	static const char *const many[] = { "1111", "1111", "1111", "1111", "1111", "1111", "1111",
		"1111", "1111", "1111", NULL };

	for (int i = 0; i < 12; i++)
		strncat(script, "event pin_needed 0 255 pin-invalid\nexpect\n", 100);
	start();
	CHECK_ERR(run_with(script, many), PPK_ERR_PIN_INVALID);
	CHECK_INT(scene_count(scene.said, "ask "), 8);
	CHECK_HAS(scene.said, "warn Wrong PIN too often; start again\n");
	end();
}

static void no_answer_is_a_cancellation_and_no_sign_in_without_pin(void)
{
	char trace[4096];

	start();
	CHECK_ERR(run_with("authenticator 0 pin\nevent pin_needed 0 8\nexpect\nassertion\n",
			  (const char *const[]){ NULL }),
		PPK_ERR_CANCELLED);
	scene_read(&scene, "trace", trace, sizeof(trace));
	CHECK_HAS(trace, "cancel\n");
	CHECK_HAS_NOT(trace, "pin 0");
	end();
}

static void a_conversation_that_fails_ends_the_ceremony(void)
{
	start();
	CHECK_ERR(run_with("authenticator 0 pin\nevent pin_needed 0 8\nexpect\nassertion\n",
			  (const char *const[]){ "!", NULL }),
		PPK_ERR_CONVERSATION);
	end();
}

static void a_message_that_cannot_be_shown_ends_the_ceremony(void)
{
	static const char *const scripts[] = {
		"event insert\nassertion\n",
		"authenticator 0\nevent touch 0\nassertion\n",
		"authenticator 0 uv\nevent verify 0\nassertion\n",
		"authenticator 0 uv\nevent verify_failed 0 2\nassertion\n",
	};

	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		start();
		show_err = PPK_ERR_CONVERSATION;
		attempt(scripts[i], PPK_ERR_CONVERSATION);
		end();
	}
}

static void an_end_is_explained_where_a_person_can_do_something(void)
{
	static const struct {
		const char *token, *text;
		enum ppk_err err;
	} ends[] = {
		{ "pin-blocked", "The PIN of Blue key is blocked", PPK_ERR_PIN_BLOCKED },
		{ "pin-auth-blocked", "take Blue key out", PPK_ERR_PIN_AUTH_BLOCKED },
		{ "uv-blocked", "fingerprint reader of Blue key is blocked", PPK_ERR_UV_BLOCKED },
		{ "pin-not-set", "Blue key has none", PPK_ERR_PIN_NOT_SET },
		{ "timeout", "Nobody touched a security key within 20 seconds", PPK_ERR_TIMEOUT },
		{ "unsupported", "more than Blue key can do", PPK_ERR_UNSUPPORTED },
		{ "device", "The security key failed", PPK_ERR_DEVICE },
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		char script[256];

		snprintf(script, sizeof(script), "authenticator 0\nevent failed 0 0 %s\n",
			ends[i].token);
		start();
		attempt(script, ends[i].err);
		if (strstr(scene.said, ends[i].text) == NULL)
			CHECK_FAIL("%s: said %s", ends[i].token, scene.said);
		CHECK_INT(scene_count(scene.said, "\n"), 1);
		end();
	}
}

static void nobody_who_inserts_a_key_is_told_so(void)
{
	check_said("event failed 255 255 timeout\n", PPK_ERR_NO_AUTHENTICATOR,
		"warn No security key was inserted within 20 seconds\n");
}

static void check_said_with_another_way(const char *script, enum ppk_err err, const char *said)
{
	start();
	request.another_way = true;
	request.timeout_s = 2;
	attempt(script, err);
	CHECK_STR(scene.said, said);
	end();
}

static void with_another_way_a_key_is_waited_for_half_as_long(void)
{
	int64_t before_ms = ppk_clock_ms();

	check_said_with_another_way("event insert\nhang\n", PPK_ERR_NO_AUTHENTICATOR,
		"show Insert your security key to sign in to web1 as alice, or wait 1 seconds for "
		"another way\n"
		"warn No security key was inserted within 1 seconds\n");
	CHECK(ppk_clock_ms() - before_ms >= 1000);
	check_said_with_another_way("authenticator 0\nevent gone 0 255 no-credential\n"
				    "event insert\nhang\n",
		PPK_ERR_NO_CREDENTIAL,
		"show This security key is not enrolled for alice; insert another, or wait 1 "
		"seconds "
		"for another way\n"
		"warn No security key that is enrolled for alice was inserted within 1 seconds\n");
	check_said_with_another_way("event gone 0 255 device-permission\nevent insert\nhang\n",
		PPK_ERR_DEVICE_PERMISSION,
		"show Insert your security key to sign in to web1 as alice, or wait 1 seconds for "
		"another way\n"
		"warn The security key that is plugged in may not be used from here: ask your "
		"administrator\n");
	/* taken out again: nobody let its time run out */
	check_said_with_another_way("authenticator 0\nevent touch 0\nevent gone 0 255\n"
				    "event insert\nhang\n",
		PPK_ERR_NO_AUTHENTICATOR,
		"show Touch Blue key to sign in to web1 as alice\n"
		"show Insert your security key to sign in to web1 as alice, or wait 1 seconds for "
		"another way\n"
		"warn No security key was inserted within 1 seconds\n");
}

static void a_key_that_came_has_the_whole_time(void)
{
	int64_t before_ms = ppk_clock_ms();

	check_said_with_another_way("event insert\nauthenticator 0\nevent touch 0\nhang\n",
		PPK_ERR_TIMEOUT,
		"show Insert your security key to sign in to web1 as alice, or wait 1 seconds for "
		"another way\n"
		"show Touch Blue key to sign in to web1 as alice\n"
		"warn Nobody touched a security key within 2 seconds\n");
	CHECK(ppk_clock_ms() - before_ms >= 2000);
	check_said_with_another_way("event insert\nauthenticator 0\nevent touch 0\nassertion\n",
		PPK_OK,
		"show Insert your security key to sign in to web1 as alice, or wait 1 seconds for "
		"another way\n"
		"show Touch Blue key to sign in to web1 as alice\n");
}

/* A denial: "cannot say" is what some services go on after. */
static void a_key_that_may_not_be_opened_is_told_of(void)
{
	check_said(
		"event gone 0 255 device-permission\nevent insert\nevent failed 255 255 timeout\n",
		PPK_ERR_DEVICE_PERMISSION,
		"show Insert your security key to sign in to web1 as alice\n"
		"warn The security key that is plugged in may not be used from here: ask your "
		"administrator\n");
}

static void a_foreign_key_alone_until_the_end_is_the_reason(void)
{
	check_said("authenticator 0\nevent gone 0 255 no-credential\nevent insert\n"
		   "event failed 255 255 timeout\n",
		PPK_ERR_NO_CREDENTIAL,
		"show This security key is not enrolled for alice; insert another\n"
		"warn No security key that is enrolled for alice was inserted within 20 seconds\n");
}

static void a_key_that_blocked_itself_is_named_after_it_left(void)
{
	check_said(
		"authenticator 0 pin\nevent gone 0 0 pin-blocked\nevent failed 0 0 pin-blocked\n",
		PPK_ERR_PIN_BLOCKED,
		"warn The PIN of Blue key is blocked: use another key, or ask your "
		"administrator\n");
}

static void a_failure_without_a_reason_is_no_success(void)
{
	check_said("raw 2300ff00026f6b\n", PPK_ERR_FRAME, "");
}

static void what_does_not_belong_here_is_refused(void)
{
	check_said("event listed\nassertion\n", PPK_ERR_FRAME, "");
	check_said("credential\n", PPK_ERR_FRAME, "");
	check_said("raw 00\nassertion\n", PPK_ERR_FRAME, "");
	check_said("raw ffffffff\nassertion\n", PPK_ERR_FRAME, "");
	check_said("large 200000\nassertion\n", PPK_ERR_FRAME, "");
}

static void a_helper_that_dies_is_an_end(void)
{
	check_said("authenticator 0\nstop\n", PPK_ERR_PROCESS, "");
}

static void a_silent_helper_costs_the_timeout_and_no_more(void)
{
	int64_t before_ms = ppk_clock_ms();

	start();
	request.timeout_s = 1;
	attempt("authenticator 0\nevent touch 0\nhang\n", PPK_ERR_TIMEOUT);
	CHECK(ppk_clock_ms() - before_ms >= 1000 && ppk_clock_ms() - before_ms < 6000);
	CHECK_HAS(scene.said, "warn Nobody touched a security key within 1 seconds\n");
	end();
}

static void a_helper_that_never_stops_talking_costs_the_timeout_and_no_more(void)
{
	int64_t before_ms = ppk_clock_ms();

	start();
	request.timeout_s = 1;
	attempt("authenticator 0\nflood touch 0\n", PPK_ERR_TIMEOUT);
	CHECK(ppk_clock_ms() - before_ms < 6000);
	end();
}

static void a_key_that_comes_and_goes_does_not_fill_the_screen(void)
{
	char script[8192] = "";

	for (int i = 0; i < 100; i++)
		strcat(script, "authenticator 0\nevent touch 0\nevent gone 0 255\nevent insert\n");
	strcat(script, "assertion\n");
	start();
	attempt(script, PPK_OK);
	CHECK(scene_count(scene.said, "\n") <= 24);
	end();
}

static void hostile_names_of_authenticators_stay_out_of_the_log(void)
{
	start();
	attempt("authenticator 0 fido2 product=\x1b[2J%s%n\a\xc0\xaf\nevent touch 0\nassertion\n",
		PPK_OK);
	CHECK(strchr(scene.log_text, '\x1b') == NULL && strchr(scene.said, '\x1b') == NULL);
	end();
}

static void credentials_are_grouped_with_the_least_demanding_first(void)
{
	char trace[4096];

	start();
	ppk_credential_free(credentials[0]);
	credential_count = 0;
	enrol("passkey1 id=YQ alg=es256 key=" FAKE_DEVICE_KEY " rp=b.example uv=required");
	enrol("passkey1 id=Yg alg=es256 key=" FAKE_DEVICE_KEY " rp=a.example");
	enrol("passkey1 id=Yw alg=es256 key=" FAKE_DEVICE_KEY " rp=b.example");
	enrol("passkey1 id=ZA alg=es256 key=" FAKE_DEVICE_KEY " rp=a.example");
	attempt("assertion\n", PPK_OK);
	scene_read(&scene, "trace", trace, sizeof(trace));
	CHECK_HAS(trace, " a.example/discouraged/2 b.example/discouraged/1 b.example/required/1\n");
	end();
}

static void the_service_raises_what_a_credential_demands(void)
{
	char trace[4096];

	start();
	request.uv = PPK_UV_PREFERRED;
	enrol("passkey1 id=YQ alg=es256 key=" FAKE_DEVICE_KEY " rp=example.com uv=required");
	attempt("assertion\n", PPK_OK);
	scene_read(&scene, "trace", trace, sizeof(trace));
	CHECK_HAS(trace, " example.com/preferred/1 example.com/required/1\n");
	end();
}

static void a_helper_that_others_may_write_is_not_run(void)
{
	start();
	helper_mode = 0777;
	attempt("assertion\n", PPK_ERR_UNSAFE_FILE);
	CHECK_HAS(scene.log_text, "error device_helper: ");
	end();
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(a_touch_brings_an_assertion_that_verifies),
		CHECK_TEST(the_client_data_name_this_machine_and_the_challenge),
		CHECK_TEST(an_origin_is_cut_and_not_overrun),
		CHECK_TEST(waiting_for_a_key_is_said_once),
		CHECK_TEST(several_that_blink_are_one_message),
		CHECK_TEST(a_key_is_named_by_the_one_credential_of_its_model),
		CHECK_TEST(another_model_is_not_called_by_the_name_of_the_only_credential),
		CHECK_TEST(a_credential_without_a_name_is_your_security_key),
		CHECK_TEST(a_foreign_key_is_said_to_be_foreign),
		CHECK_TEST(a_foreign_key_beside_the_right_one_is_not_worth_a_word),
		CHECK_TEST(a_key_that_is_pulled_out_is_asked_for_again),
		CHECK_TEST(without_cues_nothing_is_said),
		CHECK_TEST(without_cues_a_pin_is_still_asked_for),
		CHECK_TEST(a_pin_reaches_the_authenticator_that_asked),
		CHECK_TEST(a_wrong_pin_is_asked_again_with_the_tries_that_are_left),
		CHECK_TEST(a_first_question_tells_of_earlier_wrong_tries),
		CHECK_TEST(a_first_question_may_be_the_last_try_and_says_so),
		CHECK_TEST(one_try_before_the_lock_nobody_is_asked_again),
		CHECK_TEST(a_helper_that_stops_before_the_lock_is_explained),
		CHECK_TEST(a_failed_fingerprint_falls_back_to_the_pin),
		CHECK_TEST(an_answer_that_cannot_be_a_pin_costs_no_try),
		CHECK_TEST(questions_end_even_when_the_authenticator_asks_for_ever),
		CHECK_TEST(no_answer_is_a_cancellation_and_no_sign_in_without_pin),
		CHECK_TEST(a_conversation_that_fails_ends_the_ceremony),
		CHECK_TEST(a_message_that_cannot_be_shown_ends_the_ceremony),
		CHECK_TEST(an_end_is_explained_where_a_person_can_do_something),
		CHECK_TEST(nobody_who_inserts_a_key_is_told_so),
		CHECK_TEST(with_another_way_a_key_is_waited_for_half_as_long),
		CHECK_TEST(a_key_that_came_has_the_whole_time),
		CHECK_TEST(a_key_that_may_not_be_opened_is_told_of),
		CHECK_TEST(a_foreign_key_alone_until_the_end_is_the_reason),
		CHECK_TEST(a_key_that_blocked_itself_is_named_after_it_left),
		CHECK_TEST(a_failure_without_a_reason_is_no_success),
		CHECK_TEST(what_does_not_belong_here_is_refused),
		CHECK_TEST(a_helper_that_dies_is_an_end),
		CHECK_TEST(a_silent_helper_costs_the_timeout_and_no_more),
		CHECK_TEST(a_helper_that_never_stops_talking_costs_the_timeout_and_no_more),
		CHECK_TEST(a_key_that_comes_and_goes_does_not_fill_the_screen),
		CHECK_TEST(hostile_names_of_authenticators_stay_out_of_the_log),
		CHECK_TEST(credentials_are_grouped_with_the_least_demanding_first),
		CHECK_TEST(the_service_raises_what_a_credential_demands),
		CHECK_TEST(a_helper_that_others_may_write_is_not_run));
}
