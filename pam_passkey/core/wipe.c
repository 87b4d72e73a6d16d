/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/wipe.h"

#include <string.h>

void ppk_wipe(void *data, size_t len)
{
	if (len == 0)
		return;
	memset(data, 0, len);
	/* For all that the compiler knows, somebody reads it now. */
	__asm__ __volatile__("" : : "r"(data) : "memory");
}
