/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 15 examples of WebAuthn Level 3: each is enrolled (crypto/registrations: with its chain) and
 * signed in with, or the sign-in is refused for a reason that is printed; and no bit of what decides
 * can be another one.
 */
#include <stdlib.h>

#include "check.h"
#include "core/authenticator_data.h"
#include "crypto/attestation.h"
#include "crypto/digest.h"
#include "crypto/public_key.h"
#include "crypto/spki.h"
#include "crypto/verify.h"
#include "mutate.h"
#include "vector.h"

/* A vector, taken apart. */
struct scene {
	const struct vector *vector;
	struct ppk_device_credential made;
	void *memory;
	uint8_t created_hash[PPK_SHA256_SIZE];
	struct ppk_credential *credential;
	struct ppk_client_data_expected expected;
	struct ppk_assertion assertion;
	struct ppk_verification verification;
};

/* What the policy of this program makes of a vector. */
struct policy {
	const char *id;
	enum ppk_err client_data; /* as if a browser had sent it */
	const char *attested; /* what ends up in the record */
	const char *reason;
};

static const struct policy policies[] = {
	{ "none-es256", PPK_OK, "none", NULL },
	{ "packed-self-es256", PPK_OK, "self", NULL },
	{ "none-es256-crossOrigin", PPK_ERR_CROSS_ORIGIN, "none",
		"crossOrigin is true: the page was inside another site's" },
	{ "none-es256-topOrigin", PPK_ERR_CROSS_ORIGIN, "none",
		"crossOrigin is true and topOrigin is another site" },
	{ "none-es256-long-credential-id", PPK_OK, "none", NULL },
	{ "packed-es256", PPK_OK, "packed", NULL },
	{ "packed-es384", PPK_OK, "packed", NULL },
	{ "packed-es512", PPK_ERR_CHALLENGE, "packed",
		"a challenge of 128 bytes is longer than this program's" },
	{ "packed-rs256", PPK_OK, "packed", NULL },
	{ "packed-eddsa", PPK_OK, "packed", NULL },
	{ "packed-ed448", PPK_OK, "packed", NULL },
	{ "tpm-es256", PPK_OK, "tpm", NULL },
	{ "android-key-es256", PPK_OK, "android-key", NULL },
	{ "apple-es256", PPK_OK, "apple", NULL },
	{ "fido-u2f-es256", PPK_OK, "fido-u2f", NULL },
};

static const struct policy *policy_of(const struct vector *vector)
{
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		if (strcmp(policies[i].id, vector->id) == 0)
			return &policies[i];
	}
	CHECK_FAIL("no policy for %s", vector->id);
}

static struct ppk_bytes copy(const uint8_t *data, size_t len)
{
	struct ppk_bytes bytes;

	CHECK_OK(ppk_bytes_copy(data, len, &bytes));
	return bytes;
}

static void scene_init(struct scene *scene, const struct vector *vector)
{
	const struct policy *policy = policy_of(vector);
	struct ppk_attestation_object object;

	*scene = (struct scene){ .vector = vector };
	CHECK_OK(vector_credential(vector->attestation_object.data, vector->attestation_object.len,
		&scene->made, &scene->memory));
	CHECK_OK(ppk_sha256(vector->created.client_data.data, vector->created.client_data.len,
		scene->created_hash));
	CHECK_OK(ppk_attestation_object_decode(
		vector->attestation_object.data, vector->attestation_object.len, &object));
	CHECK_OK(ppk_attestation_verify(&object, vector->rp_id, PPK_UV_DISCOURAGED,
		scene->created_hash, &scene->credential));
	scene->expected = vector_expected(PPK_CLIENT_DATA_GET, &vector->got);
	if (policy->client_data != PPK_OK)
		scene->expected.exact =
			copy(vector->got.client_data.data, vector->got.client_data.len);
	scene->assertion = (struct ppk_assertion){
		.credential_id = copy(vector->credential_id.data, vector->credential_id.len),
		.client_data = copy(vector->got.client_data.data, vector->got.client_data.len),
		.authenticator_data =
			copy(vector->authenticator_data.data, vector->authenticator_data.len),
		.signature = copy(vector->signature.data, vector->signature.len),
	};
	scene->verification = (struct ppk_verification){
		.credentials = (const struct ppk_credential *const *)&scene->credential,
		.credential_count = 1,
		.client_data = &scene->expected,
		.rp_id = vector->rp_id,
	};
}

static void scene_done(struct scene *scene)
{
	ppk_assertion_done(&scene->assertion);
	ppk_bytes_done(&scene->expected.exact);
	ppk_credential_free(scene->credential);
	free(scene->memory);
}

static enum ppk_err verify(const struct scene *scene)
{
	struct ppk_verified verified;

	return ppk_assertion_verify(&scene->verification, &scene->assertion, &verified);
}

static void for_each_vector(void (*run)(struct scene *scene))
{
	for (size_t i = 0; i < vector_count; i++) {
		struct scene scene;

		scene_init(&scene, &vectors[i]);
		run(&scene);
		scene_done(&scene);
	}
}

static void there_are_fifteen_vectors(void)
{
	CHECK_INT(vector_count, 15);
	CHECK_INT(sizeof(policies) / sizeof(policies[0]), 15);
}

static void enroll_one(struct scene *scene)
{
	const struct policy *policy = policy_of(scene->vector);
	const struct ppk_credential *credential = scene->credential;

	CHECK_STR(credential->attestation, policy->attested);
	CHECK_STR(credential->rp_id, scene->vector->rp_id);
	CHECK_BYTES(credential->id.data, credential->id.len, scene->vector->credential_id.data,
		scene->vector->credential_id.len);
	CHECK(credential->has_aaguid);
	CHECK_BYTES(credential->aaguid, sizeof(credential->aaguid), scene->vector->aaguid.data,
		scene->vector->aaguid.len);
	CHECK_OK(ppk_public_key_check(credential));
	printf("# %s: enrolled, %s, attestation %s\n", policy->id,
		ppk_algorithm_name(credential->alg), credential->attestation);
}

static void every_registration_is_enrolled(void)
{
	for_each_vector(enroll_one);
}

static void created_client_data(struct scene *scene)
{
	const struct vector_ceremony *created = &scene->vector->created;
	const struct policy *policy = policy_of(scene->vector);
	struct ppk_client_data_expected expected = vector_expected(PPK_CLIENT_DATA_CREATE, created);

	CHECK_ERR(ppk_client_data_check(
			  &expected, created->client_data.data, created->client_data.len),
		policy->client_data);
}

static void client_data_of_every_registration_are_judged(void)
{
	for_each_vector(created_client_data);
}

static void sign_in_one(struct scene *scene)
{
	const struct policy *policy = policy_of(scene->vector);

	CHECK_OK(verify(scene));
	if (policy->client_data == PPK_OK) {
		printf("# %s: signed in\n", policy->id);
		return;
	}
	struct ppk_client_data_expected from_browser =
		vector_expected(PPK_CLIENT_DATA_GET, &scene->vector->got);

	scene->verification.client_data = &from_browser;
	CHECK_ERR(verify(scene), policy->client_data);
	printf("# %s: sign-in refused (%s); the signature is right\n", policy->id, policy->reason);
}

static void every_authentication_signs_in_or_is_refused_for_a_reason(void)
{
	for_each_vector(sign_in_one);
}

/* One input of the verifier, of which every bit is changed. */
struct input {
	struct scene *scene;
	const char *name;
	struct ppk_bytes *bytes;
	size_t refused;
	size_t by_signature;
};

static void verify_changed(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct input *input = context;
	struct ppk_bytes whole = *input->bytes;
	struct ppk_bytes changed = copy(data, len);

	*input->bytes = changed;
	enum ppk_err err = verify(input->scene);

	*input->bytes = whole;
	ppk_bytes_done(&changed);
	if (err == PPK_OK)
		CHECK_FAIL("%s: %s, %s: verified all the same", input->scene->vector->id,
			input->name, how);
	input->refused++;
	if (err == PPK_ERR_SIGNATURE)
		input->by_signature++;
}

static void change_input(struct scene *scene, const char *name, struct ppk_bytes *bytes)
{
	struct input input = { .scene = scene, .name = name, .bytes = bytes };
	size_t tried = mutate_each(bytes->data, bytes->len, verify_changed, &input);

	CHECK_INT(input.refused, tried);
	printf("# %s: %s: %zu changes refused, %zu of them by the signature\n", scene->vector->id,
		name, input.refused, input.by_signature);
}

static void change_authenticator_data(struct scene *scene)
{
	change_input(scene, "authenticator data", &scene->assertion.authenticator_data);
}

static void every_changed_bit_of_authenticator_data_is_refused(void)
{
	for_each_vector(change_authenticator_data);
}

static void change_signature(struct scene *scene)
{
	change_input(scene, "signature", &scene->assertion.signature);
}

static void every_changed_bit_of_a_signature_is_refused(void)
{
	for_each_vector(change_signature);
}

static void change_client_data(struct scene *scene)
{
	change_input(scene, "client data", &scene->assertion.client_data);
}

static void every_changed_bit_of_client_data_is_refused(void)
{
	for_each_vector(change_client_data);
}

/* The same when whatever was sent is also what was expected: then the signature alone decides. */
static void sign_other_client_data(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct scene *scene = context;
	struct ppk_bytes changed = copy(data, len);
	struct ppk_bytes whole = scene->assertion.client_data, expected = scene->expected.exact;

	scene->assertion.client_data = changed;
	scene->expected.exact = changed;
	enum ppk_err err = verify(scene);

	scene->assertion.client_data = whole;
	scene->expected.exact = expected;
	ppk_bytes_done(&changed);
	if (err != (len == 0 ? PPK_ERR_CLIENT_DATA : PPK_ERR_SIGNATURE))
		CHECK_FAIL("%s: %s: %s", scene->vector->id, how, ppk_err_token(err));
}

static void client_data_are_signed_to_the_last_bit(void)
{
	struct scene scene;

	scene_init(&scene, &vectors[0]);
	CHECK(scene.assertion.client_data.len > PPK_CHALLENGE_SIZE);
	mutate_each(scene.assertion.client_data.data, scene.assertion.client_data.len,
		sign_other_client_data, &scene);
	scene_done(&scene);
}

static void change_id(struct scene *scene)
{
	change_input(scene, "credential id", &scene->assertion.credential_id);
}

static void every_changed_bit_of_a_credential_id_is_refused(void)
{
	for_each_vector(change_id);
}

/* By the check of the form, the check of the whole key, or, where it still is a key, the signature. */
static void verify_changed_key(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct input *input = context;
	struct ppk_credential *credential = input->scene->credential;
	struct ppk_bytes whole = credential->key, changed = copy(data, len);

	credential->key = changed;
	enum ppk_err form = ppk_spki_check(credential);
	enum ppk_err key = ppk_public_key_check(credential);
	enum ppk_err err = verify(input->scene);

	credential->key = whole;
	ppk_bytes_done(&changed);
	if (err == PPK_OK || (form != PPK_OK && key == PPK_OK) ||
		(form != PPK_OK && err != PPK_ERR_KEY))
		CHECK_FAIL("%s: key, %s: form %s, key %s, signature %s", input->scene->vector->id,
			how, ppk_err_token(form), ppk_err_token(key), ppk_err_token(err));
	input->refused++;
	if (err == PPK_ERR_SIGNATURE)
		input->by_signature++;
}

static void change_key(struct scene *scene)
{
	const struct ppk_bytes *key = &scene->credential->key;
	struct input input = { .scene = scene };

	mutate_each(key->data, key->len, verify_changed_key, &input);
	printf("# %s: public key: %zu changes refused, %zu of them by the signature\n",
		scene->vector->id, input.refused, input.by_signature);
}

static void every_changed_bit_of_a_public_key_is_refused(void)
{
	for_each_vector(change_key);
}

/* One input of enrolment. */
struct enrolment {
	const struct scene *scene;
	struct ppk_device_credential made;
	uint8_t hash[PPK_SHA256_SIZE];
	const uint8_t **data;
	size_t *len;
	const char *name;
};

static void enroll_changed(struct enrolment *enrolment, bool may_differ, const char *how)
{
	struct ppk_credential *credential = NULL;
	struct ppk_attestation_object object;

	ppk_attestation_object_of_device(&enrolment->made, &object);
	enum ppk_err err = ppk_attestation_verify(
		&object, "example.org", PPK_UV_DISCOURAGED, enrolment->hash, &credential);

	ppk_credential_free(credential);
	if ((err == PPK_OK) != may_differ)
		CHECK_FAIL("%s: %s, %s: %s", enrolment->scene->vector->id, enrolment->name, how,
			ppk_err_token(err));
}

static void enroll_changed_data(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct enrolment *enrolment = context;
	const uint8_t *whole = *enrolment->data;
	size_t whole_len = *enrolment->len;

	*enrolment->data = data;
	*enrolment->len = len;
	enroll_changed(enrolment, false, how);
	*enrolment->data = whole;
	*enrolment->len = whole_len;
}

static void enroll_changed_client_data(
	const uint8_t *data, size_t len, const char *how, void *context)
{
	struct enrolment *enrolment = context;

	CHECK_OK(ppk_sha256(data, len, enrolment->hash));
	enroll_changed(enrolment, false, how);
}

static bool is_packed(const struct scene *scene)
{
	return strcmp(scene->made.format, "packed") == 0;
}

static void change_packed(struct scene *scene)
{
	if (!is_packed(scene))
		return;
	const struct vector_bytes *client_data = &scene->vector->created.client_data;
	struct enrolment enrolment = { .scene = scene, .made = scene->made };
	struct ppk_device_credential *made = &enrolment.made;

	memcpy(enrolment.hash, scene->created_hash, sizeof(enrolment.hash));
	enrolment.name = "authenticator data";
	enrolment.data = &made->authenticator_data;
	enrolment.len = &made->authenticator_data_len;
	mutate_each(*enrolment.data, *enrolment.len, enroll_changed_data, &enrolment);
	enrolment.name = "signature";
	enrolment.data = &made->signature;
	enrolment.len = &made->signature_len;
	mutate_each(*enrolment.data, *enrolment.len, enroll_changed_data, &enrolment);
	enrolment.name = "client data";
	mutate_each(client_data->data, client_data->len, enroll_changed_client_data, &enrolment);
}

static void every_changed_bit_of_a_packed_attestation_is_refused(void)
{
	for_each_vector(change_packed);
}

/*
 * fido-u2f signs RP ID hash, client data hash, credential id and key, and neither flags nor count
 * nor AAGUID (8.6). The flags that make a difference by themselves are still refused.
 */
static bool u2f_bit_is_free(size_t byte, uint8_t flipped)
{
	const uint8_t decides = PPK_FLAG_UP | PPK_FLAG_BS | PPK_FLAG_AT | PPK_FLAG_ED;

	if (byte == 32)
		return (flipped & decides) == 0;
	return byte > 32 && byte < PPK_AUTHENTICATOR_DATA_MIN + PPK_AAGUID_SIZE;
}

static void change_u2f(struct scene *scene)
{
	struct enrolment enrolment = { .scene = scene, .made = scene->made };
	size_t len = scene->made.authenticator_data_len;

	if (strcmp(scene->made.format, "fido-u2f") != 0)
		return;
	memcpy(enrolment.hash, scene->created_hash, sizeof(enrolment.hash));
	for (size_t bit = 0; bit < len * 8; bit++) {
		struct ppk_bytes changed = copy(scene->made.authenticator_data, len);
		uint8_t flipped = (uint8_t)(1u << (bit % 8));
		char how[32];

		changed.data[bit / 8] ^= flipped;
		enrolment.made.authenticator_data = changed.data;
		snprintf(how, sizeof(how), "bit %zu", bit);
		enrolment.name = "authenticator data";
		enroll_changed(&enrolment, u2f_bit_is_free(bit / 8, flipped), how);
		ppk_bytes_done(&changed);
	}
	enrolment.made.authenticator_data = scene->made.authenticator_data;
	enrolment.name = "signature";
	enrolment.data = &enrolment.made.signature;
	enrolment.len = &enrolment.made.signature_len;
	mutate_each(*enrolment.data, *enrolment.len, enroll_changed_data, &enrolment);
}

static void every_changed_bit_that_u2f_signs_is_refused(void)
{
	for_each_vector(change_u2f);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(there_are_fifteen_vectors),
		CHECK_TEST(every_registration_is_enrolled),
		CHECK_TEST(client_data_of_every_registration_are_judged),
		CHECK_TEST(every_authentication_signs_in_or_is_refused_for_a_reason),
		CHECK_TEST(every_changed_bit_of_authenticator_data_is_refused),
		CHECK_TEST(every_changed_bit_of_a_signature_is_refused),
		CHECK_TEST(every_changed_bit_of_client_data_is_refused),
		CHECK_TEST(client_data_are_signed_to_the_last_bit),
		CHECK_TEST(every_changed_bit_of_a_credential_id_is_refused),
		CHECK_TEST(every_changed_bit_of_a_public_key_is_refused),
		CHECK_TEST(every_changed_bit_of_a_packed_attestation_is_refused),
		CHECK_TEST(every_changed_bit_that_u2f_signs_is_refused));
}
