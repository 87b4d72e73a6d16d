/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/watch.h"

#include "sys/signals.h"

enum ppk_err ppk_watch_signals(int *ret_fd)
{
	static const int numbers[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };
	struct ppk_signals signals;
	enum ppk_err err =
		ppk_signals_hold(numbers, sizeof(numbers) / sizeof(numbers[0]), &signals);

	/* They are never let loose: this process ends first. */
	if (err == PPK_OK)
		*ret_fd = signals.fd;
	return err;
}
