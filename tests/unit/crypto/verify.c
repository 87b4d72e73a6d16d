/* SPDX-License-Identifier: BSD-2-Clause */
/* The verifier: every refusal, in the order in which they are documented, and every grant. */
#include "crypto/verify.h"

#include <stdlib.h>

#include "check.h"
#include "core/authenticator_data.h"
#include "signer.h"

#define RP_ID "example.org"
#define NOW 1800000000
#define UP PPK_FLAG_UP
#define UV PPK_FLAG_UV
#define BE PPK_FLAG_BE
#define BS PPK_FLAG_BS

static const char id[] = "credential of the blue key";
static const char other_id[] = "credential of the red key.";
#define ID_LEN (sizeof(id) - 1)

/* A sign-in that succeeds; a test spoils one thing in it. */
struct scene {
	struct signer *signer;
	struct ppk_credential *credential; /* credentials[1] */
	struct ppk_credential *credentials[2];
	struct ppk_client_data_expected expected;
	struct ppk_assertion assertion;
	struct ppk_verification verification;
	struct ppk_verified verified;
};

static void set_bytes(struct ppk_bytes *bytes, const void *data, size_t len)
{
	ppk_bytes_done(bytes);
	CHECK_OK(ppk_bytes_copy(data, len, bytes));
}

/* Sign the authenticator data and client data as they are now. */
static void sign(struct scene *scene)
{
	ppk_bytes_done(&scene->assertion.signature);
	scene->assertion.signature = signer_assert(
		scene->signer, &scene->assertion.authenticator_data, &scene->assertion.client_data);
}

static void say(struct scene *scene, const char *rp_id, uint8_t flags, uint32_t count)
{
	ppk_bytes_done(&scene->assertion.authenticator_data);
	scene->assertion.authenticator_data = signer_authenticator_data(rp_id, flags, count);
	sign(scene);
}

static struct scene *scene_new(enum ppk_algorithm alg)
{
	static const uint8_t challenge[PPK_CHALLENGE_SIZE] = { 1, 2, 3 };
	struct scene *scene = calloc(1, sizeof(*scene));
	struct signer *stranger = signer_new(PPK_ALG_ES256);

	CHECK(scene != NULL);
	scene->signer = signer_new(alg);
	scene->credentials[0] = signer_credential(stranger, PPK_ALG_ES256, other_id, ID_LEN, RP_ID);
	scene->credentials[1] = signer_credential(scene->signer, alg, id, ID_LEN, RP_ID);
	scene->credential = scene->credentials[1];
	signer_free(stranger);
	CHECK_OK(ppk_client_data_make(PPK_CLIENT_DATA_GET, challenge, sizeof(challenge),
		"pam://host.example.org", &scene->expected.exact));
	set_bytes(&scene->assertion.client_data, scene->expected.exact.data,
		scene->expected.exact.len);
	set_bytes(&scene->assertion.credential_id, id, ID_LEN);
	scene->verification = (struct ppk_verification){
		.credentials = (const struct ppk_credential *const *)scene->credentials,
		.credential_count = 2,
		.client_data = &scene->expected,
		.rp_id = RP_ID,
		.uv = PPK_UV_DISCOURAGED,
		.now_s = NOW,
		.stored_count = 7,
		.sign_count = PPK_SIGN_COUNT_ENFORCE,
	};
	say(scene, RP_ID, UP, 8);
	return scene;
}

static void scene_free(struct scene *scene)
{
	signer_free(scene->signer);
	ppk_credential_free(scene->credentials[0]);
	ppk_credential_free(scene->credentials[1]);
	ppk_bytes_done(&scene->expected.exact);
	ppk_assertion_done(&scene->assertion);
	free(scene);
}

/* Whatever is refused leaves the result alone. */
static enum ppk_err verify(struct scene *scene)
{
	struct ppk_verified untouched;

	memset(&untouched, 0x5a, sizeof(untouched));
	memcpy(&scene->verified, &untouched, sizeof(untouched));
	enum ppk_err err =
		ppk_assertion_verify(&scene->verification, &scene->assertion, &scene->verified);

	if (err != PPK_OK && memcmp(&scene->verified, &untouched, sizeof(untouched)) != 0)
		CHECK_FAIL("refused with %s, and the result was written", ppk_err_token(err));
	return err;
}

/* The scene of a test: made before it, freed after it. */
#define SCENE_TEST(name)                                                                           \
	static void name##_in(struct scene *scene);                                                \
	static void name(void)                                                                     \
	{                                                                                          \
		struct scene *scene = scene_new(PPK_ALG_ES256);                                    \
		name##_in(scene);                                                                  \
		scene_free(scene);                                                                 \
	}                                                                                          \
	static void name##_in(struct scene *scene)

static void a_right_assertion_is_verified_with_every_algorithm(void)
{
	static const enum ppk_algorithm all[] = { PPK_ALG_ES256, PPK_ALG_ES384, PPK_ALG_ES512,
		PPK_ALG_EDDSA, PPK_ALG_ED448, PPK_ALG_RS256 };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct scene *scene = scene_new(all[i]);

		CHECK_OK(verify(scene));
		scene_free(scene);
	}
}

SCENE_TEST(the_result_says_which_credential_flags_and_count)
{
	say(scene, RP_ID, UP | UV | BE | BS, 0x01020304);
	CHECK_OK(verify(scene));
	CHECK(scene->verified.credential == scene->credential);
	CHECK_INT(scene->verified.flags, UP | UV | BE | BS);
	CHECK_INT(scene->verified.sign_count, 0x01020304);
	CHECK(!scene->verified.count_fell);
}

SCENE_TEST(a_credential_of_nobody_is_refused)
{
	set_bytes(&scene->assertion.credential_id, "credential of a green key.", ID_LEN);
	CHECK(ppk_assertion_credential(&scene->assertion, scene->verification.credentials,
		      scene->verification.credential_count) == NULL);
	CHECK_ERR(verify(scene), PPK_ERR_CREDENTIAL_UNKNOWN);
}

SCENE_TEST(a_credential_id_that_only_begins_like_one_is_refused)
{
	set_bytes(&scene->assertion.credential_id, id, ID_LEN - 1);
	CHECK_ERR(verify(scene), PPK_ERR_CREDENTIAL_UNKNOWN);
	set_bytes(&scene->assertion.credential_id, id, ID_LEN + 1);
	CHECK_ERR(verify(scene), PPK_ERR_CREDENTIAL_UNKNOWN);
}

SCENE_TEST(an_assertion_without_credential_id_is_refused)
{
	ppk_bytes_done(&scene->assertion.credential_id);
	CHECK_ERR(verify(scene), PPK_ERR_CREDENTIAL_UNKNOWN);
	/* even if a record had none */
	ppk_bytes_done(&scene->credential->id);
	CHECK_ERR(verify(scene), PPK_ERR_CREDENTIAL_UNKNOWN);
}

SCENE_TEST(a_user_without_credentials_is_refused)
{
	scene->verification.credential_count = 0;
	CHECK_ERR(verify(scene), PPK_ERR_CREDENTIAL_UNKNOWN);
}

SCENE_TEST(another_user_handle_is_refused)
{
	set_bytes(&scene->credential->user_handle, "alice", 5);
	set_bytes(&scene->assertion.user_handle, "mallo", 5);
	CHECK_ERR(verify(scene), PPK_ERR_CREDENTIAL_UNKNOWN);
	set_bytes(&scene->assertion.user_handle, "alic", 4);
	CHECK_ERR(verify(scene), PPK_ERR_CREDENTIAL_UNKNOWN);
	set_bytes(&scene->assertion.user_handle, "alice", 5);
	CHECK_OK(verify(scene));
}

SCENE_TEST(a_user_handle_is_compared_only_where_both_have_one)
{
	set_bytes(&scene->credential->user_handle, "alice", 5);
	CHECK_OK(verify(scene));
	ppk_bytes_done(&scene->credential->user_handle);
	set_bytes(&scene->assertion.user_handle, "alice", 5);
	CHECK_OK(verify(scene));
}

SCENE_TEST(a_disabled_credential_is_refused)
{
	scene->credential->disabled = true;
	CHECK_ERR(verify(scene), PPK_ERR_CREDENTIAL_DISABLED);
}

SCENE_TEST(a_credential_expires_at_the_very_second)
{
	scene->credential->expires_s = NOW + 1;
	CHECK_OK(verify(scene));
	scene->credential->expires_s = NOW;
	CHECK_ERR(verify(scene), PPK_ERR_CREDENTIAL_EXPIRED);
	scene->credential->expires_s = NOW - 1;
	CHECK_ERR(verify(scene), PPK_ERR_CREDENTIAL_EXPIRED);
	scene->credential->expires_s = INT64_MIN;
	CHECK_ERR(verify(scene), PPK_ERR_CREDENTIAL_EXPIRED);
}

SCENE_TEST(a_credential_without_expiry_never_expires)
{
	scene->credential->expires_s = 0;
	scene->verification.now_s = INT64_MAX;
	CHECK_OK(verify(scene));
}

SCENE_TEST(other_client_data_are_refused)
{
	scene->assertion.client_data.data[30] ^= 1;
	sign(scene);
	CHECK_ERR(verify(scene), PPK_ERR_CLIENT_DATA);
}

SCENE_TEST(client_data_that_go_on_are_refused)
{
	signer_append(&scene->assertion.client_data, " ", 1);
	sign(scene);
	CHECK_ERR(verify(scene), PPK_ERR_CLIENT_DATA);
}

static void expect_browser(struct scene *scene, enum ppk_client_data_type type,
	const uint8_t *challenge, const char *const *origin)
{
	ppk_bytes_done(&scene->expected.exact);
	scene->expected = (struct ppk_client_data_expected){
		.type = type,
		.challenge = challenge,
		.challenge_len = PPK_CHALLENGE_SIZE,
		.origins = origin,
		.origin_count = 1,
	};
}

SCENE_TEST(client_data_of_a_browser_are_compared_by_prefix)
{
	static const uint8_t right[PPK_CHALLENGE_SIZE] = { 1, 2, 3 }, wrong[PPK_CHALLENGE_SIZE];
	static const char *const origin = "pam://host.example.org", *const other = "https://other";

	expect_browser(scene, PPK_CLIENT_DATA_GET, right, &origin);
	CHECK_OK(verify(scene));
	expect_browser(scene, PPK_CLIENT_DATA_CREATE, right, &origin);
	CHECK_ERR(verify(scene), PPK_ERR_CLIENT_DATA_TYPE);
	expect_browser(scene, PPK_CLIENT_DATA_GET, wrong, &origin);
	CHECK_ERR(verify(scene), PPK_ERR_CHALLENGE);
	expect_browser(scene, PPK_CLIENT_DATA_GET, right, &other);
	CHECK_ERR(verify(scene), PPK_ERR_ORIGIN);
}

SCENE_TEST(what_a_browser_adds_is_signed_though_not_compared)
{
	static const uint8_t challenge[PPK_CHALLENGE_SIZE] = { 1, 2, 3 };
	static const char *const origin = "pam://host.example.org";
	struct ppk_bytes *json = &scene->assertion.client_data;

	expect_browser(scene, PPK_CLIENT_DATA_GET, challenge, &origin);
	json->len--;
	signer_append(json, ",\"more\":1}", 10);
	CHECK_ERR(verify(scene), PPK_ERR_SIGNATURE);
	sign(scene);
	CHECK_OK(verify(scene));
}

SCENE_TEST(malformed_authenticator_data_are_refused)
{
	struct ppk_bytes *data = &scene->assertion.authenticator_data;

	data->len--;
	sign(scene);
	CHECK_ERR(verify(scene), PPK_ERR_AUTHENTICATOR_DATA);
	data->len = 0;
	sign(scene);
	CHECK_ERR(verify(scene), PPK_ERR_AUTHENTICATOR_DATA);
	say(scene, RP_ID, UP, 8);
	signer_append(data, "\xa0", 1);
	sign(scene);
	CHECK_ERR(verify(scene), PPK_ERR_AUTHENTICATOR_DATA);
}

SCENE_TEST(authenticator_data_of_the_largest_size_are_verified_and_one_byte_more_refused)
{
	struct ppk_bytes *data = &scene->assertion.authenticator_data;
	static const uint8_t filling[PPK_AUTHENTICATOR_DATA_MAX];

	say(scene, RP_ID, UP | PPK_FLAG_ED, 8);
	signer_append(data, filling, PPK_AUTHENTICATOR_DATA_MAX - data->len);
	sign(scene);
	CHECK_OK(verify(scene));
	signer_append(data, filling, 1);
	sign(scene);
	CHECK_ERR(verify(scene), PPK_ERR_AUTHENTICATOR_DATA);
}

SCENE_TEST(an_assertion_for_another_relying_party_is_refused)
{
	say(scene, "example.com", UP, 8);
	CHECK_ERR(verify(scene), PPK_ERR_RP_ID);
	/* also where the record is of that one, and the service demands ours */
	free(scene->credential->rp_id);
	scene->credential->rp_id = strdup("example.com");
	CHECK_ERR(verify(scene), PPK_ERR_RP_ID);
	scene->verification.rp_id = "example.com";
	CHECK_OK(verify(scene));
}

SCENE_TEST(a_service_that_demands_no_relying_party_takes_the_credentials_own)
{
	scene->verification.rp_id = NULL;
	CHECK_OK(verify(scene));
	scene->verification.rp_id = "";
	CHECK_OK(verify(scene));
	say(scene, "example.com", UP, 8);
	CHECK_ERR(verify(scene), PPK_ERR_RP_ID);
}

SCENE_TEST(a_relying_party_is_compared_as_a_whole_and_in_its_case)
{
	scene->verification.rp_id = "example.or";
	CHECK_ERR(verify(scene), PPK_ERR_RP_ID);
	scene->verification.rp_id = "example.org.";
	CHECK_ERR(verify(scene), PPK_ERR_RP_ID);
	scene->verification.rp_id = "Example.org";
	CHECK_ERR(verify(scene), PPK_ERR_RP_ID);
}

SCENE_TEST(user_presence_is_demanded)
{
	say(scene, RP_ID, 0, 8);
	CHECK_ERR(verify(scene), PPK_ERR_USER_PRESENCE);
	/* verification does not stand for it */
	say(scene, RP_ID, UV, 8);
	CHECK_ERR(verify(scene), PPK_ERR_USER_PRESENCE);
}

SCENE_TEST(user_verification_demanded_by_the_service_is_checked)
{
	scene->verification.uv = PPK_UV_REQUIRED;
	CHECK_ERR(verify(scene), PPK_ERR_USER_VERIFICATION);
	say(scene, RP_ID, UP | UV, 8);
	CHECK_OK(verify(scene));
}

SCENE_TEST(user_verification_demanded_by_the_credential_is_checked)
{
	scene->credential->uv = PPK_UV_REQUIRED;
	CHECK_ERR(verify(scene), PPK_ERR_USER_VERIFICATION);
	say(scene, RP_ID, UP | UV, 8);
	CHECK_OK(verify(scene));
}

SCENE_TEST(a_service_cannot_lower_what_the_credential_demands)
{
	scene->credential->uv = PPK_UV_REQUIRED;
	scene->verification.uv = PPK_UV_PREFERRED;
	CHECK_ERR(verify(scene), PPK_ERR_USER_VERIFICATION);
	scene->verification.uv = PPK_UV_DISCOURAGED;
	CHECK_ERR(verify(scene), PPK_ERR_USER_VERIFICATION);
}

SCENE_TEST(preferred_user_verification_is_not_demanded)
{
	scene->credential->uv = PPK_UV_PREFERRED;
	scene->verification.uv = PPK_UV_PREFERRED;
	CHECK_OK(verify(scene));
}

SCENE_TEST(backed_up_without_being_eligible_is_refused)
{
	say(scene, RP_ID, UP | BS, 8);
	CHECK_ERR(verify(scene), PPK_ERR_BACKUP_FLAGS);
}

SCENE_TEST(a_credential_that_was_not_eligible_for_backup_cannot_become_so)
{
	scene->credential->backup = PPK_BACKUP_NO;
	CHECK_OK(verify(scene));
	say(scene, RP_ID, UP | BE, 8);
	CHECK_ERR(verify(scene), PPK_ERR_BACKUP_FLAGS);
	say(scene, RP_ID, UP | BE | BS, 8);
	CHECK_ERR(verify(scene), PPK_ERR_BACKUP_FLAGS);
}

SCENE_TEST(a_credential_that_was_eligible_for_backup_stays_so)
{
	static const enum ppk_backup enrolled[] = { PPK_BACKUP_ELIGIBLE, PPK_BACKUP_STATE };

	for (size_t i = 0; i < 2; i++) {
		scene->credential->backup = enrolled[i];
		say(scene, RP_ID, UP | BE, 8);
		CHECK_OK(verify(scene));
		say(scene, RP_ID, UP | BE | BS, 8);
		CHECK_OK(verify(scene));
		say(scene, RP_ID, UP, 8);
		CHECK_ERR(verify(scene), PPK_ERR_BACKUP_FLAGS);
	}
}

SCENE_TEST(backup_that_was_not_recorded_may_be_either)
{
	scene->credential->backup = PPK_BACKUP_UNKNOWN;
	say(scene, RP_ID, UP | BE, 8);
	CHECK_OK(verify(scene));
	say(scene, RP_ID, UP | BE | BS, 8);
	CHECK_OK(verify(scene));
	say(scene, RP_ID, UP, 8);
	CHECK_OK(verify(scene));
}

SCENE_TEST(the_right_credential_with_a_wrong_key_is_refused)
{
	set_bytes(&scene->credential->key, scene->credentials[0]->key.data,
		scene->credentials[0]->key.len);
	CHECK_ERR(verify(scene), PPK_ERR_SIGNATURE);
}

SCENE_TEST(a_signature_of_one_credential_does_not_open_another)
{
	set_bytes(&scene->assertion.credential_id, other_id, ID_LEN);
	CHECK_ERR(verify(scene), PPK_ERR_SIGNATURE);
}

/* The signature is right for the key; the record calls the key another algorithm's. */
SCENE_TEST(algorithm_comes_from_the_record)
{
	static const enum ppk_algorithm others[] = { PPK_ALG_ES384, PPK_ALG_ES512, PPK_ALG_EDDSA,
		PPK_ALG_ED448, PPK_ALG_RS256, (enum ppk_algorithm)0 };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		scene->credential->alg = others[i];
		CHECK_ERR(verify(scene), PPK_ERR_KEY);
	}
}

SCENE_TEST(an_empty_signature_is_refused)
{
	ppk_bytes_done(&scene->assertion.signature);
	CHECK_ERR(verify(scene), PPK_ERR_SIGNATURE);
}

SCENE_TEST(a_signature_over_the_client_data_alone_is_refused)
{
	struct ppk_bytes nothing = { 0 };

	ppk_bytes_done(&scene->assertion.signature);
	scene->assertion.signature =
		signer_assert(scene->signer, &nothing, &scene->assertion.client_data);
	CHECK_ERR(verify(scene), PPK_ERR_SIGNATURE);
}

SCENE_TEST(a_damaged_key_in_the_record_is_refused)
{
	scene->credential->key.data[scene->credential->key.len - 1] ^= 1;
	CHECK_ERR(verify(scene), PPK_ERR_KEY);
	ppk_bytes_done(&scene->credential->key);
	CHECK_ERR(verify(scene), PPK_ERR_KEY);
}

SCENE_TEST(a_sign_count_that_is_always_zero_is_accepted)
{
	scene->verification.stored_count = 0;
	say(scene, RP_ID, UP, 0);
	CHECK_OK(verify(scene));
}

SCENE_TEST(a_sign_count_must_rise)
{
	say(scene, RP_ID, UP, 7);
	CHECK_ERR(verify(scene), PPK_ERR_SIGN_COUNT);
	say(scene, RP_ID, UP, 6);
	CHECK_ERR(verify(scene), PPK_ERR_SIGN_COUNT);
	say(scene, RP_ID, UP, 0);
	CHECK_ERR(verify(scene), PPK_ERR_SIGN_COUNT);
	say(scene, RP_ID, UP, UINT32_MAX);
	CHECK_OK(verify(scene));
	scene->verification.stored_count = UINT32_MAX;
	CHECK_ERR(verify(scene), PPK_ERR_SIGN_COUNT);
}

SCENE_TEST(a_first_sign_count_is_accepted)
{
	scene->verification.stored_count = 0;
	say(scene, RP_ID, UP, 1);
	CHECK_OK(verify(scene));
}

SCENE_TEST(a_fallen_sign_count_is_let_through_and_told_where_it_is_only_logged)
{
	scene->verification.sign_count = PPK_SIGN_COUNT_LOG;
	CHECK_OK(verify(scene));
	CHECK(!scene->verified.count_fell);
	say(scene, RP_ID, UP, 7);
	CHECK_OK(verify(scene));
	CHECK(scene->verified.count_fell);
	CHECK_INT(scene->verified.sign_count, 7);
	scene->verification.stored_count = 0;
	say(scene, RP_ID, UP, 0);
	CHECK_OK(verify(scene));
	CHECK(!scene->verified.count_fell);
}

SCENE_TEST(a_sign_count_is_not_looked_at_where_that_is_off)
{
	scene->verification.sign_count = PPK_SIGN_COUNT_OFF;
	say(scene, RP_ID, UP, 0);
	CHECK_OK(verify(scene));
	CHECK(!scene->verified.count_fell);
}

SCENE_TEST(a_policy_that_does_not_exist_is_no_grant)
{
	scene->verification.sign_count = (enum ppk_sign_count_policy)99;
	CHECK_ERR(verify(scene), PPK_ERR_INTERNAL);
	scene->verification.sign_count = PPK_SIGN_COUNT_ENFORCE;
	scene->credential->backup = (enum ppk_backup)99;
	CHECK_ERR(verify(scene), PPK_ERR_BACKUP_FLAGS);
}

/* Everything is wrong at once; each repair uncovers the next refusal. */
SCENE_TEST(refusals_come_in_the_documented_order)
{
	struct ppk_bytes *data = &scene->assertion.authenticator_data;

	scene->credential->disabled = true;
	scene->credential->expires_s = 1;
	scene->credential->uv = PPK_UV_REQUIRED;
	scene->assertion.credential_id.data[0] ^= 1;
	scene->assertion.client_data.data[30] ^= 1;
	say(scene, "example.com", BS, 7);
	data->len--;
	scene->assertion.signature.data[10] ^= 1;
	CHECK_ERR(verify(scene), PPK_ERR_CREDENTIAL_UNKNOWN);
	scene->assertion.credential_id.data[0] ^= 1;
	CHECK_ERR(verify(scene), PPK_ERR_CREDENTIAL_DISABLED);
	scene->credential->disabled = false;
	CHECK_ERR(verify(scene), PPK_ERR_CREDENTIAL_EXPIRED);
	scene->credential->expires_s = 0;
	CHECK_ERR(verify(scene), PPK_ERR_CLIENT_DATA);
	scene->assertion.client_data.data[30] ^= 1;
	CHECK_ERR(verify(scene), PPK_ERR_AUTHENTICATOR_DATA);
	data->len++;
	CHECK_ERR(verify(scene), PPK_ERR_RP_ID);
	struct ppk_bytes ours = signer_authenticator_data(RP_ID, BS, 7);

	memcpy(data->data, ours.data, ours.len);
	ppk_bytes_done(&ours);
	CHECK_ERR(verify(scene), PPK_ERR_USER_PRESENCE);
	data->data[32] = UP | BS;
	CHECK_ERR(verify(scene), PPK_ERR_USER_VERIFICATION);
	data->data[32] = UP | UV | BS;
	CHECK_ERR(verify(scene), PPK_ERR_BACKUP_FLAGS);
	data->data[32] = UP | UV | BE | BS;
	CHECK_ERR(verify(scene), PPK_ERR_SIGNATURE);
	sign(scene);
	CHECK_ERR(verify(scene), PPK_ERR_SIGN_COUNT);
	scene->verification.stored_count = 6;
	CHECK_OK(verify(scene));
}

/* Reserved bits 1 and 5 (6.1) mean nothing yet, and are signed. */
SCENE_TEST(reserved_flags_are_ignored)
{
	say(scene, RP_ID, UP | 0x02 | 0x20, 8);
	CHECK_OK(verify(scene));
}

int main(void)
{
	signer_seed(2);
	return CHECK_RUN(CHECK_TEST(a_right_assertion_is_verified_with_every_algorithm),
		CHECK_TEST(the_result_says_which_credential_flags_and_count),
		CHECK_TEST(a_credential_of_nobody_is_refused),
		CHECK_TEST(a_credential_id_that_only_begins_like_one_is_refused),
		CHECK_TEST(an_assertion_without_credential_id_is_refused),
		CHECK_TEST(a_user_without_credentials_is_refused),
		CHECK_TEST(another_user_handle_is_refused),
		CHECK_TEST(a_user_handle_is_compared_only_where_both_have_one),
		CHECK_TEST(a_disabled_credential_is_refused),
		CHECK_TEST(a_credential_expires_at_the_very_second),
		CHECK_TEST(a_credential_without_expiry_never_expires),
		CHECK_TEST(other_client_data_are_refused),
		CHECK_TEST(client_data_that_go_on_are_refused),
		CHECK_TEST(client_data_of_a_browser_are_compared_by_prefix),
		CHECK_TEST(what_a_browser_adds_is_signed_though_not_compared),
		CHECK_TEST(malformed_authenticator_data_are_refused),
		CHECK_TEST(
			authenticator_data_of_the_largest_size_are_verified_and_one_byte_more_refused),
		CHECK_TEST(an_assertion_for_another_relying_party_is_refused),
		CHECK_TEST(a_service_that_demands_no_relying_party_takes_the_credentials_own),
		CHECK_TEST(a_relying_party_is_compared_as_a_whole_and_in_its_case),
		CHECK_TEST(user_presence_is_demanded),
		CHECK_TEST(user_verification_demanded_by_the_service_is_checked),
		CHECK_TEST(user_verification_demanded_by_the_credential_is_checked),
		CHECK_TEST(a_service_cannot_lower_what_the_credential_demands),
		CHECK_TEST(preferred_user_verification_is_not_demanded),
		CHECK_TEST(backed_up_without_being_eligible_is_refused),
		CHECK_TEST(a_credential_that_was_not_eligible_for_backup_cannot_become_so),
		CHECK_TEST(a_credential_that_was_eligible_for_backup_stays_so),
		CHECK_TEST(backup_that_was_not_recorded_may_be_either),
		CHECK_TEST(the_right_credential_with_a_wrong_key_is_refused),
		CHECK_TEST(a_signature_of_one_credential_does_not_open_another),
		CHECK_TEST(algorithm_comes_from_the_record),
		CHECK_TEST(an_empty_signature_is_refused),
		CHECK_TEST(a_signature_over_the_client_data_alone_is_refused),
		CHECK_TEST(a_damaged_key_in_the_record_is_refused),
		CHECK_TEST(a_sign_count_that_is_always_zero_is_accepted),
		CHECK_TEST(a_sign_count_must_rise), CHECK_TEST(a_first_sign_count_is_accepted),
		CHECK_TEST(a_fallen_sign_count_is_let_through_and_told_where_it_is_only_logged),
		CHECK_TEST(a_sign_count_is_not_looked_at_where_that_is_off),
		CHECK_TEST(a_policy_that_does_not_exist_is_no_grant),
		CHECK_TEST(refusals_come_in_the_documented_order),
		CHECK_TEST(reserved_flags_are_ignored));
}
