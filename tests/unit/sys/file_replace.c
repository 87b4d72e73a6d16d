/* SPDX-License-Identifier: BSD-2-Clause */
#include <signal.h>
#include <sys/resource.h>

#include "faults.h"
#include "scratch.h"

#define OLD "the old content"
#define NEW "the new content, which is longer"

static struct ppk_diag diag;

static struct ppk_file_owner me(mode_t mode)
{
	return (struct ppk_file_owner){ .uid = geteuid(), .gid = getegid(), .mode = mode };
}

static void make_old(void)
{
	scratch_remove();
	CHECK(mkdir(scratch, 0755) == 0 && mkdir(in_scratch("f"), 0755) == 0);
	put_file(in_scratch("f/file"), OLD, 0644);
}

static enum ppk_err replace(void)
{
	struct ppk_trust trust = trust_me();
	struct ppk_file_owner owner = me(0644);

	return ppk_file_replace(in_scratch("f/file"), &trust, &owner, NEW, strlen(NEW), &diag);
}

static void a_file_is_made_and_replaced(void)
{
	make_old();
	CHECK_OK(replace());
	CHECK(file_has(in_scratch("f/file"), NEW));
	CHECK(unlink(in_scratch("f/file")) == 0);
	CHECK_OK(replace());
	CHECK(file_has(in_scratch("f/file"), NEW));
	CHECK_INT(count_entries(in_scratch("f")), 1);
}

static void whoever_has_the_old_file_open_keeps_it_whole(void)
{
	char content[64];
	int fd;

	make_old();
	fd = open(in_scratch("f/file"), O_RDONLY | O_CLOEXEC);
	CHECK_OK(replace());
	CHECK_INT(read(fd, content, sizeof(content)), strlen(OLD));
	close(fd);
}

static void owner_and_mode_are_as_asked_whatever_the_umask(void)
{
	static const mode_t masks[] = { 0, 022, 077, 0777 };
	struct ppk_trust trust = trust_me();
	struct stat status;

	for (size_t i = 0; i < 4; i++) {
		struct ppk_file_owner owner = me(0604);
		mode_t before;

		if (is_root())
			owner = (struct ppk_file_owner){ STRANGER, OTHER_STRANGER, 0604 };
		make_old();
		before = umask(masks[i]);
		CHECK_OK(ppk_file_replace(in_scratch("f/file"), &trust, &owner, NEW, 3, &diag));
		CHECK_INT(umask(before), masks[i]);
		CHECK(stat(in_scratch("f/file"), &status) == 0);
		CHECK_INT(status.st_uid, owner.uid);
		CHECK_INT(status.st_gid, owner.gid);
		CHECK_INT(status.st_mode & 07777, 0604);
	}
}

static void whatever_fails_the_old_file_stays_and_nothing_else(void)
{
	static const int codes[] = { EIO, ENOSPC, EDQUOT, EACCES, EROFS, EMFILE };
	unsigned after_rename = 0;
	int before;

	make_old();
	before = count_descriptors();
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		put_file(in_scratch("f/file"), OLD, 0644);
		FAULTS_EACH(codes[i], replace(), {
			CHECK(err != PPK_OK);
			CHECK_INT(count_entries(in_scratch("f")), 1);
			CHECK_INT(count_descriptors(), before);
			/* Only syncing the folder comes after the rename. */
			if (file_has(in_scratch("f/file"), NEW))
				after_rename++;
			else
				CHECK(file_has(in_scratch("f/file"), OLD));
			put_file(in_scratch("f/file"), OLD, 0644);
		});
	}
	CHECK_INT(after_rename, sizeof(codes) / sizeof(codes[0]));
}

static void content_is_on_the_disk_before_the_rename_and_the_name_after_it(void)
{
	make_old();
	faults_none();
	CHECK_OK(replace());
	CHECK_INT(faults.syncs_at_rename, 1);
	CHECK_INT(faults.syncs, 2);
}

static void a_full_disk_is_said_in_words(void)
{
	make_old();
	FAULTS_EACH(ENOSPC, replace(),
		CHECK(err != PPK_ERR_IO || strstr(diag.text, "No space left") != NULL));
}

static void short_and_interrupted_writes_lose_nothing(void)
{
	make_old();
	faults.write_at_most = 3;
	CHECK_OK(replace());
	CHECK(file_has(in_scratch("f/file"), NEW));
	faults_none();
	FAULTS_EACH(EINTR, replace(), CHECK(err != PPK_OK || file_has(in_scratch("f/file"), NEW)));
}

static void a_crash_at_any_moment_leaves_the_old_file_or_the_new_one(void)
{
	unsigned old = 0, new = 0;

	for (unsigned at = 1;; at++) {
		int status;
		pid_t pid;

		make_old();
		pid = fork();
		if (pid == 0) {
			faults_none();
			faults.crash_at = at;
			faults.write_at_most = 5;
			_exit(replace() == PPK_OK ? 0 : 1);
		}
		CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
		if (WEXITSTATUS(status) == 0)
			break;
		CHECK_INT(WEXITSTATUS(status), CRASHED);
		if (file_has(in_scratch("f/file"), OLD))
			old++;
		else if (file_has(in_scratch("f/file"), NEW))
			new ++;
		else
			CHECK_FAIL("neither old nor new after a crash before call %u", at);
		/* What the crash left over is in nobody's way. */
		CHECK_OK(replace());
		CHECK(file_has(in_scratch("f/file"), NEW));
	}
	CHECK(old > 10);
	CHECK(new >= 1);
}

static void a_symlink_is_replaced_and_not_followed(void)
{
	make_old();
	CHECK(rename(in_scratch("f/file"), in_scratch("f/other")) == 0);
	CHECK(symlink("other", in_scratch("f/file")) == 0);
	CHECK_OK(replace());
	CHECK(file_has(in_scratch("f/other"), OLD));
	CHECK(file_has(in_scratch("f/file"), NEW));
}

static void an_unsafe_or_missing_folder_is_refused(void)
{
	make_old();
	CHECK(chmod(in_scratch("f"), 0775) == 0);
	CHECK_ERR(replace(), PPK_ERR_UNSAFE_FILE);
	CHECK(chmod(in_scratch("f"), 01777) == 0);
	CHECK_ERR(replace(), PPK_ERR_UNSAFE_FILE);
	CHECK(chmod(in_scratch("f"), 0755) == 0);
	CHECK(rename(in_scratch("f"), in_scratch("g")) == 0);
	CHECK_ERR(replace(), PPK_ERR_IO);
	CHECK(symlink("g", in_scratch("f")) == 0);
	CHECK_ERR(replace(), PPK_ERR_UNSAFE_FILE);
	CHECK(file_has(in_scratch("g/file"), OLD));
	CHECK_INT(count_entries(in_scratch("g")), 1);
}

static void a_name_that_leaves_no_room_for_a_temporary_one_is_refused(void)
{
	struct ppk_trust trust = trust_me();
	struct ppk_file_owner owner = me(0644);
	char name[NAME_MAX + 1];

	make_old();
	memset(name, 'n', NAME_MAX);
	name[NAME_MAX] = '\0';
	CHECK_ERR(ppk_file_replace(in_scratch("f/%s", name), &trust, &owner, NEW, 3, &diag),
		PPK_ERR_LIMIT);
	name[NAME_MAX - 22] = '\0';
	CHECK_OK(ppk_file_replace(in_scratch("f/%s", name), &trust, &owner, NEW, 3, &diag));
}

/*
 * Many machines keep CAP_SYS_RESOURCE from root too, so what privilege may do is played here: the hard limit
 * is a number of this test's, and the soft one is the kernel's, which stops a write at it.
 */
static struct {
	bool is_played;
	bool may_raise; /* the hard limit */
	rlim_t hard;
} limits;

int __real_getrlimit64(int resource, struct rlimit *ret);
int __wrap_getrlimit64(int resource, struct rlimit *ret);
int __wrap_getrlimit64(int resource, struct rlimit *ret)
{
	int result = __real_getrlimit64(resource, ret);

	if (limits.is_played)
		ret->rlim_max = limits.hard;
	return result;
}

int __real_setrlimit64(int resource, const struct rlimit *limit);
int __wrap_setrlimit64(int resource, const struct rlimit *limit);
int __wrap_setrlimit64(int resource, const struct rlimit *limit)
{
	const struct rlimit soft = { limit->rlim_cur, RLIM_INFINITY };

	if (!limits.is_played)
		return __real_setrlimit64(resource, limit);
	if (limit->rlim_max > limits.hard && !limits.may_raise) {
		errno = EPERM;
		return -1;
	}
	limits.hard = limit->rlim_max;
	return __real_setrlimit64(resource, &soft);
}

/* As "ulimit -f 0; su": the limits are the caller's choice. */
static struct rlimit chosen;

static int replace_under_a_limit(void)
{
	struct rlimit after;
	sigset_t pending, mask;
	enum ppk_err err;
	bool kept;

	if (setrlimit(RLIMIT_FSIZE, &chosen) != 0)
		return 90;
	err = replace();
	kept = getrlimit(RLIMIT_FSIZE, &after) == 0 && after.rlim_cur == chosen.rlim_cur &&
	       after.rlim_max == chosen.rlim_max && sigpending(&pending) == 0 &&
	       sigismember(&pending, SIGXFSZ) == 0 && sigprocmask(SIG_SETMASK, NULL, &mask) == 0 &&
	       sigismember(&mask, SIGXFSZ) == 0;
	return kept ? (int)err : 91;
}

static int replace_under(rlim_t soft, rlim_t hard)
{
	int status;
	pid_t pid;

	make_old();
	chosen = (struct rlimit){ .rlim_cur = soft, .rlim_max = hard };
	pid = fork();
	if (pid == 0)
		_exit(replace_under_a_limit());
	CHECK(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 92;
}

static int replace_under_played(rlim_t soft, rlim_t hard, bool may_raise)
{
	int result;

	limits.is_played = true;
	limits.may_raise = may_raise;
	limits.hard = RLIM_INFINITY;
	result = replace_under(soft, hard);
	limits.is_played = false;
	return result;
}

static void check_replaced(int err)
{
	CHECK_INT(err, PPK_OK);
	CHECK(file_has(in_scratch("f/file"), NEW));
}

static void check_kept(int err)
{
	CHECK_INT(err, PPK_ERR_IO);
	CHECK(file_has(in_scratch("f/file"), OLD));
	CHECK_INT(count_entries(in_scratch("f")), 1);
}

static void a_file_size_limit_that_can_be_lifted_is_lifted(void)
{
	check_replaced(replace_under(4, RLIM_INFINITY));
	check_replaced(replace_under(4, 4096));
	check_replaced(replace_under_played(4, 4, true));
	check_replaced(replace_under_played(4, 4096, true));
	check_replaced(replace_under_played(0, 0, true));
}

static void a_file_size_limit_that_stays_kills_nobody(void)
{
	check_kept(replace_under_played(4, 4, false));
	check_kept(replace_under_played(4, 20, false));
	check_kept(replace_under_played(0, 0, false));
	if (!is_root())
		return;
	/* without any privilege, and the kernel's own hard limit */
	make_old();
	CHECK(chown(in_scratch("f"), STRANGER, STRANGER) == 0);
	CHECK(chown(in_scratch("f/file"), STRANGER, STRANGER) == 0);
	chosen = (struct rlimit){ 4, 4 };
	check_kept(as_stranger(STRANGER, replace_under_a_limit));
}

static void a_folder_is_made_once_with_owner_and_mode(void)
{
	struct ppk_trust trust = trust_me();
	struct ppk_file_owner owner = me(0751);
	struct stat status;
	mode_t before;

	make_old();
	before = umask(0777);
	CHECK_OK(ppk_folder_make(in_scratch("f/new"), &trust, &owner, &diag));
	CHECK(stat(in_scratch("f/new"), &status) == 0);
	CHECK_INT(status.st_mode & 07777, 0751);
	owner.mode = 0700;
	CHECK_OK(ppk_folder_make(in_scratch("f/new/"), &trust, &owner, &diag));
	CHECK(stat(in_scratch("f/new"), &status) == 0);
	CHECK_INT(status.st_mode & 07777, 0751);
	umask(before);
	CHECK_ERR(ppk_folder_make(in_scratch("x/new"), &trust, &owner, &diag), PPK_ERR_IO);
	CHECK_ERR(
		ppk_folder_make(in_scratch("f/file"), &trust, &owner, &diag), PPK_ERR_UNSAFE_FILE);
	CHECK(chmod(in_scratch("f/new"), 0777) == 0);
	CHECK_ERR(ppk_folder_make(in_scratch("f/new"), &trust, &owner, &diag), PPK_ERR_UNSAFE_FILE);
	CHECK(symlink("new", in_scratch("f/link")) == 0);
	CHECK_ERR(
		ppk_folder_make(in_scratch("f/link"), &trust, &owner, &diag), PPK_ERR_UNSAFE_FILE);
}

static void a_folder_that_cannot_get_its_owner_does_not_stay(void)
{
	struct ppk_trust trust = trust_me();
	struct ppk_file_owner owner = me(0755);

	make_old();
	CHECK(rmdir(in_scratch("f")) != 0);
	FAULTS_EACH(EIO, ppk_folder_make(in_scratch("f/new"), &trust, &owner, &diag), {
		CHECK(err != PPK_OK);
		CHECK_INT(count_entries(in_scratch("f")), 1);
	});
}

int main(void)
{
	int result;

	scratch_make();
	result = CHECK_RUN(CHECK_TEST(a_file_is_made_and_replaced),
		CHECK_TEST(whoever_has_the_old_file_open_keeps_it_whole),
		CHECK_TEST(owner_and_mode_are_as_asked_whatever_the_umask),
		CHECK_TEST(whatever_fails_the_old_file_stays_and_nothing_else),
		CHECK_TEST(content_is_on_the_disk_before_the_rename_and_the_name_after_it),
		CHECK_TEST(a_full_disk_is_said_in_words),
		CHECK_TEST(short_and_interrupted_writes_lose_nothing),
		CHECK_TEST(a_crash_at_any_moment_leaves_the_old_file_or_the_new_one),
		CHECK_TEST(a_symlink_is_replaced_and_not_followed),
		CHECK_TEST(an_unsafe_or_missing_folder_is_refused),
		CHECK_TEST(a_name_that_leaves_no_room_for_a_temporary_one_is_refused),
		CHECK_TEST(a_file_size_limit_that_can_be_lifted_is_lifted),
		CHECK_TEST(a_file_size_limit_that_stays_kills_nobody),
		CHECK_TEST(a_folder_is_made_once_with_owner_and_mode),
		CHECK_TEST(a_folder_that_cannot_get_its_owner_does_not_stay));
	scratch_remove();
	return result;
}
