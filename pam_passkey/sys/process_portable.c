/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running a helper program from a program of ours.
 *
 * 1. The program MUST find no descriptor, environment variable, ignored or blocked signal or id of the
 *    host, whichever of 0, 1 and 2 the host had closed.
 * 2. The program has to end by the end of its socket; one that does not in time MUST be killed. It stays
 *    in the terminal's foreground group: Ctrl-C is for it too.
 */
#include "sys/process_child.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "sys/descriptor.h"

/* No system has more signals; a number that is none is refused. */
#define SIGNALS 128

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

int ppk_process_child(void *context)
{
	const struct ppk_process_start *start = context;
	char name[256], *arguments[] = { name, NULL }, *no_environment[] = { NULL };
	const char *base = strrchr(start->path, '/') + 1;

	if (strlen(base) >= sizeof(name))
		return PPK_PROCESS_NOT_STARTED;
	memcpy(name, base, strlen(base) + 1);
	if (ppk_descriptors_keep_one(start->socket) != PPK_OK || !become_effective() ||
		chdir("/") != 0)
		return PPK_PROCESS_NOT_STARTED;
	reset_signals();
	(void)execve(start->path, arguments, no_environment);
	return PPK_PROCESS_NOT_STARTED;
}

/* The programs of these systems have nothing to do before the answer, and wait for it at once. */
void ppk_process_give_way(void) {}

void ppk_process_kill(struct ppk_child *child)
{
	ppk_child_signal(child, SIGKILL);
}
