/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_METHOD_AUTHENTICATE_H
#define PPK_METHOD_AUTHENTICATE_H

#include <sys/types.h>

#include "audit/event.h"
#include "core/error.h"
#include "core/options.h"
#include "core/outcome.h"
#include "crypto/crypto.h"
#include "method/dialogue.h"
#include "sys/session_read.h"

/* One sign-in. Everything is borrowed. */
struct ppk_request {
	const char *user; /* as the application named it; not trusted */
	const char *service;
	const char *tty; /* may be NULL */
	const char *rhost; /* may be NULL */
	const char *ssh_connection; /* SSH_CONNECTION as sshd itself says it; NULL: none does */
	const char *agent_socket; /* SSH_AUTH_SOCK of the session; may be NULL; not trusted */
	const struct ppk_options *options;
	const struct ppk_crypto_source *crypto; /* asked for a user who has a passkey */
	const struct ppk_dialogue *dialogue;
	const struct ppk_log *log;
	uid_t root; /* owner that is trusted: 0 */
	/* where the session is looked up (methods=auto); NULL: this machine's sources */
	const struct ppk_session_sources *sources;
	/*
	 * NULL, or PPK_CREDENTIAL_NAME_MAX + 1 bytes that receive the label of the credential that the
	 * assertion named, granted or not. Untouched when no assertion named one.
	 */
	char *credential_label;
};

struct ppk_result {
	enum ppk_outcome outcome;
	enum ppk_err reason; /* PPK_OK exactly when GRANTED */
};

/*
 * Sign in: look the user up, read the credentials, run the methods in their order, verify, compare
 * and advance the sign count, report one event. Never fails to give a result; any error is a denial or
 * "cannot say".
 */
struct ppk_result ppk_authenticate(const struct ppk_request *request);

#endif
