/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running a helper program from a program of ours.
 *
 * 1. The program MUST find no descriptor, environment variable, ignored or blocked signal or id of the
 *    host, whichever of 0, 1 and 2 the host had closed.
 * 2. The program has to end by the end of its socket; one that does not in time MUST be killed. It stays
 *    in the terminal's foreground group: Ctrl-C is for it too.
 */
#include "sys/process.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/descriptor.h"
#include "sys/packet.h"

/* What is said when the program could not even be started; as shells do. */
#define EXIT_NOT_STARTED 127
/* No system has more signals; a number that is none is refused. */
#define SIGNALS 128

struct start {
	const char *path;
	int socket; /* the program's end */
};

/* Ignored signals stay ignored across execve(2). */
static void reset_signals(void)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };
	sigset_t none;

	sigemptyset(&standard.sa_mask);
	for (int number = 1; number <= SIGNALS; number++)
		(void)sigaction(number, &standard, NULL); /* refused for SIGKILL and SIGSTOP */
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool become_effective(void)
{
	gid_t gid = getegid();
	uid_t uid = geteuid();

	return setregid(gid, gid) == 0 && setreuid(uid, uid) == 0;
}

static int run_program(void *context)
{
	const struct start *start = context;
	char name[256], *arguments[] = { name, NULL }, *no_environment[] = { NULL };
	const char *base = strrchr(start->path, '/') + 1;

	if (strlen(base) >= sizeof(name))
		return EXIT_NOT_STARTED;
	memcpy(name, base, strlen(base) + 1);
	if (ppk_descriptors_keep_one(start->socket) != PPK_OK || !become_effective() ||
		chdir("/") != 0)
		return EXIT_NOT_STARTED;
	reset_signals();
	(void)execve(start->path, arguments, no_environment);
	return EXIT_NOT_STARTED;
}

enum ppk_err ppk_process_start(const char *path, struct ppk_process *ret)
{
	struct start start = { .path = path };
	struct ppk_child child;
	enum ppk_err err;
	int ends[2];

	if (path[0] != '/')
		return PPK_ERR_PROCESS;
	err = ppk_packet_pair(ends);
	if (err != PPK_OK)
		return err;
	start.socket = ends[1];
	err = ppk_child_start(run_program, &start, &child);
	close(ends[1]);
	if (err != PPK_OK) {
		close(ends[0]);
		return err;
	}
	*ret = (struct ppk_process){ .keeper = child, .socket = ends[0] };
	return PPK_OK;
}

void ppk_process_finish(struct ppk_process *process, unsigned grace_ms)
{
	if (process->keeper.pid <= 0)
		return;
	/* Not close alone: another child may hold a copy of this end. */
	(void)shutdown(process->socket, SHUT_RDWR);
	close(process->socket);
	process->socket = -1;
	if (!ppk_child_ends_within(&process->keeper, grace_ms))
		ppk_child_signal(&process->keeper, SIGKILL);
	ppk_child_reap(&process->keeper);
}
