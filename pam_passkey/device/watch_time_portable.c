/* SPDX-License-Identifier: BSD-2-Clause */
#include <signal.h>
#include <sys/time.h>

#include "device/watch.h"
#include "sys/signals.h"

enum ppk_err ppk_watch_time(uint32_t timeout_ms, int *ret_fd)
{
	/* The one microsecond: no time at all would mean "never". */
	const struct itimerval when = {
		.it_value.tv_sec = (time_t)(timeout_ms / 1000),
		.it_value.tv_usec = (suseconds_t)(timeout_ms % 1000 * 1000 + 1),
	};
	struct ppk_signals signals;
	enum ppk_err err = ppk_signals_hold(&(const int){ SIGALRM }, 1, &signals);

	if (err == PPK_OK && setitimer(ITIMER_REAL, &when, NULL) != 0)
		err = PPK_ERR_IO;
	if (err == PPK_OK)
		*ret_fd = signals.fd;
	return err;
}
