/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract.
 *  1. A challenge MUST be used once.
 *  2. A method that brought no assertion MUST leave nothing behind that a later one could take for its own.
 */
#include "method/sequence.h"

#include <stdio.h>

#include "method/agent.h"
#include "method/askpass.h"
#include "method/browser.h"
#include "method/choice.h"
#include "method/local.h"
#include "method/origins.h"
#include "sys/random.h"

#define ACTION_SIZE (PPK_HOST_NAME_SIZE + 300)

static bool no_assertion(struct ppk_sign_in *sign_in, enum ppk_err reason)
{
	sign_in->result = (struct ppk_result){ ppk_outcome_without_assertion(reason), reason };
	return false;
}

static ppk_method_fn *const methods[] = {
	[PPK_METHOD_LOCAL] = ppk_method_local,
	[PPK_METHOD_AGENT] = ppk_method_agent,
	[PPK_METHOD_ASKPASS] = ppk_method_askpass,
	[PPK_METHOD_BROWSER] = ppk_method_browser,
};

static const char *text_or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

static enum ppk_err run_method(struct ppk_sign_in *sign_in, enum ppk_method_id method)
{
	const struct ppk_options *options = sign_in->options;
	const struct ppk_credential *served[PPK_CREDENTIALS_MAX];
	char action[ACTION_SIZE];
	struct ppk_method_request request = {
		.user = ppk_sign_in_user_name(sign_in),
		.host = sign_in->host,
		.service = text_or_empty(sign_in->request->service),
		.action = action,
		.agent_socket = text_or_empty(sign_in->request->agent_socket),
		.account = sign_in->user,
		.credentials = served,
		.credential_count = ppk_choose_credentials(
			method, sign_in->usable, sign_in->usable_count, served),
		.uv = options->user_verification,
		.timeout_s = options->timeout_s,
		.nfc = options->nfc,
		.cue = options->cue,
		.device_helper = options->device_helper,
		.trust = sign_in->trust,
		.device = &sign_in->device,
		.passkeyd = &sign_in->passkeyd,
		.challenge = sign_in->challenge,
		.origins = &sign_in->origins,
		.crypto = sign_in->request->crypto,
		.dialogue = sign_in->request->dialogue,
		.log = sign_in->log,
	};
	enum ppk_err err;

	sign_in->method = ppk_method_name(method);
	if (request.credential_count == 0)
		return PPK_ERR_METHOD_UNAVAILABLE;
	snprintf(action, sizeof(action), "to sign in to %s as %s", sign_in->host, request.user);
	if (method == PPK_METHOD_ASKPASS)
		ppk_method_ssh_origins(options->origins, sign_in->host,
			sign_in->request->ssh_connection, &sign_in->trust, &sign_in->origins);
	else if (method == PPK_METHOD_BROWSER)
		request.browser = ppk_browser_terms_make(
			sign_in->request, sign_in->host, &sign_in->web_origin);
	/* each method its own: used once */
	err = ppk_random(sign_in->challenge, sizeof(sign_in->challenge));
	if (err != PPK_OK)
		return err;
	return methods[method](&request, &sign_in->assertion, &sign_in->expected);
}

/* May another way be tried after this one? Not where a person has answered and was not believed. */
static bool goes_on_after(enum ppk_err err)
{
	return err == PPK_ERR_METHOD_UNAVAILABLE || err == PPK_ERR_CANCELLED ||
	       err == PPK_ERR_AGENT_REFUSED;
}

bool ppk_sequence_run(struct ppk_sign_in *sign_in)
{
	enum ppk_err reason = PPK_ERR_METHOD_UNAVAILABLE;

	for (size_t i = 0; i < sign_in->method_count; i++) {
		enum ppk_err err = run_method(sign_in, sign_in->methods[i]);

		ppk_log(sign_in->log, PPK_LOG_DEBUG, "method %s: %s", sign_in->method,
			ppk_err_token(err));
		if (err == PPK_OK)
			return true;
		ppk_device_stop(&sign_in->device);
		ppk_passkeyd_close(&sign_in->passkeyd);
		if (err != PPK_ERR_METHOD_UNAVAILABLE)
			reason = err;
		if (!goes_on_after(err))
			break;
	}
	return no_assertion(sign_in, reason);
}

bool ppk_sequence_asks_strangers(const struct ppk_sign_in *sign_in)
{
	for (size_t i = 0; i < sign_in->method_count; i++) {
		if (ppk_method_asks_strangers(sign_in->methods[i]))
			return true;
	}
	return false;
}

bool ppk_sequence_run_for_nothing(struct ppk_sign_in *sign_in)
{
	for (size_t i = 0; i < sign_in->method_count; i++) {
		enum ppk_err err;

		if (!ppk_method_asks_strangers(sign_in->methods[i]))
			continue;
		err = run_method(sign_in, sign_in->methods[i]);
		if (err == PPK_OK)
			return true;
		ppk_passkeyd_close(&sign_in->passkeyd);
		if (!goes_on_after(err))
			break;
	}
	return false;
}
