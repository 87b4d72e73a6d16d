/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * usage: measure PROGRAM [ARGUMENT...]   runs it with its output thrown away, then prints one line:
 *        wall microseconds, CPU microseconds, peak KiB of any one process in it, exit status.
 * A small program of its own, because a child's peak memory includes that of whoever forked it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static void run(char *const argv[])
{
	int null = open("/dev/null", O_RDWR);

	if (null >= 0 && dup2(null, 0) >= 0 && dup2(null, 1) >= 0 && dup2(null, 2) >= 0)
		execvp(argv[0], argv);
	_exit(127);
}

int main(int argc, char *argv[])
{
	long long start_us, wall_us, cpu_us;
	struct rusage usage;
	int status = 0;
	pid_t pid;

	if (argc < 2)
		return 2;
	start_us = now_us();
	pid = fork();
	if (pid == 0)
		run(argv + 1);
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid)
		return 1;
	wall_us = now_us() - start_us;
	cpu_us = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL +
		 usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
	printf("%lld %lld %ld %d\n", wall_us, cpu_us, usage.ru_maxrss,
		WIFEXITED(status) ? WEXITSTATUS(status) : 128);
	return 0;
}
