/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_USER_H
#define PPK_SYS_USER_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/error.h"

/* An account of the system. */
struct ppk_user {
	char *name;
	char *home; /* as the system has it; a path that it makes relative is refused later */
	uid_t uid;
	gid_t gid;
	gid_t *groups; /* supplementary, for ppk_file_read_as */
	int group_count;
};

/*
 * Look a user up (getpwnam_r, with ERANGE retried up to 1 MiB). PPK_ERR_USER_UNKNOWN only when the
 * system says that there is none; PPK_ERR_IO when it cannot say; PPK_ERR_NOMEM. *ret is the
 * caller's: ppk_user_free(). with_groups also fetches the groups (needed for ppk_file_read_as alone).
 */
PPK_MUST_CHECK enum ppk_err ppk_user_by_name(const char *name, bool with_groups, struct ppk_user **ret);
PPK_MUST_CHECK enum ppk_err ppk_user_by_uid(uid_t uid, bool with_groups, struct ppk_user **ret);
void ppk_user_free(struct ppk_user *user);

#endif
