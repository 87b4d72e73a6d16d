/* SPDX-License-Identifier: BSD-2-Clause */
#include "method/local.h"

#include <stdio.h>
#include <string.h>

#define NAME_SIZE (PPK_CREDENTIAL_NAME_MAX + 1)

/* What the callback of the ceremony needs to name an authenticator. */
struct names {
	const struct ppk_method_request *request;
	char name[NAME_SIZE];
};

void ppk_method_origin(const char *host, char out[static PPK_ORIGIN_SIZE])
{
	snprintf(out, PPK_ORIGIN_SIZE, "pam://%s", host);
}

/* The only credential that can be on this authenticator, or NULL when several or none can. */
static const struct ppk_credential *candidate(const struct ppk_method_request *request,
	const struct ppk_device_authenticator *authenticator)
{
	const struct ppk_credential *found = NULL;

	for (size_t i = 0; i < request->credential_count; i++) {
		const struct ppk_credential *credential = request->credentials[i];
		bool comparable = credential->has_aaguid && authenticator->has_aaguid;

		if (comparable ? memcmp(credential->aaguid, authenticator->aaguid,
					 sizeof(credential->aaguid)) != 0
			       : request->credential_count > 1)
			continue;
		if (found != NULL)
			return NULL;
		found = credential;
	}
	return found;
}

static const char *label(void *context, const struct ppk_device_authenticator *authenticator)
{
	struct names *names = context;
	const struct ppk_credential *credential = candidate(names->request, authenticator);

	if (credential == NULL || credential->name == NULL)
		return NULL;
	ppk_credential_label(credential, names->name, sizeof(names->name));
	return names->name;
}

/* The bytes of a view, out of the packet that the next message overwrites. */
static enum ppk_err take(const struct ppk_device_assertion *view, struct ppk_assertion *ret)
{
	enum ppk_err err;

	err = ppk_bytes_copy(view->credential_id, view->credential_id_len, &ret->credential_id);
	if (err == PPK_OK)
		err = ppk_bytes_copy(view->authenticator_data, view->authenticator_data_len,
			&ret->authenticator_data);
	if (err == PPK_OK)
		err = ppk_bytes_copy(view->signature, view->signature_len, &ret->signature);
	if (err == PPK_OK)
		err = ppk_bytes_copy(view->user_handle, view->user_handle_len, &ret->user_handle);
	return err;
}

static enum ppk_err ask_device(struct ppk_ceremony *ceremony,
	const uint8_t client_data_hash[static PPK_SHA256_SIZE],
	const struct ppk_credential_groups *groups, struct ppk_assertion *ret)
{
	struct ppk_device_get_assertion message = {
		.timeout_ms = ppk_ceremony_device_timeout_ms(ceremony->timeout_s),
		.nfc = ceremony->nfc,
		.groups = groups->groups,
		.group_count = groups->group_count,
	};
	struct ppk_device_message answer;
	enum ppk_err err;

	memcpy(message.client_data_hash, client_data_hash, PPK_SHA256_SIZE);
	err = ppk_device_get_assertion(ceremony->device, &message);
	/* while passkey-device starts and the authenticator works */
	if (err == PPK_OK && ceremony->verified_next != NULL)
		ppk_crypto_signature_prepare(ceremony->crypto, ceremony->verified_next->alg,
			&ceremony->verified_next->key);
	if (err == PPK_OK)
		err = ppk_ceremony_run(ceremony, &answer);
	if (err == PPK_OK && answer.type != PPK_DEVICE_ASSERTION)
		err = PPK_ERR_FRAME;
	return err != PPK_OK ? err : take(&answer.assertion, ret);
}

enum ppk_err ppk_local_sign(struct ppk_ceremony *ceremony, const char *device_helper,
	const struct ppk_trust *trust, const struct ppk_bytes *client_data,
	const struct ppk_credential_groups *groups, struct ppk_assertion *ret)
{
	struct ppk_assertion assertion = { .credential_id = { .data = NULL } };
	struct ppk_diag diag = { .line = 0 };
	uint8_t hash[PPK_SHA256_SIZE];
	char text[640];
	enum ppk_err err;

	err = ppk_device_start(ceremony->device, device_helper, trust, &diag);
	if (err != PPK_OK) {
		ppk_diag_format(&diag, text, sizeof(text));
		ppk_log(ceremony->log, PPK_LOG_ERROR, "device_helper: %s", text);
	}
	if (err == PPK_OK)
		err = ppk_crypto_sha256(
			ceremony->crypto, client_data->data, client_data->len, hash);
	if (err == PPK_OK)
		err = ask_device(ceremony, hash, groups, &assertion);
	if (err != PPK_OK) {
		ppk_assertion_done(&assertion);
		return err;
	}
	*ret = assertion;
	return PPK_OK;
}

static enum ppk_err sign(const struct ppk_method_request *request,
	const struct ppk_bytes *client_data, struct ppk_assertion *ret)
{
	struct names names = { .request = request };
	struct ppk_ceremony ceremony = {
		.device = request->device,
		.crypto = request->crypto,
		.verified_next = request->credentials[0],
		.dialogue = request->dialogue,
		.log = request->log,
		.nfc = request->nfc,
		.cue = request->cue,
		.explain = true,
		.timeout_s = request->timeout_s,
		.insert_s = request->another_way ? request->timeout_s / 2 : 0,
		.action = request->action,
		.user = request->user,
		.label = label,
		.label_context = &names,
	};
	struct ppk_credential_groups groups = { .id_count = 0 };
	enum ppk_err err = ppk_credential_groups_make(
		request->credentials, request->credential_count, request->uv, &groups);

	return err != PPK_OK ? err
			     : ppk_local_sign(&ceremony, request->device_helper, &request->trust,
				       client_data, &groups, ret);
}

enum ppk_err ppk_method_local(const struct ppk_method_request *request, struct ppk_assertion *ret,
	struct ppk_client_data_expected *ret_expected)
{
	struct ppk_client_data_expected expected = { .exact = { .data = NULL } };
	struct ppk_assertion assertion = { .credential_id = { .data = NULL } };
	char origin[PPK_ORIGIN_SIZE];
	enum ppk_err err;

	ppk_method_origin(request->host, origin);
	err = ppk_client_data_make(PPK_CLIENT_DATA_GET, request->challenge, PPK_CHALLENGE_SIZE,
		origin, &expected.exact);
	if (err == PPK_OK)
		err = sign(request, &expected.exact, &assertion);
	if (err == PPK_OK)
		err = ppk_bytes_copy(
			expected.exact.data, expected.exact.len, &assertion.client_data);
	if (err != PPK_OK) {
		ppk_assertion_done(&assertion);
		ppk_bytes_done(&expected.exact);
		return err;
	}
	*ret = assertion;
	*ret_expected = expected;
	return PPK_OK;
}
