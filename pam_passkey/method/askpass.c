/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract.
 *  1. What an answer says is a claim: what was signed MUST be put together here, from our challenge
 *     and the host that the answer names, and MUST be compared by the one verifier.
 *  2. An answer that comes after the timeout MUST NOT count.
 *  3. No answer MUST bring about an error that means "cannot say" (method/authenticate.c): a service may
 *     be set up to go on then.
 *  4. The prompts MUST NOT tell users that exist from others: see askpass.h on lengths.
 */
#include "method/askpass.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/credential_groups.h"
#include "core/ssh_challenge.h"
#include "method/messages.h"
#include "sys/clock.h"

#define BY_HAND "paste"
#define BY_HAND_BEFORE "Give this line to passkey-askpass --answer:\n"
#define BY_HAND_AFTER "\nWhat it answers: "
#define ORIGINS_SHOWN_SIZE 1024

/* Who answers. */
enum reader { READER_PROGRAM, READER_PERSON, READER_NOBODY };

static enum ppk_err tell(const struct ppk_method_request *request, enum ppk_message message)
{
	const struct ppk_message_values values = { .number = request->timeout_s };
	char text[PPK_MESSAGE_SIZE];

	ppk_message_format(message, &values, text, sizeof(text));
	return request->dialogue->warn(request->dialogue->context, text);
}

/* The first question. By lengths alone: see the contract. */
static enum ppk_err find_reader(const struct ppk_method_request *request, enum reader *ret)
{
	const struct ppk_message_values values = { .number = 0 };
	char text[PPK_MESSAGE_SIZE], answer[32];
	enum ppk_err err;

	ppk_message_format(PPK_MESSAGE_ASKPASS, &values, text, sizeof(text));
	err = request->dialogue->ask(request->dialogue->context, text, answer, sizeof(answer));
	*ret = READER_NOBODY;
	if (err == PPK_OK && strlen(answer) == strlen(PPK_SSH_HELLO))
		*ret = READER_PROGRAM;
	else if (err == PPK_OK && strlen(answer) == strlen(BY_HAND))
		*ret = READER_PERSON;
	return err == PPK_ERR_LIMIT ? PPK_OK : err;
}

/* The second question: the challenge alone, or with words for a person around it. */
static enum ppk_err question(enum reader reader, const char *challenge, char **ret)
{
	size_t size = sizeof(BY_HAND_BEFORE BY_HAND_AFTER) + strlen(challenge);
	char *text = malloc(size);

	if (text == NULL)
		return PPK_ERR_NOMEM;
	if (reader == READER_PERSON)
		snprintf(text, size, BY_HAND_BEFORE "%s" BY_HAND_AFTER, challenge);
	else
		snprintf(text, size, "%s", challenge);
	*ret = text;
	return PPK_OK;
}

static enum ppk_err ask(const struct ppk_method_request *request, const char *text,
	char answer[static PPK_SSH_ANSWER_MAX + 1])
{
	int64_t deadline_ms = ppk_clock_ms() + (int64_t)request->timeout_s * 1000;
	enum ppk_err err = request->dialogue->ask(
		request->dialogue->context, text, answer, PPK_SSH_ANSWER_MAX + 1);

	if (err != PPK_OK)
		return err;
	if (answer[0] == '\0')
		return PPK_ERR_CANCELLED;
	if (ppk_clock_ms() < deadline_ms)
		return PPK_OK;
	err = tell(request, PPK_MESSAGE_NOT_ANSWERED);
	return err != PPK_OK ? err : PPK_ERR_TIMEOUT;
}

/* Send the challenge, receive the answer's text. */
static enum ppk_err challenge(const struct ppk_method_request *request, enum reader reader,
	const struct ppk_credential_groups *groups, char answer[static PPK_SSH_ANSWER_MAX + 1])
{
	char *line = NULL, *text = NULL;
	enum ppk_err err;

	err = ppk_ssh_challenge_format(request->challenge, request->timeout_s, groups, &line);
	if (err == PPK_OK)
		err = question(reader, line, &text);
	if (err == PPK_OK)
		err = ask(request, text, answer);
	free(line);
	free(text);
	return err;
}

/* The authenticator data, whose first part is not sent. */
static enum ppk_err restore_authenticator_data(const struct ppk_crypto_source *crypto,
	const char *rp_id, const struct ppk_ssh_answer *answer, struct ppk_bytes *ret)
{
	struct ppk_bytes whole = { .len = PPK_SHA256_SIZE + answer->authenticator_data_len };
	enum ppk_err err;

	whole.data = malloc(whole.len);
	if (whole.data == NULL)
		return PPK_ERR_NOMEM;
	memcpy(whole.data + PPK_SHA256_SIZE, answer->authenticator_data,
		answer->authenticator_data_len);
	err = ppk_crypto_sha256(crypto, rp_id, strlen(rp_id), whole.data);
	if (err != PPK_OK) {
		ppk_bytes_done(&whole);
		return err;
	}
	*ret = whole;
	return PPK_OK;
}

static enum ppk_err restore_client_data(const struct ppk_method_request *request,
	const struct ppk_ssh_answer *answer, struct ppk_bytes *ret)
{
	char origin[PPK_SSH_ORIGIN_SIZE];

	ppk_ssh_origin(answer->host, answer->host_len, origin);
	return ppk_client_data_make(
		PPK_CLIENT_DATA_GET, request->challenge, PPK_CHALLENGE_SIZE, origin, ret);
}

/* The group that holds this one of the ids; NULL: there is no such id. */
static const struct ppk_device_group *group_of(
	const struct ppk_credential_groups *groups, size_t index)
{
	for (size_t i = 0; i < groups->group_count; i++) {
		const struct ppk_device_group *group = &groups->groups[i];

		if (index < group->id_count)
			return group;
		index -= group->id_count;
	}
	return NULL;
}

static enum ppk_err restore(const struct ppk_method_request *request,
	const struct ppk_credential_groups *groups, const struct ppk_ssh_answer *answer,
	struct ppk_assertion *ret)
{
	const struct ppk_device_group *group = group_of(groups, answer->index);
	const struct ppk_bytes *id;
	enum ppk_err err;

	if (group == NULL)
		return PPK_ERR_CREDENTIAL_UNKNOWN;
	id = &groups->ids[answer->index];
	err = ppk_bytes_copy(id->data, id->len, &ret->credential_id);
	if (err == PPK_OK)
		err = ppk_bytes_copy(answer->signature, answer->signature_len, &ret->signature);
	if (err == PPK_OK)
		err = restore_authenticator_data(
			request->crypto, group->rp_id, answer, &ret->authenticator_data);
	return err != PPK_OK ? err : restore_client_data(request, answer, &ret->client_data);
}

/* The verifier refuses it; this tells an administrator what that means. */
static void log_foreign_host(
	const struct ppk_method_request *request, const struct ppk_ssh_answer *answer)
{
	char accepted[ORIGINS_SHOWN_SIZE] = "";

	if (ppk_ssh_origins_have(request->origins, answer->host, answer->host_len))
		return;
	for (size_t i = 0, len = 0; i < request->origins->count && len < sizeof(accepted); i++)
		len += (size_t)snprintf(accepted + len, sizeof(accepted) - len, "%s%s",
			i == 0 ? "" : ", ", request->origins->list[i]);
	ppk_log(request->log, PPK_LOG_WARNING,
		"the answer was made for ssh://%.*s, and this machine is %s: another machine may "
		"have "
		"passed a question of this one on (or origins= lacks a name)",
		(int)answer->host_len, answer->host, accepted);
}

static enum ppk_err understand(const struct ppk_method_request *request,
	const struct ppk_credential_groups *groups, const char *text, struct ppk_assertion *ret)
{
	struct ppk_assertion assertion = { .credential_id = { .data = NULL } };
	struct ppk_bytes memory = { .data = NULL };
	struct ppk_ssh_answer answer;
	enum ppk_err err;

	err = ppk_ssh_answer_parse(text, strlen(text), &answer, &memory);
	if (err == PPK_ERR_VERSION) /* of the answer; of our own halves it means "cannot say" */
		err = PPK_ERR_SYNTAX;
	if (err == PPK_OK) {
		log_foreign_host(request, &answer);
		err = restore(request, groups, &answer, &assertion);
	}
	ppk_bytes_done(&memory);
	if (err != PPK_OK) {
		ppk_assertion_done(&assertion);
		return err;
	}
	*ret = assertion;
	return PPK_OK;
}

/* Everything after the first question. */
static enum ppk_err exchange(
	const struct ppk_method_request *request, enum reader reader, struct ppk_assertion *ret)
{
	struct ppk_credential_groups groups = { .id_count = 0 };
	char answer[PPK_SSH_ANSWER_MAX + 1];
	enum ppk_err err;

	err = ppk_credential_groups_make(
		request->credentials, request->credential_count, request->uv, &groups);
	if (err == PPK_OK)
		err = challenge(request, reader, &groups, answer);
	return err != PPK_OK ? err : understand(request, &groups, answer, ret);
}

enum ppk_err ppk_method_askpass(const struct ppk_method_request *request, struct ppk_assertion *ret,
	struct ppk_client_data_expected *ret_expected)
{
	const struct ppk_crypto *crypto;
	enum reader reader;
	enum ppk_err err;

	if (request->dialogue->ask == NULL)
		return PPK_ERR_METHOD_UNAVAILABLE;
	/* now, as it was for a decoy: a stranger must not wait longer for the first question */
	err = request->crypto->open(request->crypto->context, &crypto);
	if (err == PPK_OK)
		err = find_reader(request, &reader);
	if (err == PPK_OK && reader == READER_NOBODY) {
		err = tell(request, PPK_MESSAGE_ASKPASS_HELP);
		return err != PPK_OK ? err : PPK_ERR_CANCELLED;
	}
	if (err == PPK_OK)
		err = exchange(request, reader, ret);
	if (err != PPK_OK)
		return err;
	*ret_expected = (struct ppk_client_data_expected){
		.type = PPK_CLIENT_DATA_GET,
		.challenge = request->challenge,
		.challenge_len = PPK_CHALLENGE_SIZE,
		.origins = request->origins->list,
		.origin_count = request->origins->count,
	};
	return PPK_OK;
}
