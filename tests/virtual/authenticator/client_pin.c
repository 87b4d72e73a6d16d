/* SPDX-License-Identifier: BSD-2-Clause */
/* authenticatorClientPIN (CTAP 2.1, 6.5). */
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "authenticator.h"
#include "ctap2.h"

#define PIN_LEN_MIN 4
#define PADDED_PIN_LEN 64
#define FAILURES_IN_A_ROW_MAX 3 /* then only a new power-up helps (6.5.5.7) */

enum subcommand {
	GET_PIN_RETRIES = 1,
	GET_KEY_AGREEMENT = 2,
	SET_PIN = 3,
	CHANGE_PIN = 4,
	GET_PIN_TOKEN = 5,
	GET_TOKEN_USING_UV = 6,
	GET_UV_RETRIES = 7,
	GET_TOKEN_USING_PIN = 9,
};

/* The members of a request; those that are missing are NULL or empty. */
struct pin_request {
	int64_t protocol;
	const cbor_item_t *key_agreement;
	struct ppk_bytes param;
	struct ppk_bytes new_pin;
	struct ppk_bytes pin_hash;
	int64_t permissions;
	bool permissions_given;
	char *rp_id;
	struct ppk_bytes secret;
};

static void
read_request(const cbor_item_t *map, struct pin_request *request)
{
	ppk_cbor_int(ppk_cbor_get(map, 1), &request->protocol);
	request->key_agreement = ppk_cbor_get(map, 3);
	ppk_cbor_bytes(ppk_cbor_get(map, 4), &request->param);
	ppk_cbor_bytes(ppk_cbor_get(map, 5), &request->new_pin);
	ppk_cbor_bytes(ppk_cbor_get(map, 6), &request->pin_hash);
	request->permissions_given = ppk_cbor_int(ppk_cbor_get(map, 9), &request->permissions);
	request->rp_id = ppk_cbor_text(ppk_cbor_get(map, 10));
}

/* What all but the three plain questions begin with: the protocol and the shared secret. */
static enum ppk_ctap_status
agree(struct ppk_authenticator *authenticator, struct pin_request *request)
{
	if (request->protocol == 0 || request->key_agreement == NULL)
		return PPK_CTAP_MISSING_PARAMETER;
	if (!ppk_pin_protocol_supported(&authenticator->options, request->protocol) ||
	    !ppk_pin_shared_secret(&authenticator->pin, request->protocol, request->key_agreement,
	        &request->secret))
		return PPK_CTAP_INVALID_PARAMETER;
	return PPK_CTAP_OK;
}

static enum ppk_ctap_status
pin_retries(struct ppk_authenticator *authenticator, cbor_item_t **ret_answer)
{
	bool power_cycle = authenticator->pin.failures_in_a_row >= FAILURES_IN_A_ROW_MAX;

	*ret_answer = ppk_cbor_map_new();
	ppk_cbor_put(*ret_answer, 3, ppk_cbor_int_new(authenticator->state.pin_retries));
	ppk_cbor_put(*ret_answer, 4, ppk_cbor_bool_new(power_cycle));
	return PPK_CTAP_OK;
}

static enum ppk_ctap_status
uv_retries(struct ppk_authenticator *authenticator, cbor_item_t **ret_answer)
{
	*ret_answer = ppk_cbor_map_new();
	ppk_cbor_put(*ret_answer, 5, ppk_cbor_int_new(authenticator->state.uv_retries));
	return PPK_CTAP_OK;
}

static enum ppk_ctap_status
key_agreement(struct ppk_authenticator *authenticator, const struct pin_request *request,
    cbor_item_t **ret_answer)
{
	if (request->protocol == 0)
		return PPK_CTAP_MISSING_PARAMETER;
	if (!ppk_pin_protocol_supported(&authenticator->options, request->protocol))
		return PPK_CTAP_INVALID_PARAMETER;
	*ret_answer = ppk_cbor_map_new();
	ppk_cbor_put(*ret_answer, 1, ppk_pin_agreement_key(&authenticator->pin));
	return PPK_CTAP_OK;
}

static unsigned
count_code_points(const uint8_t *text, size_t len)
{
	unsigned count = 0;

	for (size_t i = 0; i < len; i++)
		count += (text[i] & 0xc0) != 0x80;
	return count;
}

static enum ppk_ctap_status
keep_pin(struct ppk_state *state, const struct ppk_bytes *padded)
{
	uint8_t digest[PPK_SHA256_LEN];
	size_t len;

	if (padded->len != PADDED_PIN_LEN)
		return PPK_CTAP_INVALID_PARAMETER;
	len = strnlen((const char *)padded->data, padded->len);
	if (len == PADDED_PIN_LEN || count_code_points(padded->data, len) < PIN_LEN_MIN)
		return PPK_CTAP_PIN_POLICY_VIOLATION;
	ppk_sha256(padded->data, len, digest);
	ppk_bytes_set(&state->pin_hash, digest, PPK_PIN_HASH_LEN);
	state->pin_len = count_code_points(padded->data, len);
	state->pin_retries = PPK_PIN_RETRIES_MAX;
	ppk_state_save(state);
	return PPK_CTAP_OK;
}

static enum ppk_ctap_status
decrypt_and_keep_pin(struct ppk_authenticator *authenticator, const struct pin_request *request)
{
	struct ppk_bytes padded;
	enum ppk_ctap_status status;

	if (!ppk_pin_decrypt(request->protocol, &request->secret, &request->new_pin, &padded))
		return PPK_CTAP_PIN_AUTH_INVALID;
	status = keep_pin(&authenticator->state, &padded);
	ppk_bytes_done(&padded);
	return status;
}

static enum ppk_ctap_status
set_pin(struct ppk_authenticator *authenticator, struct pin_request *request)
{
	enum ppk_ctap_status status = agree(authenticator, request);

	if (status != PPK_CTAP_OK)
		return status;
	if (authenticator->state.pin_hash.len != 0)
		return PPK_CTAP_PIN_AUTH_INVALID;
	if (!ppk_pin_verify(request->protocol, request->secret.data, &request->new_pin,
	        &request->param))
		return PPK_CTAP_PIN_AUTH_INVALID;
	return decrypt_and_keep_pin(authenticator, request);
}

static bool
pin_matches(const struct ppk_state *state, const struct pin_request *request)
{
	struct ppk_bytes hash;
	bool matches;

	if (!ppk_pin_decrypt(request->protocol, &request->secret, &request->pin_hash, &hash))
		return false;
	matches = hash.len == state->pin_hash.len &&
	    CRYPTO_memcmp(hash.data, state->pin_hash.data, hash.len) == 0;
	ppk_bytes_done(&hash);
	return matches;
}

/* The retry is gone, on disk, before the PIN is looked at. */
static enum ppk_ctap_status
check_pin(struct ppk_authenticator *authenticator, const struct pin_request *request)
{
	struct ppk_state *state = &authenticator->state;
	struct ppk_pin_session *session = &authenticator->pin;

	state->pin_retries--;
	ppk_state_save(state);
	if (!pin_matches(state, request)) {
		ppk_pin_session_new_key(session);
		session->failures_in_a_row++;
		if (state->pin_retries == 0)
			return PPK_CTAP_PIN_BLOCKED;
		return session->failures_in_a_row >= FAILURES_IN_A_ROW_MAX ?
		    PPK_CTAP_PIN_AUTH_BLOCKED :
		    PPK_CTAP_PIN_INVALID;
	}
	state->pin_retries = PPK_PIN_RETRIES_MAX;
	state->uv_retries = PPK_UV_RETRIES_MAX;
	ppk_state_save(state);
	session->failures_in_a_row = 0;
	return PPK_CTAP_OK;
}

static enum ppk_ctap_status
pin_can_be_tried(const struct ppk_authenticator *authenticator)
{
	if (authenticator->state.pin_hash.len == 0)
		return PPK_CTAP_PIN_NOT_SET;
	if (authenticator->state.pin_retries == 0)
		return PPK_CTAP_PIN_BLOCKED;
	if (authenticator->pin.failures_in_a_row >= FAILURES_IN_A_ROW_MAX)
		return PPK_CTAP_PIN_AUTH_BLOCKED;
	return PPK_CTAP_OK;
}

static bool
change_is_authentic(const struct pin_request *request)
{
	struct ppk_bytes message = ppk_bytes_copy(request->new_pin.data, request->new_pin.len);
	bool authentic;

	ppk_bytes_append(&message, request->pin_hash.data, request->pin_hash.len);
	authentic =
	    ppk_pin_verify(request->protocol, request->secret.data, &message, &request->param);
	ppk_bytes_done(&message);
	return authentic;
}

static enum ppk_ctap_status
change_pin(struct ppk_authenticator *authenticator, struct pin_request *request)
{
	enum ppk_ctap_status status = agree(authenticator, request);

	if (status == PPK_CTAP_OK)
		status = pin_can_be_tried(authenticator);
	if (status == PPK_CTAP_OK && !change_is_authentic(request))
		status = PPK_CTAP_PIN_AUTH_INVALID;
	if (status == PPK_CTAP_OK)
		status = check_pin(authenticator, request);
	if (status == PPK_CTAP_OK)
		status = decrypt_and_keep_pin(authenticator, request);
	if (status == PPK_CTAP_OK)
		authenticator->pin.token_protocol = 0;
	return status;
}

static void
give_token(struct ppk_authenticator *authenticator, const struct pin_request *request,
    unsigned permissions, cbor_item_t **ret_answer)
{
	struct ppk_pin_session *session = &authenticator->pin;
	struct ppk_bytes encrypted;

	ppk_pin_session_new_token(session, request->protocol, permissions, request->rp_id);
	encrypted = ppk_pin_encrypt(request->protocol, &request->secret, session->token,
	    sizeof(session->token));
	*ret_answer = ppk_cbor_map_new();
	ppk_cbor_put(*ret_answer, 2, ppk_cbor_bytes_new(encrypted.data, encrypted.len));
	ppk_bytes_done(&encrypted);
}

static enum ppk_ctap_status
check_permissions(const struct ppk_authenticator *authenticator, const struct pin_request *request)
{
	const int64_t supported = PPK_PERMISSION_MAKE_CREDENTIAL | PPK_PERMISSION_GET_ASSERTION;

	if (authenticator->options.ctap20)
		return PPK_CTAP_INVALID_PARAMETER;
	if (!request->permissions_given || request->rp_id == NULL)
		return PPK_CTAP_MISSING_PARAMETER;
	if (request->permissions <= 0)
		return PPK_CTAP_INVALID_PARAMETER;
	if ((request->permissions & ~supported) != 0)
		return PPK_CTAP_UNAUTHORIZED_PERMISSION;
	return PPK_CTAP_OK;
}

/* getPinToken of CTAP 2.0, or with permissions as of CTAP 2.1. */
static enum ppk_ctap_status
token_using_pin(struct ppk_authenticator *authenticator, struct pin_request *request, bool legacy,
    cbor_item_t **ret_answer)
{
	enum ppk_ctap_status status = agree(authenticator, request);
	unsigned permissions = PPK_PERMISSION_MAKE_CREDENTIAL | PPK_PERMISSION_GET_ASSERTION;

	if (status == PPK_CTAP_OK && legacy &&
	    (request->permissions_given || request->rp_id != NULL))
		status = PPK_CTAP_INVALID_PARAMETER;
	if (status == PPK_CTAP_OK && !legacy)
		status = check_permissions(authenticator, request);
	if (status == PPK_CTAP_OK)
		status = pin_can_be_tried(authenticator);
	if (status == PPK_CTAP_OK)
		status = check_pin(authenticator, request);
	if (status != PPK_CTAP_OK)
		return status;
	if (!legacy)
		permissions = (unsigned)request->permissions;
	give_token(authenticator, request, permissions, ret_answer);
	return PPK_CTAP_OK;
}

static enum ppk_ctap_status
token_using_uv(struct ppk_authenticator *authenticator, struct pin_request *request,
    cbor_item_t **ret_answer)
{
	enum ppk_ctap_status status = agree(authenticator, request);

	if (status == PPK_CTAP_OK)
		status = check_permissions(authenticator, request);
	if (status == PPK_CTAP_OK && !authenticator->options.uv)
		status = PPK_CTAP_NOT_ALLOWED;
	if (status == PPK_CTAP_OK)
		status = ppk_person_verify(authenticator, false);
	if (status != PPK_CTAP_OK)
		return status;
	give_token(authenticator, request, (unsigned)request->permissions, ret_answer);
	authenticator->pin.user_present = true; /* the finger was the touch */
	return PPK_CTAP_OK;
}

static enum ppk_ctap_status
run(struct ppk_authenticator *authenticator, int64_t subcommand, struct pin_request *request,
    cbor_item_t **ret_answer)
{
	switch (subcommand) {
	case GET_PIN_RETRIES:
		return pin_retries(authenticator, ret_answer);
	case GET_UV_RETRIES:
		return uv_retries(authenticator, ret_answer);
	case GET_KEY_AGREEMENT:
		return key_agreement(authenticator, request, ret_answer);
	case SET_PIN:
		return set_pin(authenticator, request);
	case CHANGE_PIN:
		return change_pin(authenticator, request);
	case GET_PIN_TOKEN:
		return token_using_pin(authenticator, request, true, ret_answer);
	case GET_TOKEN_USING_PIN:
		return token_using_pin(authenticator, request, false, ret_answer);
	case GET_TOKEN_USING_UV:
		return token_using_uv(authenticator, request, ret_answer);
	default:
		return PPK_CTAP_INVALID_PARAMETER;
	}
}

enum ppk_ctap_status
ppk_client_pin(struct ppk_authenticator *authenticator, const cbor_item_t *map,
    cbor_item_t **ret_answer)
{
	struct pin_request request = { 0 };
	enum ppk_ctap_status status;
	int64_t subcommand;

	if (authenticator->options.no_pin && !authenticator->options.uv)
		return PPK_CTAP_INVALID_COMMAND;
	if (!ppk_cbor_int(ppk_cbor_get(map, 2), &subcommand))
		return PPK_CTAP_MISSING_PARAMETER;
	read_request(map, &request);
	status = run(authenticator, subcommand, &request, ret_answer);
	free(request.rp_id);
	ppk_bytes_done(&request.secret);
	return status;
}
