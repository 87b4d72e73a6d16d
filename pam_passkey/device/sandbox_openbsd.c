/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Confinement by unveil(2) and pledge(2).
 *
 * 1. Supervisor, launcher and worker reach no file but the nodes of /dev from before the first device is
 *    listed or opened. pledge(2) has no promise for the ioctl(2) that lists devices, so those two have none.
 * 2. A worker whose authenticator is open MUST NOT do more than compute and talk over what it has open.
 * 3. Refusing MUST be by an error, not by death ("error"): libraries try things that they can do without.
 */
#include "device/sandbox.h"

#include <stddef.h>
#include <unistd.h>

void ppk_sandbox_enter(enum ppk_sandbox_role role, bool nfc)
{
	if (role == PPK_SANDBOX_WORKER) {
		if (!nfc)
			(void)pledge("stdio error", "");
		return;
	}
	if (!nfc && unveil("/dev", "rw") == 0)
		(void)unveil(NULL, NULL);
}
