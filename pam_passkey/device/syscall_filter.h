/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_SYSCALL_FILTER_H
#define PPK_DEVICE_SYSCALL_FILTER_H

#include "device/sandbox.h"

/*
 * From now on this process and its children make the system calls of their role alone; any other
 * fails with EPERM. Nothing happens where the kernel has no seccomp, or on an architecture whose
 * numbers are not known here. PR_SET_NO_NEW_PRIVS must be set.
 */
void ppk_syscall_filter_enter(enum ppk_sandbox_role role, bool nfc);

#endif
