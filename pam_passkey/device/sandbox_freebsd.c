/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Confinement by capability mode (capsicum(4)): no name of a file, process or address means anything any
 * more, so it is for a worker whose authenticator is open. Those that list and open devices need names.
 */
#include "device/sandbox.h"

#include <sys/capsicum.h>

void ppk_sandbox_enter(enum ppk_sandbox_role role, bool nfc)
{
	/* A kernel without it is no reason to lock a person out. */
	if (role == PPK_SANDBOX_WORKER && !nfc)
		(void)cap_enter();
}
