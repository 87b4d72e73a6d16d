/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_SUBJECT_H
#define PPK_TOOLS_PASSKEYCTL_SUBJECT_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/diagnostic.h"
#include "core/error.h"
#include "sys/user.h"

/* Who runs this program, and what sudo says about who called it. Strings are borrowed. */
struct ppk_caller {
	uid_t uid;
	uid_t effective_uid;
	const char *sudo_user; /* SUDO_USER and SUDO_UID; NULL when unset */
	const char *sudo_uid;
};

/* The caller of this process. */
struct ppk_caller ppk_caller_here(void);

/*
 * Whom the program serves. wanted is --user, or NULL.
 * Root: wanted, else the person who called sudo, else root. *ret_through_sudo: it was sudo's word.
 * Everybody else: themselves; another name is PPK_ERR_PERMISSION.
 * PPK_ERR_PERMISSION also when the program runs with more rights than its caller (set-user-ID).
 * PPK_ERR_SYNTAX: wanted or sudo's variables are no user. PPK_ERR_USER_UNKNOWN | PPK_ERR_IO |
 * PPK_ERR_NOMEM. *ret is the caller's: ppk_user_free().
 */
PPK_MUST_CHECK enum ppk_err ppk_subject_find(const struct ppk_caller *caller, const char *wanted,
					     struct ppk_user **ret, bool *ret_through_sudo,
					     struct ppk_diag *reterr);

#endif
