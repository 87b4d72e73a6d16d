/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract.
 *  1. The host that is signed MUST be the one that the asker was given as, never one that the challenge
 *     says.
 *  2. The person MUST be told which host it is before the touch.
 */
#include "answer.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/options.h"
#include "core/ssh_challenge.h"
#include "crypto/digest.h"
#include "message.h"
#include "method/local.h"
#include "pinentry.h"
#include "sys/options_read.h"
#include "terminal.h"

#define TIMEOUT_MAX_S 600 /* as long as any server may wait (pam_passkey.conf(5)) */
#define ACTION_SIZE (PPK_SSH_HOST_SIZE + 300)

/* What is said while a key is waited for goes to the terminal, where standard error may be a log. */
static enum ppk_err show(void *context, const char *text)
{
	if (ppk_terminal_show(context, text) != PPK_OK)
		ppk_message_note("%s", text);
	return PPK_OK;
}

static enum ppk_err ask_secret(void *context, const char *text, struct ppk_secret *ret)
{
	struct ppk_terminal *terminal = context;
	struct ppk_dialogue dialogue;

	if (!ppk_terminal_is_there(terminal))
		return ppk_pinentry_ask(text, ret);
	ppk_terminal_dialogue(terminal, &dialogue);
	return dialogue.ask_secret(dialogue.context, text, ret);
}

/* The ceremony has told the person; what it logs is for a program without one. */
static void write_log(void *context, enum ppk_log_level level, const char *line)
{
	(void)context;
	if (level == PPK_LOG_ERROR)
		ppk_message_error("%s", line);
	else if (level == PPK_LOG_DEBUG)
		ppk_message_note(PPK_PROGRAM ": debug: %s", line);
}

static const char *no_label(void *context, const struct ppk_device_authenticator *authenticator)
{
	(void)context;
	(void)authenticator;
	return NULL;
}

/* The answer's place in the challenge; id_count: in none. */
static size_t index_of(const struct ppk_credential_groups *groups, const struct ppk_bytes *id)
{
	size_t index = 0;

	while (index < groups->id_count && !ppk_bytes_equal(&groups->ids[index], id->data, id->len))
		index++;
	return index;
}

static enum ppk_err print_answer(const struct ppk_asker *asker,
	const struct ppk_credential_groups *groups, const struct ppk_assertion *assertion)
{
	char text[PPK_SSH_ANSWER_MAX + 1];
	struct ppk_ssh_answer answer = {
		.index = index_of(groups, &assertion->credential_id),
		.host = asker->host,
		.host_len = strlen(asker->host),
		.signature = assertion->signature.data,
		.signature_len = assertion->signature.len,
	};
	enum ppk_err err;

	if (answer.index == groups->id_count ||
		assertion->authenticator_data.len <= PPK_SHA256_SIZE)
		return PPK_ERR_DEVICE;
	answer.authenticator_data = assertion->authenticator_data.data + PPK_SHA256_SIZE;
	answer.authenticator_data_len = assertion->authenticator_data.len - PPK_SHA256_SIZE;
	err = ppk_ssh_answer_format(&answer, text);
	if (err == PPK_OK)
		ppk_message_result("%s", text);
	return err;
}

/* Sign with whatever authenticator is touched. */
static enum ppk_err sign(const struct ppk_asker *asker, const struct ppk_options *options,
	const struct ppk_ssh_challenge *challenge, struct ppk_ceremony *ceremony,
	struct ppk_assertion *ret)
{
	const struct ppk_trust trust = { .allow_user = true, .user = getuid(), .root = 0 };
	struct ppk_bytes client_data = { .data = NULL };
	char origin[PPK_SSH_ORIGIN_SIZE];
	enum ppk_err err;

	ppk_ssh_origin(asker->host, strlen(asker->host), origin);
	err = ppk_client_data_make(PPK_CLIENT_DATA_GET, challenge->challenge, PPK_CHALLENGE_SIZE,
		origin, &client_data);
	if (err == PPK_OK)
		err = ppk_local_sign(ceremony, options->device_helper, &trust, &client_data,
			&challenge->groups, ret);
	ppk_bytes_done(&client_data);
	return err;
}

static enum ppk_err run(const struct ppk_asker *asker, const struct ppk_options *options,
	const struct ppk_ssh_challenge *challenge, struct ppk_terminal *terminal)
{
	const struct ppk_dialogue dialogue = {
		.context = terminal, .show = show, .warn = show, .ask_secret = ask_secret
	};
	const struct ppk_log log = { .write = write_log, .debug = options->debug };
	struct ppk_assertion assertion = { .credential_id = { .data = NULL } };
	struct ppk_device device = { .packet = NULL };
	char action[ACTION_SIZE];
	struct ppk_ceremony ceremony = {
		.crypto = &ppk_crypto_linked,
		.device = &device,
		.dialogue = &dialogue,
		.log = &log,
		.cue = true,
		.explain = true,
		.timeout_s =
			challenge->timeout_s < TIMEOUT_MAX_S ? challenge->timeout_s : TIMEOUT_MAX_S,
		.action = action,
		.user = asker->user,
		.label = no_label,
	};
	enum ppk_err err;

	snprintf(action, sizeof(action), "to sign in to %s%s%s", asker->host,
		asker->user == NULL ? "" : " as ", asker->user == NULL ? "" : asker->user);
	err = sign(asker, options, challenge, &ceremony, &assertion);
	if (err == PPK_OK)
		err = print_answer(asker, &challenge->groups, &assertion);
	ppk_device_stop(&device);
	ppk_assertion_done(&assertion);
	return err;
}

/* The options of this machine's pam_passkey, where there is one: where passkey-device is. */
static int read_options(struct ppk_options *ret)
{
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err;

	ppk_options_init(ret);
	err = ppk_options_read(ret, false, 0, &diag);
	return err == PPK_OK ? PPK_EXIT_OK : ppk_message_failure(err, &diag);
}

int ppk_answer(const struct ppk_asker *asker, const char *text, size_t len)
{
	struct ppk_ssh_challenge challenge;
	struct ppk_terminal terminal;
	struct ppk_options options;
	int status = read_options(&options);
	enum ppk_err err;

	if (status != PPK_EXIT_OK)
		return status;
	err = ppk_ssh_challenge_parse(text, len, &challenge);
	if (err != PPK_OK) {
		ppk_message_error("this is no question for a passkey: %s", ppk_err_sentence(err));
		return PPK_EXIT_REFUSED;
	}
	ppk_terminal_open(&terminal);
	err = run(asker, &options, &challenge, &terminal);
	ppk_terminal_close(&terminal);
	ppk_ssh_challenge_done(&challenge);
	if (err != PPK_OK)
		ppk_message_error("no answer for %s: %s", asker->host, ppk_err_sentence(err));
	return ppk_message_flush(ppk_exit_status(err));
}
