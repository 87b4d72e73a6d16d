/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is the same on all systems but Linux: passkey-device is started by the person for whom it asks,
 * and has no more rights than they have. What it can give up of these: sandbox_openbsd.c,
 * sandbox_freebsd.c.
 */
#include "device/sandbox.h"

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
