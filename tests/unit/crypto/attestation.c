/* SPDX-License-Identifier: BSD-2-Clause */
/* Enrolment: what an authenticator says of the credential that it made. */
#include "crypto/attestation.h"

#include "check.h"
#include "crypto/cose_key.h"
#include "enrolment.h"

ENROLMENT_TEST(no_attestation_makes_a_credential, enrolment_new("none"))
{
	CHECK_OK(enrolment_verify(scene));
	const struct ppk_credential *credential = scene->credential;

	CHECK_BYTES(credential->id.data, credential->id.len, ENROLMENT_ID, ID_LEN);
	CHECK_INT(credential->alg, PPK_ALG_ES256);
	CHECK_BYTES(credential->key.data, credential->key.len, signer_spki(scene->signer)->data,
		signer_spki(scene->signer)->len);
	CHECK_STR(credential->rp_id, ENROLMENT_RP_ID);
	CHECK_STR(credential->attestation, "none");
	CHECK(credential->has_aaguid &&
		memcmp(credential->aaguid, enrolment_aaguid, PPK_AAGUID_SIZE) == 0);
	CHECK_INT(credential->backup, PPK_BACKUP_NO);
	CHECK(credential->name == NULL && credential->transports == NULL);
	CHECK(credential->unknown == NULL && credential->user_handle.len == 0);
	CHECK_INT(credential->uv, PPK_UV_DISCOURAGED);
	CHECK_INT(credential->created_s, 0);
	CHECK_INT(credential->expires_s, 0);
	CHECK(!credential->disabled);
}

ENROLMENT_TEST(backup_flags_are_recorded, enrolment_new("none"))
{
	enrolment_set_data(scene, UP | AT | BE);
	CHECK_OK(enrolment_verify(scene));
	CHECK_INT(scene->credential->backup, PPK_BACKUP_ELIGIBLE);
	enrolment_set_data(scene, UP | AT | BE | BS);
	CHECK_OK(enrolment_verify(scene));
	CHECK_INT(scene->credential->backup, PPK_BACKUP_STATE);
}

ENROLMENT_TEST(an_aaguid_of_zeroes_is_not_recorded, enrolment_new("none"))
{
	memset(scene->data.data + PPK_AUTHENTICATOR_DATA_MIN, 0, PPK_AAGUID_SIZE);
	CHECK_OK(enrolment_verify(scene));
	CHECK(!scene->credential->has_aaguid);
}

ENROLMENT_TEST(malformed_authenticator_data_are_refused, enrolment_new("none"))
{
	scene->made.authenticator_data_len = 36;
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_AUTHENTICATOR_DATA);
	scene->made.authenticator_data_len = 0;
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_AUTHENTICATOR_DATA);
}

ENROLMENT_TEST(a_credential_for_another_relying_party_is_refused, enrolment_new("none"))
{
	CHECK_ERR(enrolment_verify_uv(scene, "example.com", PPK_UV_DISCOURAGED), PPK_ERR_RP_ID);
}

ENROLMENT_TEST(user_presence_is_demanded, enrolment_new("none"))
{
	enrolment_set_data(scene, UV | AT);
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_USER_PRESENCE);
}

ENROLMENT_TEST(user_verification_is_checked_where_required, enrolment_new("none"))
{
	CHECK_OK(enrolment_verify_uv(scene, ENROLMENT_RP_ID, PPK_UV_REQUIRED));
	enrolment_set_data(scene, UP | AT);
	CHECK_ERR(enrolment_verify_uv(scene, ENROLMENT_RP_ID, PPK_UV_REQUIRED),
		PPK_ERR_USER_VERIFICATION);
	CHECK_OK(enrolment_verify_uv(scene, ENROLMENT_RP_ID, PPK_UV_PREFERRED));
}

ENROLMENT_TEST(backed_up_without_being_eligible_is_refused, enrolment_new("none"))
{
	enrolment_set_data(scene, UP | AT | BS);
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_BACKUP_FLAGS);
}

ENROLMENT_TEST(authenticator_data_without_a_credential_are_refused, enrolment_new("none"))
{
	struct ppk_bytes bare = signer_authenticator_data(ENROLMENT_RP_ID, UP, 1);

	scene->made.authenticator_data = bare.data;
	scene->made.authenticator_data_len = bare.len;
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_AUTHENTICATOR_DATA);
	ppk_bytes_done(&bare);
}

ENROLMENT_TEST(a_credential_id_other_than_the_one_beside_it_is_refused, enrolment_new("none"))
{
	scene->made.credential_id = (const uint8_t *)"credential of the red key.";
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_AUTHENTICATOR_DATA);
	scene->made.credential_id = (const uint8_t *)ENROLMENT_ID;
	scene->made.credential_id_len = ID_LEN - 1;
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_AUTHENTICATOR_DATA);
}

ENROLMENT_TEST(an_algorithm_that_is_none_of_ours_is_refused, enrolment_new("none"))
{
	scene->made.cose_algorithm = -65535; /* RS1 */
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_ALGORITHM);
	scene->made.cose_algorithm = 0;
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_ALGORITHM);
}

ENROLMENT_TEST(
	a_key_that_is_not_the_one_in_the_authenticator_data_is_refused, enrolment_new("none"))
{
	struct ppk_bytes other = signer_raw(scene->maker);

	scene->made.public_key = other.data;
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_KEY);
	ppk_bytes_done(&other);
}

ENROLMENT_TEST(a_key_that_is_no_point_is_refused, enrolment_new("none"))
{
	scene->raw.data[63] ^= 1;
	enrolment_set_data(scene, UP | AT);
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_KEY);
}

ENROLMENT_TEST(a_key_of_another_algorithm_than_the_data_say_is_refused, enrolment_new("none"))
{
	/* ES384's number in the COSE_Key, ES256 beside it; and the other way round */
	scene->data.data[DATA_HEAD + ID_LEN + 4] = 0x27;
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_KEY);
	enrolment_set_data(scene, UP | AT);
	scene->made.cose_algorithm = -8;
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_KEY);
}

ENROLMENT_TEST(bytes_after_the_key_are_extensions_or_refused, enrolment_new("none"))
{
	signer_append(&scene->data, "\xa0", 1);
	enrolment_fill(scene);
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_AUTHENTICATOR_DATA);
	scene->data.data[32] |= ED;
	CHECK_OK(enrolment_verify(scene));
	scene->made.authenticator_data_len--;
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_AUTHENTICATOR_DATA);
}

ENROLMENT_TEST(no_attestation_has_an_empty_statement, enrolment_new("none"))
{
	enrolment_sign_packed(scene, scene->signer);
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_ATTESTATION);
	scene->made.signature_len = 0;
	CHECK_OK(enrolment_verify(scene));
	struct signer_certificate certificate = enrolment_sound_certificate();

	enrolment_certify(scene, &certificate);
	scene->made.signature_len = 0;
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_ATTESTATION);
}

ENROLMENT_TEST(an_unknown_format_is_refused, enrolment_packed())
{
	static const char *const formats[] = { "", "tpm", "apple", "android-key",
		"compound", "Packed", "packed ", "None" };

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		snprintf(scene->made.format, sizeof(scene->made.format), "%s", formats[i]);
		CHECK_ERR(enrolment_verify(scene), PPK_ERR_ATTESTATION);
	}
}

ENROLMENT_TEST(safetynet_is_refused_by_name, enrolment_packed())
{
	snprintf(scene->made.format, sizeof(scene->made.format), "android-safetynet");
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_ATTESTATION_OUTDATED);
}

ENROLMENT_TEST(self_attestation_is_verified, enrolment_self())
{
	CHECK_OK(enrolment_verify(scene));
	CHECK_STR(scene->credential->attestation, "self");
}

ENROLMENT_TEST(self_attestation_by_another_key_is_refused, enrolment_self())
{
	enrolment_sign_packed(scene, scene->maker);
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_SIGNATURE);
}

ENROLMENT_TEST(self_attestation_without_signature_is_refused, enrolment_self())
{
	scene->made.signature = NULL;
	scene->made.signature_len = 0;
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_ATTESTATION);
}

ENROLMENT_TEST(packed_attestation_is_verified, enrolment_packed())
{
	CHECK_OK(enrolment_verify(scene));
	CHECK_STR(scene->credential->attestation, "packed");
}

static void a_maker_may_sign_with_any_algorithm(void)
{
	static const enum ppk_algorithm all[] = { PPK_ALG_ES384, PPK_ALG_ES512, PPK_ALG_EDDSA,
		PPK_ALG_ED448, PPK_ALG_RS256 };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct enrolment *scene = enrolment_packed();
		struct signer_certificate certificate = enrolment_sound_certificate();

		signer_free(scene->maker);
		scene->maker = signer_new(all[i]);
		enrolment_certify(scene, &certificate);
		CHECK_ERR(enrolment_verify(scene), PPK_ERR_SIGNATURE);
		enrolment_sign_packed(scene, scene->maker);
		CHECK_OK(enrolment_verify(scene));
		enrolment_free(scene);
	}
}

ENROLMENT_TEST(packed_attestation_signed_by_the_credential_is_refused, enrolment_packed())
{
	enrolment_sign_packed(scene, scene->signer);
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_SIGNATURE);
}

ENROLMENT_TEST(other_client_data_are_refused, enrolment_packed())
{
	scene->hash[0] ^= 1;
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_SIGNATURE);
}

ENROLMENT_TEST(u2f_attestation_is_verified, enrolment_u2f())
{
	CHECK_OK(enrolment_verify(scene));
	CHECK_STR(scene->credential->attestation, "fido-u2f");
}

ENROLMENT_TEST(u2f_attestation_has_one_certificate, enrolment_u2f())
{
	scene->made.x5c_count = 0;
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_ATTESTATION);
	scene->made.x5c[1] = scene->made.x5c[0];
	scene->made.x5c_len[1] = scene->made.x5c_len[0];
	scene->made.x5c_count = 2;
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_ATTESTATION);
}

ENROLMENT_TEST(u2f_attestation_is_signed_with_es256_alone, enrolment_u2f())
{
	const struct signer_certificate bare = { .version = 2, .name = "U2F" };

	signer_free(scene->maker);
	scene->maker = signer_new(PPK_ALG_ES384);
	enrolment_certify(scene, &bare);
	enrolment_sign_u2f(scene);
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_ATTESTATION);
}

ENROLMENT_TEST(a_packed_signature_is_no_u2f_signature, enrolment_u2f())
{
	enrolment_sign_packed(scene, scene->maker);
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_SIGNATURE);
}

static void u2f_attests_es256_credentials_alone(void)
{
	/* COSE_Key of an Ed25519 key: kty OKP, alg, crv, x */
	static const uint8_t head[] = { 0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58,
		0x20 };
	static const uint8_t id_len[2] = { 0, ID_LEN };
	struct enrolment *scene = enrolment_u2f();
	struct signer *signer = signer_new(PPK_ALG_EDDSA);

	ppk_bytes_done(&scene->raw);
	scene->raw = signer_raw(signer);
	ppk_bytes_done(&scene->data);
	scene->data = signer_authenticator_data(ENROLMENT_RP_ID, UP | AT, 1);
	signer_append(&scene->data, enrolment_aaguid, PPK_AAGUID_SIZE);
	signer_append(&scene->data, id_len, 2);
	signer_append(&scene->data, ENROLMENT_ID, ID_LEN);
	signer_append(&scene->data, head, sizeof(head));
	signer_append(&scene->data, scene->raw.data, scene->raw.len);
	scene->made.cose_algorithm = -8;
	enrolment_sign_u2f(scene);
	CHECK_ERR(enrolment_verify(scene), PPK_ERR_ATTESTATION);
	snprintf(scene->made.format, sizeof(scene->made.format), "none");
	scene->made.x5c_count = 0;
	scene->made.signature_len = 0;
	CHECK_OK(enrolment_verify(scene));
	signer_free(signer);
	enrolment_free(scene);
}

static void a_cose_key_that_is_cut_is_refused(void)
{
	struct signer *signer = signer_new(PPK_ALG_ES256);
	struct ppk_bytes raw = signer_raw(signer), cose = { 0 };
	size_t len = 0;

	enrolment_append_cose_key(&cose, &raw);
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
		CHECK_TEST(an_unknown_format_is_refused), CHECK_TEST(safetynet_is_refused_by_name), CHECK_TEST(self_attestation_is_verified),
		CHECK_TEST(self_attestation_by_another_key_is_refused),
		CHECK_TEST(self_attestation_without_signature_is_refused),
		CHECK_TEST(packed_attestation_is_verified),
		CHECK_TEST(a_maker_may_sign_with_any_algorithm),
		CHECK_TEST(packed_attestation_signed_by_the_credential_is_refused),
		CHECK_TEST(other_client_data_are_refused), CHECK_TEST(u2f_attestation_is_verified),
		CHECK_TEST(u2f_attestation_has_one_certificate),
		CHECK_TEST(u2f_attestation_is_signed_with_es256_alone),
		CHECK_TEST(a_packed_signature_is_no_u2f_signature),
		CHECK_TEST(u2f_attests_es256_credentials_alone),
		CHECK_TEST(a_cose_key_that_is_cut_is_refused));
}
