/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>

#include "commands.h"
#include "message.h"
#include "selection.h"
#include "session.h"

#define QUESTION_SIZE (PPK_CREDENTIAL_NAME_MAX + 64)

struct removal {
	const char *text; /* what the command line calls it */
	char label[PPK_CREDENTIAL_NAME_MAX + 1];
	struct ppk_bytes id; /* the one that the person agreed to */
};

/* Under the lock. What was agreed to is an id: names may have changed since. */
static enum ppk_err remove_in(
	struct ppk_credential_file *file, void *context, struct ppk_diag *reterr)
{
	const struct removal *removal = context;
	struct ppk_credential_line *line;

	line = ppk_credential_file_find(file, removal->id.data, removal->id.len);
	if (line == NULL)
		return ppk_diag_set(reterr, PPK_ERR_NOT_FOUND, NULL, 0, 0,
			"somebody else has removed \"%s\" just now", removal->label);
	ppk_credential_file_remove(file, line);
	return PPK_OK;
}

/* Which one, and is it the last? */
static enum ppk_err choose(const struct ppk_session *session, struct removal *removal,
	bool *ret_last, struct ppk_diag *reterr)
{
	struct ppk_credential_file *file = NULL;
	struct ppk_credential_line *line;
	enum ppk_err err;

	err = ppk_session_credentials(session, &file, reterr);
	if (err == PPK_OK)
		err = ppk_selection_find(file, removal->text, &line, reterr);
	if (err == PPK_OK) {
		ppk_credential_label(line->credential, removal->label, sizeof(removal->label));
		*ret_last = file->credential_count == 1;
		err = ppk_bytes_copy(
			line->credential->id.data, line->credential->id.len, &removal->id);
	}
	ppk_credential_file_free(file);
	return err;
}

static void warn_last(const struct ppk_session *session)
{
	if (session->options.unenrolled == PPK_UNENROLLED_SKIP)
		ppk_message_warning("it is the last passkey of %s, who will sign in without a "
				    "second factor (unenrolled=skip)",
			session->user->name);
	else
		ppk_message_warning("it is the last passkey of %s, who will not be able to sign in "
				    "where pam_passkey.so is required",
			session->user->name);
}

static int confirm(const struct ppk_session *session, const struct removal *removal)
{
	char question[QUESTION_SIZE];

	if (!ppk_terminal_is_there(&session->terminal)) {
		ppk_message_error("there is no terminal to ask at");
		ppk_message_hint("--yes removes without asking");
		return PPK_EXIT_USAGE;
	}
	snprintf(question, sizeof(question), "Remove \"%s\" of %.32s? [y/N] ", removal->label,
		session->user->name);
	if (ppk_terminal_confirm(&session->terminal, question) == PPK_OK)
		return PPK_EXIT_OK;
	ppk_message_note("Nothing was removed.");
	return PPK_EXIT_REFUSED;
}

static int remove_passkey(const struct ppk_session *session, struct removal *removal, bool ask)
{
	struct ppk_diag diag = { .text = "" };
	bool last = false;
	int status = PPK_EXIT_OK;
	enum ppk_err err = choose(session, removal, &last, &diag);

	if (err != PPK_OK)
		return ppk_message_failure(err, &diag);
	if (last)
		warn_last(session);
	if (ask)
		status = confirm(session, removal);
	if (status != PPK_EXIT_OK)
		return status;
	err = ppk_store_change(&session->store, remove_in, removal, &diag);
	if (err != PPK_OK)
		return ppk_message_failure(err, &diag);
	ppk_message_result("Removed \"%s\" of %s.", removal->label, session->user->name);
	return PPK_EXIT_OK;
}

int ppk_command_remove(const struct ppk_arguments *arguments)
{
	struct removal removal = { .text = arguments->operands[0] };
	struct ppk_session *session = NULL;
	int status = ppk_session_open(arguments, PPK_ACCESS_CHANGE, &session);

	if (status == PPK_EXIT_OK)
		status = remove_passkey(session, &removal, arguments->value[PPK_ARG_YES] == NULL);
	ppk_bytes_done(&removal.id);
	ppk_session_close(session);
	return status;
}
