/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "commands.h"
#include "credential_view.h"
#include "message.h"
#include "selection.h"
#include "session.h"
#include "sys/clock.h"

static void print(const struct ppk_session *session, const struct ppk_credential *credential,
	struct ppk_sign_counts *counts, bool as_json)
{
	struct ppk_credential_view view =
		ppk_credential_view(credential, counts, session->options.rp_id, ppk_clock_now_s());
	struct ppk_json json;

	if (!as_json) {
		ppk_credential_view_print(&view);
		return;
	}
	ppk_json_init(&json, stdout);
	ppk_credential_view_json(&view, &json);
}

static enum ppk_err show(
	const struct ppk_session *session, const char *text, bool as_json, struct ppk_diag *reterr)
{
	struct ppk_sign_counts *counts = calloc(1, sizeof(*counts));
	struct ppk_credential_file *file = NULL;
	struct ppk_credential_line *line = NULL;
	enum ppk_err err = counts == NULL ? PPK_ERR_NOMEM : PPK_OK;

	if (err == PPK_OK)
		err = ppk_session_credentials(session, &file, reterr);
	if (err == PPK_OK)
		err = ppk_selection_find(file, text, &line, reterr);
	if (err == PPK_OK) {
		ppk_session_counts(session, counts);
		print(session, line->credential, counts, as_json);
	}
	ppk_credential_file_free(file);
	free(counts);
	return err;
}

int ppk_command_show(const struct ppk_arguments *arguments)
{
	struct ppk_session *session = NULL;
	struct ppk_diag diag = { .text = "" };
	int status = ppk_session_open(arguments, PPK_ACCESS_READ, &session);
	enum ppk_err err;

	if (status == PPK_EXIT_OK) {
		err = show(session, arguments->operands[0], arguments->value[PPK_ARG_JSON] != NULL,
			&diag);
		if (err != PPK_OK)
			status = ppk_message_failure(err, &diag);
	}
	ppk_session_close(session);
	return status;
}
