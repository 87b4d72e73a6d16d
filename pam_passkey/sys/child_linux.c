/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A child inside a process that is not ours.
 *
 * 1. The host MUST NOT receive a signal, and its wait(-1) MUST NOT see the child: for a child with
 *    exit signal 0 the kernel sends none and shows it only to __WALL and __WCLONE. execve(2) sets
 *    the exit signal back to SIGCHLD, so such a child MUST NOT call it.
 * 2. The host's dispositions and signal mask MUST be the same afterwards, and no handler of the
 *    host may run in the child: its signals are blocked before it exists.
 * 3. The child MUST NOT use what may wait for a lock or for another thread: no allocation, no
 *    stdio, and not fork(2) of libc itself, which runs the host's atfork handlers.
 * 4. A signal MUST NOT reach a stranger: by the pidfd, or else only while nobody has waited for
 *    the child, so that its number cannot belong to another process yet.
 */
#include "sys/child.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/descriptor.h"

/*
 * The child; in it 0 is returned. *ret_fd becomes -1 where the kernel gives no pidfd (before Linux
 * 5.2 the flag has no meaning). All arguments but these are 0, so that their order, which differs
 * between architectures after the third, does not matter.
 */
static pid_t clone_quietly(int *ret_fd)
{
	int fd = -1;
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_PIDFD, 0, &fd, 0, 0);

	if (pid < 0 && errno == EINVAL)
		pid = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
	*ret_fd = fd;
	return pid;
}

/* The one place where errno of this file becomes an error of ours. */
static enum ppk_err clone_error(int code)
{
	if (code == ENOMEM)
		return PPK_ERR_NOMEM;
	if (code == EAGAIN || code == EMFILE || code == ENFILE)
		return PPK_ERR_LIMIT;
	return PPK_ERR_PROCESS;
}

enum ppk_err ppk_child_start(ppk_child_fn *run, void *context, struct ppk_child *ret)
{
	sigset_t all, before;
	int fd, code;
	pid_t pid;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pid = clone_quietly(&fd);
	code = errno;
	if (pid == 0)
		_exit(run(context));
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (pid < 0)
		return clone_error(code);
	*ret = (struct ppk_child){ .pid = pid, .fd = fd };
	return PPK_OK;
}

bool ppk_child_end_with(pid_t parent)
{
	/* Asked for first: the parent may end in between. */
	return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && getppid() == parent;
}

bool ppk_child_ends_within(struct ppk_child *child, unsigned ms)
{
	return child->fd >= 0 && ppk_descriptor_ready_within(child->fd, ms);
}

void ppk_child_signal(const struct ppk_child *child, int number)
{
	if (child->fd >= 0)
		(void)syscall(SYS_pidfd_send_signal, child->fd, number, NULL, 0);
	else
		(void)kill(child->pid, number);
}

void ppk_child_reap(struct ppk_child *child)
{
	idtype_t type = child->fd < 0 ? P_PID : P_PIDFD;
	id_t id = child->fd < 0 ? (id_t)child->pid : (id_t)child->fd;
	siginfo_t info;

	if (child->pid <= 0)
		return;
	/* ECHILD: the host has taken it with wait(__WALL); nothing is left to do then. */
	while (waitid(type, id, &info, WEXITED | __WALL) != 0 && errno == EINTR)
		;
	if (child->fd >= 0)
		close(child->fd);
	*child = (struct ppk_child){ .pid = 0, .fd = -1 };
}
