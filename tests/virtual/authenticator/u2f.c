/* SPDX-License-Identifier: BSD-2-Clause */
#include "u2f.h"

#include <string.h>

#include "authdata.h"
#include "authenticator.h"

#define CLA_U2F 0x00
#define INS_REGISTER 0x01
#define INS_AUTHENTICATE 0x02
#define INS_VERSION 0x03

/* U2F Raw Message Formats, 3.3, and ISO 7816-4. */
enum status_word {
	SW_NO_ERROR = 0x9000,
	SW_WRONG_LENGTH = 0x6700,
	SW_CONDITIONS_NOT_SATISFIED = 0x6985,
	SW_WRONG_DATA = 0x6a80,
	SW_INS_NOT_SUPPORTED = 0x6d00,
	SW_CLA_NOT_SUPPORTED = 0x6e00,
};

/* Control bytes of authenticate. */
#define CHECK_ONLY 0x07
#define ENFORCE_PRESENCE 0x03
#define DONT_ENFORCE_PRESENCE 0x08

#define PARAMETER_LEN 32

struct apdu {
	uint8_t cla;
	uint8_t ins;
	uint8_t p1;
	struct ppk_bytes data; /* borrowed */
};

/* Extended length encoding: CLA INS P1 P2 00 Lc1 Lc2 data [Le]. Without data: five to seven. */
static bool
parse_apdu(const struct ppk_bytes *request, struct apdu *apdu)
{
	size_t len = 0;

	if (request->len < 4)
		return false;
	*apdu = (struct apdu){ request->data[0], request->data[1], request->data[2], { 0 } };
	if (request->len > 7) {
		len = (size_t)request->data[5] << 8 | request->data[6];
		if (request->data[4] != 0 || request->len < 7 + len)
			return false;
		apdu->data = (struct ppk_bytes){ request->data + 7, len };
	}
	return true;
}

static void
append_public_key(struct ppk_bytes *bytes, const struct ppk_bytes *key)
{
	uint8_t point[64];

	ppk_p256_public(key, point, point + 32);
	ppk_bytes_append_u8(bytes, 4);
	ppk_bytes_append(bytes, point, sizeof(point));
}

static struct ppk_credential
new_credential(const struct ppk_authenticator *authenticator, const uint8_t *application)
{
	struct ppk_credential credential = {
		.alg = PPK_COSE_ES256,
		.protection = PPK_UV_OPTIONAL,
		.key = ppk_key_new(PPK_COSE_ES256),
	};
	size_t len = authenticator->options.credential_id_len;

	credential.id.len = len <= UINT8_MAX ? len : UINT8_MAX;
	credential.id.data = ppk_alloc(credential.id.len);
	ppk_random_fill(credential.id.data, credential.id.len);
	memcpy(credential.rp_id_hash, application, PARAMETER_LEN);
	return credential;
}

static struct ppk_bytes
registration_signature(const struct ppk_authenticator *authenticator, const uint8_t *challenge,
    const struct ppk_credential *credential)
{
	struct ppk_bytes message = { 0 }, signature;

	ppk_bytes_append_u8(&message, 0);
	ppk_bytes_append(&message, credential->rp_id_hash, PARAMETER_LEN);
	ppk_bytes_append(&message, challenge, PARAMETER_LEN);
	ppk_bytes_append(&message, credential->id.data, credential->id.len);
	append_public_key(&message, &credential->key);
	if (ppk_misbehaves(authenticator, PPK_BAD_SIGNATURE))
		message.data[1] ^= 1;
	signature = ppk_key_sign(&authenticator->state.attestation_key, &message);
	ppk_bytes_done(&message);
	return signature;
}

static enum status_word
do_register(struct ppk_authenticator *authenticator, const struct apdu *apdu,
    struct ppk_bytes *answer)
{
	struct ppk_credential credential;
	struct ppk_bytes signature;

	if (apdu->data.len != 2 * PARAMETER_LEN)
		return SW_WRONG_LENGTH;
	if (!ppk_person_u2f_touch(authenticator))
		return SW_CONDITIONS_NOT_SATISFIED;
	credential = new_credential(authenticator, apdu->data.data + PARAMETER_LEN);
	signature = registration_signature(authenticator, apdu->data.data, &credential);
	ppk_bytes_append_u8(answer, 5);
	append_public_key(answer, &credential.key);
	ppk_bytes_append_u8(answer, (uint8_t)credential.id.len);
	ppk_bytes_append(answer, credential.id.data, credential.id.len);
	ppk_bytes_append(answer, authenticator->state.attestation_certificate.data,
	    authenticator->state.attestation_certificate.len);
	ppk_bytes_append(answer, signature.data, signature.len);
	ppk_bytes_done(&signature);
	ppk_state_add(&authenticator->state, &credential);
	ppk_state_save(&authenticator->state);
	return SW_NO_ERROR;
}

/* NULL where the handle is not ours, or its key may sign only after verification. */
static const struct ppk_credential *
find_credential(struct ppk_authenticator *authenticator, const struct apdu *apdu)
{
	const uint8_t *data = apdu->data.data;
	const struct ppk_credential *found;
	struct ppk_bytes id;

	if (apdu->data.len < 2 * PARAMETER_LEN + 1)
		return NULL;
	id = (struct ppk_bytes){ apdu->data.data + 2 * PARAMETER_LEN + 1,
		apdu->data.len - 2 * PARAMETER_LEN - 1 };
	if (data[2 * PARAMETER_LEN] != id.len)
		return NULL;
	found = ppk_state_find(&authenticator->state, &id, data + PARAMETER_LEN);
	if (found == NULL || found->alg != PPK_COSE_ES256 || found->protection == PPK_UV_REQUIRED)
		return NULL;
	return found;
}

/* The signed message has the form of authenticator data: application, flags, count. */
static void
sign(struct ppk_authenticator *authenticator, const struct ppk_credential *credential,
    const uint8_t *challenge, bool present, struct ppk_bytes *answer)
{
	struct ppk_bytes authdata = ppk_authdata_start(authenticator, credential->rp_id_hash,
	    present ? PPK_FLAG_UP : 0);
	struct ppk_bytes hash = ppk_bytes_copy(challenge, PARAMETER_LEN);
	struct ppk_bytes signature =
	    ppk_authdata_sign(authenticator, &credential->key, &authdata, &hash);

	ppk_bytes_append(answer, authdata.data + PPK_SHA256_LEN, authdata.len - PPK_SHA256_LEN);
	ppk_bytes_append(answer, signature.data, signature.len);
	ppk_bytes_done(&authdata);
	ppk_bytes_done(&hash);
	ppk_bytes_done(&signature);
}

static enum status_word
do_authenticate(struct ppk_authenticator *authenticator, const struct apdu *apdu,
    struct ppk_bytes *answer)
{
	const struct ppk_credential *credential = find_credential(authenticator, apdu);
	bool present = apdu->p1 == ENFORCE_PRESENCE;

	if (credential == NULL)
		return SW_WRONG_DATA;
	if (apdu->p1 == CHECK_ONLY)
		return SW_CONDITIONS_NOT_SATISFIED;
	if (!present && apdu->p1 != DONT_ENFORCE_PRESENCE)
		return SW_WRONG_DATA;
	if (present && !ppk_person_u2f_touch(authenticator))
		return SW_CONDITIONS_NOT_SATISFIED;
	sign(authenticator, credential, apdu->data.data, present, answer);
	return SW_NO_ERROR;
}

static enum status_word
run(struct ppk_authenticator *authenticator, const struct apdu *apdu, struct ppk_bytes *answer)
{
	struct ppk_stats *stats = &authenticator->stats;

	if (apdu->cla != CLA_U2F)
		return SW_CLA_NOT_SUPPORTED;
	switch (apdu->ins) {
	case INS_REGISTER:
		ppk_stats_count(stats, "U2F_REGISTER");
		if (authenticator->options.always_uv)
			return SW_INS_NOT_SUPPORTED;
		return do_register(authenticator, apdu, answer);
	case INS_AUTHENTICATE:
		ppk_stats_count(stats,
		    apdu->p1 == CHECK_ONLY ? "U2F_AUTHENTICATE-check" : "U2F_AUTHENTICATE");
		if (authenticator->options.always_uv)
			return SW_INS_NOT_SUPPORTED;
		return do_authenticate(authenticator, apdu, answer);
	case INS_VERSION:
		ppk_stats_count(stats, "U2F_VERSION");
		ppk_bytes_append(answer, "U2F_V2", 6);
		return SW_NO_ERROR;
	default:
		return SW_INS_NOT_SUPPORTED;
	}
}

bool
ppk_u2f_handle(struct ppk_authenticator *authenticator, const struct ppk_bytes *request,
    struct ppk_bytes *ret_answer)
{
	struct apdu apdu;
	enum status_word status = SW_WRONG_LENGTH;

	*ret_answer = (struct ppk_bytes){ 0 };
	if (parse_apdu(request, &apdu))
		status = run(authenticator, &apdu, ret_answer);
	if (ppk_misbehaves(authenticator, PPK_GARBAGE_CBOR))
		ppk_random_fill(ret_answer->data, ret_answer->len);
	ppk_bytes_append_be16(ret_answer, (uint16_t)status);
	return true;
}
