/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a system has no sandbox that a program like this one can work in: what is left is that each
 * authenticator has a process of its own, and that the program does not believe passkey-device. It is run
 * by the person for whom it asks, and has no more rights than they have.
 */
#include "device/sandbox.h"

void ppk_sandbox_enter(enum ppk_sandbox_role role, bool nfc)
{
	(void)role;
	(void)nfc;
}
