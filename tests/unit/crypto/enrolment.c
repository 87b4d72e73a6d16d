/* SPDX-License-Identifier: BSD-2-Clause */
#include "enrolment.h"

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/attestation.h"

const uint8_t enrolment_aaguid[PPK_AAGUID_SIZE] = { 0xa1, 0xa2, 0xa3, 0xa4, 0xb1, 0xb2, 0xc1, 0xc2,
	0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8 };

static void must(bool condition, const char *what)
{
	if (!condition) {
		fprintf(stderr, "enrolment: %s\n", what);
		abort();
	}
}

/* COSE_Key of an ES256 key: kty EC2, alg, crv P-256, x, y */
void enrolment_append_cose_key(struct ppk_bytes *data, const struct ppk_bytes *raw)
{
	static const uint8_t head[] = { 0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58,
		0x20 };
	static const uint8_t between[] = { 0x22, 0x58, 0x20 };

	signer_append(data, head, sizeof(head));
	signer_append(data, raw->data, 32);
	signer_append(data, between, sizeof(between));
	signer_append(data, raw->data + 32, 32);
}

void enrolment_fill(struct enrolment *enrolment)
{
	enrolment->made.authenticator_data = enrolment->data.data;
	enrolment->made.authenticator_data_len = enrolment->data.len;
	enrolment->made.signature = enrolment->signature.data;
	enrolment->made.signature_len = enrolment->signature.len;
	enrolment->made.public_key = enrolment->raw.data;
	enrolment->made.public_key_len = enrolment->raw.len;
	if (enrolment->certificate.len != 0) {
		enrolment->made.x5c[0] = enrolment->certificate.data;
		enrolment->made.x5c_len[0] = enrolment->certificate.len;
	}
}

void enrolment_set_data(struct enrolment *enrolment, uint8_t flags)
{
	static const uint8_t id_len[2] = { 0, ID_LEN };

	ppk_bytes_done(&enrolment->data);
	enrolment->data = signer_authenticator_data(ENROLMENT_RP_ID, flags, 1);
	signer_append(&enrolment->data, enrolment_aaguid, PPK_AAGUID_SIZE);
	signer_append(&enrolment->data, id_len, 2);
	signer_append(&enrolment->data, ENROLMENT_ID, ID_LEN);
	enrolment_append_cose_key(&enrolment->data, &enrolment->raw);
	enrolment_fill(enrolment);
}

void enrolment_sign_packed(struct enrolment *enrolment, const struct signer *signer)
{
	struct ppk_bytes message = { 0 };

	signer_append(&message, enrolment->data.data, enrolment->data.len);
	signer_append(&message, enrolment->hash, sizeof(enrolment->hash));
	ppk_bytes_done(&enrolment->signature);
	enrolment->signature = signer_sign(signer, message.data, message.len);
	ppk_bytes_done(&message);
	enrolment_fill(enrolment);
}

/* 8.6: 0x00 || RP ID hash || client data hash || id || 0x04 || x || y */
void enrolment_sign_u2f(struct enrolment *enrolment)
{
	struct ppk_bytes message = { 0 };

	signer_append(&message, "\0", 1);
	signer_append(&message, enrolment->data.data, 32);
	signer_append(&message, enrolment->hash, sizeof(enrolment->hash));
	signer_append(&message, ENROLMENT_ID, ID_LEN);
	signer_append(&message, "\4", 1);
	signer_append(&message, enrolment->raw.data, enrolment->raw.len);
	ppk_bytes_done(&enrolment->signature);
	enrolment->signature = signer_sign(enrolment->maker, message.data, message.len);
	ppk_bytes_done(&message);
	enrolment_fill(enrolment);
}

/* What 8.2.1 asks of a certificate. */
struct signer_certificate enrolment_sound_certificate(void)
{
	static uint8_t extension[2 + PPK_AAGUID_SIZE] = { 0x04, PPK_AAGUID_SIZE };

	memcpy(extension + 2, enrolment_aaguid, PPK_AAGUID_SIZE);
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

void enrolment_certify(struct enrolment *enrolment, const struct signer_certificate *certificate)
{
	ppk_bytes_done(&enrolment->certificate);
	enrolment->certificate = signer_certify(enrolment->maker, certificate);
	enrolment->made.x5c_count = 1;
	enrolment_fill(enrolment);
}

struct enrolment *enrolment_new(const char *format)
{
	struct enrolment *enrolment = calloc(1, sizeof(*enrolment));

	must(enrolment != NULL, "memory");
	enrolment->signer = signer_new(PPK_ALG_ES256);
	enrolment->maker = signer_new(PPK_ALG_ES256);
	enrolment->raw = signer_raw(enrolment->signer);
	must(ppk_sha256("client data", 11, enrolment->hash) == PPK_OK, "hash");
	snprintf(enrolment->made.format, sizeof(enrolment->made.format), "%s", format);
	enrolment->made.cose_algorithm = -7;
	enrolment->made.credential_id = (const uint8_t *)ENROLMENT_ID;
	enrolment->made.credential_id_len = ID_LEN;
	enrolment_set_data(enrolment, UP | UV | AT);
	return enrolment;
}

struct enrolment *enrolment_packed(void)
{
	struct enrolment *enrolment = enrolment_new("packed");
	struct signer_certificate certificate = enrolment_sound_certificate();

	enrolment_certify(enrolment, &certificate);
	enrolment_sign_packed(enrolment, enrolment->maker);
	return enrolment;
}

struct enrolment *enrolment_self(void)
{
	struct enrolment *enrolment = enrolment_new("packed");

	enrolment_sign_packed(enrolment, enrolment->signer);
	return enrolment;
}

struct enrolment *enrolment_u2f(void)
{
	struct enrolment *enrolment = enrolment_new("fido-u2f");
	/* certificates of U2F need not be sound in the sense of packed ones */
	const struct signer_certificate bare = { .version = 2, .name = "U2F" };

	enrolment_certify(enrolment, &bare);
	enrolment_sign_u2f(enrolment);
	return enrolment;
}

void enrolment_free(struct enrolment *enrolment)
{
	ppk_credential_free(enrolment->credential);
	signer_free(enrolment->signer);
	signer_free(enrolment->maker);
	ppk_bytes_done(&enrolment->raw);
	ppk_bytes_done(&enrolment->data);
	ppk_bytes_done(&enrolment->signature);
	ppk_bytes_done(&enrolment->certificate);
	free(enrolment);
}

enum ppk_err enrolment_verify_uv(struct enrolment *enrolment, const char *rp_id, enum ppk_uv uv)
{
	struct ppk_attestation_object object;

	ppk_credential_free(enrolment->credential);
	enrolment->credential = NULL;
	ppk_attestation_object_of_device(&enrolment->made, &object);
	enum ppk_err err = ppk_attestation_verify(
		&object, rp_id, uv, enrolment->hash, &enrolment->credential);

	must((err == PPK_OK) == (enrolment->credential != NULL), "a credential of a refusal");
	must(ERR_peek_error() == 0, "the error queue is not empty");
	return err;
}

enum ppk_err enrolment_verify(struct enrolment *enrolment)
{
	return enrolment_verify_uv(enrolment, ENROLMENT_RP_ID, PPK_UV_DISCOURAGED);
}
