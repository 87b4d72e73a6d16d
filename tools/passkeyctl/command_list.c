/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>

#include "commands.h"
#include "credential_view.h"
#include "message.h"
#include "session.h"
#include "sys/clock.h"

/* Everything that the two outputs show. */
struct listing {
	const struct ppk_session *session;
	struct ppk_credential_file *file;
	struct ppk_sign_counts counts;
	int64_t now_s;
};

static void json_bad_lines(const struct ppk_credential_file *file, struct ppk_json *json)
{
	ppk_json_array(json, "bad_lines");
	for (size_t i = 0; i < file->line_count; i++) {
		const struct ppk_credential_line *line = &file->lines[i];

		if (line->err == PPK_OK)
			continue;
		ppk_json_object(json, NULL);
		ppk_json_number(json, "line", line->diag.line);
		ppk_json_string(json, "error", ppk_err_token(line->err));
		ppk_json_string(json, "message", line->diag.text);
		ppk_json_end(json);
	}
	ppk_json_end(json);
}

/* What is shown of a line; false: there is no credential in it. */
static bool view_line(struct listing *listing, size_t i, struct ppk_credential_view *ret)
{
	const struct ppk_credential *credential = listing->file->lines[i].credential;

	if (credential == NULL)
		return false;
	*ret = ppk_credential_view(credential, &listing->counts, listing->session->options.rp_id,
		listing->now_s);
	return true;
}

static void print_json(struct listing *listing)
{
	struct ppk_credential_view view;
	struct ppk_json json;

	ppk_json_init(&json, stdout);
	ppk_json_object(&json, NULL);
	ppk_json_string(&json, "user", listing->session->user->name);
	ppk_json_string(&json, "file", listing->session->store.path);
	ppk_json_array(&json, "credentials");
	for (size_t i = 0; i < listing->file->line_count; i++)
		if (view_line(listing, i, &view))
			ppk_credential_view_json(&view, &json);
	ppk_json_end(&json);
	json_bad_lines(listing->file, &json);
	ppk_json_end(&json);
}

static void print_table(struct listing *listing)
{
	struct ppk_credential_view view;

	if (listing->file->credential_count == 0) {
		ppk_message_note("%s has no passkey in %s.", listing->session->user->name,
			listing->session->store.path);
		return;
	}
	ppk_credential_view_heading();
	for (size_t i = 0; i < listing->file->line_count; i++)
		if (view_line(listing, i, &view))
			ppk_credential_view_row(&view);
}

static int list(const struct ppk_session *session, bool json)
{
	struct listing *listing = calloc(1, sizeof(*listing));
	struct ppk_diag diag = { .text = "" };
	int status = PPK_EXIT_OK;
	enum ppk_err err;

	if (listing == NULL)
		return ppk_message_failure(PPK_ERR_NOMEM, NULL);
	listing->session = session;
	listing->now_s = ppk_clock_now_s();
	err = ppk_session_credentials(session, &listing->file, &diag);
	if (err != PPK_OK) {
		status = ppk_message_failure(err, &diag);
	} else {
		ppk_session_counts(session, &listing->counts);
		(json ? print_json : print_table)(listing);
	}
	ppk_credential_file_free(listing->file);
	free(listing);
	return status;
}

int ppk_command_list(const struct ppk_arguments *arguments)
{
	struct ppk_session *session = NULL;
	int status = ppk_session_open(arguments, PPK_ACCESS_READ, &session);

	if (status == PPK_EXIT_OK)
		status = list(session, arguments->value[PPK_ARG_JSON] != NULL);
	ppk_session_close(session);
	return status;
}
