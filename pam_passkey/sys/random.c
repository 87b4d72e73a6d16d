/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/random.h"

#include <errno.h>
#include <stdint.h>
#include <sys/random.h>

enum ppk_err ppk_random(void *out, size_t len)
{
	uint8_t *next = out;

	while (len > 0) {
		ssize_t got = getrandom(next, len, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return PPK_ERR_RANDOM;
		next += got;
		len -= (size_t)got;
	}
	return PPK_OK;
}
