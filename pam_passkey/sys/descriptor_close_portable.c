/* SPDX-License-Identifier: BSD-2-Clause */
#include <sys/resource.h>
#include <unistd.h>

#include "sys/descriptor.h"

/* Where to stop when the limit is "none" or in the millions. */
#define CLOSE_MAX 65536

/*
 * One by one: closefrom(2) is not everywhere, and /dev/fd shows all of them on some systems alone. The
 * hard limit: one may have been opened before the soft one was lowered.
 */
void ppk_descriptors_close_from(int first)
{
	struct rlimit limit;
	int end = CLOSE_MAX;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max < (rlim_t)end)
		end = (int)limit.rlim_max;
	for (int fd = first; fd < end; fd++)
		close(fd);
}
