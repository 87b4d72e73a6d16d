/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

enum ppk_err ppk_signals_hold(const int *numbers, size_t count, struct ppk_signals *ret)
{
	sigset_t held;

	*ret = (struct ppk_signals){ .fd = -1 };
	sigemptyset(&held);
	for (size_t i = 0; i < count; i++)
		sigaddset(&held, numbers[i]);
	ret->fd = signalfd(-1, &held, SFD_CLOEXEC);
	if (ret->fd < 0)
		return PPK_ERR_IO;
	if (sigprocmask(SIG_BLOCK, &held, &ret->mask) != 0) {
		close(ret->fd);
		return PPK_ERR_IO;
	}
	return PPK_OK;
}

void ppk_signals_release(struct ppk_signals *signals)
{
	close(signals->fd);
	sigprocmask(SIG_SETMASK, &signals->mask, NULL); /* a pending signal acts here */
}
