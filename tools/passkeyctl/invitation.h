/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_INVITATION_H
#define PPK_TOOLS_PASSKEYCTL_INVITATION_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/browser_message.h"
#include "core/diagnostic.h"
#include "core/error.h"

#define PPK_INVITATIONS_MAX 10000 /* more are not looked at */

/* What the others of root's processes may know of an invitation that waits: not its link. */
struct ppk_invitation {
	pid_t process; /* that waits for it */
	char user[PPK_BROWSER_NAME_MAX + 1];
	int64_t made_s, until_s; /* seconds since 1970 */
	char opened[PPK_BROWSER_ADDRESS_MAX +
		    1]; /* where the page was opened first; "": nowhere yet */
};

/*
 * Let this process, which is invitation->process, be listed until it ends; needs root. *ret_fd holds
 * the entry and stays open. PPK_ERR_LIMIT (the user's name does not fit) and errors of ppk_folder_make.
 */
PPK_MUST_CHECK enum ppk_err ppk_invitation_announce(
	const struct ppk_invitation *invitation, int *ret_fd, struct ppk_diag *reterr);

/* The page of the announced invitation was opened at this address. At most once. */
void ppk_invitation_opened(int fd, const char *address);

/*
 * Those that wait, in the order of their processes; *ret_list is the caller's (free(3)). Entries whose
 * process has ended are taken away. PPK_ERR_IO | PPK_ERR_NOMEM.
 */
PPK_MUST_CHECK enum ppk_err ppk_invitations_read(
	struct ppk_invitation **ret_list, size_t *ret_count, struct ppk_diag *reterr);

/*
 * End the process of an invitation, and with it the link; returns once it has ended.
 * PPK_ERR_NOT_FOUND: it has ended by itself | PPK_ERR_PERMISSION | PPK_ERR_IO.
 */
PPK_MUST_CHECK enum ppk_err ppk_invitation_cancel(const struct ppk_invitation *invitation);

#endif
