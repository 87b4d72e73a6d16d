/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A child of a program of ours that has no threads and waits for no other child.
 *
 * 1. No handler of the parent may run in the child: its signals are blocked before it exists.
 * 2. A signal MUST NOT reach a stranger: only while nobody has waited for the child, so that its number
 *    cannot belong to another process yet.
 * 3. Waiting MUST NOT miss the child's end: SIGCHLD is blocked from before the look at it until the wait.
 */
#include "sys/child.h"

#include <errno.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/clock.h"

enum ppk_err ppk_child_start(ppk_child_fn *run, void *context, struct ppk_child *ret)
{
	sigset_t all, before;
	int code;
	pid_t pid;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	code = errno;
	if (pid == 0)
		_exit(run(context));
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid < 0 && code == EAGAIN)
		return PPK_ERR_LIMIT;
	if (pid < 0)
		return code == ENOMEM ? PPK_ERR_NOMEM : PPK_ERR_PROCESS;
	*ret = (struct ppk_child){ .pid = pid, .fd = -1 };
	return PPK_OK;
}

bool ppk_child_end_with(pid_t parent)
{
	return getppid() == parent;
}

/* True: it has ended, and is none now. */
static bool take_end(struct ppk_child *child, int options)
{
	pid_t got;

	do {
		got = waitpid(child->pid, NULL, options);
	} while (got < 0 && errno == EINTR);
	if (got == 0)
		return false;
	*child = (struct ppk_child){ .pid = 0, .fd = -1 };
	return true;
}

static void wake(int number)
{
	(void)number; /* pselect(2) ends by it */
}

/* With SIGCHLD blocked but for the waiting. */
static bool wait_for_end(struct ppk_child *child, unsigned ms, const sigset_t *waiting)
{
	int64_t deadline_ms = ppk_clock_ms() + ms;

	while (!take_end(child, WNOHANG)) {
		int64_t left = deadline_ms - ppk_clock_ms();
		const struct timespec time = { .tv_sec = (time_t)(left / 1000),
			.tv_nsec = (long)(left % 1000) * 1000000 };

		if (left <= 0)
			return false;
		(void)pselect(0, NULL, NULL, NULL, &time, waiting);
	}
	return true;
}

bool ppk_child_ends_within(struct ppk_child *child, unsigned ms)
{
	struct sigaction waking = { .sa_handler = wake }, action;
	sigset_t blocked, before, waiting;
	bool ended;

	if (child->pid <= 0)
		return true;
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	sigprocmask(SIG_BLOCK, &blocked, &before);
	sigemptyset(&waking.sa_mask);
	sigaction(SIGCHLD, &waking, &action);
	waiting = before;
	sigdelset(&waiting, SIGCHLD);
	ended = wait_for_end(child, ms, &waiting);
	sigaction(SIGCHLD, &action, NULL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ended;
}

void ppk_child_signal(const struct ppk_child *child, int number)
{
	if (child->pid > 0)
		(void)kill(child->pid, number);
}

void ppk_child_reap(struct ppk_child *child)
{
	if (child->pid > 0)
		(void)take_end(child, 0);
}
