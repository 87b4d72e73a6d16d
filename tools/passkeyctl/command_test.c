/* SPDX-License-Identifier: BSD-2-Clause */
#include "commands.h"
#include "json.h"
#include "message.h"
#include "method/authenticate.h"
#include "session.h"
#include "sys/environment.h"

static const char *outcome_name(enum ppk_outcome outcome)
{
	switch (outcome) {
	case PPK_OUTCOME_GRANTED:
		return "granted";
	case PPK_OUTCOME_SKIPPED:
		return "skipped";
	case PPK_OUTCOME_UNAVAILABLE:
		return "unavailable";
	case PPK_OUTCOME_DENIED:
		return "denied";
	case PPK_OUTCOME_BLOCKED:
		return "blocked";
	}
	return "denied";
}

static void print_json(
	const struct ppk_session *session, const struct ppk_result *result, const char *label)
{
	struct ppk_json json;

	ppk_json_init(&json, stdout);
	ppk_json_object(&json, NULL);
	ppk_json_string(&json, "user", session->user->name);
	ppk_json_string(&json, "result", outcome_name(result->outcome));
	ppk_json_string(&json, "reason", ppk_err_token(result->reason));
	ppk_json_string(&json, "credential", label[0] == '\0' ? NULL : label);
	ppk_json_end(&json);
}

static int test(const struct ppk_session *session, bool as_json)
{
	char label[PPK_CREDENTIAL_NAME_MAX + 1] = "";
	char socket[PPK_AGENT_SOCKET_SIZE];
	const struct ppk_request request = {
		.user = session->user->name,
		.service = "passkeyctl",
		.agent_socket = ppk_environment_agent_socket(socket) ? socket : NULL,
		.options = &session->options,
		.crypto = &ppk_crypto_linked,
		.dialogue = &session->dialogue,
		.log = &session->log,
		.root = 0,
		.credential_label = label,
	};
	struct ppk_result result = ppk_authenticate(&request);

	if (as_json)
		print_json(session, &result, label);
	if (result.outcome != PPK_OUTCOME_GRANTED)
		return ppk_message_failure(result.reason, NULL);
	if (!as_json)
		ppk_message_result("\"%s\" signed in as %s.", label, session->user->name);
	return PPK_EXIT_OK;
}

int ppk_command_test(const struct ppk_arguments *arguments)
{
	struct ppk_session *session = NULL;
	int status = ppk_session_open(arguments, PPK_ACCESS_READ, &session);

	if (status == PPK_EXIT_OK)
		status = test(session, arguments->value[PPK_ARG_JSON] != NULL);
	ppk_session_close(session);
	return status;
}
