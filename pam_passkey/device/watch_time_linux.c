/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/watch.h"

#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum ppk_err ppk_watch_time(uint32_t timeout_ms, int *ret_fd)
{
	/* The one nanosecond: no time at all would mean "never". */
	const struct itimerspec when = {
		.it_value.tv_sec = timeout_ms / 1000,
		.it_value.tv_nsec = (long)(timeout_ms % 1000) * 1000000 + 1,
	};
	int fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC);

	if (fd < 0)
		return PPK_ERR_IO;
	if (timerfd_settime(fd, 0, &when, NULL) != 0) {
		close(fd);
		return PPK_ERR_IO;
	}
	*ret_fd = fd;
	return PPK_OK;
}
