/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract.
 *  1. No answer, an empty one, and a conversation that fails MUST NOT look like an answer: a missing
 *     PIN must not become a sign-in without PIN.
 *  2. Every byte of an answer MUST be overwritten before its memory is freed, whatever its length.
 *  3. The dispositions, descriptors and items of the application MUST stay as they are.
 *
 * PAM_SILENT is not asked for: sudo always sets it, and a person who is not told to touch the key
 * cannot sign in. cue=no is the way to silence.
 */
#include "pam/conversation.h"

#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/wipe.h"

static void forget(struct pam_response *response)
{
	if (response == NULL)
		return;
	if (response->resp != NULL)
		ppk_wipe(response->resp, strlen(response->resp));
	free(response->resp);
	free(response);
}

/*
 * One message, one response in *ret (the caller's: forget()), NULL when there is none. What a failing
 * conversation left behind is ours as well, as it is in libpam's pam_prompt(3).
 */
static enum ppk_err converse(
	pam_handle_t *pamh, int style, const char *text, struct pam_response **ret)
{
	const struct pam_message message = { .msg_style = style, .msg = text };
	const struct pam_message *messages = &message;
	struct pam_response *response = NULL;
	const struct pam_conv *conversation;
	const void *item = NULL;

	if (pam_get_item(pamh, PAM_CONV, &item) != PAM_SUCCESS || item == NULL)
		return PPK_ERR_CONVERSATION;
	conversation = item;
	if (conversation->conv == NULL)
		return PPK_ERR_CONVERSATION;
	if (conversation->conv(1, &messages, &response, conversation->appdata_ptr) != PAM_SUCCESS) {
		forget(response);
		return PPK_ERR_CONVERSATION;
	}
	*ret = response;
	return PPK_OK;
}

static enum ppk_err tell(pam_handle_t *pamh, int style, const char *text)
{
	struct pam_response *response = NULL;
	enum ppk_err err = converse(pamh, style, text, &response);

	forget(response);
	return err;
}

static enum ppk_err show(void *context, const char *text)
{
	return tell(context, PAM_TEXT_INFO, text);
}

static enum ppk_err warn(void *context, const char *text)
{
	return tell(context, PAM_ERROR_MSG, text);
}

/* An application that hands on a line break or the like has not asked a person: no PIN has one. */
static bool has_control(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	}
	return false;
}

static enum ppk_err take(const struct pam_response *response, struct ppk_secret *ret)
{
	if (response == NULL || response->resp == NULL || response->resp[0] == '\0')
		return PPK_ERR_CANCELLED;
	if (has_control(response->resp))
		return PPK_ERR_CONVERSATION;
	return ppk_secret_set(ret, response->resp, strlen(response->resp));
}

static enum ppk_err ask_secret(void *context, const char *text, struct ppk_secret *ret)
{
	struct pam_response *response = NULL;
	enum ppk_err err = converse(context, PAM_PROMPT_ECHO_OFF, text, &response);

	if (err == PPK_OK)
		err = take(response, ret);
	forget(response);
	return err;
}

static enum ppk_err take_line(const struct pam_response *response, char *out, size_t size)
{
	size_t len;

	if (response == NULL || response->resp == NULL)
		return PPK_ERR_CANCELLED;
	len = strlen(response->resp);
	if (len >= size)
		return PPK_ERR_LIMIT;
	memcpy(out, response->resp, len + 1);
	return PPK_OK;
}

static enum ppk_err ask(void *context, const char *text, char *out, size_t size)
{
	struct pam_response *response = NULL;
	enum ppk_err err = converse(context, PAM_PROMPT_ECHO_ON, text, &response);

	if (err == PPK_OK)
		err = take_line(response, out, size);
	forget(response);
	return err;
}

struct ppk_dialogue ppk_pam_dialogue(pam_handle_t *pamh)
{
	return (struct ppk_dialogue){
		.context = pamh,
		.show = show,
		.warn = warn,
		.ask_secret = ask_secret,
		.ask = ask,
	};
}
