/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_SESSION_H
#define PPK_TOOLS_PASSKEYCTL_SESSION_H

#include <stdbool.h>

#include "arguments.h"
#include "audit/event.h"
#include "core/credential_file.h"
#include "core/options.h"
#include "core/sign_counts.h"
#include "method/dialogue.h"
#include "store/store.h"
#include "sys/user.h"
#include "terminal.h"

/* What every command starts with: whom it serves, the module's options, the user's store. */
struct ppk_session {
	struct ppk_options options;
	struct ppk_user *user;
	struct ppk_store store;
	bool is_root;
	struct ppk_terminal terminal;
	struct ppk_dialogue dialogue;
	struct ppk_log log;
};

enum ppk_access {
	PPK_ACCESS_READ,
	PPK_ACCESS_CHANGE, /* refused at once to who may not change this store */
};

/*
 * Start. Reports what is wrong (message.h) and returns the exit status; PPK_EXIT_OK: *ret is the
 * caller's: ppk_session_close().
 */
int ppk_session_open(const struct ppk_arguments *arguments, enum ppk_access access,
		     struct ppk_session **ret);
void ppk_session_close(struct ppk_session *session);

/*
 * The user's credential file; no file is an empty one. Bad lines are reported as warnings.
 * Errors of ppk_store_read, not yet reported; *ret is the caller's.
 */
PPK_MUST_CHECK enum ppk_err ppk_session_credentials(const struct ppk_session *session,
						    struct ppk_credential_file **ret,
						    struct ppk_diag *reterr);

/*
 * The user's sign counts, to look at: nothing is locked or made. A missing file is an empty one; one
 * that cannot be read is reported as a warning, and then empty too.
 */
void ppk_session_counts(const struct ppk_session *session, struct ppk_sign_counts *ret);

#endif
