/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_CHILD_H
#define PPK_SYS_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/error.h"

/*
 * A child process that the host does not notice: no SIGCHLD, invisible to its wait() calls (but for
 * __WALL and __WCLONE), no handler of the host ever runs in it. A copy as fork(2) makes one.
 * That is so on Linux (child_linux.c), where a module runs inside of programs that are not ours.
 * Elsewhere there are programs of ours alone, and it is a child like any other (child_portable.c).
 */
struct ppk_child {
	pid_t pid; /* 0: none, and then fd means nothing */
	/* its pidfd, close-on-exec; -1 where the kernel has none (before Linux 5.2, and elsewhere) */
	int fd;
};

/*
 * Runs in the child, with all signals blocked; returns the exit status. System calls and
 * async-signal-safe functions alone: a thread of the host may hold any lock of libc.
 */
typedef int ppk_child_fn(void *context);

/* Start one. PPK_ERR_NOMEM | PPK_ERR_LIMIT (processes or descriptors) | PPK_ERR_PROCESS. */
PPK_MUST_CHECK enum ppk_err ppk_child_start(
	ppk_child_fn *run, void *context, struct ppk_child *ret);

/*
 * In the child: let the kernel kill it when parent, which started it, has ended. False: it has already.
 * Elsewhere than on Linux no kernel does; a child has to see the end of what it reads from.
 */
bool ppk_child_end_with(pid_t parent);

/*
 * Wait for its end. False: it lives on, or (on Linux without a pidfd) nobody can tell. True: still to be
 * reaped.
 */
bool ppk_child_ends_within(struct ppk_child *child, unsigned ms);

/* Send it a signal. It must not have been reaped. */
void ppk_child_signal(const struct ppk_child *child, int number);

/* Wait for its end without limit and release it; *child is none then. Nothing happens for none. */
void ppk_child_reap(struct ppk_child *child);

#endif
