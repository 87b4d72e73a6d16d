/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract.
 *  1. A credential MUST NOT be returned before its attestation was checked and an assertion of it was
 *     verified with the very key that will be stored.
 *  2. A PIN that is kept for the test assertion MUST be wiped before the function returns.
 */
#include "method/enroll.h"

#include <stdio.h>
#include <string.h>

#include "core/client_data.h"
#include "crypto/digest.h"
#include "device/device.h"
#include "method/ceremony.h"
#include "method/local.h"
#include "method/new_credential.h"
#include "sys/clock.h"
#include "sys/random.h"

#define ACTION_SIZE 320

/* A dialogue that gives the PIN once more without asking: one PIN for one enrolment. */
struct memory {
	const struct ppk_dialogue *dialogue;
	struct ppk_secret pin;
	bool replay; /* the next question is answered with pin */
};

static enum ppk_err show(void *context, const char *text)
{
	struct memory *memory = context;

	return memory->dialogue->show(memory->dialogue->context, text);
}

static enum ppk_err warn(void *context, const char *text)
{
	struct memory *memory = context;

	return memory->dialogue->warn(memory->dialogue->context, text);
}

static enum ppk_err ask_secret(void *context, const char *text, struct ppk_secret *ret)
{
	struct memory *memory = context;
	enum ppk_err err;

	if (!memory->replay) {
		err = memory->dialogue->ask_secret(memory->dialogue->context, text, &memory->pin);
		if (err != PPK_OK)
			return err;
	}
	memory->replay = false;
	return ppk_secret_set(ret, memory->pin.text, memory->pin.len);
}

/* The credential has no name that the person knows yet: the product's it is. */
static const char *label(void *context, const struct ppk_device_authenticator *authenticator)
{
	(void)context;
	return authenticator->product[0] != '\0' ? authenticator->product : NULL;
}

/* Client data of a fresh challenge, hashed. */
static enum ppk_err make_client_data(
	const struct ppk_enrollment *enrollment, uint8_t hash[static PPK_SHA256_SIZE])
{
	struct ppk_bytes client_data = { .data = NULL };
	uint8_t challenge[PPK_CHALLENGE_SIZE];
	char origin[PPK_ORIGIN_SIZE];
	enum ppk_err err;

	ppk_method_origin(enrollment->host, origin);
	err = ppk_random(challenge, sizeof(challenge));
	if (err == PPK_OK)
		err = ppk_client_data_make(
			PPK_CLIENT_DATA_CREATE, challenge, sizeof(challenge), origin, &client_data);
	if (err == PPK_OK)
		err = ppk_sha256(client_data.data, client_data.len, hash);
	ppk_bytes_done(&client_data);
	return err;
}

/*
 * CTAP 2.1, 12.1: with user verification demanded here the authenticator shall demand it too (3); a
 * discoverable one shall not be found without verification by a stranger (2).
 */
static uint8_t cred_protect(const struct ppk_enrollment *enrollment)
{
	if (enrollment->uv == PPK_UV_REQUIRED)
		return 3;
	return enrollment->discoverable ? 2 : 0;
}

static enum ppk_err request_credential(const struct ppk_enrollment *enrollment,
	const uint8_t hash[static PPK_SHA256_SIZE], struct ppk_device *device)
{
	static const int algorithms[] = { -7, -8, -35, -257 }; /* es256 eddsa es384 rs256 */
	struct ppk_bytes exclude[PPK_CREDENTIALS_MAX];
	struct ppk_device_make_credential request = {
		.timeout_ms = ppk_ceremony_device_timeout_ms(enrollment->timeout_s),
		.nfc = enrollment->nfc,
		.rp_id = enrollment->rp_id,
		.rp_name = enrollment->rp_id,
		.user_name = enrollment->user,
		.user_display_name = enrollment->user,
		.user_handle = enrollment->user_handle,
		.user_handle_len = enrollment->user_handle_len,
		.algorithms = algorithms,
		.algorithm_count = sizeof(algorithms) / sizeof(algorithms[0]),
		.uv = enrollment->uv,
		.discoverable = enrollment->discoverable,
		.cred_protect = cred_protect(enrollment),
		.exclude_ids = exclude,
	};

	memcpy(request.client_data_hash, hash, PPK_SHA256_SIZE);
	for (size_t i = 0; i < enrollment->enrolled_count; i++) {
		if (strcmp(enrollment->enrolled[i]->rp_id, enrollment->rp_id) != 0)
			continue;
		if (request.exclude_count >= PPK_CREDENTIALS_MAX)
			return PPK_ERR_LIMIT;
		exclude[request.exclude_count++] = enrollment->enrolled[i]->id;
	}
	return ppk_device_make_credential(device, &request);
}

static struct ppk_new_credential wanted_of(const struct ppk_enrollment *enrollment)
{
	return (struct ppk_new_credential){
		.rp_id = enrollment->rp_id,
		.uv = enrollment->uv,
		.user_handle = enrollment->user_handle,
		.user_handle_len = enrollment->user_handle_len,
		.policy = enrollment->policy,
	};
}

static enum ppk_err accept(const struct ppk_enrollment *enrollment,
	const struct ppk_device_credential *made, const uint8_t hash[static PPK_SHA256_SIZE],
	struct ppk_credential **ret, uint32_t *ret_count)
{
	const struct ppk_new_credential wanted = wanted_of(enrollment);
	struct ppk_attestation_object object;

	ppk_attestation_object_of_device(made, &object);
	return ppk_new_credential_accept(&wanted, &object, hash, ret, ret_count);
}

static enum ppk_err make_credential(const struct ppk_enrollment *enrollment,
	const struct ppk_dialogue *dialogue, struct ppk_device *device, struct ppk_credential **ret,
	uint32_t *ret_count)
{
	char action[ACTION_SIZE];
	struct ppk_ceremony ceremony = {
		.device = device,
		.dialogue = dialogue,
		.log = enrollment->log,
		.cue = true,
		.timeout_s = enrollment->timeout_s,
		.action = action,
		.user = enrollment->user,
		.label = label,
	};
	struct ppk_device_message answer;
	uint8_t hash[PPK_SHA256_SIZE];
	enum ppk_err err;

	snprintf(action, sizeof(action), "to enrol it for %s", enrollment->user);
	err = make_client_data(enrollment, hash);
	if (err == PPK_OK)
		err = request_credential(enrollment, hash, device);
	if (err == PPK_OK)
		err = ppk_ceremony_run(&ceremony, &answer);
	if (err == PPK_OK && answer.type != PPK_DEVICE_CREDENTIAL)
		err = PPK_ERR_FRAME;
	if (err == PPK_OK)
		err = accept(enrollment, &answer.credential, hash, ret, ret_count);
	return err;
}

static enum ppk_err create(const struct ppk_enrollment *enrollment,
	const struct ppk_dialogue *dialogue, struct ppk_credential **ret, uint32_t *ret_count,
	struct ppk_diag *reterr)
{
	struct ppk_device device = { .packet = NULL };
	enum ppk_err err;

	err = ppk_device_start(&device, enrollment->device_helper, &enrollment->trust, reterr);
	if (err == PPK_OK)
		err = make_credential(enrollment, dialogue, &device, ret, ret_count);
	ppk_device_stop(&device);
	return err;
}

/* The test assertion, asked for as a sign-in would ask. *count rises. */
static enum ppk_err test(const struct ppk_enrollment *enrollment,
	const struct ppk_dialogue *dialogue, const struct ppk_credential *credential,
	uint32_t *count)
{
	const struct ppk_new_credential wanted = wanted_of(enrollment);
	struct ppk_client_data_expected expected = { .exact = { .data = NULL } };
	struct ppk_assertion assertion = { .credential_id = { .data = NULL } };
	struct ppk_device device = { .packet = NULL };
	uint8_t challenge[PPK_CHALLENGE_SIZE];
	const struct ppk_method_request request = {
		.user = enrollment->user,
		.host = enrollment->host,
		.action = "once more to test it",
		.credentials = &credential,
		.credential_count = 1,
		.uv = enrollment->uv,
		.timeout_s = enrollment->timeout_s,
		.nfc = enrollment->nfc,
		.cue = true,
		.device_helper = enrollment->device_helper,
		.trust = enrollment->trust,
		.device = &device,
		.challenge = challenge,
		.crypto = &ppk_crypto_linked,
		.dialogue = dialogue,
		.log = enrollment->log,
	};
	enum ppk_err err;

	err = ppk_random(challenge, sizeof(challenge));
	if (err == PPK_OK)
		err = ppk_method_local(&request, &assertion, &expected);
	ppk_device_stop(&device);
	if (err == PPK_OK)
		err = ppk_new_credential_test(
			&wanted, credential, &assertion, &expected, count);
	ppk_assertion_done(&assertion);
	ppk_bytes_done(&expected.exact);
	return err;
}

enum ppk_err ppk_enroll(const struct ppk_enrollment *enrollment, struct ppk_credential **ret,
	uint32_t *ret_sign_count, struct ppk_diag *reterr)
{
	const struct ppk_new_credential wanted = wanted_of(enrollment);
	struct memory memory = { .dialogue = enrollment->dialogue };
	const struct ppk_dialogue dialogue = {
		.context = &memory, .show = show, .warn = warn, .ask_secret = ask_secret
	};
	struct ppk_credential *credential = NULL;
	uint32_t count = 0;
	enum ppk_err err;

	err = create(enrollment, &dialogue, &credential, &count, reterr);
	if (err == PPK_OK)
		err = ppk_new_credential_complete(&wanted, enrollment->name, credential);
	if (err == PPK_OK) {
		memory.replay = memory.pin.len > 0;
		err = test(enrollment, &dialogue, credential, &count);
	}
	ppk_secret_wipe(&memory.pin);
	if (err != PPK_OK) {
		ppk_credential_free(credential);
		return err;
	}
	*ret = credential;
	*ret_sign_count = count;
	return PPK_OK;
}
