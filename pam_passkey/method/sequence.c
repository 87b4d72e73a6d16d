/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract.
 *  1. A challenge MUST be used once.
 *  2. A method that brought no assertion MUST leave nothing behind that a later one could take for its own.
 *  3. A method that could not work MUST NOT take back what one before it came to: a denial stays one.
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

/* What a method is given; served and action are memory for it. */
static struct ppk_method_request request_for(struct ppk_sign_in *sign_in, enum ppk_method_id method,
	const struct ppk_credential *served[static PPK_CREDENTIALS_MAX],
	char action[static ACTION_SIZE])
{
	const struct ppk_options *options = sign_in->options;
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

	snprintf(action, ACTION_SIZE, "to sign in to %s as %s", sign_in->host, request.user);
	if (method == PPK_METHOD_BROWSER && request.credential_count > 0)
		request.browser = ppk_browser_terms_make(
			sign_in->request, sign_in->host, &sign_in->web_origin);
	return request;
}

/* As far as that can be said before. What an agent holds, it says when it is asked. */
static bool may_work(struct ppk_sign_in *sign_in, enum ppk_method_id method)
{
	const struct ppk_credential *served[PPK_CREDENTIALS_MAX];
	char action[ACTION_SIZE];
	const struct ppk_method_request request = request_for(sign_in, method, served, action);

	if (request.credential_count == 0)
		return false;
	switch (method) {
	case PPK_METHOD_LOCAL:
		return true;
	case PPK_METHOD_AGENT:
		return false;
	case PPK_METHOD_ASKPASS:
		return request.dialogue->ask != NULL;
	case PPK_METHOD_BROWSER:
		return ppk_method_browser_may_work(&request);
	}
	return false;
}

/* Is there a way behind the method at this place? */
static bool has_another_way(struct ppk_sign_in *sign_in, size_t place)
{
	for (size_t i = place + 1; i < sign_in->method_count; i++) {
		if (may_work(sign_in, sign_in->methods[i]))
			return true;
	}
	return false;
}

/* The method at this place of the order. */
static enum ppk_err run_method(struct ppk_sign_in *sign_in, size_t place)
{
	const enum ppk_method_id method = sign_in->methods[place];
	const struct ppk_credential *served[PPK_CREDENTIALS_MAX];
	char action[ACTION_SIZE];
	struct ppk_method_request request = request_for(sign_in, method, served, action);
	enum ppk_err err;

	if (request.credential_count == 0)
		return PPK_ERR_METHOD_UNAVAILABLE;
	request.is_last = place + 1 == sign_in->method_count;
	if (method == PPK_METHOD_ASKPASS)
		ppk_method_ssh_origins(sign_in->options->origins, sign_in->host,
			sign_in->request->ssh_connection, &sign_in->trust, &sign_in->origins);
	else if (method == PPK_METHOD_LOCAL) /* the one that may wait for nothing */
		request.another_way = has_another_way(sign_in, place);
	/* each method its own: used once */
	err = ppk_random(sign_in->challenge, sizeof(sign_in->challenge));
	if (err != PPK_OK)
		return err;
	return methods[method](&request, &sign_in->assertion, &sign_in->expected);
}

/* Its end is that of the sign-in, if it says more than those of the methods before. */
static void note_end(struct ppk_sign_in *sign_in, enum ppk_method_id method, enum ppk_err err)
{
	ppk_log(sign_in->log, PPK_LOG_DEBUG, "method %s: %s", ppk_method_name(method),
		ppk_err_token(err));
	if (sign_in->method != NULL && !ppk_outcome_outweighs(err, sign_in->result.reason))
		return;
	sign_in->method = ppk_method_name(method);
	sign_in->result = (struct ppk_result){ ppk_outcome_without_assertion(err), err };
}

bool ppk_sequence_run(struct ppk_sign_in *sign_in)
{
	for (size_t i = 0; i < sign_in->method_count; i++) {
		enum ppk_err err = run_method(sign_in, i);

		if (err == PPK_OK) {
			sign_in->method = ppk_method_name(sign_in->methods[i]);
			return true;
		}
		note_end(sign_in, sign_in->methods[i], err);
		ppk_device_stop(&sign_in->device);
		ppk_passkeyd_close(&sign_in->passkeyd);
		if (!ppk_outcome_leaves_another_way(err))
			break;
	}
	return false;
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
		sign_in->method = ppk_method_name(sign_in->methods[i]);
		err = run_method(sign_in, i);
		if (err == PPK_OK)
			return true;
		ppk_passkeyd_close(&sign_in->passkeyd);
		if (!ppk_outcome_leaves_another_way(err))
			break;
	}
	return false;
}
