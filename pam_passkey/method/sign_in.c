/* SPDX-License-Identifier: BSD-2-Clause */
#include "method/sign_in.h"

#define DIAG_TEXT_SIZE 704

bool ppk_sign_in_deny(struct ppk_sign_in *sign_in, enum ppk_err reason)
{
	sign_in->result = (struct ppk_result){ PPK_OUTCOME_DENIED, reason };
	return false;
}

bool ppk_sign_in_cannot_say(struct ppk_sign_in *sign_in, enum ppk_err reason)
{
	sign_in->result = (struct ppk_result){ PPK_OUTCOME_UNAVAILABLE, reason };
	return false;
}

const char *ppk_sign_in_user_name(const struct ppk_sign_in *sign_in)
{
	return sign_in->user != NULL ? sign_in->user->name : sign_in->request->user;
}

struct ppk_verification ppk_sign_in_verification(
	const struct ppk_sign_in *sign_in, enum ppk_sign_count_policy sign_count)
{
	return (struct ppk_verification){
		.credentials = sign_in->usable,
		.credential_count = sign_in->usable_count,
		.client_data = &sign_in->expected,
		.rp_id = sign_in->options->rp_id,
		.uv = sign_in->options->user_verification,
		.now_s = sign_in->now_s,
		.sign_count = sign_count,
	};
}

void ppk_sign_in_log(const struct ppk_sign_in *sign_in, enum ppk_log_level level, const char *what,
	const struct ppk_diag *diag, enum ppk_err err)
{
	char text[DIAG_TEXT_SIZE];

	if (diag->text[0] == '\0') {
		ppk_log(sign_in->log, level, "%s: %s", what, ppk_err_sentence(err));
		return;
	}
	ppk_diag_format(diag, text, sizeof(text));
	ppk_log(sign_in->log, level, "%s: %s", what, text);
}

void ppk_sign_in_tell(const struct ppk_sign_in *sign_in, enum ppk_message message)
{
	const struct ppk_dialogue *dialogue = sign_in->request->dialogue;
	const struct ppk_message_values values = { .number = 0 };
	char text[PPK_MESSAGE_SIZE];

	ppk_message_format(message, &values, text, sizeof(text));
	if (dialogue->warn(dialogue->context, text) != PPK_OK)
		ppk_log(sign_in->log, PPK_LOG_DEBUG, "the person could not be told");
}

void ppk_sign_in_tell_page(struct ppk_sign_in *sign_in, enum ppk_err verdict)
{
	if (sign_in->passkeyd.socket >= 0 &&
		ppk_passkeyd_verdict(&sign_in->passkeyd, verdict) != PPK_OK)
		ppk_log(sign_in->log, PPK_LOG_DEBUG, "the page could not be told");
	ppk_passkeyd_close(&sign_in->passkeyd);
}
