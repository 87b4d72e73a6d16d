/* SPDX-License-Identifier: BSD-2-Clause */
/* authenticatorMakeCredential (CTAP 2.1, 6.1). */
#include <stdlib.h>
#include <string.h>

#include "authdata.h"
#include "authenticator.h"
#include "ctap2.h"
#include "user_check.h"

/* What a request asks for, checked for its form. */
struct creation {
	struct ppk_user_check check;
	struct ppk_credential credential;
	const cbor_item_t *exclude_list;
	bool protection_asked;
};

static bool
algorithm_supported(const struct ppk_options *options, int64_t alg)
{
	return alg == PPK_COSE_ES256 || alg == PPK_COSE_EDDSA ||
	    (alg == PPK_COSE_RS256 && options->rs256);
}

/* The first algorithm of the platform's list that we have. */
static enum ppk_ctap_status
choose_algorithm(const struct ppk_options *options, const cbor_item_t *list,
    struct ppk_credential *credential)
{
	const cbor_item_t *parameters;
	int64_t alg;

	if (list == NULL)
		return PPK_CTAP_MISSING_PARAMETER;
	for (size_t i = 0; (parameters = ppk_cbor_at(list, i)) != NULL; i++) {
		if (!ppk_cbor_int(ppk_cbor_get_text(parameters, "alg"), &alg) ||
		    !ppk_cbor_text_is(ppk_cbor_get_text(parameters, "type"), "public-key"))
			return PPK_CTAP_CBOR_UNEXPECTED_TYPE;
		if (algorithm_supported(options, alg)) {
			credential->alg = (enum ppk_cose_alg)alg;
			return PPK_CTAP_OK;
		}
	}
	return PPK_CTAP_UNSUPPORTED_ALGORITHM;
}

static enum ppk_ctap_status
read_entities(const cbor_item_t *request, struct ppk_credential *credential)
{
	const cbor_item_t *user = ppk_cbor_get(request, 3);
	struct ppk_bytes user_id;

	credential->rp_id = ppk_cbor_text(ppk_cbor_get_text(ppk_cbor_get(request, 2), "id"));
	if (credential->rp_id == NULL || user == NULL)
		return PPK_CTAP_MISSING_PARAMETER;
	if (!ppk_cbor_bytes(ppk_cbor_get_text(user, "id"), &user_id))
		return PPK_CTAP_MISSING_PARAMETER;
	ppk_bytes_set(&credential->user_id, user_id.data, user_id.len);
	credential->user_name = ppk_cbor_text(ppk_cbor_get_text(user, "name"));
	credential->user_display_name = ppk_cbor_text(ppk_cbor_get_text(user, "displayName"));
	ppk_sha256(credential->rp_id, strlen(credential->rp_id), credential->rp_id_hash);
	return PPK_CTAP_OK;
}

static enum ppk_ctap_status
read_options(const struct ppk_options *options, const cbor_item_t *request,
    struct creation *creation)
{
	const cbor_item_t *map = ppk_cbor_get(request, 7);
	bool up = true;

	ppk_cbor_bool(ppk_cbor_get_text(map, "rk"), &creation->credential.discoverable);
	ppk_cbor_bool(ppk_cbor_get_text(map, "uv"), &creation->check.wants_uv);
	ppk_cbor_bool(ppk_cbor_get_text(map, "up"), &up);
	if (!up)
		return PPK_CTAP_INVALID_OPTION;
	if (creation->credential.discoverable && options->no_resident_keys)
		return PPK_CTAP_UNSUPPORTED_OPTION;
	return PPK_CTAP_OK;
}

static enum ppk_ctap_status
read_protection(const cbor_item_t *request, struct creation *creation)
{
	const cbor_item_t *item = ppk_cbor_get_text(ppk_cbor_get(request, 6), "credProtect");
	int64_t level;

	creation->credential.protection = PPK_UV_OPTIONAL;
	if (item == NULL)
		return PPK_CTAP_OK;
	if (!ppk_cbor_int(item, &level) || level < PPK_UV_OPTIONAL || level > PPK_UV_REQUIRED)
		return PPK_CTAP_INVALID_OPTION;
	creation->credential.protection = (enum ppk_protection)level;
	creation->protection_asked = true;
	return PPK_CTAP_OK;
}

static enum ppk_ctap_status
read_request(const struct ppk_options *options, const cbor_item_t *request,
    struct creation *creation)
{
	enum ppk_ctap_status status;

	creation->check.permission = PPK_PERMISSION_MAKE_CREDENTIAL;
	creation->check.pin_uv_auth_param = ppk_cbor_get(request, 8);
	creation->check.protocol = ppk_cbor_get(request, 9);
	creation->exclude_list = ppk_cbor_get(request, 5);
	if (!ppk_cbor_bytes(ppk_cbor_get(request, 1), &creation->check.client_data_hash))
		return PPK_CTAP_MISSING_PARAMETER;
	status = read_entities(request, &creation->credential);
	if (status != PPK_CTAP_OK)
		return status;
	creation->check.rp_id = creation->credential.rp_id;
	status = choose_algorithm(options, ppk_cbor_get(request, 4), &creation->credential);
	if (status != PPK_CTAP_OK)
		return status;
	status = read_options(options, request, creation);
	if (status != PPK_CTAP_OK)
		return status;
	return read_protection(request, creation);
}

/* A credential may be made without verification only where makeCredUvNotRqd says so. */
static bool
verification_missing(const struct ppk_authenticator *authenticator, const struct creation *creation)
{
	const struct ppk_options *options = &authenticator->options;
	bool protected = authenticator->state.pin_hash.len != 0 || options->uv;

	if (creation->check.verified || !protected)
		return false;
	return options->ctap20 || options->uv_not_required_off || creation->credential.discoverable;
}

static bool
is_excluded(struct ppk_authenticator *authenticator, const struct creation *creation)
{
	const cbor_item_t *descriptor;

	for (size_t i = 0; (descriptor = ppk_cbor_at(creation->exclude_list, i)) != NULL; i++) {
		const struct ppk_credential *found;
		struct ppk_bytes id;

		if (!ppk_cbor_bytes(ppk_cbor_get_text(descriptor, "id"), &id))
			continue;
		found = ppk_state_find(&authenticator->state, &id, creation->credential.rp_id_hash);
		if (found != NULL &&
		    (found->protection != PPK_UV_REQUIRED || creation->check.verified))
			return true;
	}
	return false;
}

/* A discoverable credential takes the place of the one for the same account. */
static void
store_credential(struct ppk_state *state, const struct ppk_credential *moved)
{
	for (size_t i = state->credentials_len; i-- > 0;) {
		const struct ppk_credential *old = &state->credentials[i];

		if (moved->discoverable && old->discoverable &&
		    memcmp(old->rp_id_hash, moved->rp_id_hash, PPK_SHA256_LEN) == 0 &&
		    ppk_bytes_equal(&old->user_id, moved->user_id.data, moved->user_id.len))
			ppk_state_remove(state, i);
	}
	ppk_state_add(state, moved);
}

static struct ppk_bytes
make_authdata(struct ppk_authenticator *authenticator, const struct creation *creation)
{
	unsigned flags = PPK_FLAG_UP | PPK_FLAG_AT;
	struct ppk_bytes authdata;
	cbor_item_t *extensions;

	if (creation->check.verified)
		flags |= PPK_FLAG_UV;
	if (creation->protection_asked)
		flags |= PPK_FLAG_ED;
	authdata = ppk_authdata_start(authenticator, creation->credential.rp_id_hash, flags);
	ppk_authdata_append_credential(authenticator, &authdata, &creation->credential);
	if (creation->protection_asked) {
		extensions = ppk_cbor_map_new();
		ppk_cbor_put_text(extensions, "credProtect",
		    ppk_cbor_int_new(creation->credential.protection));
		ppk_cbor_append(&authdata, extensions);
	}
	if (ppk_misbehaves(authenticator, PPK_EXTRA_BYTES))
		ppk_bytes_append_be32(&authdata, 0xdeadbeef);
	return authdata;
}

/* Packed attestation (WebAuthn Level 3, 8.2): with the certificate, or by the key itself. */
static cbor_item_t *
packed_statement(const struct ppk_authenticator *authenticator, const struct creation *creation,
    const struct ppk_bytes *authdata)
{
	const struct ppk_state *state = &authenticator->state;
	bool basic = authenticator->options.attestation == PPK_ATTESTATION_BASIC;
	const struct ppk_bytes *key = basic ? &state->attestation_key : &creation->credential.key;
	cbor_item_t *statement = ppk_cbor_map_new(), *chain;
	struct ppk_bytes signature = ppk_authdata_sign(authenticator, key, authdata,
	    &creation->check.client_data_hash);

	ppk_cbor_put_text(statement, "alg",
	    ppk_cbor_int_new(basic ? PPK_COSE_ES256 : creation->credential.alg));
	ppk_cbor_put_text(statement, "sig", ppk_cbor_bytes_new(signature.data, signature.len));
	ppk_bytes_done(&signature);
	if (basic) {
		chain = ppk_cbor_array_new();
		ppk_cbor_push(chain,
		    ppk_cbor_bytes_new(state->attestation_certificate.data,
		        state->attestation_certificate.len));
		ppk_cbor_put_text(statement, "x5c", chain);
	}
	return statement;
}

static cbor_item_t *
make_answer(struct ppk_authenticator *authenticator, const struct creation *creation)
{
	bool none = authenticator->options.attestation == PPK_ATTESTATION_NONE;
	struct ppk_bytes authdata = make_authdata(authenticator, creation);
	cbor_item_t *answer = ppk_cbor_map_new();

	ppk_cbor_put(answer, 1, ppk_cbor_text_new(none ? "none" : "packed"));
	ppk_cbor_put(answer, 2, ppk_cbor_bytes_new(authdata.data, authdata.len));
	ppk_cbor_put(answer, 3,
	    none ? ppk_cbor_map_new() : packed_statement(authenticator, creation, &authdata));
	ppk_bytes_done(&authdata);
	return answer;
}

static enum ppk_ctap_status
check_user(struct ppk_authenticator *authenticator, struct creation *creation)
{
	enum ppk_ctap_status status = ppk_user_check_verification(authenticator, &creation->check);
	bool excluded;

	if (status != PPK_CTAP_OK)
		return status;
	if (verification_missing(authenticator, creation))
		return PPK_CTAP_PUAT_REQUIRED;
	excluded = is_excluded(authenticator, creation);
	status = ppk_user_check_presence(authenticator, &creation->check);
	if (status != PPK_CTAP_OK)
		return status;
	return excluded ? PPK_CTAP_CREDENTIAL_EXCLUDED : PPK_CTAP_OK;
}

enum ppk_ctap_status
ppk_make_credential(struct ppk_authenticator *authenticator, const cbor_item_t *request,
    cbor_item_t **ret_answer)
{
	struct creation creation = { 0 };
	struct ppk_credential *credential = &creation.credential;
	enum ppk_ctap_status status = read_request(&authenticator->options, request, &creation);

	if (status == PPK_CTAP_OK)
		status = check_user(authenticator, &creation);
	if (status != PPK_CTAP_OK) {
		ppk_credential_done(credential);
		return status;
	}
	credential->key = ppk_key_new(credential->alg);
	credential->id.len = authenticator->options.credential_id_len;
	credential->id.data = ppk_alloc(credential->id.len);
	ppk_random_fill(credential->id.data, credential->id.len);
	*ret_answer = make_answer(authenticator, &creation);
	store_credential(&authenticator->state, credential);
	ppk_state_save(&authenticator->state);
	return PPK_CTAP_OK;
}
