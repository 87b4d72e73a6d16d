/* SPDX-License-Identifier: BSD-2-Clause */
/* authenticatorGetAssertion and authenticatorGetNextAssertion (CTAP 2.1, 6.2 and 6.3). */
#include "get_assertion.h"

#include <stdlib.h>
#include <string.h>

#include "authdata.h"
#include "authenticator.h"
#include "ctap2.h"
#include "user_check.h"

struct request {
	struct ppk_user_check check;
	char *rp_id;
	uint8_t rp_id_hash[PPK_SHA256_LEN];
	const cbor_item_t *allow_list; /* NULL: discoverable credentials */
	bool wants_up;
};

/* Credentials that may sign, the one that is used first at the front. */
struct candidates {
	const struct ppk_credential **list;
	size_t len;
};

void
ppk_next_assertions_forget(struct ppk_next_assertions *next)
{
	for (size_t i = 0; i < next->ids_len; i++)
		ppk_bytes_done(&next->ids[i]);
	free(next->ids);
	ppk_bytes_done(&next->client_data_hash);
	*next = (struct ppk_next_assertions){ 0 };
}

static enum ppk_ctap_status
read_list(const struct ppk_options *options, struct request *request)
{
	const cbor_item_t *list = request->allow_list;
	struct ppk_bytes id;

	if (list == NULL)
		return PPK_CTAP_OK;
	if (!ppk_cbor_is_array(list))
		return PPK_CTAP_CBOR_UNEXPECTED_TYPE;
	if (cbor_array_size(list) == 0)
		request->allow_list = NULL;
	if (cbor_array_size(list) > options->max_credentials_in_list)
		return PPK_CTAP_LIMIT_EXCEEDED;
	for (size_t i = 0; i < cbor_array_size(list); i++) {
		if (!ppk_cbor_bytes(ppk_cbor_get_text(ppk_cbor_at(list, i), "id"), &id))
			return PPK_CTAP_CBOR_UNEXPECTED_TYPE;
		if (id.len > options->max_credential_id_len)
			return PPK_CTAP_LIMIT_EXCEEDED;
	}
	return PPK_CTAP_OK;
}

static enum ppk_ctap_status
read_request(const struct ppk_options *options, const cbor_item_t *map, struct request *request)
{
	const cbor_item_t *wishes = ppk_cbor_get(map, 5);
	bool rk = false;

	request->wants_up = true;
	request->rp_id = ppk_cbor_text(ppk_cbor_get(map, 1));
	if (request->rp_id == NULL ||
	    !ppk_cbor_bytes(ppk_cbor_get(map, 2), &request->check.client_data_hash))
		return PPK_CTAP_MISSING_PARAMETER;
	ppk_sha256(request->rp_id, strlen(request->rp_id), request->rp_id_hash);
	request->allow_list = ppk_cbor_get(map, 3);
	request->check.rp_id = request->rp_id;
	request->check.permission = PPK_PERMISSION_GET_ASSERTION;
	request->check.pin_uv_auth_param = ppk_cbor_get(map, 6);
	request->check.protocol = ppk_cbor_get(map, 7);
	ppk_cbor_bool(ppk_cbor_get_text(wishes, "up"), &request->wants_up);
	ppk_cbor_bool(ppk_cbor_get_text(wishes, "uv"), &request->check.wants_uv);
	if (ppk_cbor_bool(ppk_cbor_get_text(wishes, "rk"), &rk))
		return PPK_CTAP_UNSUPPORTED_OPTION;
	return read_list(options, request);
}

/* credProtect (CTAP 2.1, 12.1). */
static bool
may_be_used(const struct ppk_credential *credential, const struct request *request)
{
	if (request->check.verified)
		return true;
	if (credential->protection == PPK_UV_REQUIRED)
		return false;
	return credential->protection == PPK_UV_OPTIONAL || request->allow_list != NULL;
}

static void
add_candidate(struct candidates *candidates, const struct ppk_credential *credential,
    const struct request *request)
{
	if (credential == NULL || !may_be_used(credential, request))
		return;
	candidates->list =
	    ppk_grow(candidates->list, candidates->len + 1, sizeof(*candidates->list));
	candidates->list[candidates->len++] = credential;
}

/* By the list in its order, else all discoverable ones, the newest first. */
static struct candidates
find_candidates(struct ppk_state *state, const struct request *request)
{
	struct candidates candidates = { 0 };
	const cbor_item_t *descriptor;
	struct ppk_bytes id;

	for (size_t i = 0; (descriptor = ppk_cbor_at(request->allow_list, i)) != NULL; i++) {
		if (ppk_cbor_bytes(ppk_cbor_get_text(descriptor, "id"), &id))
			add_candidate(&candidates, ppk_state_find(state, &id, request->rp_id_hash),
			    request);
	}
	for (size_t i = state->credentials_len; request->allow_list == NULL && i-- > 0;) {
		const struct ppk_credential *credential = &state->credentials[i];

		if (credential->discoverable &&
		    memcmp(credential->rp_id_hash, request->rp_id_hash, PPK_SHA256_LEN) == 0)
			add_candidate(&candidates, credential, request);
	}
	return candidates;
}

/* All that one assertion is made of. */
struct signing {
	const struct ppk_credential *credential;
	const struct ppk_bytes *client_data_hash;
	bool present;
	bool verified;
	bool several; /* accounts to choose from: then the person must read their names */
	bool omit_id;
	size_t total; /* numberOfCredentials; 0: not sent */
};

static cbor_item_t *
credential_descriptor(const struct ppk_authenticator *authenticator,
    const struct ppk_credential *credential)
{
	cbor_item_t *map = ppk_cbor_map_new();
	struct ppk_bytes id = ppk_bytes_copy(credential->id.data, credential->id.len);

	if (ppk_misbehaves(authenticator, PPK_WRONG_CREDENTIAL_ID))
		id.data[0] ^= 0xff;
	ppk_cbor_put_text(map, "id", ppk_cbor_bytes_new(id.data, id.len));
	ppk_cbor_put_text(map, "type", ppk_cbor_text_new("public-key"));
	ppk_bytes_done(&id);
	return map;
}

/* Names are told only after verification, and only where there is a choice (6.2.2, 13). */
static cbor_item_t *
user_entity(const struct ppk_authenticator *authenticator, const struct signing *signing)
{
	const struct ppk_credential *credential = signing->credential;
	bool hostile = ppk_misbehaves(authenticator, PPK_HOSTILE_STRINGS);
	cbor_item_t *map = ppk_cbor_map_new();

	ppk_cbor_put_text(map, "id",
	    ppk_cbor_bytes_new(credential->user_id.data, credential->user_id.len));
	if (hostile || (signing->verified && signing->several)) {
		if (credential->user_name != NULL)
			ppk_cbor_put_text(map, "name",
			    ppk_cbor_text_new(hostile ? PPK_HOSTILE_TEXT : credential->user_name));
		if (credential->user_display_name != NULL)
			ppk_cbor_put_text(map, "displayName",
			    ppk_cbor_text_new(
			        hostile ? PPK_HOSTILE_TEXT : credential->user_display_name));
	}
	return map;
}

static cbor_item_t *
sign(struct ppk_authenticator *authenticator, const struct signing *signing)
{
	const struct ppk_credential *credential = signing->credential;
	unsigned flags =
	    (signing->present ? PPK_FLAG_UP : 0) | (signing->verified ? PPK_FLAG_UV : 0);
	struct ppk_bytes authdata =
	    ppk_authdata_start(authenticator, credential->rp_id_hash, flags);
	cbor_item_t *answer = ppk_cbor_map_new();
	struct ppk_bytes signature;

	if (ppk_misbehaves(authenticator, PPK_EXTRA_BYTES))
		ppk_bytes_append_be32(&authdata, 0xdeadbeef);
	signature = ppk_authdata_sign(authenticator, &credential->key, &authdata,
	    signing->client_data_hash);
	if (!signing->omit_id)
		ppk_cbor_put(answer, 1, credential_descriptor(authenticator, credential));
	ppk_cbor_put(answer, 2, ppk_cbor_bytes_new(authdata.data, authdata.len));
	ppk_cbor_put(answer, 3, ppk_cbor_bytes_new(signature.data, signature.len));
	if (credential->discoverable)
		ppk_cbor_put(answer, 4, user_entity(authenticator, signing));
	if (signing->total > 1)
		ppk_cbor_put(answer, 5, ppk_cbor_int_new((int64_t)signing->total));
	ppk_bytes_done(&authdata);
	ppk_bytes_done(&signature);
	return answer;
}

static void
remember_rest(struct ppk_next_assertions *next, const struct request *request,
    const struct candidates *candidates)
{
	next->ids_len = candidates->len - 1;
	next->ids = ppk_alloc(next->ids_len * sizeof(*next->ids));
	for (size_t i = 0; i < next->ids_len; i++)
		next->ids[i] = ppk_bytes_copy(candidates->list[i + 1]->id.data,
		    candidates->list[i + 1]->id.len);
	ppk_bytes_set(&next->client_data_hash, request->check.client_data_hash.data,
	    request->check.client_data_hash.len);
	memcpy(next->rp_id_hash, request->rp_id_hash, sizeof(next->rp_id_hash));
	next->present = request->check.present;
	next->verified = request->check.verified;
}

static cbor_item_t *
assert_first(struct ppk_authenticator *authenticator, const struct request *request,
    const struct candidates *candidates)
{
	bool by_list = request->allow_list != NULL;
	struct signing signing = {
		.credential = candidates->list[0],
		.client_data_hash = &request->check.client_data_hash,
		.present = request->check.present,
		.verified = request->check.verified,
		.several = !by_list && candidates->len > 1,
		.total = by_list ? 1 : candidates->len,
	};

	signing.omit_id = authenticator->options.omit_credential_id && by_list &&
	    cbor_array_size(request->allow_list) == 1;
	if (signing.several)
		remember_rest(&authenticator->next, request, candidates);
	return sign(authenticator, &signing);
}

static enum ppk_ctap_status
take_presence(struct ppk_authenticator *authenticator, struct request *request)
{
	if (!request->wants_up) {
		request->check.present = false;
		return PPK_CTAP_OK;
	}
	return ppk_user_check_presence(authenticator, &request->check);
}

/* CTAP 2.1 says at once that it has no such credential, CTAP 2.0 after the touch. */
static enum ppk_ctap_status
assert_found(struct ppk_authenticator *authenticator, struct request *request,
    cbor_item_t **ret_answer)
{
	struct candidates candidates = find_candidates(&authenticator->state, request);
	enum ppk_ctap_status status = PPK_CTAP_OK;

	if (candidates.len != 0 || authenticator->options.no_credentials_after_touch)
		status = take_presence(authenticator, request);
	if (status == PPK_CTAP_OK && candidates.len == 0)
		status = PPK_CTAP_NO_CREDENTIALS;
	if (status == PPK_CTAP_OK)
		*ret_answer = assert_first(authenticator, request, &candidates);
	free(candidates.list);
	return status;
}

enum ppk_ctap_status
ppk_get_assertion(struct ppk_authenticator *authenticator, const cbor_item_t *map,
    cbor_item_t **ret_answer)
{
	struct request request = { 0 };
	enum ppk_ctap_status status = read_request(&authenticator->options, map, &request);
	bool silent = status == PPK_CTAP_OK && !request.wants_up && !request.check.wants_uv &&
	    request.check.pin_uv_auth_param == NULL;

	/* alwaysUv does not concern a request without presence (6.2.2, 5). */
	if (status == PPK_CTAP_OK && !silent)
		status = ppk_user_check_verification(authenticator, &request.check);
	if (status == PPK_CTAP_OK)
		status = assert_found(authenticator, &request, ret_answer);
	free(request.rp_id);
	return status;
}

enum ppk_ctap_status
ppk_get_next_assertion(struct ppk_authenticator *authenticator, const cbor_item_t *map,
    cbor_item_t **ret_answer)
{
	struct ppk_next_assertions *next = &authenticator->next;
	struct signing signing = {
		.client_data_hash = &next->client_data_hash,
		.present = next->present,
		.verified = next->verified,
		.several = true,
	};

	(void)map;
	if (next->taken == next->ids_len)
		return PPK_CTAP_NOT_ALLOWED;
	signing.credential =
	    ppk_state_find(&authenticator->state, &next->ids[next->taken++], next->rp_id_hash);
	if (signing.credential == NULL)
		return PPK_CTAP_NOT_ALLOWED;
	*ret_answer = sign(authenticator, &signing);
	return PPK_CTAP_OK;
}
