/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctap2.h"

#include "authenticator.h"

static enum ppk_ctap_status
selection(struct ppk_authenticator *authenticator, const cbor_item_t *request,
    cbor_item_t **ret_answer)
{
	(void)request;
	(void)ret_answer;
	if (authenticator->options.ctap20)
		return PPK_CTAP_INVALID_COMMAND;
	return ppk_person_touch(authenticator);
}

/* CTAP 2.1, 6.6, without the ten seconds after power-up: tests need no race. */
static enum ppk_ctap_status
reset(struct ppk_authenticator *authenticator, const cbor_item_t *request, cbor_item_t **ret_answer)
{
	enum ppk_ctap_status status = ppk_person_touch(authenticator);

	(void)request;
	(void)ret_answer;
	if (status != PPK_CTAP_OK)
		return status;
	ppk_state_reset(&authenticator->state);
	ppk_pin_session_done(&authenticator->pin);
	ppk_pin_session_init(&authenticator->pin);
	ppk_next_assertions_forget(&authenticator->next);
	return PPK_CTAP_OK;
}

struct command {
	uint8_t code;
	const char *name;
	ppk_ctap2_command *run;
};

static const struct command commands[] = {
	{ PPK_CTAP2_MAKE_CREDENTIAL, "makeCredential", ppk_make_credential },
	{ PPK_CTAP2_GET_ASSERTION, "getAssertion", ppk_get_assertion },
	{ PPK_CTAP2_GET_INFO, "getInfo", ppk_get_info },
	{ PPK_CTAP2_CLIENT_PIN, "clientPIN", ppk_client_pin },
	{ PPK_CTAP2_RESET, "reset", reset },
	{ PPK_CTAP2_GET_NEXT_ASSERTION, "getNextAssertion", ppk_get_next_assertion },
	{ PPK_CTAP2_SELECTION, "selection", selection },
};

static const struct command *
find_command(uint8_t code)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (commands[i].code == code)
			return &commands[i];
	}
	return NULL;
}

static bool
is_silent(const cbor_item_t *request)
{
	bool up = true;

	ppk_cbor_bool(ppk_cbor_get_text(ppk_cbor_get(request, 5), "up"), &up);
	return !up;
}

/* clientPIN is counted by its subcommand, an assertion without presence apart. */
static void
count(struct ppk_stats *stats, const struct command *command, const cbor_item_t *request)
{
	static const char *const pin_names[] = { "clientPIN", "getPINRetries", "getKeyAgreement",
		"setPIN", "changePIN", "getPinToken", "getPinUvAuthTokenUsingUvWithPermissions",
		"getUVRetries", "clientPIN", "getPinUvAuthTokenUsingPinWithPermissions" };
	int64_t subcommand = 0;
	const char *name = command->name;

	if (command->code == PPK_CTAP2_CLIENT_PIN &&
	    ppk_cbor_int(ppk_cbor_get(request, 2), &subcommand) && subcommand > 0 &&
	    subcommand < (int64_t)(sizeof(pin_names) / sizeof(pin_names[0])))
		name = pin_names[subcommand];
	else if (command->code == PPK_CTAP2_GET_ASSERTION && is_silent(request))
		name = "getAssertion-silent";
	ppk_stats_count(stats, name);
}

static enum ppk_ctap_status
run(struct ppk_authenticator *authenticator, const struct command *command,
    const struct ppk_bytes *request, cbor_item_t **ret_answer)
{
	struct cbor_load_result result;
	cbor_item_t *map = NULL;
	enum ppk_ctap_status status;

	if (request->len > 1) {
		map = cbor_load(request->data + 1, request->len - 1, &result);
		if (map == NULL || result.read != request->len - 1) {
			if (map != NULL)
				cbor_decref(&map);
			return PPK_CTAP_INVALID_CBOR;
		}
	}
	count(&authenticator->stats, command, map);
	if (command->code != PPK_CTAP2_GET_NEXT_ASSERTION)
		ppk_next_assertions_forget(&authenticator->next);
	status = command->run(authenticator, map, ret_answer);
	if (map != NULL)
		cbor_decref(&map);
	return status;
}

/* What looks like an answer and is none. */
static void
spoil(struct ppk_bytes *answer)
{
	for (size_t i = 1; i < answer->len; i++)
		answer->data[i] = (uint8_t)(answer->data[i] ^ (uint8_t)(0xa5 + 31 * i));
}

bool
ppk_ctap2_handle(struct ppk_authenticator *authenticator, const struct ppk_bytes *request,
    struct ppk_bytes *ret_answer)
{
	const struct command *command = request->len != 0 ? find_command(request->data[0]) : NULL;
	enum ppk_ctap_status status = PPK_CTAP_INVALID_COMMAND;
	cbor_item_t *map = NULL;

	if (request->len > authenticator->options.max_message_size)
		status = PPK_CTAP_INVALID_LENGTH;
	else if (command != NULL)
		status = run(authenticator, command, request, &map);
	if (status == PPK_CTAP_NO_ANSWER)
		return false;
	*ret_answer = (struct ppk_bytes){ 0 };
	ppk_bytes_append_u8(ret_answer, (uint8_t)status);
	if (map != NULL)
		ppk_cbor_append(ret_answer, map);
	if (ppk_misbehaves(authenticator, PPK_GARBAGE_CBOR) && command != NULL &&
	    (command->run != ppk_get_info || ppk_misbehaves(authenticator, PPK_EVERYWHERE)))
		spoil(ret_answer);
	return true;
}
