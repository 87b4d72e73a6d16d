/* SPDX-License-Identifier: BSD-2-Clause */
#include <signal.h>

#include "faults.h"
#include "scratch.h"
#include "sys/user.h"

#define MAX 1000

static struct ppk_diag diag;
static char name[] = "stranger", home[PATH_MAX];
static struct ppk_user user = { .name = name, .home = home, .uid = STRANGER, .gid = STRANGER };
static volatile sig_atomic_t child_signals;

static void own(const char *path)
{
	CHECK(lchown(path, STRANGER, STRANGER) == 0);
}

static void make_home(void)
{
	scratch_remove();
	CHECK(mkdir(scratch, 0755) == 0);
	snprintf(home, sizeof(home), "%s/home", scratch);
	CHECK(mkdir(home, 0700) == 0);
	own(home);
	CHECK(mkdir(in_scratch("home/keys"), 0700) == 0);
	own(in_scratch("home/keys"));
	put_file(in_scratch("home/keys/file"), "content", 0600);
	own(in_scratch("home/keys/file"));
}

static enum ppk_err read_path(const char *path)
{
	struct ppk_bytes bytes = { NULL, 0 };
	enum ppk_err err = ppk_file_read_as(&user, path, MAX, &bytes, &diag);

	if (err == PPK_OK &&
		(bytes.len != strlen("content") || memcmp(bytes.data, "content", bytes.len) != 0))
		err = PPK_ERR_INTERNAL;
	if (err != PPK_OK && bytes.data != NULL)
		err = PPK_ERR_INTERNAL;
	ppk_bytes_done(&bytes);
	return err;
}

static void roots_file_and_the_users_own_are_read(void)
{
	make_home();
	CHECK_OK(read_path(in_scratch("home/keys/file")));
	CHECK(lchown(in_scratch("home/keys/file"), 0, STRANGER) == 0);
	CHECK(chmod(in_scratch("home/keys/file"), 0640) == 0);
	CHECK_OK(read_path(in_scratch("home/keys/file")));
}

static void what_the_user_cannot_read_is_not_read_for_them(void)
{
	make_home();
	CHECK(lchown(in_scratch("home/keys/file"), 0, 0) == 0);
	CHECK_ERR(read_path(in_scratch("home/keys/file")), PPK_ERR_PERMISSION);
	CHECK_ERR(read_path("/etc/shadow"), PPK_ERR_PERMISSION);
}

static void a_symlink_leads_nowhere(void)
{
	make_home();
	CHECK(unlink(in_scratch("home/keys/file")) == 0);
	CHECK(symlink("/etc/passwd", in_scratch("home/keys/file")) == 0);
	own(in_scratch("home/keys/file"));
	CHECK_ERR(read_path(in_scratch("home/keys/file")), PPK_ERR_UNSAFE_FILE);
	make_home();
	CHECK(rename(in_scratch("home/keys"), in_scratch("home/elsewhere")) == 0);
	CHECK(symlink("elsewhere", in_scratch("home/keys")) == 0);
	CHECK_ERR(read_path(in_scratch("home/keys/file")), PPK_ERR_UNSAFE_FILE);
}

static void another_users_file_and_fifos_and_huge_files_are_refused(void)
{
	make_home();
	CHECK(chmod(in_scratch("home/keys/file"), 0644) == 0);
	CHECK(lchown(in_scratch("home/keys/file"), OTHER_STRANGER, 0) == 0);
	CHECK_ERR(read_path(in_scratch("home/keys/file")), PPK_ERR_UNSAFE_FILE);
	CHECK(unlink(in_scratch("home/keys/file")) == 0);
	CHECK(mkfifo(in_scratch("home/keys/file"), 0600) == 0);
	own(in_scratch("home/keys/file"));
	CHECK_ERR(read_path(in_scratch("home/keys/file")), PPK_ERR_UNSAFE_FILE);
	make_home();
	CHECK(truncate(in_scratch("home/keys/file"), MAX + 1) == 0);
	CHECK_ERR(read_path(in_scratch("home/keys/file")), PPK_ERR_LIMIT);
	make_home();
	CHECK(chmod(in_scratch("home/keys"), 0770) == 0);
	CHECK_ERR(read_path(in_scratch("home/keys/file")), PPK_ERR_UNSAFE_FILE);
}

static void a_missing_folder_below_a_home_is_none_and_a_missing_home_is_an_error(void)
{
	make_home();
	CHECK_ERR(read_path(in_scratch("home/keys/other")), PPK_ERR_NOT_FOUND);
	CHECK_ERR(read_path(in_scratch("home/.config/keys/file")), PPK_ERR_NOT_FOUND);
	CHECK(rename(in_scratch("home"), in_scratch("unmounted")) == 0);
	CHECK_ERR(read_path(in_scratch("home/keys/file")), PPK_ERR_IO);
	CHECK_ERR(read_path(in_scratch("home/file")), PPK_ERR_IO);
	CHECK_ERR(read_path(in_scratch("else/where/file")), PPK_ERR_IO);
}

static void supplementary_groups_are_the_users_and_nobody_elses(void)
{
	gid_t groups[] = { 54399 };

	make_home();
	CHECK(lchown(in_scratch("home/keys/file"), 0, 54399) == 0);
	CHECK(chmod(in_scratch("home/keys/file"), 0640) == 0);
	CHECK_ERR(read_path(in_scratch("home/keys/file")), PPK_ERR_PERMISSION);
	user.groups = groups;
	user.group_count = 1;
	CHECK_OK(read_path(in_scratch("home/keys/file")));
	user.groups = NULL;
	user.group_count = 0;
	/* Root's own group is one that the test process has and the user has not. */
	CHECK(lchown(in_scratch("home/keys/file"), 0, 0) == 0);
	CHECK_ERR(read_path(in_scratch("home/keys/file")), PPK_ERR_PERMISSION);
}

static void count_signal(int number)
{
	(void)number;
	child_signals++;
}

static void the_host_notices_nothing(void)
{
	struct sigaction count = { .sa_handler = count_signal }, before;
	uid_t real, effective, saved;
	int descriptors;

	make_home();
	CHECK(sigaction(SIGCHLD, &count, &before) == 0);
	descriptors = count_descriptors();
	for (int i = 0; i < 20; i++) {
		CHECK_OK(read_path(in_scratch("home/keys/file")));
		CHECK_ERR(read_path(in_scratch("home/keys/none")), PPK_ERR_NOT_FOUND);
	}
	CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
	CHECK_INT(child_signals, 0);
	CHECK_INT(count_descriptors(), descriptors);
	CHECK(getresuid(&real, &effective, &saved) == 0);
	CHECK(real == 0 && effective == 0 && saved == 0);
	CHECK(sigaction(SIGCHLD, &before, NULL) == 0);
}

static void end_now(void)
{
	(void)kill(getpid(), SIGKILL);
}

static void stop_now(void)
{
	(void)kill(getpid(), SIGSTOP);
}

/* As when the user kills the process that became them. */
static void a_killed_child_is_an_error_and_not_an_answer(void)
{
	make_home();
	faults.before_read = end_now;
	CHECK_ERR(read_path(in_scratch("home/keys/file")), PPK_ERR_IO);
	faults_none();
}

static int64_t clock_ms, clock_step_ms;

/* Time passes when it is looked at, and not otherwise. */
int64_t __wrap_ppk_clock_ms(void);
int64_t __wrap_ppk_clock_ms(void)
{
	clock_ms += clock_step_ms;
	return clock_ms;
}

static void a_stopped_child_ends_in_an_error_in_time(void)
{
	make_home();
	faults.before_read = stop_now;
	clock_step_ms = 3600 * 1000;
	CHECK_ERR(read_path(in_scratch("home/keys/file")), PPK_ERR_IO);
	clock_step_ms = 0;
	faults_none();
	CHECK(waitpid(-1, NULL, WNOHANG | __WALL) == -1 && errno == ECHILD);
}

static void whatever_fails_is_an_error_and_never_none(void)
{
	int before;

	make_home();
	before = count_descriptors();
	FAULTS_EACH(EIO, read_path(in_scratch("home/keys/file")), {
		CHECK(err != PPK_OK && err != PPK_ERR_NOT_FOUND);
		CHECK_INT(count_descriptors(), before);
	});
}

static bool is_users(const char *path, mode_t mode)
{
	struct stat status;

	return lstat(path, &status) == 0 && status.st_uid == STRANGER &&
	       status.st_gid == STRANGER && (status.st_mode & 07777) == mode;
}

static void root_writes_into_a_home_as_the_user(void)
{
	make_home();
	CHECK_OK(ppk_file_replace_as(&user, in_scratch("home/keys/file"), 0600, "new", 3, &diag));
	CHECK(file_has(in_scratch("home/keys/file"), "new"));
	CHECK(is_users(in_scratch("home/keys/file"), 0600));
	CHECK_INT(count_entries(in_scratch("home/keys")), 1);
	CHECK_OK(ppk_folder_make_as(&user, in_scratch("home/more"), 0700, &diag));
	CHECK(is_users(in_scratch("home/more"), 0700));
	CHECK_OK(ppk_folder_make_as(&user, in_scratch("home/more"), 0700, &diag));
}

static void root_is_not_led_out_of_a_home(void)
{
	int lock;

	make_home();
	CHECK(mkdir(in_scratch("roots"), 0755) == 0);
	put_file(in_scratch("roots/file"), "roots", 0644);
	/* A link in place of the folder. */
	CHECK(rename(in_scratch("home/keys"), in_scratch("home/old")) == 0);
	CHECK(symlink("../roots", in_scratch("home/keys")) == 0);
	CHECK_ERR(ppk_file_replace_as(&user, in_scratch("home/keys/file"), 0600, "new", 3, &diag),
		PPK_ERR_UNSAFE_FILE);
	CHECK_ERR(ppk_file_lock_as(&user, in_scratch("home/keys/file"), &lock, &diag),
		PPK_ERR_UNSAFE_FILE);
	CHECK_ERR(ppk_folder_make_as(&user, in_scratch("home/keys/sub"), 0700, &diag),
		PPK_ERR_UNSAFE_FILE);
	CHECK_ERR(ppk_folder_make_as(&user, in_scratch("home/keys"), 0700, &diag),
		PPK_ERR_UNSAFE_FILE);
	/* Root's folder itself, as when it was moved there. */
	CHECK(unlink(in_scratch("home/keys")) == 0);
	CHECK(rename(in_scratch("roots"), in_scratch("home/keys")) == 0);
	CHECK_ERR(ppk_file_replace_as(&user, in_scratch("home/keys/file"), 0600, "new", 3, &diag),
		PPK_ERR_PERMISSION);
	CHECK_ERR(ppk_file_lock_as(&user, in_scratch("home/keys/file"), &lock, &diag),
		PPK_ERR_PERMISSION);
	CHECK(file_has(in_scratch("home/keys/file"), "roots"));
	CHECK_INT(count_entries(in_scratch("home/keys")), 1);
}

static void the_lock_in_a_home_comes_back_to_root(void)
{
	int lock = -1, second = open("/dev/null", O_RDONLY | O_CLOEXEC), before;

	make_home();
	close(second);
	before = count_descriptors();
	CHECK_OK(ppk_file_lock_as(&user, in_scratch("home/keys/file"), &lock, &diag));
	CHECK(is_users(in_scratch("home/keys/.file.lock"), 0600));
	CHECK_INT(fcntl(lock, F_GETFD), FD_CLOEXEC);
	second = open(in_scratch("home/keys/.file.lock"), O_RDWR | O_CLOEXEC);
	CHECK(flock(second, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK);
	ppk_file_unlock(lock);
	CHECK(flock(second, LOCK_EX | LOCK_NB) == 0);
	close(second);
	CHECK_INT(count_descriptors(), before);
}

int main(void)
{
	int result;

	if (!is_root()) {
		printf("1..0 # SKIP needs root, who alone can become another user\n");
		return 0;
	}
	scratch_make();
	result = CHECK_RUN(CHECK_TEST(roots_file_and_the_users_own_are_read),
		CHECK_TEST(what_the_user_cannot_read_is_not_read_for_them),
		CHECK_TEST(a_symlink_leads_nowhere),
		CHECK_TEST(another_users_file_and_fifos_and_huge_files_are_refused),
		CHECK_TEST(a_missing_folder_below_a_home_is_none_and_a_missing_home_is_an_error),
		CHECK_TEST(supplementary_groups_are_the_users_and_nobody_elses),
		CHECK_TEST(the_host_notices_nothing),
		CHECK_TEST(a_killed_child_is_an_error_and_not_an_answer),
		CHECK_TEST(a_stopped_child_ends_in_an_error_in_time),
		CHECK_TEST(whatever_fails_is_an_error_and_never_none),
		CHECK_TEST(root_writes_into_a_home_as_the_user),
		CHECK_TEST(root_is_not_led_out_of_a_home),
		CHECK_TEST(the_lock_in_a_home_comes_back_to_root));
	scratch_remove();
	return result;
}
