/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_IDENTITY_H
#define PPK_SYS_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/error.h"

/*
 * Changing the ids of a short-lived child for good. Only for a child of ours between clone and its
 * end, never for the host. Async-signal-safe, also in a child of a process with threads: the
 * system calls themselves, because libc's functions pass the change on to "all threads".
 */

/* Real and saved ids become the effective ones. PPK_ERR_PERMISSION. */
PPK_MUST_CHECK enum ppk_err ppk_identity_become_effective(void);

/*
 * Become uid, gid and groups, in a way that cannot be taken back; checked. PPK_ERR_PERMISSION.
 */
PPK_MUST_CHECK enum ppk_err ppk_identity_become(
	uid_t uid, gid_t gid, const gid_t *groups, size_t group_count);

/*
 * Lend the effective user id to this process: it stays, but real and saved become uid, all group ids
 * gid, and there are no other groups. ppk_identity_return() then needs no privilege.
 * PPK_ERR_PERMISSION.
 */
PPK_MUST_CHECK enum ppk_err ppk_identity_lend(uid_t uid, gid_t gid);

/* Effective and saved ids become the real ones, for good; checked. PPK_ERR_PERMISSION. */
PPK_MUST_CHECK enum ppk_err ppk_identity_return(void);

/*
 * Give up every capability. The bounding set stays: with PR_SET_NO_NEW_PRIVS no execve(2) brings one
 * back.
 */
void ppk_identity_drop_capabilities(void);

/* Can this process become another user? (Effective uid 0.) */
bool ppk_identity_is_privileged(void);

#endif
