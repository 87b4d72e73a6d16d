/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A handler for each that writes into a pipe. A handler is given nothing but a number, so that what it
 * needs is kept here, outside of any function.
 *
 * 1. What the handler calls MUST be async-signal-safe, and errno MUST stay as it was.
 * 2. A signal that came MUST have its own effect at the release, be it to be ignored.
 */
#include "sys/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#define NUMBER_MAX 31 /* of the signals that POSIX names, everywhere */

static volatile sig_atomic_t came[NUMBER_MAX + 1];
static volatile sig_atomic_t pipe_of[NUMBER_MAX + 1];

static void note(int number)
{
	int code = errno;

	came[number] = 1;
	(void)!write(pipe_of[number], "", 1); /* a pipe that is full says it, too */
	errno = code;
}

static bool prepare(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 &&
	       fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

static void restore(const struct ppk_signals *signals)
{
	for (size_t i = 0; i < signals->count; i++)
		(void)sigaction(signals->numbers[i], &signals->actions[i], NULL);
	close(signals->fd);
	close(signals->end);
}

enum ppk_err ppk_signals_hold(const int *numbers, size_t count, struct ppk_signals *ret)
{
	struct sigaction noting = { .sa_handler = note };
	int ends[2];

	if (count > PPK_SIGNALS_MAX || pipe(ends) != 0)
		return PPK_ERR_IO;
	*ret = (struct ppk_signals){ .fd = ends[0], .end = ends[1] };
	sigfillset(&noting.sa_mask);
	if (!prepare(ends[0]) || !prepare(ends[1])) {
		restore(ret);
		return PPK_ERR_IO;
	}
	for (; ret->count < count; ret->count++) {
		int number = numbers[ret->count];

		ret->numbers[ret->count] = number;
		if (number <= NUMBER_MAX) {
			came[number] = 0;
			pipe_of[number] = ends[1];
		}
		if (number > NUMBER_MAX ||
			sigaction(number, &noting, &ret->actions[ret->count]) != 0) {
			restore(ret);
			return PPK_ERR_IO;
		}
	}
	return PPK_OK;
}

void ppk_signals_release(struct ppk_signals *signals)
{
	restore(signals);
	for (size_t i = 0; i < signals->count; i++)
		if (came[signals->numbers[i]])
			(void)raise(signals->numbers[i]);
}
