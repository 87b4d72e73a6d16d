/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Confinement by capability mode (capsicum(4)): no name of a file, process or address means anything any
 * more, so it is for a worker whose authenticator is open. Those that list and open devices need names.
 */
#include "device/sandbox.h"

#include <sys/capsicum.h>
#include <sys/resource.h>

void ppk_sandbox_load_ahead(void)
{
}

/* No core file: a PIN may be in it. */
void ppk_sandbox_harden(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
}

bool ppk_sandbox_give_up_privilege(void)
{
	return true;
}

void ppk_sandbox_enter(enum ppk_sandbox_role role, bool nfc)
{
	/* A kernel without it is no reason to lock a person out. */
	if (role == PPK_SANDBOX_WORKER && !nfc)
		(void)cap_enter();
}
