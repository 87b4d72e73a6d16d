/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running a helper program inside a process that is not ours.
 *
 *     host ---clone, exit signal 0---> keeper ---clone, SIGCHLD---> program
 *      |     (sys/child_linux.c)       '- waits for the program      |
 *      '------------------ a pair for packets -----------------------'
 *
 * 1. Between host and program there MUST be the keeper: a program cannot have the exit signal 0
 *    that keeps a child from the host's notice, because execve(2) sets it back.
 * 2. The host's ids and descriptors MUST be the same afterwards.
 * 3. In the keeper and the program before its execve the rules for such children hold
 *    (sys/child.h). set*id of libc are not among what is allowed: they signal the other threads.
 * 4. The program MUST find no descriptor, environment variable, ignored or blocked signal or id of
 *    the host, whichever of 0, 1 and 2 the host had closed.
 * 5. The program MUST NOT outlive the host (the keeper watches the host) nor the keeper (the kernel
 *    kills the program then). It stays in the terminal's foreground group: Ctrl-C is for it too.
 */
#include "sys/process_child.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/descriptor.h"
#include "sys/identity.h"

/* From the host's death to the end of the program, which has seen end of file meanwhile. */
#define ORPHAN_GRACE_MS 1000
/* How long a keeper that was told to end its program may take before it is killed itself. */
#define KEEPER_GRACE_MS 2000
/* Bytes of stack for what is done between clone and execve. */
#define PROGRAM_STACK_SIZE 16384

struct start {
	const char *path;
	pid_t keeper;
};

/*
 * In the program's process, up to its execve.
 */

static void program_run(const char *path, pid_t keeper)
{
	const char *const arguments[] = { strrchr(path, '/') + 1, NULL };
	const char *const no_environment[] = { NULL };
	sigset_t none;

	if (ppk_identity_become_effective() != PPK_OK || chdir("/") != 0)
		return;
	/* After the ids: changing them clears it. */
	if (!ppk_child_end_with(keeper))
		return;
	sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) != 0)
		return;
	/* Not execve(3), whose prototype cannot take strings that are const. */
	(void)syscall(SYS_execve, path, arguments, no_environment);
}

static int program_main(void *context)
{
	const struct start *start = context;

	program_run(start->path, start->keeper);
	return PPK_PROCESS_NOT_STARTED;
}

/*
 * In the keeper's process, which has all signals blocked.
 */

/* Ignored signals stay ignored across execve, and an ignored SIGCHLD would leave nothing to wait for. */
static void reset_dispositions(void)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };

	for (int number = 1; number < NSIG; number++)
		(void)sigaction(number, &standard, NULL); /* refused for SIGKILL and SIGSTOP */
}

/* When it has, *ret_status is set. */
static bool program_has_ended(pid_t program, int *ret_status)
{
	pid_t got;

	do {
		got = waitpid(program, ret_status, WNOHANG);
	} while (got < 0 && errno == EINTR);
	return got == program;
}

/* Read what is pending; was SIGTERM, the order to end the program, among it? */
static bool told_to_end(int signals)
{
	struct signalfd_siginfo info;
	bool told = false;

	while (read(signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		told = told || info.ssi_signo == SIGTERM;
	return told;
}

/*
 * Wait for the program; end it when the host says so or some time after the host is gone.
 * signals tells of SIGCHLD and SIGTERM; host is a descriptor of the host process or -1.
 */
static int keep(pid_t program, int signals, int host)
{
	struct pollfd entries[2] = { { .fd = signals, .events = POLLIN },
		{ .fd = host, .events = POLLIN } };
	int64_t deadline_ms = -1;
	int status;

	while (!program_has_ended(program, &status)) {
		int left = -1;

		if (deadline_ms >= 0) {
			int64_t rest = deadline_ms - ppk_clock_ms();

			left = rest < 0 ? 0 : (int)rest;
			if (left == 0)
				kill(program, SIGKILL);
		}
		/* After the kill there is one thing left to wait for. */
		(void)poll(entries, 2, left == 0 ? -1 : left);
		if (told_to_end(signals))
			kill(program, SIGKILL);
		if (entries[1].revents != 0) {
			entries[1] = (struct pollfd){ .fd = -1 };
			deadline_ms = ppk_clock_ms() + ORPHAN_GRACE_MS;
		}
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int keeper_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* A descriptor of the host, or -1 where the kernel has none. False: the host is gone already. */
static bool watch_host(pid_t host, int *ret_fd)
{
	*ret_fd = (int)syscall(SYS_pidfd_open, host, 0);
	return getppid() == host;
}

/*
 * In the keeper's memory, with the keeper suspended until the execve: what would be copied for it
 * costs more than all else that the keeper does. It has a stack of its own, and signals are blocked.
 */
static pid_t program_start(struct start *start)
{
	alignas(16) unsigned char stack[PROGRAM_STACK_SIZE];

	start->keeper = getpid();
	/* From the middle, whichever way the stack of this architecture grows. */
	return clone(
		program_main, stack + sizeof(stack) / 2, CLONE_VM | CLONE_VFORK | SIGCHLD, start);
}

int ppk_process_child(void *context)
{
	const struct ppk_process_start *wanted = context;
	struct start start = { .path = wanted->path };
	pid_t program;
	int signals, host_fd;

	(void)prctl(PR_SET_NAME, "passkey-keeper");
	reset_dispositions();
	if (ppk_descriptors_keep_one(wanted->socket) != PPK_OK)
		return PPK_PROCESS_NOT_STARTED;
	signals = keeper_signals();
	if (signals < 0 || !watch_host(wanted->host, &host_fd))
		return PPK_PROCESS_NOT_STARTED;
	program = program_start(&start);
	if (program < 0)
		return PPK_PROCESS_NOT_STARTED;
	close(3); /* with the last holder of the program's end gone, the host sees end of file */
	return keep(program, signals, host_fd);
}

/*
 * In the host.
 */

/*
 * The scheduler may leave the child queued behind the host, on an otherwise idle machine too, for as long as
 * the host goes on. At its execve it is moved to a processor that is free.
 */
void ppk_process_give_way(void)
{
	(void)sched_yield();
}

void ppk_process_kill(struct ppk_child *keeper)
{
	ppk_child_signal(keeper, SIGTERM);
	if (keeper->fd >= 0 && !ppk_child_ends_within(keeper, KEEPER_GRACE_MS))
		ppk_child_signal(keeper, SIGKILL);
}
