/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract:
 *  1. SUDO_USER and SUDO_UID MUST be believed only when real and effective uid are 0: anybody can set
 *     variables, and for root they open nothing that --user would not.
 *  2. Both MUST name the same account; a half or contradicting pair is an error, not a guess.
 *  3. Who is not root MUST NOT be served for another uid than their own.
 *  4. Nothing MUST be done when the effective uid is not the real one: this program is not made to be
 *     installed set-user-ID.
 */
#include "subject.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "sys/environment.h"

struct ppk_caller ppk_caller_here(void)
{
	return (struct ppk_caller){
		.uid = getuid(),
		.effective_uid = geteuid(),
		.sudo_user = ppk_environment_value("SUDO_USER"),
		.sudo_uid = ppk_environment_value("SUDO_UID"),
	};
}

static enum ppk_err find_by_name(const char *name, struct ppk_user **ret, struct ppk_diag *reterr)
{
	enum ppk_err err;

	if (!ppk_text_is_user_name(name))
		return ppk_diag_set(
			reterr, PPK_ERR_SYNTAX, NULL, 0, 0, "\"%s\" is no user name", name);
	err = ppk_user_by_name(name, true, ret);
	if (err == PPK_ERR_USER_UNKNOWN)
		return ppk_diag_set(
			reterr, err, NULL, 0, 0, "the system does not know the user %s", name);
	return err;
}

static enum ppk_err find_by_uid(uid_t uid, struct ppk_user **ret, struct ppk_diag *reterr)
{
	enum ppk_err err = ppk_user_by_uid(uid, true, ret);

	if (err == PPK_ERR_USER_UNKNOWN)
		return ppk_diag_set(reterr, err, NULL, 0, 0, "the system knows no user of uid %lu",
			(unsigned long)uid);
	return err;
}

static enum ppk_err find_sudo_caller(
	const struct ppk_caller *caller, struct ppk_user **ret, struct ppk_diag *reterr)
{
	struct ppk_user *user = NULL;
	uint64_t uid;
	enum ppk_err err;

	if (caller->sudo_user == NULL || caller->sudo_uid == NULL ||
		ppk_text_to_number(caller->sudo_uid, strlen(caller->sudo_uid), 0, UINT32_MAX - 1,
			&uid) != PPK_OK)
		return ppk_diag_set(reterr, PPK_ERR_SYNTAX, NULL, 0, 0,
			"SUDO_USER and SUDO_UID are not what sudo sets; say --user NAME");
	err = find_by_name(caller->sudo_user, &user, reterr);
	if (err != PPK_OK)
		return err;
	if (user->uid != uid) {
		ppk_user_free(user);
		return ppk_diag_set(reterr, PPK_ERR_SYNTAX, NULL, 0, 0,
			"SUDO_USER and SUDO_UID name different accounts; say --user NAME");
	}
	*ret = user;
	return PPK_OK;
}

static enum ppk_err find_for_root(const struct ppk_caller *caller, const char *wanted,
	struct ppk_user **ret, bool *ret_through_sudo, struct ppk_diag *reterr)
{
	enum ppk_err err;

	if (wanted == NULL && (caller->sudo_user != NULL || caller->sudo_uid != NULL)) {
		err = find_sudo_caller(caller, ret, reterr);
		if (err == PPK_OK)
			*ret_through_sudo = true;
		return err;
	}
	err = wanted != NULL ? find_by_name(wanted, ret, reterr) : find_by_uid(0, ret, reterr);
	if (err == PPK_OK)
		*ret_through_sudo = false;
	return err;
}

/* Accounts may share a uid; who names one of those serves themselves. */
static enum ppk_err find_for_self(
	uid_t uid, const char *wanted, struct ppk_user **ret, struct ppk_diag *reterr)
{
	struct ppk_user *user = NULL;
	enum ppk_err err;

	if (wanted == NULL)
		return find_by_uid(uid, ret, reterr);
	err = find_by_name(wanted, &user, reterr);
	if (err != PPK_OK && err != PPK_ERR_USER_UNKNOWN)
		return err;
	if (err == PPK_ERR_USER_UNKNOWN || user->uid != uid) {
		ppk_user_free(user);
		return ppk_diag_set(
			reterr, PPK_ERR_PERMISSION, NULL, 0, 0, "only root may name another user");
	}
	*ret = user;
	return PPK_OK;
}

enum ppk_err ppk_subject_find(const struct ppk_caller *caller, const char *wanted,
	struct ppk_user **ret, bool *ret_through_sudo, struct ppk_diag *reterr)
{
	enum ppk_err err;

	if (caller->uid != caller->effective_uid)
		return ppk_diag_set(reterr, PPK_ERR_PERMISSION, NULL, 0, 0,
			"passkeyctl is not made to be installed set-user-ID");
	if (caller->uid == 0)
		return find_for_root(caller, wanted, ret, ret_through_sudo, reterr);
	err = find_for_self(caller->uid, wanted, ret, reterr);
	if (err == PPK_OK)
		*ret_through_sudo = false;
	return err;
}
