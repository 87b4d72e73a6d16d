/* SPDX-License-Identifier: BSD-2-Clause */
/* GNU has a strerror_r(3) of its own, which is asked for no longer: POSIX's is everywhere. */
#undef _GNU_SOURCE
#define _POSIX_C_SOURCE 200809L

#include "sys/error_text.h"

#include <stdio.h>
#include <string.h>

void ppk_error_text(int code, char *out, size_t size)
{
	if (strerror_r(code, out, size) != 0)
		snprintf(out, size, "error %d", code);
}
