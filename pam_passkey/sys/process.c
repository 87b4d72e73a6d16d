/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running a helper program inside a process that is not ours.
 *
 *     host ---clone, exit signal 0---> keeper ---clone, SIGCHLD---> program
 *      |                                 '- waits for the program    |
 *      '------------------ SOCK_SEQPACKET pair ----------------------'
 *
 *  1. The host MUST NOT receive a signal from us, and its wait(-1) MUST NOT see our child: the
 *     kernel sends no signal for a child with exit signal 0 and shows it only to __WALL and
 *     __WCLONE. execve(2) sets the exit signal back to SIGCHLD, therefore the keeper never calls it.
 *  2. The host's dispositions, signal mask, ids and descriptors MUST be the same afterwards.
 *  3. The host may have threads, any of which may hold any lock of libc at the moment of clone. A
 *     child MUST use system calls and async-signal-safe functions alone; set*id of libc are not
 *     (they signal the other threads), so the system calls are used directly.
 *  4. The program MUST find no descriptor, environment variable, ignored or blocked signal or id of
 *     the host, whichever of 0, 1 and 2 the host had closed.
 *  5. The program MUST NOT outlive the host (the keeper watches the host) nor the keeper (the kernel
 *     kills the program then). It stays in the terminal's foreground group: Ctrl-C is for it too.
 *  6. A signal MUST NOT reach a process that is not ours: only our own child that nobody has waited
 *     for is signalled, by its descriptor where the kernel has them.
 */
#include "sys/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
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
/* What the keeper says when the program could not even be started; as shells do. */
#define EXIT_NOT_STARTED 127

static int open_pidfd(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

/* Wait until fd is ready: 1; until deadline_ms (-1: for ever): 0; a failure: -1. */
static int wait_until(int fd, int64_t deadline_ms)
{
	struct pollfd entry = { .fd = fd, .events = POLLIN };

	for (;;) {
		int64_t left = deadline_ms < 0 ? -1 : deadline_ms - ppk_clock_ms();
		int count;

		if (deadline_ms >= 0 && left < 0)
			return 0;
		count = poll(&entry, 1, left > INT32_MAX ? INT32_MAX : (int)left);
		if (count != 0 && (count > 0 || errno != EINTR))
			return count;
	}
}

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
	/* Set after the ids: changing them clears it. The keeper may have died before. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != keeper)
		return;
	sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) != 0)
		return;
	/* Not execve(3), whose prototype cannot take strings that are const. */
	(void)syscall(SYS_execve, path, arguments, no_environment);
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
	*ret_fd = open_pidfd(host);
	return getppid() == host;
}

static int keeper_run(const char *path, int socket, pid_t host)
{
	pid_t self, program;
	int signals, host_fd;

	(void)prctl(PR_SET_NAME, "passkey-keeper");
	reset_dispositions();
	if (ppk_descriptors_keep_one(socket) != PPK_OK)
		return EXIT_NOT_STARTED;
	signals = keeper_signals();
	if (signals < 0 || !watch_host(host, &host_fd))
		return EXIT_NOT_STARTED;
	self = getpid();
	program = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	if (program == 0) {
		program_run(path, self);
		_exit(EXIT_NOT_STARTED);
	}
	if (program < 0)
		return EXIT_NOT_STARTED;
	close(3); /* the program's end: with its last holder gone the host sees end of file */
	return keep(program, signals, host_fd);
}

/*
 * In the host.
 */

/*
 * The keeper; in it 0 is returned. *ret_pidfd becomes -1 where the kernel does not give one (before
 * Linux 5.2 the flag has no meaning). All arguments but flags and the place of the descriptor are
 * 0, so that the order of the others, which differs between architectures, does not matter.
 */
static pid_t clone_keeper(int *ret_pidfd)
{
	int pidfd = -1;
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_PIDFD, 0, &pidfd, 0, 0);

	if (pid < 0 && errno == EINVAL)
		pid = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
	*ret_pidfd = pidfd;
	return pid;
}

/* The one place where errno of this file becomes an error of ours. */
static enum ppk_err start_error(int code)
{
	if (code == ENOMEM)
		return PPK_ERR_NOMEM;
	return code == EMFILE || code == ENFILE ? PPK_ERR_IO : PPK_ERR_PROCESS;
}

enum ppk_err ppk_process_start(const char *path, struct ppk_process *ret)
{
	int ends[2], pidfd, code;
	sigset_t all, before;
	pid_t keeper, host = getpid();

	if (path[0] != '/')
		return PPK_ERR_PROCESS;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return start_error(errno);
	/* Blocked before the clone: no handler of the host may ever run in the keeper. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	keeper = clone_keeper(&pidfd);
	code = errno;
	if (keeper == 0)
		_exit(keeper_run(path, ends[1], host));
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	close(ends[1]);
	if (keeper < 0) {
		close(ends[0]);
		return start_error(code);
	}
	*ret = (struct ppk_process){ .keeper = keeper, .keeper_fd = pidfd, .socket = ends[0] };
	return PPK_OK;
}

/* True when the keeper has ended within the time, or when nobody can tell (then it is signalled). */
static bool keeper_ends_within(const struct ppk_process *process, unsigned ms)
{
	if (process->keeper_fd < 0)
		return false;
	return wait_until(process->keeper_fd, ppk_clock_ms() + ms) > 0;
}

static void signal_keeper(const struct ppk_process *process, int number)
{
	if (process->keeper_fd >= 0)
		(void)syscall(SYS_pidfd_send_signal, process->keeper_fd, number, NULL, 0);
	else
		(void)kill(process->keeper, number);
}

/* Take its status, so that no zombie stays. The host may have done so with wait(__WALL). */
static void reap_keeper(const struct ppk_process *process)
{
	siginfo_t info;
	int got;

	do {
		got = process->keeper_fd < 0
			      ? waitid(P_PID, (id_t)process->keeper, &info, WEXITED | __WALL)
			      : waitid(P_PIDFD, (id_t)process->keeper_fd, &info, WEXITED | __WALL);
	} while (got != 0 && errno == EINTR);
}

void ppk_process_finish(struct ppk_process *process, unsigned grace_ms)
{
	if (process->keeper <= 0)
		return;
	/* Not close alone: a child of the host may hold a copy of this end. */
	(void)shutdown(process->socket, SHUT_RDWR);
	close(process->socket);
	if (!keeper_ends_within(process, grace_ms)) {
		signal_keeper(process, SIGTERM);
		if (process->keeper_fd >= 0 && !keeper_ends_within(process, KEEPER_GRACE_MS))
			signal_keeper(process, SIGKILL);
	}
	reap_keeper(process);
	if (process->keeper_fd >= 0)
		close(process->keeper_fd);
	*process = (struct ppk_process){ .keeper = 0, .keeper_fd = -1, .socket = -1 };
}
