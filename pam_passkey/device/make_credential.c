/* SPDX-License-Identifier: BSD-2-Clause */
/* authenticatorMakeCredential (CTAP 2.1, 6.1). */
#include "device/make_credential.h"

#include <string.h>

#include "core/text.h"
#include "device/attempt.h"
#include "device/authenticator.h"
#include "device/get_assertion.h"
#include "device/waiting.h"

/* CBOR around the exclude list, names left out: parameters, extensions and the keys of the map. */
#define REQUEST_OVERHEAD 256

/* libfido2's public keys of RSA (fido/types.h, rs256_pk): modulus, then exponent. */
#define RSA_MODULUS_LEN 256
#define RSA_EXPONENT_LEN 3

struct creation {
	struct ppk_list_part excluded;
	size_t algorithm; /* of the request's list: the one to begin with */
	fido_cred_t *answer;
};

static int fill_names(fido_cred_t *cred, const struct ppk_device_make_credential *request)
{
	int status = fido_cred_set_clientdata_hash(
		cred, request->client_data_hash, sizeof(request->client_data_hash));

	if (status == FIDO_OK)
		status = fido_cred_set_rp(cred, request->rp_id, request->rp_name);
	if (status == FIDO_OK)
		status = fido_cred_set_user(cred, request->user_handle, request->user_handle_len,
			request->user_name, request->user_display_name, NULL);
	return status;
}

static int fill_options(
	fido_cred_t *cred, const struct ppk_worker *worker, enum ppk_verification how)
{
	const struct ppk_device_make_credential *request = &worker->request->make_credential;
	int status = FIDO_OK;

	if (request->discoverable)
		status = fido_cred_set_rk(cred, FIDO_OPT_TRUE);
	if (status == FIDO_OK && how == PPK_VERIFY_BUILT_IN)
		status = fido_cred_set_uv(cred, FIDO_OPT_TRUE);
	/* A wish (CTAP 2.1, 12.1): an authenticator that cannot do it does without. */
	if (status == FIDO_OK && request->cred_protect != 0 &&
		worker->abilities.credential_protection)
		status = fido_cred_set_prot(cred, request->cred_protect);
	return status;
}

static int fill(fido_cred_t *cred, const struct ppk_worker *worker, const struct creation *creation,
	enum ppk_verification how)
{
	const struct ppk_device_make_credential *request = &worker->request->make_credential;
	int status = fill_names(cred, request);

	if (status == FIDO_OK)
		status = fill_options(cred, worker, how);
	for (size_t i = creation->excluded.first; i < creation->excluded.end && status == FIDO_OK;
		i++)
		if (ppk_list_takes(&worker->limits, request->exclude_ids[i].len))
			status = fido_cred_exclude(
				cred, request->exclude_ids[i].data, request->exclude_ids[i].len);
	return status;
}

static int ask_algorithm(struct ppk_worker *worker, struct creation *creation,
	enum ppk_verification how, const char *pin)
{
	int cose = worker->request->make_credential.algorithms[creation->algorithm];
	struct ppk_waiting waiting;
	int status;

	if (!ppk_authenticator_knows(worker, cose))
		return FIDO_ERR_UNSUPPORTED_ALGORITHM;
	fido_cred_free(&creation->answer);
	creation->answer = fido_cred_new();
	if (creation->answer == NULL)
		return FIDO_ERR_INTERNAL;
	if (fido_cred_set_type(creation->answer, cose) != FIDO_OK)
		return FIDO_ERR_UNSUPPORTED_ALGORITHM; /* libfido2 does not know it */
	status = fill(creation->answer, worker, creation, how);
	if (status != FIDO_OK)
		return status;
	ppk_waiting_begin(worker, true, &waiting);
	status = fido_dev_make_cred(worker->dev, creation->answer, pin);
	ppk_waiting_end(&waiting);
	return status;
}

/* libfido2 takes one algorithm a request, so the request's are tried in order. */
static int ask(struct ppk_worker *worker, void *context, enum ppk_verification how, const char *pin)
{
	struct creation *creation = context;
	int status = FIDO_ERR_UNSUPPORTED_ALGORITHM;

	for (; creation->algorithm < worker->request->make_credential.algorithm_count;
		creation->algorithm++) {
		status = ask_algorithm(worker, creation, how, pin);
		if (status != FIDO_ERR_UNSUPPORTED_ALGORITHM)
			break;
	}
	return status;
}

/* The parts of an RSA key as messages carry it. */
static size_t pack_rsa(
	const uint8_t *key, uint8_t out[static 2 + RSA_EXPONENT_LEN + RSA_MODULUS_LEN])
{
	struct ppk_writer writer = {
		.data = out,
		.size = 2 + RSA_EXPONENT_LEN + RSA_MODULUS_LEN,
	};

	ppk_writer_block(&writer, key + RSA_MODULUS_LEN, RSA_EXPONENT_LEN);
	ppk_writer_raw(&writer, key, RSA_MODULUS_LEN);
	return writer.len;
}

static enum ppk_err read_statement(const fido_cred_t *cred, struct ppk_device_credential *ret)
{
	const char *format = fido_cred_fmt(cred);

	if (format == NULL || strlen(format) >= sizeof(ret->format) || *format == '\0')
		return PPK_ERR_DEVICE;
	ppk_text_sanitise(ret->format, sizeof(ret->format), format, strlen(format));
	ret->signature = fido_cred_sig_ptr(cred);
	ret->signature_len = fido_cred_sig_len(cred);
	if (fido_cred_x5c_len(cred) > 0) {
		ret->x5c[0] = fido_cred_x5c_ptr(cred);
		ret->x5c_len[0] = fido_cred_x5c_len(cred);
		ret->x5c_count = 1;
	}
	return PPK_OK;
}

static enum ppk_step send_answer(struct ppk_worker *worker, const fido_cred_t *cred)
{
	uint8_t rsa[2 + RSA_EXPONENT_LEN + RSA_MODULUS_LEN];
	struct ppk_device_message message = { .type = PPK_DEVICE_CREDENTIAL };
	struct ppk_device_credential *credential = &message.credential;

	credential->index = worker->index;
	credential->credential_id = fido_cred_id_ptr(cred);
	credential->credential_id_len = fido_cred_id_len(cred);
	credential->authenticator_data = fido_cred_authdata_raw_ptr(cred);
	credential->authenticator_data_len = fido_cred_authdata_raw_len(cred);
	credential->cose_algorithm = fido_cred_type(cred);
	credential->public_key = fido_cred_pubkey_ptr(cred);
	credential->public_key_len = fido_cred_pubkey_len(cred);
	if (credential->cose_algorithm == COSE_RS256 &&
		credential->public_key_len == RSA_MODULUS_LEN + RSA_EXPONENT_LEN) {
		credential->public_key_len = pack_rsa(credential->public_key, rsa);
		credential->public_key = rsa;
	}
	if (credential->credential_id_len == 0 || credential->authenticator_data_len == 0 ||
		credential->public_key_len == 0 || read_statement(cred, credential) != PPK_OK)
		return ppk_worker_failed(worker, PPK_ERR_DEVICE, PPK_DEVICE_RETRIES_UNKNOWN);
	ppk_worker_send(worker, &message);
	return PPK_STEP_DONE;
}

/*
 * The exclude list, or the part of it that matters: one that is too long for a request is gone through
 * without touch before, and the request names the credential that was found, for the authenticator
 * to refuse once the person has touched it.
 */
static enum ppk_step choose_excluded(struct ppk_worker *worker, struct creation *creation)
{
	const struct ppk_device_make_credential *request = &worker->request->make_credential;
	const struct ppk_bytes *found = NULL;
	struct ppk_list_part whole;

	if (!worker->abilities.fido2) {
		creation->excluded.end = request->exclude_count;
		return PPK_STEP_DONE;
	}
	whole = ppk_list_next(&worker->limits, request->exclude_ids, request->exclude_count, 0,
		REQUEST_OVERHEAD + strlen(request->rp_id) + strlen(request->rp_name) +
			strlen(request->user_name) + strlen(request->user_display_name) +
			request->user_handle_len);
	if (whole.end == request->exclude_count) {
		creation->excluded = whole;
		return PPK_STEP_DONE;
	}
	switch (ppk_probe_ids(
		worker, request->rp_id, request->exclude_ids, request->exclude_count, &found)) {
	case PPK_PROBE_NOTHING:
	case PPK_PROBE_MAY_HIDE:
		return PPK_STEP_DONE;
	case PPK_PROBE_HOLDS:
		break;
	case PPK_PROBE_FAILED:
		if (ppk_worker_is_stopped(worker))
			return PPK_STEP_STOPPED;
		return ppk_worker_failed(worker, PPK_ERR_DEVICE, PPK_DEVICE_RETRIES_UNKNOWN);
	}
	if (found != NULL) {
		creation->excluded.first = (size_t)(found - request->exclude_ids);
		creation->excluded.end = creation->excluded.first + 1;
		creation->excluded.count = 1;
	}
	return PPK_STEP_DONE;
}

enum ppk_step ppk_make_credential(struct ppk_worker *worker)
{
	const struct ppk_device_make_credential *request = &worker->request->make_credential;
	enum ppk_verification how = ppk_verification_for_creation(
		&worker->abilities, request->uv, request->discoverable, worker->built_in_blocked);
	struct creation creation = { .algorithm = 0 };
	enum ppk_step step;

	if (worker->verification_forced)
		how = ppk_verification_for_assertion(
			&worker->abilities, PPK_UV_REQUIRED, worker->built_in_blocked);
	if (how == PPK_VERIFY_IMPOSSIBLE)
		return ppk_worker_failed(worker, ppk_verification_why_not(&worker->abilities),
			PPK_DEVICE_RETRIES_UNKNOWN);
	if (request->discoverable && !worker->abilities.resident_keys)
		return ppk_worker_failed(worker, PPK_ERR_UNSUPPORTED, PPK_DEVICE_RETRIES_UNKNOWN);
	step = choose_excluded(worker, &creation);
	if (step == PPK_STEP_DONE)
		step = ppk_attempt(worker, how, ask, &creation);
	if (step == PPK_STEP_DONE)
		step = send_answer(worker, creation.answer);
	if (step == PPK_STEP_NONE_HERE)
		step = ppk_worker_failed(worker, PPK_ERR_DEVICE, PPK_DEVICE_RETRIES_UNKNOWN);
	fido_cred_free(&creation.answer);
	return step;
}
