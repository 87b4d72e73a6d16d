/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_SANDBOX_H
#define PPK_DEVICE_SANDBOX_H

/*
 * Give up, for good, all that a process does not need that talks over descriptors which are open
 * already: privilege, files, other processes, new sockets. As far as this system and this caller can:
 * a container without the id "nobody" or a kernel without seccomp is no reason to lock a person out.
 * PR_SET_NO_NEW_PRIVS must be set.
 */
void ppk_sandbox_enter(void);

#endif
