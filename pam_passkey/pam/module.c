/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two entry points.
 *
 * Contract.
 *  1. What is answered MUST come from ppk_pam_answer() alone, and an outcome MUST start as a denial.
 *  2. PAM_USER MUST be read once and MUST NOT be set.
 *  3. Every sign-in MUST be reported once, whatever ended it.
 *  4. setcred MUST answer for the sign-in of the same handle alone, and MUST NOT succeed without one.
 */
#include <security/pam_appl.h>
#include <security/pam_modules.h>
#include <stdlib.h>

#include "method/authenticate.h"
#include "pam/answer.h"
#include "pam/configuration.h"
#include "pam/conversation.h"
#include "pam/crypto_object.h"
#include "pam/log.h"
#include "sys/clock.h"
#include "sys/environment.h"

#define ENTRY_POINT __attribute__((visibility("default")))

/* The name under which the handle keeps what the last sign-in came to. */
#define KEPT_NAME "pam_passkey.outcome"

struct kept {
	enum ppk_outcome outcome;
};

static void kept_free(pam_handle_t *pamh, void *data, int error_status)
{
	(void)pamh;
	(void)error_status;
	free(data);
}

/* What an earlier sign-in of the handle came to is over; to replace it by nothing needs no memory. */
static void forget(pam_handle_t *pamh)
{
	const void *data = NULL;

	if (pam_get_data(pamh, KEPT_NAME, &data) == PAM_SUCCESS && data != NULL)
		(void)pam_set_data(pamh, KEPT_NAME, NULL, NULL);
}

/*
 * A place for the outcome in the handle, made before there is one, so that keeping it cannot fail
 * later. It says "denied" until told otherwise. NULL: no memory.
 */
static struct kept *keep(pam_handle_t *pamh)
{
	struct kept *kept;

	forget(pamh);
	kept = malloc(sizeof(*kept));
	if (kept == NULL)
		return NULL;
	kept->outcome = PPK_OUTCOME_DENIED;
	if (pam_set_data(pamh, KEPT_NAME, kept, kept_free) != PAM_SUCCESS) {
		free(kept);
		return NULL;
	}
	return kept;
}

/* A text item of the handle; NULL: the application set none. False: that cannot be said. */
static bool read_item(pam_handle_t *pamh, int type, const char **ret)
{
	const void *value = NULL;
	bool is_read = pam_get_item(pamh, type, &value) == PAM_SUCCESS;

	*ret = is_read ? value : NULL;
	return is_read;
}

/* For a line in the log. */
static const char *item(pam_handle_t *pamh, int type)
{
	const char *value;

	(void)!read_item(pamh, type, &value);
	return value;
}

/*
 * Where the user's ssh-agent is said to listen: the PAM environment says it, or the application's own
 * (sudo's is what env_keep left of the user's). Nobody believes it: sys/user_socket.h checks.
 */
static const char *agent_socket(pam_handle_t *pamh, char out[static PPK_AGENT_SOCKET_SIZE])
{
	return ppk_agent_socket_take(pam_getenv(pamh, "SSH_AUTH_SOCK"), out) ||
			       ppk_environment_agent_socket(out)
		       ? out
		       : NULL;
}

/* Report a sign-in that did not come to ppk_authenticate(), which reports the others. */
static enum ppk_outcome end_early(pam_handle_t *pamh, const struct ppk_log *log,
	enum ppk_outcome outcome, enum ppk_err reason, int64_t start_ms)
{
	const struct ppk_audit_event event = {
		.service = item(pamh, PAM_SERVICE),
		.tty = item(pamh, PAM_TTY),
		.rhost = item(pamh, PAM_RHOST),
		.outcome = outcome,
		.reason = reason,
		.duration_ms = ppk_clock_ms() - start_ms,
	};

	ppk_audit_report(log, &event);
	return outcome;
}

static enum ppk_outcome sign_in(pam_handle_t *pamh, const struct ppk_options *options,
	const struct ppk_log *log, int64_t start_ms)
{
	const struct ppk_dialogue dialogue = ppk_pam_dialogue(pamh);
	struct ppk_crypto_object object = { .log = log };
	const struct ppk_crypto_source crypto = ppk_crypto_object_source(&object);
	char socket[PPK_AGENT_SOCKET_SIZE];
	struct ppk_request request = {
		.ssh_connection = pam_getenv(pamh, "SSH_CONNECTION"),
		.agent_socket = agent_socket(pamh, socket),
		.options = options,
		.crypto = &crypto,
		.dialogue = &dialogue,
		.log = log,
		.root = 0,
	};
	enum ppk_outcome outcome;

	/* Without the address a remote session would look like one at the machine. */
	if (!read_item(pamh, PAM_SERVICE, &request.service) ||
		!read_item(pamh, PAM_TTY, &request.tty) ||
		!read_item(pamh, PAM_RHOST, &request.rhost)) {
		ppk_log(log, PPK_LOG_ERROR, "what the application says of itself cannot be read");
		return end_early(pamh, log, PPK_OUTCOME_DENIED, PPK_ERR_INTERNAL, start_ms);
	}
	if (pam_get_user(pamh, &request.user, NULL) != PAM_SUCCESS || request.user == NULL) {
		ppk_log(log, PPK_LOG_ERROR, "the application names no user");
		return end_early(pamh, log, PPK_OUTCOME_DENIED, PPK_ERR_CONVERSATION, start_ms);
	}
	outcome = ppk_authenticate(&request).outcome;
	ppk_crypto_object_done(&object);
	return outcome;
}

static enum ppk_outcome configured_sign_in(
	pam_handle_t *pamh, struct ppk_log *log, int argc, const char **argv)
{
	struct ppk_diag diag = { .line = 0 };
	struct ppk_options options;
	int64_t start_ms = ppk_clock_ms();
	char text[704];
	enum ppk_err err;

	err = ppk_configuration_read(argc, argv, 0, &options, &diag);
	if (err != PPK_OK) {
		ppk_diag_format(&diag, text, sizeof(text));
		ppk_log(log, PPK_LOG_ERROR, "configuration: %s",
			diag.text[0] != '\0' ? text : ppk_err_sentence(err));
		return end_early(pamh, log, PPK_OUTCOME_UNAVAILABLE, err, start_ms);
	}
	log->debug = options.debug;
	return sign_in(pamh, &options, log, start_ms);
}

ENTRY_POINT int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct ppk_pam_log context = { .pamh = pamh, .service = item(pamh, PAM_SERVICE) };
	struct ppk_log log = ppk_pam_log(&context, false);
	struct kept *kept = keep(pamh);

	(void)flags;
	if (kept == NULL)
		return ppk_pam_answer(
			end_early(pamh, &log, PPK_OUTCOME_DENIED, PPK_ERR_NOMEM, ppk_clock_ms()));
	kept->outcome = configured_sign_in(pamh, &log, argc, argv);
	return ppk_pam_answer(kept->outcome);
}

/* There is nothing to set; the answer is that of the sign-in, where it was granted. */
ENTRY_POINT int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const void *data = NULL;
	const struct kept *kept;

	(void)flags;
	(void)argc;
	(void)argv;
	if (pam_get_data(pamh, KEPT_NAME, &data) != PAM_SUCCESS || data == NULL)
		return ppk_pam_answer(PPK_OUTCOME_SKIPPED);
	kept = data;
	return ppk_pam_answer(
		kept->outcome == PPK_OUTCOME_GRANTED ? kept->outcome : PPK_OUTCOME_SKIPPED);
}
