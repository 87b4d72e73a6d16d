/* SPDX-License-Identifier: BSD-2-Clause */
/* How wide the terminal is: asked by a process that has one, has none, or has one that says nothing. */
#include "sys/terminal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define NOT_ASKED 255

static int terminal = -1; /* the other end of it */

static const char *open_terminal(unsigned columns)
{
	struct winsize size = { .ws_row = 24, .ws_col = (unsigned short)columns };

	terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	CHECK(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
	CHECK(ioctl(terminal, TIOCSWINSZ, &size) == 0);
	return ptsname(terminal);
}

/* What a process of a session of its own sees, which has that terminal (NULL: none). */
static int columns_at(const char *name)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		/* the first terminal that the leader of a session opens is the session's */
		if (setsid() < 0 || (name != NULL && open(name, O_RDWR) < 0))
			_exit(NOT_ASKED);
		_exit((int)ppk_terminal_picture_columns());
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int columns_of(unsigned columns)
{
	int seen = columns_at(open_terminal(columns));

	close(terminal);
	return seen;
}

static void environment(const char *term, const char *lang)
{
	CHECK(setenv("TERM", term, 1) == 0 && setenv("LC_ALL", lang, 1) == 0);
}

static void a_terminal_says_how_wide_it_is(void)
{
	environment("xterm", "C.UTF-8");
	CHECK_INT(columns_of(80), 80);
	CHECK_INT(columns_of(41), 41);
}

static void a_narrow_one_is_no_place_for_a_picture(void)
{
	environment("xterm", "C.UTF-8");
	CHECK_INT(columns_of(40), 0);
	CHECK_INT(columns_of(1), 0);
}

static void one_that_does_not_say_is_no_place_for_a_picture(void)
{
	environment("xterm", "C.UTF-8");
	CHECK_INT(columns_of(0), 0);
}

static void without_a_terminal_there_is_no_picture(void)
{
	environment("xterm", "C.UTF-8");
	CHECK_INT(columns_at(NULL), 0);
}

static void nor_where_colours_or_characters_are_not_shown(void)
{
	environment("dumb", "C.UTF-8");
	CHECK_INT(columns_of(80), 0);
	environment("xterm", "C");
	CHECK_INT(columns_of(80), 0);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(a_terminal_says_how_wide_it_is),
		CHECK_TEST(a_narrow_one_is_no_place_for_a_picture),
		CHECK_TEST(one_that_does_not_say_is_no_place_for_a_picture),
		CHECK_TEST(without_a_terminal_there_is_no_picture),
		CHECK_TEST(nor_where_colours_or_characters_are_not_shown));
}
