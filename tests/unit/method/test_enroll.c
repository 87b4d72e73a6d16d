/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"
#include "method/enroll.h"
#include "scene.h"

#define CREATE "authenticator 0 fido2 product=Solo\nevent touch 0\n"

static struct scene scene;
static struct ppk_enrollment enrollment;
static struct ppk_options options;
static struct ppk_enrolment_policy policy;
static struct ppk_credential *credential;
static uint32_t count;
static struct ppk_diag diag;

static void start(const char *create, const char *assert)
{
	static const uint8_t handle[] = "handle";

	scene_begin(&scene, assert);
	scene_write(&scene, "script.create", create);
	credential = NULL;
	count = 99;
	ppk_options_init(&options);
	policy = (struct ppk_enrolment_policy){ .options = &options };
	enrollment = (struct ppk_enrollment){
		.rp_id = FAKE_DEVICE_RP_ID,
		.user = "alice",
		.host = "web1",
		.name = "Blue key",
		.user_handle = handle,
		.user_handle_len = 6,
		.timeout_s = 5,
		.device_helper = scene.helper,
		.trust = scene.trust,
		.policy = &policy,
		.dialogue = &scene.dialogue,
		.log = &scene.log,
	};
}

static void end(void)
{
	ppk_credential_free(credential);
	scene_end(&scene);
}

static void check_refused(const char *create, const char *assert, enum ppk_err err)
{
	start(create, assert);
	CHECK_ERR(ppk_enroll(&enrollment, &credential, &count, &diag), err);
	CHECK(credential == NULL && count == 99);
	end();
}

static void a_credential_is_made_and_tested(void)
{
	start(CREATE "credential count=1\n", CREATE "assertion count=2\n");
	CHECK_OK(ppk_enroll(&enrollment, &credential, &count, &diag));
	CHECK_STR(credential->name, "Blue key");
	CHECK_STR(credential->rp_id, FAKE_DEVICE_RP_ID);
	CHECK_BYTES(
		credential->id.data, credential->id.len, FAKE_DEVICE_ID, strlen(FAKE_DEVICE_ID));
	CHECK_BYTES(credential->user_handle.data, credential->user_handle.len, "handle", 6);
	CHECK(credential->created_s > 0 && credential->alg == PPK_ALG_ES256);
	CHECK_INT(count, 2);
	CHECK_STR(scene.said, "show Touch Solo to enrol it for alice\n"
			      "show Touch Blue key once more to test it\n");
	end();
}

static void what_the_authenticator_is_asked_for(void)
{
	char trace[4096];

	start(CREATE "credential flags=45\n", "assertion flags=05\n");
	enrollment.uv = PPK_UV_REQUIRED;
	enrollment.discoverable = true;
	enrollment.nfc = true;
	CHECK_OK(ppk_enroll(&enrollment, &credential, &count, &diag));
	CHECK_INT(credential->uv, PPK_UV_REQUIRED);
	scene_read(&scene, "trace", trace, sizeof(trace));
	CHECK_INT(scene_count(trace, " nfc "), 2); /* to make it and to test it */
	CHECK_HAS(
		trace, " example.com user=alice uv=required discoverable=1 protect=3 exclude=0\n");
	CHECK_HAS(trace, " example.com/required/1\n");
	end();
}

static void keys_of_the_same_relying_party_are_excluded(void)
{
	const struct ppk_credential *enrolled[2];
	struct ppk_credential *here, *elsewhere;
	char trace[4096];

	CHECK_OK(ppk_credential_parse(FAKE_DEVICE_LINE, strlen(FAKE_DEVICE_LINE), &here, NULL));
	CHECK_OK(
		ppk_credential_parse(FAKE_DEVICE_LINE, strlen(FAKE_DEVICE_LINE), &elsewhere, NULL));
	elsewhere->rp_id[0] = 'x';
	enrolled[0] = here;
	enrolled[1] = elsewhere;
	start(CREATE "event failed 0 0 already-enrolled\n", "stop\n");
	enrollment.enrolled = enrolled;
	enrollment.enrolled_count = 2;
	CHECK_ERR(ppk_enroll(&enrollment, &credential, &count, &diag), PPK_ERR_ALREADY_ENROLLED);
	scene_read(&scene, "trace", trace, sizeof(trace));
	CHECK_HAS(trace, "exclude=1\n");
	ppk_credential_free(here);
	ppk_credential_free(elsewhere);
	end();
}

static void nothing_is_enrolled_that_cannot_sign_in(void)
{
	check_refused(CREATE "credential\n", "assertion signature=flip\n", PPK_ERR_SIGNATURE);
	check_refused(CREATE "credential\n", "assertion id=other\n", PPK_ERR_CREDENTIAL_UNKNOWN);
	check_refused(CREATE "credential\n", "assertion flags=00\n", PPK_ERR_USER_PRESENCE);
	check_refused(CREATE "credential count=5\n", "assertion count=5\n", PPK_ERR_SIGN_COUNT);
	check_refused(CREATE "credential\n", "authenticator 0\nevent failed 0 0 timeout\n",
		PPK_ERR_TIMEOUT);
	check_refused(CREATE "credential\n", "credential\n", PPK_ERR_FRAME);
}

static void what_is_wrong_at_creation_is_refused(void)
{
	check_refused(CREATE "credential rp=evil.example\n", "assertion\n", PPK_ERR_RP_ID);
	check_refused(CREATE "credential flags=40\n", "assertion\n", PPK_ERR_USER_PRESENCE);
	check_refused(CREATE "credential format=mystery\n", "assertion\n", PPK_ERR_ATTESTATION);
	check_refused(CREATE "assertion\n", "assertion\n", PPK_ERR_FRAME);
	check_refused(CREATE "event failed 0 0 key-full\n", "assertion\n", PPK_ERR_KEY_FULL);
	check_refused(CREATE "stop\n", "assertion\n", PPK_ERR_PROCESS);
}

static void a_pin_is_asked_for_once(void)
{
	char trace[4096];

	start("authenticator 0 pin product=Solo\nevent pin_needed 0 8\nexpect\n"
	      "event pin_needed 0 7 pin-invalid\nexpect\ncredential flags=45\n",
		"authenticator 0 pin\nevent pin_needed 0 8\nexpect\nassertion flags=05\n");
	scene.answers[0] = "11234";
	scene.answers[1] = "1234";
	CHECK_OK(ppk_enroll(&enrollment, &credential, &count, &diag));
	CHECK_STR(scene.said, "ask PIN for Solo: \nask Wrong PIN. 7 tries left. PIN for Solo: \n");
	scene_read(&scene, "trace", trace, sizeof(trace));
	CHECK_INT(scene_count(trace, "pin 0 1234\n"), 2);
	end();
}

static void a_kept_pin_that_is_wrong_is_asked_for_again(void)
{
	start("authenticator 0 pin\nevent pin_needed 0 8\nexpect\ncredential flags=45\n",
		"authenticator 0 pin\nevent pin_needed 0 8\nexpect\n"
		"event pin_needed 0 7 pin-invalid\nexpect\nassertion flags=05\n");
	scene.answers[0] = "11234";
	scene.answers[1] = "1234";
	CHECK_OK(ppk_enroll(&enrollment, &credential, &count, &diag));
	CHECK_INT(scene_count(scene.said, "ask "), 2);
	end();
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(a_credential_is_made_and_tested),
		CHECK_TEST(what_the_authenticator_is_asked_for),
		CHECK_TEST(keys_of_the_same_relying_party_are_excluded),
		CHECK_TEST(nothing_is_enrolled_that_cannot_sign_in),
		CHECK_TEST(what_is_wrong_at_creation_is_refused),
		CHECK_TEST(a_pin_is_asked_for_once),
		CHECK_TEST(a_kept_pin_that_is_wrong_is_asked_for_again));
}
