/* SPDX-License-Identifier: BSD-2-Clause */
/* Enrolment: what an authenticator says of the credential that it made. */
#include "crypto/attestation.h"

#include <openssl/err.h>
#include <stdlib.h>

#include "check.h"
#include "core/authenticator_data.h"
#include "crypto/certificate.h"
#include "crypto/cose_key.h"
#include "crypto/digest.h"
#include "crypto/public_key.h"
#include "mutate.h"
#include "signer.h"

#define RP_ID "example.org"
#define UP PPK_FLAG_UP
#define UV PPK_FLAG_UV
#define BE PPK_FLAG_BE
#define BS PPK_FLAG_BS
#define AT PPK_FLAG_AT
#define ED PPK_FLAG_ED
#define DATA_HEAD (PPK_AUTHENTICATOR_DATA_MIN + PPK_AAGUID_SIZE + 2)

static const char id[] = "credential of the blue key";
#define ID_LEN (sizeof(id) - 1)

static const uint8_t aaguid[PPK_AAGUID_SIZE] = { 0xa1, 0xa2, 0xa3, 0xa4, 0xb1, 0xb2, 0xc1, 0xc2,
	0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8 };

/* An enrolment that succeeds; a test spoils one thing in it. */
struct scene {
	struct signer *signer; /* of the credential */
	struct signer *maker; /* of the attestation */
	struct ppk_bytes raw, data, signature, certificate;
	uint8_t hash[PPK_SHA256_SIZE];
	struct ppk_device_credential made;
	struct ppk_credential *credential;
};

/* COSE_Key of an ES256 key: kty EC2, alg, crv P-256, x, y */
static void append_cose_key(struct ppk_bytes *data, const struct ppk_bytes *raw)
{
	static const uint8_t head[] = { 0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58,
		0x20 };
	static const uint8_t between[] = { 0x22, 0x58, 0x20 };

	signer_append(data, head, sizeof(head));
	signer_append(data, raw->data, 32);
	signer_append(data, between, sizeof(between));
	signer_append(data, raw->data + 32, 32);
}

static void fill(struct scene *scene)
{
	scene->made.authenticator_data = scene->data.data;
	scene->made.authenticator_data_len = scene->data.len;
	scene->made.signature = scene->signature.data;
	scene->made.signature_len = scene->signature.len;
	scene->made.public_key = scene->raw.data;
	scene->made.public_key_len = scene->raw.len;
	if (scene->certificate.len != 0) {
		scene->made.x5c[0] = scene->certificate.data;
		scene->made.x5c_len[0] = scene->certificate.len;
	}
}

static void set_data(struct scene *scene, uint8_t flags)
{
	static const uint8_t id_len[2] = { 0, ID_LEN };

	ppk_bytes_done(&scene->data);
	scene->data = signer_authenticator_data(RP_ID, flags, 1);
	signer_append(&scene->data, aaguid, sizeof(aaguid));
	signer_append(&scene->data, id_len, 2);
	signer_append(&scene->data, id, ID_LEN);
	append_cose_key(&scene->data, &scene->raw);
	fill(scene);
}

static void sign_packed(struct scene *scene, const struct signer *signer)
{
	struct ppk_bytes message = { 0 };

	signer_append(&message, scene->data.data, scene->data.len);
	signer_append(&message, scene->hash, sizeof(scene->hash));
	ppk_bytes_done(&scene->signature);
	scene->signature = signer_sign(signer, message.data, message.len);
	ppk_bytes_done(&message);
	fill(scene);
}

/* 8.6: 0x00 || RP ID hash || client data hash || id || 0x04 || x || y */
static void sign_u2f(struct scene *scene)
{
	struct ppk_bytes message = { 0 };

	signer_append(&message, "\0", 1);
	signer_append(&message, scene->data.data, 32);
	signer_append(&message, scene->hash, sizeof(scene->hash));
	signer_append(&message, id, ID_LEN);
	signer_append(&message, "\4", 1);
	signer_append(&message, scene->raw.data, scene->raw.len);
	ppk_bytes_done(&scene->signature);
	scene->signature = signer_sign(scene->maker, message.data, message.len);
	ppk_bytes_done(&message);
	fill(scene);
}

/* What 8.2.1 asks of a certificate. */
static struct signer_certificate sound(void)
{
	static uint8_t extension[2 + PPK_AAGUID_SIZE] = { 0x04, PPK_AAGUID_SIZE };

	memcpy(extension + 2, aaguid, sizeof(aaguid));
	return (struct signer_certificate){
		.version = 2, /* v3 */
		.country = "SE",
		.organisation = "Maker of Keys",
		.unit = "Authenticator Attestation",
		.name = "Batch 42",
		.constraints = "critical,CA:FALSE",
		.aaguid = extension,
		.aaguid_len = sizeof(extension),
	};
}

static void certify(struct scene *scene, const struct signer_certificate *certificate)
{
	ppk_bytes_done(&scene->certificate);
	scene->certificate = signer_certify(scene->maker, certificate);
	scene->made.x5c_count = 1;
	fill(scene);
}

static struct scene *scene_new(const char *format)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	CHECK(scene != NULL);
	scene->signer = signer_new(PPK_ALG_ES256);
	scene->maker = signer_new(PPK_ALG_ES256);
	scene->raw = signer_raw(scene->signer);
	CHECK_OK(ppk_sha256("client data", 11, scene->hash));
	snprintf(scene->made.format, sizeof(scene->made.format), "%s", format);
	scene->made.cose_algorithm = -7;
	scene->made.credential_id = (const uint8_t *)id;
	scene->made.credential_id_len = ID_LEN;
	set_data(scene, UP | UV | AT);
	return scene;
}

static struct scene *scene_packed(void)
{
	struct scene *scene = scene_new("packed");
	struct signer_certificate certificate = sound();

	certify(scene, &certificate);
	sign_packed(scene, scene->maker);
	return scene;
}

static struct scene *scene_self(void)
{
	struct scene *scene = scene_new("packed");

	sign_packed(scene, scene->signer);
	return scene;
}

static struct scene *scene_u2f(void)
{
	struct scene *scene = scene_new("fido-u2f");
	/* certificates of U2F need not be sound in the sense of packed ones */
	const struct signer_certificate bare = { .version = 2, .name = "U2F" };

	certify(scene, &bare);
	sign_u2f(scene);
	return scene;
}

static void scene_free(struct scene *scene)
{
	ppk_credential_free(scene->credential);
	signer_free(scene->signer);
	signer_free(scene->maker);
	ppk_bytes_done(&scene->raw);
	ppk_bytes_done(&scene->data);
	ppk_bytes_done(&scene->signature);
	ppk_bytes_done(&scene->certificate);
	free(scene);
}

static enum ppk_err verify_uv(struct scene *scene, const char *rp_id, enum ppk_uv uv)
{
	ppk_credential_free(scene->credential);
	scene->credential = NULL;
	enum ppk_err err =
		ppk_attestation_verify(&scene->made, rp_id, uv, scene->hash, &scene->credential);

	if ((err == PPK_OK) != (scene->credential != NULL))
		CHECK_FAIL("%s, and a credential all the same", ppk_err_token(err));
	if (ERR_peek_error() != 0)
		CHECK_FAIL("the error queue is not empty");
	return err;
}

static enum ppk_err verify(struct scene *scene)
{
	return verify_uv(scene, RP_ID, PPK_UV_DISCOURAGED);
}

#define SCENE_TEST(name, make)                                                                     \
	static void name##_in(struct scene *scene);                                                \
	static void name(void)                                                                     \
	{                                                                                          \
		struct scene *scene = make;                                                        \
		name##_in(scene);                                                                  \
		scene_free(scene);                                                                 \
	}                                                                                          \
	static void name##_in(struct scene *scene)

SCENE_TEST(no_attestation_makes_a_credential, scene_new("none"))
{
	CHECK_OK(verify(scene));
	const struct ppk_credential *credential = scene->credential;

	CHECK_BYTES(credential->id.data, credential->id.len, id, ID_LEN);
	CHECK_INT(credential->alg, PPK_ALG_ES256);
	CHECK_BYTES(credential->key.data, credential->key.len, signer_spki(scene->signer)->data,
		signer_spki(scene->signer)->len);
	CHECK_STR(credential->rp_id, RP_ID);
	CHECK_STR(credential->attestation, "none");
	CHECK(credential->has_aaguid && memcmp(credential->aaguid, aaguid, sizeof(aaguid)) == 0);
	CHECK_INT(credential->backup, PPK_BACKUP_NO);
	CHECK(credential->name == NULL && credential->transports == NULL);
	CHECK(credential->unknown == NULL && credential->user_handle.len == 0);
	CHECK_INT(credential->uv, PPK_UV_DISCOURAGED);
	CHECK_INT(credential->created_s, 0);
	CHECK_INT(credential->expires_s, 0);
	CHECK(!credential->disabled);
}

SCENE_TEST(backup_flags_are_recorded, scene_new("none"))
{
	set_data(scene, UP | AT | BE);
	CHECK_OK(verify(scene));
	CHECK_INT(scene->credential->backup, PPK_BACKUP_ELIGIBLE);
	set_data(scene, UP | AT | BE | BS);
	CHECK_OK(verify(scene));
	CHECK_INT(scene->credential->backup, PPK_BACKUP_STATE);
}

SCENE_TEST(an_aaguid_of_zeroes_is_not_recorded, scene_new("none"))
{
	memset(scene->data.data + PPK_AUTHENTICATOR_DATA_MIN, 0, PPK_AAGUID_SIZE);
	CHECK_OK(verify(scene));
	CHECK(!scene->credential->has_aaguid);
}

SCENE_TEST(malformed_authenticator_data_are_refused, scene_new("none"))
{
	scene->made.authenticator_data_len = 36;
	CHECK_ERR(verify(scene), PPK_ERR_AUTHENTICATOR_DATA);
	scene->made.authenticator_data_len = 0;
	CHECK_ERR(verify(scene), PPK_ERR_AUTHENTICATOR_DATA);
}

SCENE_TEST(a_credential_for_another_relying_party_is_refused, scene_new("none"))
{
	CHECK_ERR(verify_uv(scene, "example.com", PPK_UV_DISCOURAGED), PPK_ERR_RP_ID);
}

SCENE_TEST(user_presence_is_demanded, scene_new("none"))
{
	set_data(scene, UV | AT);
	CHECK_ERR(verify(scene), PPK_ERR_USER_PRESENCE);
}

SCENE_TEST(user_verification_is_checked_where_required, scene_new("none"))
{
	CHECK_OK(verify_uv(scene, RP_ID, PPK_UV_REQUIRED));
	set_data(scene, UP | AT);
	CHECK_ERR(verify_uv(scene, RP_ID, PPK_UV_REQUIRED), PPK_ERR_USER_VERIFICATION);
	CHECK_OK(verify_uv(scene, RP_ID, PPK_UV_PREFERRED));
}

SCENE_TEST(backed_up_without_being_eligible_is_refused, scene_new("none"))
{
	set_data(scene, UP | AT | BS);
	CHECK_ERR(verify(scene), PPK_ERR_BACKUP_FLAGS);
}

SCENE_TEST(authenticator_data_without_a_credential_are_refused, scene_new("none"))
{
	struct ppk_bytes bare = signer_authenticator_data(RP_ID, UP, 1);

	scene->made.authenticator_data = bare.data;
	scene->made.authenticator_data_len = bare.len;
	CHECK_ERR(verify(scene), PPK_ERR_AUTHENTICATOR_DATA);
	ppk_bytes_done(&bare);
}

SCENE_TEST(a_credential_id_other_than_the_one_beside_it_is_refused, scene_new("none"))
{
	scene->made.credential_id = (const uint8_t *)"credential of the red key.";
	CHECK_ERR(verify(scene), PPK_ERR_AUTHENTICATOR_DATA);
	scene->made.credential_id = (const uint8_t *)id;
	scene->made.credential_id_len = ID_LEN - 1;
	CHECK_ERR(verify(scene), PPK_ERR_AUTHENTICATOR_DATA);
}

SCENE_TEST(an_algorithm_that_is_none_of_ours_is_refused, scene_new("none"))
{
	scene->made.cose_algorithm = -65535; /* RS1 */
	CHECK_ERR(verify(scene), PPK_ERR_ALGORITHM);
	scene->made.cose_algorithm = 0;
	CHECK_ERR(verify(scene), PPK_ERR_ALGORITHM);
}

SCENE_TEST(a_key_that_is_not_the_one_in_the_authenticator_data_is_refused, scene_new("none"))
{
	struct ppk_bytes other = signer_raw(scene->maker);

	scene->made.public_key = other.data;
	CHECK_ERR(verify(scene), PPK_ERR_KEY);
	ppk_bytes_done(&other);
}

SCENE_TEST(a_key_that_is_no_point_is_refused, scene_new("none"))
{
	scene->raw.data[63] ^= 1;
	set_data(scene, UP | AT);
	CHECK_ERR(verify(scene), PPK_ERR_KEY);
}

SCENE_TEST(a_key_of_another_algorithm_than_the_data_say_is_refused, scene_new("none"))
{
	/* ES384's number in the COSE_Key, ES256 beside it; and the other way round */
	scene->data.data[DATA_HEAD + ID_LEN + 4] = 0x27;
	CHECK_ERR(verify(scene), PPK_ERR_KEY);
	set_data(scene, UP | AT);
	scene->made.cose_algorithm = -8;
	CHECK_ERR(verify(scene), PPK_ERR_KEY);
}

SCENE_TEST(bytes_after_the_key_are_extensions_or_refused, scene_new("none"))
{
	signer_append(&scene->data, "\xa0", 1);
	fill(scene);
	CHECK_ERR(verify(scene), PPK_ERR_AUTHENTICATOR_DATA);
	scene->data.data[32] |= ED;
	CHECK_OK(verify(scene));
	scene->made.authenticator_data_len--;
	CHECK_ERR(verify(scene), PPK_ERR_AUTHENTICATOR_DATA);
}

SCENE_TEST(no_attestation_has_an_empty_statement, scene_new("none"))
{
	sign_packed(scene, scene->signer);
	CHECK_ERR(verify(scene), PPK_ERR_ATTESTATION);
	scene->made.signature_len = 0;
	CHECK_OK(verify(scene));
	struct signer_certificate certificate = sound();

	certify(scene, &certificate);
	scene->made.signature_len = 0;
	CHECK_ERR(verify(scene), PPK_ERR_ATTESTATION);
}

SCENE_TEST(an_unknown_format_is_refused, scene_packed())
{
	static const char *const formats[] = { "", "tpm", "apple", "android-key",
		"android-safetynet", "compound", "Packed", "packed ", "None" };

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		snprintf(scene->made.format, sizeof(scene->made.format), "%s", formats[i]);
		CHECK_ERR(verify(scene), PPK_ERR_ATTESTATION);
	}
}

SCENE_TEST(self_attestation_is_verified, scene_self())
{
	CHECK_OK(verify(scene));
	CHECK_STR(scene->credential->attestation, "self");
}

SCENE_TEST(self_attestation_by_another_key_is_refused, scene_self())
{
	sign_packed(scene, scene->maker);
	CHECK_ERR(verify(scene), PPK_ERR_SIGNATURE);
}

SCENE_TEST(self_attestation_without_signature_is_refused, scene_self())
{
	scene->made.signature = NULL;
	scene->made.signature_len = 0;
	CHECK_ERR(verify(scene), PPK_ERR_SIGNATURE);
}

SCENE_TEST(packed_attestation_is_verified, scene_packed())
{
	CHECK_OK(verify(scene));
	CHECK_STR(scene->credential->attestation, "packed");
}

static void a_maker_may_sign_with_any_algorithm(void)
{
	static const enum ppk_algorithm all[] = { PPK_ALG_ES384, PPK_ALG_ES512, PPK_ALG_EDDSA,
		PPK_ALG_ED448, PPK_ALG_RS256 };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct scene *scene = scene_packed();
		struct signer_certificate certificate = sound();

		signer_free(scene->maker);
		scene->maker = signer_new(all[i]);
		certify(scene, &certificate);
		CHECK_ERR(verify(scene), PPK_ERR_SIGNATURE);
		sign_packed(scene, scene->maker);
		CHECK_OK(verify(scene));
		scene_free(scene);
	}
}

SCENE_TEST(packed_attestation_signed_by_the_credential_is_refused, scene_packed())
{
	sign_packed(scene, scene->signer);
	CHECK_ERR(verify(scene), PPK_ERR_SIGNATURE);
}

SCENE_TEST(other_client_data_are_refused, scene_packed())
{
	scene->hash[0] ^= 1;
	CHECK_ERR(verify(scene), PPK_ERR_SIGNATURE);
}

SCENE_TEST(a_certificate_without_aaguid_extension_is_fine, scene_packed())
{
	struct signer_certificate certificate = sound();

	certificate.aaguid = NULL;
	certify(scene, &certificate);
	CHECK_OK(verify(scene));
}

/* Each of the requirements of 8.2.1, broken alone. */
static void break_version(struct signer_certificate *certificate)
{
	certificate->version = 0; /* v1; its extensions stay, as an attacker would leave them */
}

static void break_country_missing(struct signer_certificate *certificate)
{
	certificate->country = NULL;
}

static void break_country_not_a_code(struct signer_certificate *certificate)
{
	certificate->country = "s1";
}

static void break_organisation(struct signer_certificate *certificate)
{
	certificate->organisation = NULL;
}

static void break_unit_missing(struct signer_certificate *certificate)
{
	certificate->unit = NULL;
}

static void break_unit_other(struct signer_certificate *certificate)
{
	certificate->unit = "authenticator attestation";
}

static void break_unit_longer(struct signer_certificate *certificate)
{
	certificate->unit = "Authenticator Attestation CA";
}

static void break_unit_twice(struct signer_certificate *certificate)
{
	certificate->second_unit = "Something else";
}

static void break_name(struct signer_certificate *certificate)
{
	certificate->name = NULL;
}

static void break_constraints_missing(struct signer_certificate *certificate)
{
	certificate->constraints = NULL;
}

static void break_constraints_ca(struct signer_certificate *certificate)
{
	certificate->constraints = "critical,CA:TRUE";
}

static void break_constraints_twice(struct signer_certificate *certificate)
{
	certificate->constraints_twice = true;
}

static void break_aaguid_other(struct signer_certificate *certificate)
{
	static uint8_t other[2 + PPK_AAGUID_SIZE];

	memcpy(other, certificate->aaguid, sizeof(other));
	other[17] ^= 1;
	certificate->aaguid = other;
}

static void break_aaguid_not_wrapped(struct signer_certificate *certificate)
{
	certificate->aaguid += 2;
	certificate->aaguid_len -= 2;
}

static void break_aaguid_longer(struct signer_certificate *certificate)
{
	static uint8_t longer[3 + PPK_AAGUID_SIZE];

	memcpy(longer, certificate->aaguid, 2 + PPK_AAGUID_SIZE);
	certificate->aaguid = longer;
	certificate->aaguid_len++;
}

static void break_aaguid_empty(struct signer_certificate *certificate)
{
	certificate->aaguid_len = 0;
}

static void break_aaguid_critical(struct signer_certificate *certificate)
{
	certificate->aaguid_critical = true;
}

static void break_aaguid_twice(struct signer_certificate *certificate)
{
	certificate->aaguid_twice = true;
}

SCENE_TEST(each_requirement_on_a_packed_certificate_is_checked, scene_packed())
{
	static const struct {
		const char *name;
		void (*apply)(struct signer_certificate *certificate);
	} breaks[] = {
		{ "version 1", break_version },
		{ "no country", break_country_missing },
		{ "country that is no code", break_country_not_a_code },
		{ "no organisation", break_organisation },
		{ "no organisational unit", break_unit_missing },
		{ "organisational unit in other letters", break_unit_other },
		{ "organisational unit that goes on", break_unit_longer },
		{ "two organisational units", break_unit_twice },
		{ "no common name", break_name },
		{ "no basic constraints", break_constraints_missing },
		{ "a certificate authority", break_constraints_ca },
		{ "basic constraints twice", break_constraints_twice },
		{ "another AAGUID", break_aaguid_other },
		{ "an AAGUID without its OCTET STRING", break_aaguid_not_wrapped },
		{ "an AAGUID of 17 bytes", break_aaguid_longer },
		{ "an empty AAGUID", break_aaguid_empty },
		{ "a critical AAGUID", break_aaguid_critical },
		{ "two AAGUIDs", break_aaguid_twice },
	};

	for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
		struct signer_certificate certificate = sound();

		breaks[i].apply(&certificate);
		certify(scene, &certificate);
		enum ppk_err err = verify(scene);

		if (err != PPK_ERR_ATTESTATION)
			CHECK_FAIL("%s: %s", breaks[i].name, ppk_err_token(err));
		printf("# refused: %s\n", breaks[i].name);
	}
}

SCENE_TEST(bytes_after_a_certificate_are_refused, scene_packed())
{
	signer_append(&scene->certificate, "\0", 1);
	fill(scene);
	CHECK_ERR(verify(scene), PPK_ERR_ATTESTATION);
	scene->made.x5c_len[0] = 0;
	CHECK_ERR(verify(scene), PPK_ERR_ATTESTATION);
}

/* Only what is not the certificate's subject, key or extensions may be another: dates, serial, ... */
static void enroll_with_changed_certificate(
	const uint8_t *data, size_t len, const char *how, void *context)
{
	struct scene *scene = context;
	enum ppk_algorithm alg;
	struct ppk_bytes key;

	scene->made.x5c[0] = data;
	scene->made.x5c_len[0] = len;
	if (verify(scene) != PPK_OK)
		return;
	CHECK_OK(ppk_certificate_key(data, len, &alg, &key));
	bool same = ppk_bytes_equal(
		&key, signer_spki(scene->maker)->data, signer_spki(scene->maker)->len);

	ppk_bytes_done(&key);
	if (!same || len != scene->certificate.len)
		CHECK_FAIL("%s: verified with another key", how);
}

SCENE_TEST(a_changed_certificate_is_refused_or_certifies_the_same_key, scene_packed())
{
	mutate_each(scene->certificate.data, scene->certificate.len,
		enroll_with_changed_certificate, scene);
}

SCENE_TEST(u2f_attestation_is_verified, scene_u2f())
{
	CHECK_OK(verify(scene));
	CHECK_STR(scene->credential->attestation, "fido-u2f");
}

SCENE_TEST(u2f_attestation_has_one_certificate, scene_u2f())
{
	scene->made.x5c_count = 0;
	CHECK_ERR(verify(scene), PPK_ERR_ATTESTATION);
	scene->made.x5c[1] = scene->made.x5c[0];
	scene->made.x5c_len[1] = scene->made.x5c_len[0];
	scene->made.x5c_count = 2;
	CHECK_ERR(verify(scene), PPK_ERR_ATTESTATION);
}

SCENE_TEST(u2f_attestation_is_signed_with_es256_alone, scene_u2f())
{
	const struct signer_certificate bare = { .version = 2, .name = "U2F" };

	signer_free(scene->maker);
	scene->maker = signer_new(PPK_ALG_ES384);
	certify(scene, &bare);
	sign_u2f(scene);
	CHECK_ERR(verify(scene), PPK_ERR_ATTESTATION);
}

SCENE_TEST(a_packed_signature_is_no_u2f_signature, scene_u2f())
{
	sign_packed(scene, scene->maker);
	CHECK_ERR(verify(scene), PPK_ERR_SIGNATURE);
}

static void u2f_attests_es256_credentials_alone(void)
{
	/* COSE_Key of an Ed25519 key: kty OKP, alg, crv, x */
	static const uint8_t head[] = { 0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58,
		0x20 };
	static const uint8_t id_len[2] = { 0, ID_LEN };
	struct scene *scene = scene_u2f();
	struct signer *signer = signer_new(PPK_ALG_EDDSA);

	ppk_bytes_done(&scene->raw);
	scene->raw = signer_raw(signer);
	ppk_bytes_done(&scene->data);
	scene->data = signer_authenticator_data(RP_ID, UP | AT, 1);
	signer_append(&scene->data, aaguid, sizeof(aaguid));
	signer_append(&scene->data, id_len, 2);
	signer_append(&scene->data, id, ID_LEN);
	signer_append(&scene->data, head, sizeof(head));
	signer_append(&scene->data, scene->raw.data, scene->raw.len);
	scene->made.cose_algorithm = -8;
	sign_u2f(scene);
	CHECK_ERR(verify(scene), PPK_ERR_ATTESTATION);
	snprintf(scene->made.format, sizeof(scene->made.format), "none");
	scene->made.x5c_count = 0;
	scene->made.signature_len = 0;
	CHECK_OK(verify(scene));
	signer_free(signer);
	scene_free(scene);
}

static void a_cose_key_that_is_cut_is_refused(void)
{
	struct signer *signer = signer_new(PPK_ALG_ES256);
	struct ppk_bytes raw = signer_raw(signer), cose = { 0 };
	size_t len = 0;

	append_cose_key(&cose, &raw);
	CHECK_OK(ppk_cose_key_match(PPK_ALG_ES256, signer_spki(signer), cose.data, cose.len, &len));
	CHECK_INT(len, cose.len);
	for (size_t cut = 0; cut < cose.len; cut++)
		CHECK_ERR(ppk_cose_key_match(
				  PPK_ALG_ES256, signer_spki(signer), cose.data, cut, &len),
			PPK_ERR_KEY);
	ppk_bytes_done(&cose);
	ppk_bytes_done(&raw);
	signer_free(signer);
}

int main(void)
{
	signer_seed(4);
	return CHECK_RUN(CHECK_TEST(no_attestation_makes_a_credential),
		CHECK_TEST(backup_flags_are_recorded),
		CHECK_TEST(an_aaguid_of_zeroes_is_not_recorded),
		CHECK_TEST(malformed_authenticator_data_are_refused),
		CHECK_TEST(a_credential_for_another_relying_party_is_refused),
		CHECK_TEST(user_presence_is_demanded),
		CHECK_TEST(user_verification_is_checked_where_required),
		CHECK_TEST(backed_up_without_being_eligible_is_refused),
		CHECK_TEST(authenticator_data_without_a_credential_are_refused),
		CHECK_TEST(a_credential_id_other_than_the_one_beside_it_is_refused),
		CHECK_TEST(an_algorithm_that_is_none_of_ours_is_refused),
		CHECK_TEST(a_key_that_is_not_the_one_in_the_authenticator_data_is_refused),
		CHECK_TEST(a_key_that_is_no_point_is_refused),
		CHECK_TEST(a_key_of_another_algorithm_than_the_data_say_is_refused),
		CHECK_TEST(bytes_after_the_key_are_extensions_or_refused),
		CHECK_TEST(no_attestation_has_an_empty_statement),
		CHECK_TEST(an_unknown_format_is_refused), CHECK_TEST(self_attestation_is_verified),
		CHECK_TEST(self_attestation_by_another_key_is_refused),
		CHECK_TEST(self_attestation_without_signature_is_refused),
		CHECK_TEST(packed_attestation_is_verified),
		CHECK_TEST(a_maker_may_sign_with_any_algorithm),
		CHECK_TEST(packed_attestation_signed_by_the_credential_is_refused),
		CHECK_TEST(other_client_data_are_refused),
		CHECK_TEST(a_certificate_without_aaguid_extension_is_fine),
		CHECK_TEST(each_requirement_on_a_packed_certificate_is_checked),
		CHECK_TEST(bytes_after_a_certificate_are_refused),
		CHECK_TEST(a_changed_certificate_is_refused_or_certifies_the_same_key),
		CHECK_TEST(u2f_attestation_is_verified),
		CHECK_TEST(u2f_attestation_has_one_certificate),
		CHECK_TEST(u2f_attestation_is_signed_with_es256_alone),
		CHECK_TEST(a_packed_signature_is_no_u2f_signature),
		CHECK_TEST(u2f_attests_es256_credentials_alone),
		CHECK_TEST(a_cose_key_that_is_cut_is_refused));
}
