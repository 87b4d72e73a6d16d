/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_SIGNALS_H
#define PPK_SYS_SIGNALS_H

/*
 * Signals as a descriptor to wait for: held back for a while, then let loose. For programs of ours, never
 * for the module. signals_linux.c, signals_portable.c.
 */

#include <signal.h>
#include <stddef.h>

#include "core/error.h"

#define PPK_SIGNALS_MAX 8

struct ppk_signals {
	int fd; /* readable once one of them came; not to be read */
	/* what ppk_signals_release() needs */
	int numbers[PPK_SIGNALS_MAX];
	size_t count;
	sigset_t mask;
	struct sigaction actions[PPK_SIGNALS_MAX];
	int end;
};

/*
 * From now on these signals, at most PPK_SIGNALS_MAX, do nothing but show in ret->fd, which is
 * close-on-exec. PPK_ERR_IO.
 */
PPK_MUST_CHECK enum ppk_err ppk_signals_hold(
	const int *numbers, size_t count, struct ppk_signals *ret);

/* What came meanwhile has its own effect here, and from now on again. */
void ppk_signals_release(struct ppk_signals *signals);

#endif
