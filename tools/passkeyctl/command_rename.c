/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "core/text.h"
#include "message.h"
#include "selection.h"
#include "session.h"

struct renaming {
	const char *text; /* which one */
	const char *name; /* its new name */
};

/* Under the lock: what another admin did in the meantime is seen. */
static enum ppk_err rename_in(
	struct ppk_credential_file *file, void *context, struct ppk_diag *reterr)
{
	const struct renaming *renaming = context;
	struct ppk_credential_line *line;
	char *name;
	enum ppk_err err = ppk_selection_find(file, renaming->text, &line, reterr);

	if (err != PPK_OK)
		return err;
	if (ppk_selection_has_name(file, renaming->name, line->credential))
		return ppk_diag_set(reterr, PPK_ERR_DUPLICATE, NULL, 0, 0,
			"another passkey is called \"%s\"", renaming->name);
	name = strdup(renaming->name);
	if (name == NULL)
		return PPK_ERR_NOMEM;
	free(line->credential->name);
	line->credential->name = name;
	return ppk_credential_file_update(file, line);
}

static int rename_passkey(const struct ppk_session *session, struct renaming *renaming)
{
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err;

	if (!ppk_text_is_printable(
		    renaming->name, strlen(renaming->name), PPK_CREDENTIAL_NAME_MAX)) {
		ppk_message_error(
			"a name is 1 to %d bytes of printable UTF-8 text", PPK_CREDENTIAL_NAME_MAX);
		return PPK_EXIT_USAGE;
	}
	err = ppk_store_change(&session->store, rename_in, renaming, &diag);
	if (err != PPK_OK)
		return ppk_message_failure(err, &diag);
	ppk_message_result("Renamed \"%s\" to \"%s\".", renaming->text, renaming->name);
	return PPK_EXIT_OK;
}

int ppk_command_rename(const struct ppk_arguments *arguments)
{
	struct renaming renaming = { arguments->operands[0], arguments->operands[1] };
	struct ppk_session *session = NULL;
	int status = ppk_session_open(arguments, PPK_ACCESS_CHANGE, &session);

	if (status == PPK_EXIT_OK)
		status = rename_passkey(session, &renaming);
	ppk_session_close(session);
	return status;
}
