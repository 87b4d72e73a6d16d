/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A helper for the tests of sys/process: what it does is told by the name under which it is run.
 * report: sends what it finds of itself, then ends at the end of file. echo: sends back each packet.
 * stubborn: sends its pid, blocks and ignores all, and reads nothing. three: ends with 3 at once.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "sys/packet.h"

extern char **environ;

static int at_null(int fd)
{
	char path[32], target[32] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return readlink(path, target, sizeof(target) - 1) > 0 && strcmp(target, "/dev/null") == 0;
}

static void report(int argc)
{
	char text[512], folder[64] = "", open_now[64] = "";
	int ignored = 0, blocked = 0, environment = 0, death_signal = 0, len;
	uid_t uid[3];
	gid_t gid[3];
	sigset_t mask;

	for (int fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			snprintf(open_now + strlen(open_now), sizeof(open_now) - strlen(open_now),
				"%d%s ", fd, at_null(fd) ? "=null" : "");
	sigprocmask(SIG_SETMASK, NULL, &mask);
	for (int number = 1; number < NSIG; number++) {
		struct sigaction action;

		blocked += sigismember(&mask, number) == 1;
		ignored += sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
	}
	while (environ != NULL && environ[environment] != NULL)
		environment++;
	if (getresuid(&uid[0], &uid[1], &uid[2]) != 0 ||
		getresgid(&gid[0], &gid[1], &gid[2]) != 0 ||
		getcwd(folder, sizeof(folder)) == NULL ||
		prctl(PR_GET_PDEATHSIG, &death_signal) != 0)
		_exit(9);
	len = snprintf(text, sizeof(text),
		"argc=%d env=%d fds=%sblocked=%d ignored=%d cwd=%s uid=%d,%d,%d gid=%d,%d,%d "
		"death=%d",
		argc, environment, open_now, blocked, ignored, folder, (int)uid[0], (int)uid[1],
		(int)uid[2], (int)gid[0], (int)gid[1], (int)gid[2], death_signal);
	(void)!ppk_packet_send(3, (const uint8_t *)text, (size_t)len);
}

static void stubborn(void)
{
	pid_t pid = getpid();
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	(void)!ppk_packet_send(3, (const uint8_t *)&pid, sizeof(pid));
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	uint8_t packet[64];
	size_t len = 0;

	if (strcmp(argv[0], "three") == 0)
		return 3;
	if (strcmp(argv[0], "report") == 0)
		report(argc);
	if (strcmp(argv[0], "stubborn") == 0)
		stubborn();
	while (ppk_packet_receive(3, -1, packet, sizeof(packet), &len) == PPK_OK)
		(void)!ppk_packet_send(3, packet, len);
	return 0;
}
