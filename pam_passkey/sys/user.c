/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_SIZE_FIRST 1024
#define ENTRY_SIZE_MAX (1024 * 1024)
#define GROUPS_FIRST 64
#define GROUPS_MAX 65536 /* NGROUPS_MAX of Linux */

/* Whom to look for: by name, or by uid when name is NULL. */
struct wanted {
	const char *name;
	uid_t uid;
};

static int look_up(const struct wanted *wanted, struct passwd *entry, char *buffer, size_t size,
	struct passwd **ret)
{
	if (wanted->name != NULL)
		return getpwnam_r(wanted->name, entry, buffer, size, ret);
	return getpwuid_r(wanted->uid, entry, buffer, size, ret);
}

static enum ppk_err fetch_groups(struct ppk_user *user)
{
	int size = GROUPS_FIRST;

	for (;;) {
		int count = size;
		gid_t *groups = realloc(user->groups, (size_t)size * sizeof(*groups));

		if (groups == NULL)
			return PPK_ERR_NOMEM;
		user->groups = groups;
		if (getgrouplist(user->name, user->gid, groups, &count) >= 0) {
			user->group_count = count;
			return PPK_OK;
		}
		if (size >= GROUPS_MAX)
			return PPK_ERR_IO;
		size *= 2;
	}
}

static enum ppk_err copy_entry(const struct passwd *entry, bool with_groups, struct ppk_user **ret)
{
	struct ppk_user *user = calloc(1, sizeof(*user));
	enum ppk_err err = PPK_OK;

	if (user == NULL)
		return PPK_ERR_NOMEM;
	user->uid = entry->pw_uid;
	user->gid = entry->pw_gid;
	user->name = strdup(entry->pw_name);
	user->home = strdup(entry->pw_dir == NULL ? "" : entry->pw_dir);
	if (user->name == NULL || user->home == NULL)
		err = PPK_ERR_NOMEM;
	else if (with_groups)
		err = fetch_groups(user);
	if (err == PPK_OK)
		*ret = user;
	else
		ppk_user_free(user);
	return err;
}

/* The one place where an errno of this file becomes an error of ours. */
static enum ppk_err look_up_error(int code)
{
	return code == ENOMEM ? PPK_ERR_NOMEM : PPK_ERR_IO;
}

static enum ppk_err find(const struct wanted *wanted, bool with_groups, struct ppk_user **ret)
{
	for (size_t size = ENTRY_SIZE_FIRST; size <= ENTRY_SIZE_MAX; size *= 2) {
		struct passwd entry, *found = NULL;
		char *buffer = malloc(size);
		enum ppk_err err;
		int code;

		if (buffer == NULL)
			return PPK_ERR_NOMEM;
		do {
			code = look_up(wanted, &entry, buffer, size, &found);
		} while (code == EINTR);
		if (code == 0)
			err = found == NULL ? PPK_ERR_USER_UNKNOWN
					    : copy_entry(found, with_groups, ret);
		else
			err = look_up_error(code);
		free(buffer);
		if (code != ERANGE)
			return err;
	}
	return PPK_ERR_IO;
}

enum ppk_err ppk_user_by_name(const char *name, bool with_groups, struct ppk_user **ret)
{
	return find(&(struct wanted){ .name = name }, with_groups, ret);
}

enum ppk_err ppk_user_by_uid(uid_t uid, bool with_groups, struct ppk_user **ret)
{
	return find(&(struct wanted){ .uid = uid }, with_groups, ret);
}

void ppk_user_free(struct ppk_user *user)
{
	if (user == NULL)
		return;
	free(user->name);
	free(user->home);
	free(user->groups);
	free(user);
}
