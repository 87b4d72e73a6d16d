/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The 15 registrations of WebAuthn Level 3 as a browser sends them: attestation object, statement and
 * chain up to the root certificate of the examples; and every bit of them changed. Where a change is
 * taken all the same, the format does not sign that bit: bit_is_free() says which these are.
 */
#include <stdlib.h>

#include "check.h"
#include "core/authenticator_data.h"
#include "crypto/attestation.h"
#include "crypto/digest.h"
#include "crypto/enrolment_policy.h"
#include "mutate.h"
#include "vector.h"

#define NOW_S 1800000000 /* within the dates of the certificates */
#define FLAGS_AT 32
#define COUNT_AT 33
#define AAGUID_AT PPK_AUTHENTICATOR_DATA_MIN
#define ID_AT (AAGUID_AT + PPK_AAGUID_SIZE + 2)

struct scene {
	const struct vector *vector;
	struct ppk_attestation_object object;
	struct ppk_authenticator_data data;
	uint8_t hash[PPK_SHA256_SIZE];
	struct ppk_trust_anchors *anchors;
	struct ppk_options options;
	struct ppk_enrolment_policy policy;
	size_t taken;
};

static void scene_init(struct scene *scene, const struct vector *vector)
{
	*scene = (struct scene){ .vector = vector };
	CHECK_OK(ppk_attestation_object_decode(
		vector->attestation_object.data, vector->attestation_object.len, &scene->object));
	CHECK_OK(ppk_authenticator_data_parse(scene->object.authenticator_data,
		scene->object.authenticator_data_len, &scene->data));
	CHECK_OK(ppk_sha256(
		vector->created.client_data.data, vector->created.client_data.len, scene->hash));
	CHECK_OK(ppk_trust_anchors_new(&scene->anchors));
	CHECK_OK(ppk_trust_anchors_add(scene->anchors, vector->root.data, vector->root.len));
	ppk_options_init(&scene->options);
	scene->options.attestation = PPK_ATTESTATION_REQUIRE;
	scene->policy = (struct ppk_enrolment_policy){
		.options = &scene->options,
		.anchors = scene->anchors,
		.now_s = NOW_S,
	};
}

static void for_each_vector(void (*run)(struct scene *scene))
{
	for (size_t i = 0; i < vector_count; i++) {
		struct scene scene;

		scene_init(&scene, &vectors[i]);
		run(&scene);
		ppk_trust_anchors_free(scene.anchors);
	}
}

static bool has_chain(const struct scene *scene)
{
	return scene->object.x5c_count > 0;
}

/* All that is decided about a registration besides its client data. */
static enum ppk_err enroll(const struct scene *scene, const uint8_t *object, size_t len)
{
	struct ppk_attestation_object decoded;
	struct ppk_credential *credential = NULL;
	enum ppk_err err = ppk_attestation_object_decode(object, len, &decoded);

	if (err != PPK_OK)
		return err;
	err = ppk_attestation_verify(
		&decoded, scene->vector->rp_id, PPK_UV_DISCOURAGED, scene->hash, &credential);
	CHECK((err == PPK_OK) == (credential != NULL));
	if (err == PPK_OK)
		err = ppk_enrolment_policy_check(&scene->policy, &decoded, credential);
	ppk_credential_free(credential);
	return err;
}

static enum ppk_err enroll_vector(const struct scene *scene)
{
	const struct vector_bytes *object = &scene->vector->attestation_object;

	return enroll(scene, object->data, object->len);
}

static void enroll_one(struct scene *scene)
{
	CHECK_ERR(enroll_vector(scene), has_chain(scene) ? PPK_OK : PPK_ERR_ATTESTATION_MISSING);
	scene->options.attestation = PPK_ATTESTATION_VERIFY;
	CHECK_OK(enroll_vector(scene));
	printf("# %s: %s\n", scene->vector->id,
		has_chain(scene) ? "verified up to the root certificate" : "no certificates");
}

static void every_registration_is_verified_with_its_chain(void)
{
	for_each_vector(enroll_one);
}

static void enroll_without_root(struct scene *scene)
{
	struct ppk_trust_anchors *nobody;
	enum ppk_err wanted = has_chain(scene) ? PPK_ERR_ATTESTATION_UNTRUSTED : PPK_OK;

	CHECK_OK(ppk_trust_anchors_new(&nobody));
	scene->options.attestation = PPK_ATTESTATION_VERIFY;
	scene->policy.anchors = nobody;
	CHECK_ERR(enroll_vector(scene), wanted);
	scene->policy.anchors = scene->anchors;
	scene->policy.now_s = 1700000000; /* 2023; the certificates begin in 2024 */
	CHECK_ERR(enroll_vector(scene), wanted);
	scene->options.attestation = PPK_ATTESTATION_NONE;
	CHECK_OK(enroll_vector(scene));
	ppk_trust_anchors_free(nobody);
}

static void without_their_root_or_date_they_are_refused(void)
{
	for_each_vector(enroll_without_root);
}

static bool flags_are_sound(uint8_t flags)
{
	return (flags & (PPK_FLAG_UP | PPK_FLAG_AT)) == (PPK_FLAG_UP | PPK_FLAG_AT) &&
	       (flags & PPK_FLAG_ED) == 0 &&
	       ((flags & PPK_FLAG_BS) == 0 || (flags & PPK_FLAG_BE) != 0);
}

/*
 * "none" signs nothing: flags (as long as they make sense), count, AAGUID and credential id may be
 * others; the key may not, since another one is no point or not so encoded. fido-u2f signs RP ID hash,
 * credential id and key (8.6), and neither flags nor count nor AAGUID. Everything else is signed.
 */
static bool bit_is_free(const struct scene *scene, size_t byte, uint8_t flipped)
{
	size_t start =
		(size_t)(scene->object.authenticator_data - scene->vector->attestation_object.data);
	bool is_none = strcmp(scene->object.format, "none") == 0;

	if ((!is_none && strcmp(scene->object.format, "fido-u2f") != 0) || byte < start ||
		byte >= start + scene->object.authenticator_data_len)
		return false;
	byte -= start;
	if (byte == FLAGS_AT)
		return flags_are_sound(scene->data.flags ^ flipped);
	if (byte >= COUNT_AT && byte < AAGUID_AT + PPK_AAGUID_SIZE)
		return true;
	return is_none && byte >= ID_AT && byte < ID_AT + scene->data.credential_id_len;
}

static void enroll_changed(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct scene *scene = context;
	const struct vector_bytes *whole = &scene->vector->attestation_object;
	enum ppk_err err = enroll(scene, data, len);
	bool is_free = false;

	for (size_t i = 0; len == whole->len && i < len; i++) {
		if (data[i] != whole->data[i])
			is_free = bit_is_free(scene, i, data[i] ^ whole->data[i]);
	}
	if ((err == PPK_OK) != is_free)
		CHECK_FAIL("%s: %s: %s", scene->vector->id, how, ppk_err_token(err));
	scene->taken += err == PPK_OK;
}

static void change_object(struct scene *scene)
{
	const struct vector_bytes *object = &scene->vector->attestation_object;

	if (!has_chain(scene))
		scene->options.attestation = PPK_ATTESTATION_VERIFY;
	size_t tried = mutate_each(object->data, object->len, enroll_changed, scene);

	printf("# %s: %zu changes, %zu of bits that %s does not sign\n", scene->vector->id, tried,
		scene->taken, scene->object.format);
}

static void every_changed_bit_that_matters_is_refused(void)
{
	for_each_vector(change_object);
}

static void change_hash(struct scene *scene)
{
	if (strcmp(scene->object.format, "none") == 0)
		return;
	scene->options.attestation = PPK_ATTESTATION_VERIFY;
	for (size_t bit = 0; bit < 8 * sizeof(scene->hash); bit++) {
		scene->hash[bit / 8] ^= (uint8_t)(1u << (bit % 8));
		CHECK(enroll_vector(scene) != PPK_OK);
		scene->hash[bit / 8] ^= (uint8_t)(1u << (bit % 8));
	}
	CHECK_OK(enroll_vector(scene));
}

static void every_changed_bit_of_the_client_data_hash_is_refused(void)
{
	for_each_vector(change_hash);
}

/* What libcbor makes of the same bytes. */
static void compare_with_libcbor(struct scene *scene)
{
	const struct vector_bytes *object = &scene->vector->attestation_object;
	struct ppk_device_credential made;
	void *memory;

	CHECK_OK(vector_credential(object->data, object->len, &made, &memory));
	CHECK_STR(scene->object.format, made.format);
	CHECK_BYTES(scene->object.authenticator_data, scene->object.authenticator_data_len,
		made.authenticator_data, made.authenticator_data_len);
	CHECK_INT(scene->object.signature_len, made.signature_len);
	CHECK(made.signature_len == 0 ||
		memcmp(scene->object.signature, made.signature, made.signature_len) == 0);
	CHECK_INT(scene->object.x5c_count, made.x5c_count);
	for (size_t i = 0; i < made.x5c_count; i++)
		CHECK_BYTES(scene->object.x5c[i], scene->object.x5c_len[i], made.x5c[i],
			made.x5c_len[i]);
	free(memory);
}

static void libcbor_reads_the_same(void)
{
	for_each_vector(compare_with_libcbor);
}

/* synced=, aaguids= */
static void apply_policy(struct scene *scene)
{
	bool eligible = (scene->data.flags & PPK_FLAG_BE) != 0;
	bool is_u2f = strcmp(scene->object.format, "fido-u2f") == 0;

	scene->options.attestation = PPK_ATTESTATION_NONE;
	scene->options.synced = PPK_SYNCED_DENY;
	CHECK_ERR(enroll_vector(scene), eligible ? PPK_ERR_SYNCED : PPK_OK);
	scene->options.synced = PPK_SYNCED_ALLOW;
	scene->options.aaguid_count = 2;
	CHECK_ERR(enroll_vector(scene), PPK_ERR_MODEL);
	memcpy(scene->options.aaguids[1], scene->vector->aaguid.data, PPK_AAGUID_SIZE);
	CHECK_ERR(enroll_vector(scene), is_u2f ? PPK_ERR_MODEL : PPK_OK);
}

static void models_and_synced_passkeys_are_chosen_by_the_admin(void)
{
	for_each_vector(apply_policy);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(every_registration_is_verified_with_its_chain),
		CHECK_TEST(without_their_root_or_date_they_are_refused),
		CHECK_TEST(every_changed_bit_that_matters_is_refused),
		CHECK_TEST(every_changed_bit_of_the_client_data_hash_is_refused),
		CHECK_TEST(libcbor_reads_the_same),
		CHECK_TEST(models_and_synced_passkeys_are_chosen_by_the_admin));
}
