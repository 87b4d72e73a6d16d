/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_LANDLOCK_H
#define PPK_DEVICE_LANDLOCK_H

/*
 * Landlock: which files a process can reach, whoever it is. Linux 5.13 and later; Debian 12's headers
 * know its first two versions, so that the numbers are here.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PPK_LANDLOCK_EXECUTE (UINT64_C(1) << 0)
#define PPK_LANDLOCK_WRITE_FILE (UINT64_C(1) << 1)
#define PPK_LANDLOCK_READ_FILE (UINT64_C(1) << 2)
#define PPK_LANDLOCK_READ_DIR (UINT64_C(1) << 3)
#define PPK_LANDLOCK_RESOLVE_UNIX (UINT64_C(1) << 16) /* connect to a Unix socket; Linux 7.1 */

/* What stays allowed: access to path and everything below. */
struct ppk_landlock_rule {
	const char *path; /* one that does not exist is no error: there is nothing to allow */
	uint64_t access;
};

/*
 * From now on this process and its children open, make, change and run nothing but what the rules
 * allow, use no TCP port and no abstract Unix socket of others; what is open stays open. Signals stay
 * as they are: they are the system call filter's business, and to keep them in would also stop the
 * kernel from ending a child with its parent. PR_SET_NO_NEW_PRIVS must be set. False: the kernel has
 * no Landlock.
 */
bool ppk_landlock_enter(const struct ppk_landlock_rule *rules, size_t count);

#endif
