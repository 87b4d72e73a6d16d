/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_STATE_H
#define PPK_SYS_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/diagnostic.h"
#include "core/error.h"
#include "core/sign_counts.h"
#include "sys/file.h"
#include "sys/path.h"

/*
 * One user's sign counts on disk: FOLDER/USER.counts, owner root, mode 0644.
 * A transaction: begin (lock and read), look, commit (write, sync) or not, end. Between begin and
 * end nobody else can advance the same counts.
 */
struct ppk_state {
	char path[1280];
	struct ppk_trust trust;
	bool has_place;    /* false in a zeroed struct, and then place means nothing */
	struct ppk_place place; /* of path: its folder is walked to once */
	bool locked;       /* false in a zeroed struct, and then lock_fd means nothing */
	int lock_fd;
	bool writable;     /* false: this caller may look and not write (a screen locker) */
	struct ppk_sign_counts counts;
};

/*
 * FOLDER/USER.counts into out (size bytes with NUL). PPK_ERR_SYNTAX (a name that may not be part of a
 * path) | PPK_ERR_LIMIT.
 */
PPK_MUST_CHECK enum ppk_err ppk_state_path(const char *folder, const char *user, char *out, size_t size,
					   struct ppk_diag *reterr);

/*
 * Lock and read. A missing file reads as no counts, and so does a missing folder (its parent must be
 * there): no privileged sign-in has happened yet. When the caller lacks the privilege to lock or
 * write, writable is false and that is no error. A folder that is missing is made when the caller is
 * root. When the disk does not let the lock be had (full, read-only or broken), writable is false
 * too and *ret_lock_err is PPK_ERR_IO, otherwise PPK_OK; reading goes on: a full disk must not lock
 * the admin out. What cannot be read or is damaged is an error, for which a sign-in must not be
 * granted, and so is what the caller of a set-user-ID program can bring about (open file limits,
 * memory, a lock held too long):
 * PPK_ERR_SYNTAX | PPK_ERR_DUPLICATE | PPK_ERR_UNSAFE_FILE | PPK_ERR_PERMISSION | PPK_ERR_IO |
 * PPK_ERR_LIMIT | PPK_ERR_NOMEM | PPK_ERR_BUSY | PPK_ERR_PROCESS. user: see ppk_text_is_user_name.
 */
PPK_MUST_CHECK enum ppk_err ppk_state_begin(const char *folder, const char *user,
					    const struct ppk_trust *trust, struct ppk_state *ret,
					    enum ppk_err *ret_lock_err, struct ppk_diag *reterr);

/* Write state->counts. PPK_ERR_PERMISSION when not writable, else errors of ppk_file_replace. */
PPK_MUST_CHECK enum ppk_err ppk_state_commit(struct ppk_state *state, struct ppk_diag *reterr);

/* Unlock. Safe on a zeroed struct and on one that has ended. */
void ppk_state_end(struct ppk_state *state);

#endif
