/* SPDX-License-Identifier: BSD-2-Clause */
#include <signal.h>

#include "scratch.h"
#include "sys/child.h"

#define ROUNDS 200

static struct ppk_diag diag;
static volatile sig_atomic_t child_signals;
static bool waiting_ends_at_once;

bool __real_ppk_child_ends_within(const struct ppk_child *child, unsigned ms);
bool __wrap_ppk_child_ends_within(const struct ppk_child *child, unsigned ms);
bool __wrap_ppk_child_ends_within(const struct ppk_child *child, unsigned ms)
{
	return __real_ppk_child_ends_within(child, waiting_ends_at_once ? 0 : ms);
}

static void make_folder(void)
{
	scratch_remove();
	CHECK(mkdir(scratch, 0755) == 0 && mkdir(in_scratch("f"), 0755) == 0);
}

static enum ppk_err lock(int *ret)
{
	struct ppk_trust trust = trust_me();

	return ppk_file_lock(in_scratch("f/file"), &trust, ret, &diag);
}

static unsigned read_number(void)
{
	struct ppk_trust trust = trust_me();
	struct ppk_bytes bytes = { NULL, 0 };
	unsigned number = 0;

	if (ppk_file_read(in_scratch("f/file"), &trust, 100, &bytes, NULL) != PPK_OK)
		_exit(10);
	for (size_t i = 0; i < bytes.len; i++)
		number = number * 10 + (unsigned)(bytes.data[i] - '0');
	ppk_bytes_done(&bytes);
	return number;
}

/* Read, add one, write: as sign counts and credential files are changed. */
static void increment(void)
{
	struct ppk_file_owner owner = { geteuid(), getegid(), 0644 };
	struct ppk_trust trust = trust_me();
	char text[16];
	int fd;

	if (lock(&fd) != PPK_OK)
		_exit(11);
	snprintf(text, sizeof(text), "%u", read_number() + 1);
	if (ppk_file_replace(in_scratch("f/file"), &trust, &owner, text, strlen(text), NULL) !=
		PPK_OK)
		_exit(12);
	ppk_file_unlock(fd);
}

static void two_processes_lose_no_change(void)
{
	pid_t pids[2];
	int status;

	make_folder();
	put_file(in_scratch("f/file"), "0", 0644);
	for (int i = 0; i < 2; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			for (int round = 0; round < ROUNDS; round++)
				increment();
			_exit(0);
		}
	}
	for (int i = 0; i < 2; i++) {
		CHECK(waitpid(pids[i], &status, 0) == pids[i]);
		CHECK_INT(status, 0);
	}
	CHECK_INT(read_number(), 2 * ROUNDS);
}

static void the_lock_is_a_private_file_that_stays(void)
{
	struct stat status;
	int fd;

	make_folder();
	CHECK_OK(lock(&fd));
	CHECK_INT(fcntl(fd, F_GETFD), FD_CLOEXEC);
	ppk_file_unlock(fd);
	CHECK(lstat(in_scratch("f/.file.lock"), &status) == 0);
	CHECK_INT(status.st_mode & 07777, 0600);
	CHECK(S_ISREG(status.st_mode));
	CHECK_OK(lock(&fd));
	ppk_file_unlock(fd);
}

static void whoever_waits_too_long_is_told_so(void)
{
	int holder, fd = -1, before;

	make_folder();
	CHECK_OK(lock(&holder));
	before = count_descriptors();
	waiting_ends_at_once = true;
	CHECK_ERR(lock(&fd), PPK_ERR_BUSY);
	waiting_ends_at_once = false;
	CHECK_INT(fd, -1);
	CHECK_INT(count_descriptors(), before);
	CHECK(waitpid(-1, NULL, WNOHANG | __WALL) == -1);
	ppk_file_unlock(holder);
	CHECK_OK(lock(&fd));
	ppk_file_unlock(fd);
}

static void a_copy_of_the_descriptor_in_a_child_does_not_keep_the_lock(void)
{
	int fd, ends[2];
	pid_t pid;

	make_folder();
	CHECK_OK(lock(&fd));
	CHECK(pipe2(ends, O_CLOEXEC) == 0);
	pid = fork();
	if (pid == 0) {
		char end;

		close(ends[1]);
		_exit(read(ends[0], &end, 1) == 0 ? 0 : 1);
	}
	ppk_file_unlock(fd);
	waiting_ends_at_once = true;
	CHECK_OK(lock(&fd));
	waiting_ends_at_once = false;
	ppk_file_unlock(fd);
	close(ends[0]);
	close(ends[1]);
	CHECK(waitpid(pid, NULL, 0) == pid);
}

static void a_lock_that_is_no_safe_file_is_refused(void)
{
	int fd;

	make_folder();
	put_file(in_scratch("f/target"), "", 0600);
	CHECK(symlink("target", in_scratch("f/.file.lock")) == 0);
	CHECK_ERR(lock(&fd), PPK_ERR_UNSAFE_FILE);
	CHECK(unlink(in_scratch("f/.file.lock")) == 0);
	CHECK(mkfifo(in_scratch("f/.file.lock"), 0600) == 0);
	CHECK_ERR(lock(&fd), PPK_ERR_UNSAFE_FILE);
	CHECK(unlink(in_scratch("f/.file.lock")) == 0);
	put_file(in_scratch("f/.file.lock"), "", 0666);
	CHECK_ERR(lock(&fd), PPK_ERR_UNSAFE_FILE);
	CHECK(chmod(in_scratch("f/.file.lock"), 0600) == 0);
	CHECK_OK(lock(&fd));
	ppk_file_unlock(fd);
	if (!is_root())
		CHECK_SKIP("the rest needs root");
	CHECK(chown(in_scratch("f/.file.lock"), STRANGER, STRANGER) == 0);
	CHECK_ERR(lock(&fd), PPK_ERR_UNSAFE_FILE);
}

static int lock_as_stranger(void)
{
	struct ppk_trust trust = { .root = 0 };
	int fd;

	return (int)ppk_file_lock(in_scratch("f/file"), &trust, &fd, NULL);
}

static void a_caller_without_privilege_is_told_so(void)
{
	int fd;

	if (!is_root())
		CHECK_SKIP("needs root");
	make_folder();
	CHECK_INT(as_stranger(STRANGER, lock_as_stranger), PPK_ERR_PERMISSION);
	CHECK_OK(lock(&fd));
	ppk_file_unlock(fd);
	CHECK_INT(as_stranger(STRANGER, lock_as_stranger), PPK_ERR_PERMISSION);
}

static void count_signal(int number)
{
	(void)number;
	child_signals++;
}

static void waiting_raises_no_signal_in_the_host(void)
{
	struct sigaction count = { .sa_handler = count_signal }, before;
	int holder, fd;

	make_folder();
	CHECK_OK(lock(&holder));
	CHECK(sigaction(SIGCHLD, &count, &before) == 0);
	waiting_ends_at_once = true;
	CHECK_ERR(lock(&fd), PPK_ERR_BUSY);
	waiting_ends_at_once = false;
	CHECK(sigaction(SIGCHLD, &before, NULL) == 0);
	CHECK_INT(child_signals, 0);
	ppk_file_unlock(holder);
}

int main(void)
{
	int result;

	scratch_make();
	result = CHECK_RUN(CHECK_TEST(two_processes_lose_no_change),
		CHECK_TEST(the_lock_is_a_private_file_that_stays),
		CHECK_TEST(whoever_waits_too_long_is_told_so),
		CHECK_TEST(a_copy_of_the_descriptor_in_a_child_does_not_keep_the_lock),
		CHECK_TEST(a_lock_that_is_no_safe_file_is_refused),
		CHECK_TEST(a_caller_without_privilege_is_told_so),
		CHECK_TEST(waiting_raises_no_signal_in_the_host));
	scratch_remove();
	return result;
}
