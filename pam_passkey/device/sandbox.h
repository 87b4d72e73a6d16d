/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_SANDBOX_H
#define PPK_DEVICE_SANDBOX_H

/*
 * What a process gives up, as far as its system lets it: sandbox_linux.c, sandbox_openbsd.c,
 * sandbox_freebsd.c, and sandbox_none.c for all others.
 */

#include <stdbool.h>

/* Whose sandbox it is; what each can reach on Linux: sandbox_linux.c. */
enum ppk_sandbox_role {
	PPK_SANDBOX_SUPERVISOR, /* finds authenticators, talks to the program */
	PPK_SANDBOX_LAUNCHER, /* starts workers, which open device nodes */
	PPK_SANDBOX_WORKER, /* talks to one authenticator, over a descriptor that is open */
};

/* With nfc, before the sandbox: load what libraries need later and could not load there. */
void ppk_sandbox_load_ahead(void);

/* No core dump, no debugger, no privilege by execve(2): before anything else. */
void ppk_sandbox_harden(void);

/*
 * Give up all that nobody here needs: capabilities, groups, and with privilege the real and saved
 * ids. What stays is the effective uid, by which a launcher opens device nodes. False: the parent
 * process has ended meanwhile.
 */
bool ppk_sandbox_give_up_privilege(void);

/*
 * Give up, for good, all that the role does not need. nfc: readers are reached through pcscd. As far as
 * this system and this caller can: a container without the id "nobody" or a kernel without Landlock is
 * no reason to lock a person out.
 */
void ppk_sandbox_enter(enum ppk_sandbox_role role, bool nfc);

#endif
