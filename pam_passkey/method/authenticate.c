/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract.
 *  1. SKIPPED MUST come from one statement, and only when the store said that there is no credential:
 *     no file, or a file without a credential and without a line that could have been one.
 *  2. A step that fails MUST end the sign-in; the result is a denial until a later step says more.
 *  3. A user name MUST NOT be logged before the system is known to have that user: people type
 *     passwords where a name is asked for.
 */
#include "method/authenticate.h"

#include <string.h>

#include "core/text.h"
#include "method/choice.h"
#include "method/decision.h"
#include "method/sequence.h"
#include "method/sign_in.h"
#include "method/stranger.h"
#include "store/store.h"
#include "sys/clock.h"

static bool find_user(struct ppk_sign_in *sign_in)
{
	/* the groups are needed to read a file below a home, and to reach an agent, as its owner */
	bool with_groups = strstr(sign_in->options->credentials, "%h") != NULL ||
			   sign_in->request->agent_socket != NULL;
	enum ppk_err err;

	if (!ppk_text_is_user_name(sign_in->request->user))
		return ppk_sign_in_deny(sign_in, PPK_ERR_USER_UNKNOWN);
	err = ppk_user_by_name(sign_in->request->user, with_groups, &sign_in->user);
	if (err == PPK_ERR_USER_UNKNOWN)
		return ppk_sign_in_deny(sign_in, err);
	if (err != PPK_OK)
		return ppk_sign_in_cannot_say(sign_in, err);
	/* the system's spelling of the name is the one that files are called by */
	if (!ppk_text_is_user_name(sign_in->user->name))
		return ppk_sign_in_cannot_say(sign_in, PPK_ERR_SYNTAX);
	return true;
}

static void log_bad_lines(const struct ppk_sign_in *sign_in)
{
	for (size_t i = 0; i < sign_in->file->line_count; i++) {
		const struct ppk_credential_line *line = &sign_in->file->lines[i];

		if (line->err != PPK_OK)
			ppk_sign_in_log(sign_in, PPK_LOG_ERROR, "credential skipped", &line->diag,
				line->err);
	}
}

/* The store has said that the user has no credential. */
static bool no_credential(struct ppk_sign_in *sign_in)
{
	if (sign_in->options->unenrolled == PPK_UNENROLLED_SKIP) {
		sign_in->result = (struct ppk_result){ PPK_OUTCOME_SKIPPED, PPK_ERR_UNENROLLED };
		return false;
	}
	return ppk_sign_in_deny(sign_in, PPK_ERR_UNENROLLED);
}

static bool read_credentials(struct ppk_sign_in *sign_in)
{
	struct ppk_diag diag = { .line = 0 };
	struct ppk_store store;
	enum ppk_err err;

	err = ppk_store_open(sign_in->options->credentials, sign_in->user, sign_in->request->root,
		&store, &diag);
	if (err != PPK_OK) {
		ppk_sign_in_log(sign_in, PPK_LOG_ERROR, "credentials", &diag, err);
		return ppk_sign_in_cannot_say(sign_in, err);
	}
	err = ppk_store_read(&store, &sign_in->file, &diag);
	if (err == PPK_ERR_NOT_FOUND)
		return no_credential(sign_in);
	if (err != PPK_OK) {
		ppk_sign_in_log(sign_in, PPK_LOG_ERROR, "credentials", &diag, err);
		return ppk_sign_in_cannot_say(sign_in, err);
	}
	log_bad_lines(sign_in);
	if (sign_in->file->credential_count > 0)
		return true;
	if (sign_in->file->bad_count > 0)
		return ppk_sign_in_cannot_say(sign_in, PPK_ERR_SYNTAX);
	return no_credential(sign_in);
}

/* PPK_OK, or why this credential is not asked for. */
static enum ppk_err unusable(
	const struct ppk_sign_in *sign_in, const struct ppk_credential *credential)
{
	const char *rp_id = sign_in->options->rp_id;
	enum ppk_err err = ppk_credential_in_force(credential, sign_in->now_s);

	if (err != PPK_OK)
		return err;
	if (rp_id[0] != '\0' && strcmp(credential->rp_id, rp_id) != 0)
		return PPK_ERR_RP_ID;
	return PPK_OK;
}

/* A user whose credentials all are out of use is denied, never skipped: there is a second factor. */
static bool choose_usable(struct ppk_sign_in *sign_in)
{
	enum ppk_err why = PPK_ERR_INTERNAL;

	for (size_t i = 0; i < sign_in->file->line_count; i++) {
		const struct ppk_credential *credential = sign_in->file->lines[i].credential;
		char label[PPK_CREDENTIAL_NAME_MAX + 1];
		enum ppk_err err;

		if (credential == NULL || sign_in->usable_count >= PPK_CREDENTIALS_MAX)
			continue;
		err = unusable(sign_in, credential);
		if (err == PPK_OK) {
			sign_in->usable[sign_in->usable_count++] = credential;
			continue;
		}
		why = err;
		ppk_credential_label(credential, label, sizeof(label));
		ppk_log(sign_in->log, PPK_LOG_DEBUG, "not asked for: \"%s\": %s", label,
			ppk_err_sentence(err));
	}
	return sign_in->usable_count > 0 ? true : ppk_sign_in_deny(sign_in, why);
}

/* What was decided, and why. */
static void report(const struct ppk_sign_in *sign_in, int64_t start_ms)
{
	const struct ppk_request *request = sign_in->request;
	char id[PPK_SHORT_ID_SIZE] = "";
	struct ppk_audit_event event = {
		.user = sign_in->user == NULL ? NULL : sign_in->user->name,
		.service = request->service,
		.tty = request->tty,
		.rhost = request->rhost,
		.method = sign_in->method,
		.outcome = sign_in->result.outcome,
		.reason = sign_in->result.reason,
		.duration_ms = ppk_clock_ms() - start_ms,
	};

	if (sign_in->credential != NULL) {
		ppk_credential_short_id(sign_in->credential, id);
		event.credential = sign_in->credential->name;
		event.credential_id = id;
	}
	ppk_audit_report(sign_in->log, &event);
}

static bool choose_methods(struct ppk_sign_in *sign_in)
{
	enum ppk_err err;

	ppk_host_name(sign_in->host);
	err = ppk_choose_methods(
		sign_in->request, sign_in->host, sign_in->methods, &sign_in->method_count);
	return err == PPK_OK ? true : ppk_sign_in_deny(sign_in, err);
}

static void run(struct ppk_sign_in *sign_in)
{
	bool asked = find_user(sign_in) && read_credentials(sign_in) && choose_usable(sign_in);

	if (sign_in->result.outcome == PPK_OUTCOME_SKIPPED || !choose_methods(sign_in))
		return;
	if (!asked)
		ppk_stranger_ask(sign_in);
	else if (ppk_sequence_run(sign_in))
		ppk_decide(sign_in);
	else if (sign_in->result.reason == PPK_ERR_METHOD_UNAVAILABLE)
		ppk_stranger_end_without_a_way(sign_in);
}

struct ppk_result ppk_authenticate(const struct ppk_request *request)
{
	struct ppk_sign_in sign_in = {
		.request = request,
		.options = request->options,
		.log = request->log,
		.result = { PPK_OUTCOME_DENIED, PPK_ERR_INTERNAL },
		.trust = { .allow_user = false, .user = request->root, .root = request->root },
		.passkeyd = { .socket = -1 },
		.web_origin = request->options->browser_origin,
		.now_s = ppk_clock_now_s(),
	};
	int64_t start_ms = ppk_clock_ms();

	run(&sign_in);
	ppk_sign_in_tell_page(&sign_in, sign_in.result.reason);
	report(&sign_in, start_ms); /* while passkey-device ends */
	ppk_device_stop(&sign_in.device);
	ppk_assertion_done(&sign_in.assertion);
	ppk_bytes_done(&sign_in.expected.exact);
	ppk_credential_file_free(sign_in.file);
	ppk_user_free(sign_in.user);
	return sign_in.result;
}
