/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 1. Groups MUST change before the user id: afterwards it is not allowed any more.
 * 2. Success MUST be seen in the ids themselves, not in a return value alone.
 * 3. After becoming an ordinary user no way back to root may be left.
 * 4. A change of ids clears what prctl(2) set: PR_SET_PDEATHSIG, PR_SET_DUMPABLE. Callers set it anew.
 */
#include "sys/identity.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Where ids once had 16 bits, the plain names still take those. */
#ifdef SYS_setresuid32
#define CALL_SETRESUID SYS_setresuid32
#define CALL_SETRESGID SYS_setresgid32
#define CALL_SETGROUPS SYS_setgroups32
#else
#define CALL_SETRESUID SYS_setresuid
#define CALL_SETRESGID SYS_setresgid
#define CALL_SETGROUPS SYS_setgroups
#endif

static bool ids_are(uid_t uid, gid_t gid)
{
	uid_t real_uid, effective_uid, saved_uid;
	gid_t real_gid, effective_gid, saved_gid;

	return getresuid(&real_uid, &effective_uid, &saved_uid) == 0 &&
	       getresgid(&real_gid, &effective_gid, &saved_gid) == 0 && real_uid == uid &&
	       effective_uid == uid && saved_uid == uid && real_gid == gid &&
	       effective_gid == gid && saved_gid == gid;
}

static enum ppk_err set_ids(uid_t uid, gid_t gid)
{
	if (syscall(CALL_SETRESGID, gid, gid, gid) != 0 ||
		syscall(CALL_SETRESUID, uid, uid, uid) != 0 || !ids_are(uid, gid))
		return PPK_ERR_PERMISSION;
	return PPK_OK;
}

enum ppk_err ppk_identity_become_effective(void)
{
	return set_ids(geteuid(), getegid());
}

enum ppk_err ppk_identity_become(uid_t uid, gid_t gid, const gid_t *groups, size_t group_count)
{
	if (syscall(CALL_SETGROUPS, group_count, groups) != 0)
		return PPK_ERR_PERMISSION;
	if (set_ids(uid, gid) != PPK_OK)
		return PPK_ERR_PERMISSION;
	if (uid != 0 && syscall(CALL_SETRESUID, 0, 0, 0) == 0)
		return PPK_ERR_PERMISSION;
	return PPK_OK;
}

enum ppk_err ppk_identity_lend(uid_t uid, gid_t gid)
{
	if (syscall(CALL_SETGROUPS, 0, NULL) != 0 || syscall(CALL_SETRESGID, gid, gid, gid) != 0 ||
		syscall(CALL_SETRESUID, uid, (uid_t)-1, uid) != 0)
		return PPK_ERR_PERMISSION;
	return PPK_OK;
}

enum ppk_err ppk_identity_return(void)
{
	return set_ids(getuid(), getgid());
}

void ppk_identity_drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	/* The ambient ones go with them. */
	(void)syscall(SYS_capset, &header, none);
}

bool ppk_identity_is_privileged(void)
{
	return geteuid() == 0;
}
