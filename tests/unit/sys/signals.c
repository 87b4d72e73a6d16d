/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static volatile sig_atomic_t handled;

static void count(int number)
{
	(void)number;
	handled++;
}

static const int both[] = { SIGTERM, SIGHUP };

static bool shows(const struct ppk_signals *signals)
{
	return poll(&(struct pollfd){ .fd = signals->fd, .events = POLLIN }, 1, 0) == 1;
}

static void one_that_comes_shows_and_acts_at_the_release(void)
{
	struct sigaction counting = { .sa_handler = count }, before;
	struct ppk_signals signals;

	handled = 0;
	CHECK(sigaction(SIGTERM, &counting, &before) == 0);
	CHECK_OK(ppk_signals_hold(both, 2, &signals));
	CHECK(!shows(&signals));
	CHECK(raise(SIGTERM) == 0);
	CHECK(shows(&signals));
	CHECK_INT(handled, 0);
	ppk_signals_release(&signals);
	CHECK_INT(handled, 1);
	CHECK(raise(SIGTERM) == 0);
	CHECK_INT(handled, 2);
	CHECK(sigaction(SIGTERM, &before, NULL) == 0);
}

static void without_one_nothing_happens(void)
{
	struct sigaction counting = { .sa_handler = count }, before, after;
	struct ppk_signals signals;

	handled = 0;
	CHECK(sigaction(SIGHUP, &counting, &before) == 0);
	CHECK_OK(ppk_signals_hold(both, 2, &signals));
	CHECK_INT(fcntl(signals.fd, F_GETFD), FD_CLOEXEC);
	ppk_signals_release(&signals);
	CHECK(fcntl(signals.fd, F_GETFD) < 0 && errno == EBADF);
	CHECK_INT(handled, 0);
	CHECK(sigaction(SIGHUP, &before, &after) == 0);
	CHECK(after.sa_handler == count);
}

static void one_that_ends_a_program_ends_it_at_the_release(void)
{
	struct ppk_signals signals;
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (ppk_signals_hold(both, 2, &signals) != PPK_OK || raise(SIGHUP) != 0 ||
			!shows(&signals))
			_exit(1);
		ppk_signals_release(&signals);
		_exit(2);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP);
}

static void one_that_is_ignored_stays_ignored(void)
{
	struct sigaction ignoring = { .sa_handler = SIG_IGN }, before;
	struct ppk_signals signals;

	CHECK(sigaction(SIGTERM, &ignoring, &before) == 0);
	CHECK_OK(ppk_signals_hold(both, 1, &signals));
	CHECK(raise(SIGTERM) == 0);
	ppk_signals_release(&signals);
	CHECK(raise(SIGTERM) == 0);
	CHECK(sigaction(SIGTERM, &before, NULL) == 0);
}

static void many_of_one_are_one(void)
{
	struct sigaction counting = { .sa_handler = count }, before;
	struct ppk_signals signals;

	handled = 0;
	CHECK(sigaction(SIGTERM, &counting, &before) == 0);
	CHECK_OK(ppk_signals_hold(both, 2, &signals));
	for (int i = 0; i < 100000; i++) /* more than a pipe holds */
		CHECK(raise(SIGTERM) == 0);
	CHECK(shows(&signals));
	ppk_signals_release(&signals);
	CHECK_INT(handled, 1);
	CHECK(sigaction(SIGTERM, &before, NULL) == 0);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(one_that_comes_shows_and_acts_at_the_release),
		CHECK_TEST(without_one_nothing_happens),
		CHECK_TEST(one_that_ends_a_program_ends_it_at_the_release),
		CHECK_TEST(one_that_is_ignored_stays_ignored), CHECK_TEST(many_of_one_are_one));
}
