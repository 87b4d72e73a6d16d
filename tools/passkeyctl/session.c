/* SPDX-License-Identifier: BSD-2-Clause */
#include "session.h"

#include <stdlib.h>

#include "counts.h"
#include "message.h"
#include "options.h"
#include "subject.h"

static void write_log(void *context, enum ppk_log_level level, const char *line)
{
	(void)context;
	switch (level) {
	case PPK_LOG_ALERT:
	case PPK_LOG_ERROR:
	case PPK_LOG_WARNING:
		ppk_message_warning("%s", line);
		return;
	case PPK_LOG_NOTICE: /* the decision: the command says it in its own words */
		return;
	case PPK_LOG_DEBUG:
		ppk_message_note("passkeyctl: debug: %s", line);
		return;
	}
}

/* May this caller change this store? Says so before anybody touches a security key in vain. */
static int check_change(const struct ppk_session *session)
{
	if (session->is_root || session->store.in_home)
		return PPK_EXIT_OK;
	ppk_message_error("only root may change %s", session->store.path);
	ppk_message_hint("run it with sudo: it then serves you, not root");
	return PPK_EXIT_REFUSED;
}

static enum ppk_err open_parts(
	const struct ppk_arguments *arguments, struct ppk_session *session, struct ppk_diag *reterr)
{
	struct ppk_caller caller = ppk_caller_here();
	bool through_sudo = false;
	enum ppk_err err;

	err = ppk_subject_find(
		&caller, arguments->value[PPK_ARG_USER], &session->user, &through_sudo, reterr);
	if (err != PPK_OK)
		return err;
	if (through_sudo)
		ppk_message_note(
			"For %s, who called sudo (--user names another).", session->user->name);
	session->is_root = caller.effective_uid == 0;
	err = ppk_options_load(arguments->value[PPK_ARG_CONFIG], &session->options, reterr);
	if (err != PPK_OK)
		return err;
	session->log.debug = session->options.debug;
	return ppk_store_open(
		session->options.credentials, session->user, 0, &session->store, reterr);
}

int ppk_session_open(
	const struct ppk_arguments *arguments, enum ppk_access access, struct ppk_session **ret)
{
	struct ppk_session *session = calloc(1, sizeof(*session));
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err;
	int status;

	if (session == NULL)
		return ppk_message_failure(PPK_ERR_NOMEM, NULL);
	session->log.write = write_log;
	ppk_terminal_open(&session->terminal);
	ppk_terminal_dialogue(&session->terminal, &session->dialogue);
	err = open_parts(arguments, session, &diag);
	if (err != PPK_OK)
		status = ppk_message_failure(err, &diag);
	else
		status = access == PPK_ACCESS_CHANGE ? check_change(session) : PPK_EXIT_OK;
	if (status == PPK_EXIT_OK)
		*ret = session;
	else
		ppk_session_close(session);
	return status;
}

void ppk_session_close(struct ppk_session *session)
{
	if (session == NULL)
		return;
	ppk_terminal_close(&session->terminal);
	ppk_user_free(session->user);
	free(session);
}

static void warn_bad_lines(const struct ppk_credential_file *file)
{
	char text[1024];

	for (size_t i = 0; i < file->line_count; i++) {
		if (file->lines[i].err == PPK_OK)
			continue;
		ppk_diag_format(&file->lines[i].diag, text, sizeof(text));
		ppk_message_warning("%s; the line is skipped", text);
	}
}

enum ppk_err ppk_session_credentials(const struct ppk_session *session,
	struct ppk_credential_file **ret, struct ppk_diag *reterr)
{
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err = ppk_store_read(&session->store, ret, &diag);

	if (err == PPK_ERR_NOT_FOUND) /* none: no failure, so reterr stays as it is */
		return ppk_credential_file_parse("", 0, session->store.path, NULL, ret, reterr);
	if (err == PPK_OK)
		warn_bad_lines(*ret);
	else if (reterr != NULL)
		*reterr = diag;
	return err;
}

void ppk_session_counts(const struct ppk_session *session, struct ppk_sign_counts *ret)
{
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err = ppk_counts_read(session->options.state, session->user->name, ret, &diag);

	if (err == PPK_OK)
		return;
	ret->len = 0;
	if (err == PPK_ERR_NOT_FOUND)
		return;
	ppk_message_warning("the sign counts cannot be read: %s",
		diag.text[0] == '\0' ? ppk_err_sentence(err) : diag.text);
}
