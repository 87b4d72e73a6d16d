/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/descriptor.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "scratch.h"

/* What this kernel lacks. */
static bool no_close_range, no_proc;

long __real_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, ...);
/* Takes six arguments, as syscall(2) does, whether the caller gave so many or not. */
__attribute__((no_sanitize("address"))) long __wrap_syscall(long number, ...)
{
	long value[6];
	va_list list;

	va_start(list, number);
	for (int i = 0; i < 6; i++)
		value[i] = va_arg(list, long);
	va_end(list);
	if (no_close_range && number == SYS_close_range) {
		errno = ENOSYS;
		return -1;
	}
	return __real_syscall(number, value[0], value[1], value[2], value[3], value[4], value[5]);
}

int __real_open(const char *path, int flags, mode_t mode);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	if (no_proc && strncmp(path, "/proc", 5) == 0) {
		errno = ENOENT;
		return -1;
	}
	return __real_open(path, flags, 0);
}

static const int wanted[] = { 5, 6, 40, 41, 300, 511, 900 };

static int close_from_six(void)
{
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (dup2(0, wanted[i]) < 0)
			return 90;
	ppk_descriptors_close_from(6);
	if (fcntl(5, F_GETFD) < 0)
		return 91;
	for (int fd = 6; fd < 1000; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return 92;
	return 0;
}

static int in_child(int (*test)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(test());
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

static void all_from_a_number_on_are_closed(void)
{
	no_close_range = no_proc = false;
	CHECK_INT(in_child(close_from_six), 0);
}

static void all_are_closed_without_close_range(void)
{
	no_close_range = true;
	no_proc = false;
	CHECK_INT(in_child(close_from_six), 0);
}

static void all_are_closed_without_close_range_and_proc(void)
{
	no_close_range = no_proc = true;
	CHECK_INT(in_child(close_from_six), 0);
}

static int closed_mask, kept;

static int keep_one(void)
{
	int ends[2];
	char byte;

	for (int fd = 0; fd < 3; fd++)
		if ((closed_mask & (1 << fd)) != 0)
			close(fd);
	if (pipe(ends) != 0 || write(ends[1], "x", 1) != 1)
		return 90;
	if (kept >= 0 && dup2(ends[0], kept) != kept)
		return 91;
	if (ppk_descriptors_keep_one(kept >= 0 ? kept : ends[0]) != PPK_OK)
		return 92;
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) != 0 || read(fd, &byte, 1) != 0)
			return 93;
	if (fcntl(3, F_GETFD) != 0 || read(3, &byte, 1) != 1 || byte != 'x')
		return 94;
	for (int fd = 4; fd < 1000; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return 95;
	return 0;
}

static void one_is_kept_wherever_it_was(void)
{
	no_close_range = no_proc = false;
	for (closed_mask = 0; closed_mask < 8; closed_mask++)
		for (kept = -1; kept < 6; kept++)
			CHECK_INT(in_child(keep_one), 0);
}

/* A pipe gives what one write put into it, at most. */
static void a_pipe_is_read_to_its_end(void)
{
	char text[16] = "";
	size_t len = 99;
	int ends[2], status;

	CHECK(pipe(ends) == 0);
	pid_t pid = fork();

	if (pid == 0) {
		bool sent = write(ends[1], "one", 3) == 3 && write(ends[1], "two", 3) == 3;

		_exit(sent ? 0 : 1);
	}
	close(ends[1]);
	CHECK(ppk_descriptor_read(ends[0], text, sizeof(text), &len));
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	CHECK_BYTES(text, len, "onetwo", 6);
	CHECK(ppk_descriptor_read(ends[0], text, sizeof(text), &len));
	CHECK_INT(len, 0);
	close(ends[0]);
}

static void no_more_is_read_than_there_is_room_for(void)
{
	char text[8] = "#######";
	size_t len = 99;
	int ends[2];

	CHECK(pipe(ends) == 0 && write(ends[1], "onetwo", 6) == 6);
	CHECK(ppk_descriptor_read(ends[0], text, 4, &len));
	CHECK_INT(len, 4);
	CHECK_STR(text, "onet###");
	CHECK(ppk_descriptor_read(ends[0], text, 0, &len));
	CHECK_INT(len, 0);
	close(ends[0]);
	close(ends[1]);
}

static void an_error_says_what_came_until_then(void)
{
	char text[8];
	size_t len = 99;
	int ends[2];

	CHECK(pipe(ends) == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
	CHECK(write(ends[1], "one", 3) == 3);
	CHECK(!ppk_descriptor_read(ends[0], text, sizeof(text), &len));
	CHECK_INT(errno, EAGAIN);
	CHECK_BYTES(text, len, "one", 3);
	close(ends[0]);
	close(ends[1]);
	CHECK(!ppk_descriptor_read(ends[0], text, sizeof(text), &len));
	CHECK_INT(errno, EBADF);
	CHECK_INT(len, 0);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(all_from_a_number_on_are_closed),
		CHECK_TEST(all_are_closed_without_close_range),
		CHECK_TEST(all_are_closed_without_close_range_and_proc),
		CHECK_TEST(one_is_kept_wherever_it_was), CHECK_TEST(a_pipe_is_read_to_its_end),
		CHECK_TEST(no_more_is_read_than_there_is_room_for),
		CHECK_TEST(an_error_says_what_came_until_then));
}
