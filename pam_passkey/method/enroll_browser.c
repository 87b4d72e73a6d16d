/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract.
 *  1. A credential MUST NOT be stored before its registration was verified and an assertion of it was
 *     verified with the very key that is stored, each for a challenge of its own.
 *  2. The origin that client data must name MUST be the caller's, never passkeyd's.
 *  3. passkeyd MUST NOT choose whom, for which relying party or with which policy is enrolled.
 *  4. The page MUST be told a success only after the credential was stored.
 *  5. A page that is opened once more MUST have a challenge of its own, and no other URL.
 */
#include "method/enroll_browser.h"

#include <string.h>

#include "core/client_data.h"
#include "core/web_origin.h"
#include "crypto/digest.h"
#include "method/new_credential.h"
#include "method/passkeyd.h"
#include "sys/clock.h"
#include "sys/random.h"

/* Everything that one enrolment holds. */
struct ceremony {
	const struct ppk_browser_enrollment *enrollment;
	struct ppk_passkeyd passkeyd;
	int64_t deadline_ms;
	uint8_t challenge[PPK_CHALLENGE_SIZE]; /* of the step that is under way */
	struct ppk_credential *credential;
	uint32_t count;
};

static struct ppk_client_data_expected expected_of(
	const struct ceremony *ceremony, enum ppk_client_data_type type)
{
	return (struct ppk_client_data_expected){
		.type = type,
		.challenge = ceremony->challenge,
		.challenge_len = sizeof(ceremony->challenge),
		.origins = &ceremony->enrollment->origin,
		.origin_count = 1,
	};
}

static enum ppk_err put_excluded(
	const struct ppk_browser_enrollment *enrollment, struct ppk_browser_request *request)
{
	for (size_t i = 0; i < enrollment->enrolled_count; i++) {
		const struct ppk_credential *credential = enrollment->enrolled[i];

		if (strcmp(credential->rp_id, enrollment->rp_id) != 0)
			continue;
		if (request->credential_count == PPK_CREDENTIALS_MAX)
			return PPK_ERR_LIMIT;
		request->credentials[request->credential_count++] =
			(struct ppk_browser_credential_id){
				.id = credential->id.data,
				.len = credential->id.len,
				.transports = ppk_browser_transports_parse(credential->transports),
			};
	}
	return PPK_OK;
}

static struct ppk_browser_enrolment what_to_make(const struct ppk_browser_enrollment *enrollment)
{
	return (struct ppk_browser_enrolment){
		.rp_name = enrollment->rp_id,
		.display_name = enrollment->user,
		.user_handle = enrollment->user_handle,
		.user_handle_len = enrollment->user_handle_len,
		.algorithms = { -7, -8, -35, -36, -53, -257 },
		.algorithm_count = 6,
		.discoverable = enrollment->discoverable ? PPK_BROWSER_DISCOVERABLE_REQUIRED
							 : PPK_BROWSER_DISCOVERABLE_PREFERRED,
		.attestation = enrollment->policy->options->attestation == PPK_ATTESTATION_NONE
				       ? PPK_BROWSER_ATTESTATION_NONE
				       : PPK_BROWSER_ATTESTATION_DIRECT,
		.path = enrollment->url == NULL ? "" : strrchr(enrollment->url, '/') + 1,
	};
}

/*
 * A request has a limit (PPK_BROWSER_REQUEST_MAX), and of many long ids the last ones may not fit: a
 * browser could then offer to make another passkey where one is. One that is the same is found by
 * is_enrolled().
 */
static enum ppk_err exclude_what_fits(
	const struct ceremony *ceremony, struct ppk_browser_request *request)
{
	enum ppk_err err;
	size_t len;

	while ((err = ppk_browser_encode_request(request, ceremony->passkeyd.packet,
			PPK_BROWSER_MESSAGE_MAX, &len)) == PPK_ERR_LIMIT &&
		request->credential_count > 0)
		request->credential_count--;
	return err;
}

static enum ppk_err begin(struct ceremony *ceremony)
{
	const struct ppk_browser_enrollment *enrollment = ceremony->enrollment;
	struct ppk_browser_request request = {
		.type = PPK_BROWSER_ENROL,
		.timeout_s = enrollment->timeout_s,
		.since_s = ppk_clock_now_s(),
		.number = enrollment->number,
		.peer = PPK_BROWSER_PEER_ANY,
		.user = enrollment->user,
		.host = enrollment->host,
		.service = "passkeyctl",
		.rp_id = enrollment->rp_id,
		.uv = enrollment->uv,
		.enrolment = what_to_make(enrollment),
	};
	struct ppk_browser_message started;
	enum ppk_err err = put_excluded(enrollment, &request);

	if (err == PPK_OK)
		err = ppk_random(ceremony->challenge, sizeof(ceremony->challenge));
	if (err != PPK_OK)
		return err;
	memcpy(request.challenge, ceremony->challenge, sizeof(request.challenge));
	err = exclude_what_fits(ceremony, &request);
	if (err != PPK_OK)
		return err;
	err = ppk_passkeyd_begin(
		&ceremony->passkeyd, &request, ppk_clock_ms() + PPK_PASSKEYD_BEGIN_MS, &started);
	if (err != PPK_OK)
		return err;
	if (!ppk_web_origin_has(enrollment->origin, started.url))
		return PPK_ERR_ORIGIN;
	if (enrollment->url != NULL && strcmp(enrollment->url, started.url) != 0)
		return PPK_ERR_FRAME;
	return enrollment->show(enrollment->context, started.url);
}

/* Until the message that is waited for; every other last one ends the enrolment. */
static enum ppk_err await(struct ceremony *ceremony, enum ppk_browser_message_type wanted,
	struct ppk_browser_message *ret)
{
	const struct ppk_browser_enrollment *enrollment = ceremony->enrollment;

	for (;;) {
		enum ppk_err err =
			ppk_passkeyd_next(&ceremony->passkeyd, ceremony->deadline_ms, ret);

		if (err != PPK_OK || ret->type == wanted)
			return err;
		switch (ret->type) {
		case PPK_BROWSER_OPENED:
		case PPK_BROWSER_TURNED_AWAY:
		case PPK_BROWSER_NUMBER_WRONG:
			enrollment->told(enrollment->context, ret);
			continue;
		case PPK_BROWSER_FAILED:
			return ret->err;
		case PPK_BROWSER_STARTED: /* once, and ppk_passkeyd_begin() had it */
		case PPK_BROWSER_DRAWN: /* never asked for here */
		case PPK_BROWSER_ASSERTION:
		case PPK_BROWSER_REGISTRATION:
		case PPK_BROWSER_SIGN_IN:
		case PPK_BROWSER_ENROL:
		case PPK_BROWSER_DRAW:
		case PPK_BROWSER_VERDICT:
		case PPK_BROWSER_TEST:
			return PPK_ERR_FRAME;
		}
	}
}

static struct ppk_new_credential wanted_of(const struct ceremony *ceremony)
{
	const struct ppk_browser_enrollment *enrollment = ceremony->enrollment;

	return (struct ppk_new_credential){
		.rp_id = enrollment->rp_id,
		.uv = enrollment->uv,
		.user_handle = enrollment->user_handle,
		.user_handle_len = enrollment->user_handle_len,
		.policy = enrollment->policy,
	};
}

/* WebAuthn Level 3, 7.1 */
static enum ppk_err verify_registration(
	struct ceremony *ceremony, const struct ppk_browser_registration *registration)
{
	const struct ppk_client_data_expected expected =
		expected_of(ceremony, PPK_CLIENT_DATA_CREATE);
	const struct ppk_new_credential wanted = wanted_of(ceremony);
	struct ppk_attestation_object object;
	uint8_t hash[PPK_SHA256_SIZE];
	enum ppk_err err = ppk_client_data_check(
		&expected, registration->client_data, registration->client_data_len);

	if (err == PPK_OK)
		err = ppk_sha256(registration->client_data, registration->client_data_len, hash);
	if (err == PPK_OK)
		err = ppk_attestation_object_decode(registration->attestation_object,
			registration->attestation_object_len, &object);
	if (err == PPK_OK)
		err = ppk_new_credential_accept(
			&wanted, &object, hash, &ceremony->credential, &ceremony->count);
	return err;
}

static bool is_enrolled(const struct ceremony *ceremony)
{
	const struct ppk_browser_enrollment *enrollment = ceremony->enrollment;
	const struct ppk_bytes *id = &ceremony->credential->id;

	for (size_t i = 0; i < enrollment->enrolled_count; i++) {
		if (ppk_bytes_equal(&enrollment->enrolled[i]->id, id->data, id->len))
			return true;
	}
	return false;
}

static enum ppk_err complete(
	struct ceremony *ceremony, const struct ppk_browser_registration *registration)
{
	const struct ppk_new_credential wanted = wanted_of(ceremony);
	struct ppk_credential *credential = ceremony->credential;
	char transports[PPK_BROWSER_TRANSPORTS_SIZE];

	ppk_browser_transports_format(registration->transports, transports);
	if (transports[0] != '\0') {
		credential->transports = strdup(transports);
		if (credential->transports == NULL)
			return PPK_ERR_NOMEM;
	}
	return ppk_new_credential_complete(&wanted, registration->name, credential);
}

static enum ppk_err enrol(struct ceremony *ceremony)
{
	const struct ppk_browser_enrollment *enrollment = ceremony->enrollment;
	struct ppk_browser_message message;
	enum ppk_err err = await(ceremony, PPK_BROWSER_REGISTRATION, &message);

	if (err == PPK_OK)
		err = verify_registration(ceremony, &message.registration);
	if (err == PPK_OK && is_enrolled(ceremony))
		err = PPK_ERR_ALREADY_ENROLLED;
	if (err == PPK_OK)
		err = complete(ceremony, &message.registration);
	if (err == PPK_OK)
		enrollment->told(enrollment->context, &message);
	return err;
}

static enum ppk_err verify_test(struct ceremony *ceremony, const struct ppk_assertion *assertion)
{
	const struct ppk_client_data_expected expected = expected_of(ceremony, PPK_CLIENT_DATA_GET);
	const struct ppk_new_credential wanted = wanted_of(ceremony);

	return ppk_new_credential_test(
		&wanted, ceremony->credential, assertion, &expected, &ceremony->count);
}

static enum ppk_err ask_for_test(struct ceremony *ceremony)
{
	struct ppk_browser_test test = {
		.credential = {
			.id = ceremony->credential->id.data,
			.len = ceremony->credential->id.len,
			.transports = ppk_browser_transports_parse(ceremony->credential->transports),
		},
	};
	enum ppk_err err = ppk_random(ceremony->challenge, sizeof(ceremony->challenge));

	if (err != PPK_OK)
		return err;
	memcpy(test.challenge, ceremony->challenge, sizeof(test.challenge));
	return ppk_passkeyd_test(&ceremony->passkeyd, &test);
}

/* What a sign-in would ask for, before anything is stored. */
static enum ppk_err test(struct ceremony *ceremony)
{
	struct ppk_browser_message message;
	struct ppk_assertion assertion = { .credential_id = { .data = NULL } };
	enum ppk_err err = ask_for_test(ceremony);

	if (err == PPK_OK)
		err = await(ceremony, PPK_BROWSER_ASSERTION, &message);
	if (err == PPK_OK)
		err = ppk_passkeyd_take_assertion(&message.assertion, &assertion);
	if (err == PPK_OK)
		err = verify_test(ceremony, &assertion);
	ppk_assertion_done(&assertion);
	return err;
}

/* passkeyd may be gone by now: what was decided stays. */
static void tell_verdict(struct ceremony *ceremony, enum ppk_err verdict)
{
	if (ppk_passkeyd_verdict(&ceremony->passkeyd, verdict) != PPK_OK)
		return;
}

static enum ppk_err run(struct ceremony *ceremony)
{
	const struct ppk_browser_enrollment *enrollment = ceremony->enrollment;
	enum ppk_err err = begin(ceremony);

	if (err != PPK_OK)
		return err;
	err = enrol(ceremony);
	if (err == PPK_OK)
		err = test(ceremony);
	if (err == PPK_OK)
		err = enrollment->store(
			enrollment->context, &ceremony->credential, ceremony->count);
	tell_verdict(ceremony, err);
	return err;
}

enum ppk_err ppk_enroll_browser(
	const struct ppk_browser_enrollment *enrollment, struct ppk_diag *reterr)
{
	struct ceremony ceremony = {
		.enrollment = enrollment,
		.passkeyd = { .socket = -1 },
		.deadline_ms = ppk_clock_ms() + (int64_t)enrollment->timeout_s * 1000,
	};
	enum ppk_err err = ppk_passkeyd_connect(
		&ceremony.passkeyd, enrollment->socket, &enrollment->trust, reterr);

	if (err == PPK_OK)
		err = run(&ceremony);
	ppk_passkeyd_close(&ceremony.passkeyd);
	ppk_credential_free(ceremony.credential);
	return err;
}
