/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/state.h"

#include "faults.h"
#include "scratch.h"
#include "sys/child.h"

static const uint8_t id_hash[32] = { 1, 2, 3 };
static struct ppk_state state;
static enum ppk_err lock_err;
static struct ppk_diag diag;
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
	CHECK(mkdir(scratch, 0755) == 0 && mkdir(in_scratch("s"), 0755) == 0);
}

static enum ppk_err begin(void)
{
	struct ppk_trust trust = trust_me();

	lock_err = PPK_ERR_INTERNAL;
	return ppk_state_begin(in_scratch("s"), "alice", &trust, &state, &lock_err, &diag);
}

/* One whole sign-in with this count. */
static enum ppk_err advance(uint32_t count)
{
	enum ppk_err err = begin();

	if (err != PPK_OK)
		return err;
	ppk_sign_counts_set(&state.counts, id_hash, count, 1790000000);
	err = ppk_state_commit(&state, &diag);
	ppk_state_end(&state);
	return err;
}

static long stored(void)
{
	struct ppk_sign_count *entry;
	long count;

	CHECK_OK(begin());
	entry = ppk_sign_counts_find(&state.counts, id_hash);
	count = entry == NULL ? -1 : (long)entry->count;
	ppk_state_end(&state);
	return count;
}

static void a_first_sign_in_finds_no_counts(void)
{
	make_folder();
	CHECK_OK(begin());
	CHECK_ERR(lock_err, PPK_OK);
	CHECK(state.writable);
	CHECK_INT(state.counts.len, 0);
	ppk_state_end(&state);
	CHECK_INT(stored(), -1);
}

static void a_committed_count_is_there_for_the_next(void)
{
	struct stat status;

	make_folder();
	CHECK_OK(advance(41));
	CHECK_INT(stored(), 41);
	CHECK_OK(advance(42));
	CHECK_INT(stored(), 42);
	CHECK(stat(in_scratch("s/alice.counts"), &status) == 0);
	CHECK_INT(status.st_mode & 07777, 0644);
	CHECK_INT(status.st_uid, geteuid());
}

static void what_is_not_committed_is_not_stored(void)
{
	make_folder();
	CHECK_OK(advance(41));
	CHECK_OK(begin());
	ppk_sign_counts_set(&state.counts, id_hash, 99, 1);
	ppk_state_end(&state);
	CHECK_INT(stored(), 41);
}

/* The lock is in one folder: so is what is written under it. */
static void the_folder_is_walked_to_once(void)
{
	make_folder();
	CHECK_OK(begin());
	CHECK(rename(in_scratch("s"), in_scratch("moved")) == 0);
	CHECK(mkdir(in_scratch("s"), 0755) == 0);
	ppk_sign_counts_set(&state.counts, id_hash, 5, 1790000000);
	CHECK_OK(ppk_state_commit(&state, &diag));
	ppk_state_end(&state);
	CHECK(access(in_scratch("moved/alice.counts"), F_OK) == 0);
	CHECK(access(in_scratch("s/alice.counts"), F_OK) != 0);
	CHECK_INT(stored(), -1);
}

static void a_missing_folder_is_made(void)
{
	struct stat status;

	make_folder();
	CHECK(rmdir(in_scratch("s")) == 0);
	CHECK_OK(advance(7));
	CHECK(stat(in_scratch("s"), &status) == 0);
	CHECK_INT(status.st_mode & 07777, 0755);
	CHECK_INT(stored(), 7);
}

static void a_missing_parent_of_the_folder_is_an_error(void)
{
	struct ppk_trust trust = trust_me();

	make_folder();
	CHECK_ERR(ppk_state_begin(in_scratch("x/s"), "alice", &trust, &state, &lock_err, &diag),
		PPK_ERR_IO);
}

static void damaged_state_is_refused_and_not_read_as_no_counts(void)
{
	static const char *const damaged[] = { "garbage\n", "count1 id=\n", "\n\001" };
	struct stat status;

	make_folder();
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		put_file(in_scratch("s/alice.counts"), damaged[i], 0644);
		CHECK_ERR(begin(), PPK_ERR_SYNTAX);
		CHECK_STR(diag.source, in_scratch("s/alice.counts"));
	}
	CHECK(unlink(in_scratch("s/alice.counts")) == 0);
	CHECK_OK(advance(5));
	CHECK(stat(in_scratch("s/alice.counts"), &status) == 0);
	/* Cut anywhere inside its one line. */
	for (off_t len = status.st_size - 2; len > 0; len--) {
		CHECK(truncate(in_scratch("s/alice.counts"), len) == 0);
		CHECK(begin() != PPK_OK);
	}
}

static void unsafe_state_is_refused(void)
{
	make_folder();
	CHECK_OK(advance(5));
	CHECK(chmod(in_scratch("s/alice.counts"), 0664) == 0);
	CHECK_ERR(begin(), PPK_ERR_UNSAFE_FILE);
	CHECK(chmod(in_scratch("s/alice.counts"), 0644) == 0);
	CHECK(chmod(in_scratch("s"), 0777) == 0);
	CHECK_ERR(begin(), PPK_ERR_UNSAFE_FILE);
	CHECK(chmod(in_scratch("s"), 0755) == 0);
	CHECK(rename(in_scratch("s"), in_scratch("t")) == 0);
	CHECK(symlink("t", in_scratch("s")) == 0);
	CHECK_ERR(begin(), PPK_ERR_UNSAFE_FILE);
}

static void a_name_that_is_no_file_name_is_refused(void)
{
	static const char *const names[] = { "", ".", "..", "a/b", "../x", "a b", "-x", "a\n" };
	struct ppk_trust trust = trust_me();

	make_folder();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		CHECK_ERR(ppk_state_begin(
				  in_scratch("s"), names[i], &trust, &state, &lock_err, &diag),
			PPK_ERR_SYNTAX);
	CHECK_INT(count_entries(in_scratch("s")), 0);
}

static int look_without_privilege(void)
{
	struct ppk_trust trust = { .root = 0 };
	struct ppk_sign_count *entry;

	if (ppk_state_begin(in_scratch("s"), "alice", &trust, &state, &lock_err, NULL) != PPK_OK)
		return 90;
	if (lock_err != PPK_OK || state.writable || state.locked)
		return 91;
	if (ppk_state_commit(&state, NULL) != PPK_ERR_PERMISSION)
		return 92;
	entry = ppk_sign_counts_find(&state.counts, id_hash);
	ppk_state_end(&state);
	return entry == NULL ? 0 : (int)entry->count;
}

static void a_caller_without_privilege_looks_and_does_not_write(void)
{
	if (!is_root())
		CHECK_SKIP("needs root");
	make_folder();
	CHECK_OK(advance(5));
	CHECK_INT(as_stranger(STRANGER, look_without_privilege), 5);
	CHECK_INT(stored(), 5);
}

static void a_caller_without_privilege_may_be_the_first(void)
{
	if (!is_root())
		CHECK_SKIP("needs root");
	make_folder();
	CHECK_INT(as_stranger(STRANGER, look_without_privilege), 0);
	CHECK(rmdir(in_scratch("s")) == 0);
	CHECK_INT(as_stranger(STRANGER, look_without_privilege), 0);
	CHECK_INT(count_entries(scratch), 0);
}

/* The lock file cannot be made, everything else can be read. */
static void a_disk_that_is_full_or_read_only_is_told_and_is_no_error(void)
{
	static const int codes[] = { ENOSPC, EDQUOT, EROFS, EIO };

	make_folder();
	CHECK_OK(advance(5));
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		unsigned told = 0;

		FAULTS_EACH(codes[i], begin(), {
			CHECK(err == PPK_ERR_IO || err == PPK_ERR_NOMEM || err == PPK_OK);
			if (err == PPK_OK && !state.writable) {
				CHECK_ERR(lock_err, PPK_ERR_IO);
				CHECK_INT(ppk_sign_counts_find(&state.counts, id_hash)->count, 5);
				CHECK_ERR(ppk_state_commit(&state, NULL), PPK_ERR_PERMISSION);
				told++;
			}
			if (err == PPK_OK)
				ppk_state_end(&state);
		});
		ppk_state_end(&state);
		CHECK(told > 0);
	}
}

/* A limit that somebody chose for a set-user-ID program must not stop counts from advancing. */
static void too_few_descriptors_or_memory_are_an_error(void)
{
	static const int codes[] = { EMFILE, ENOMEM };

	make_folder();
	CHECK_OK(advance(5));
	for (size_t i = 0; i < 2; i++) {
		FAULTS_EACH(codes[i], begin(), {
			CHECK(err != PPK_OK || state.writable);
			if (err == PPK_OK)
				ppk_state_end(&state);
		});
		ppk_state_end(&state);
	}
}

static void a_failed_commit_keeps_the_old_counts(void)
{
	make_folder();
	CHECK_OK(advance(5));
	CHECK_OK(begin());
	ppk_sign_counts_set(&state.counts, id_hash, 6, 1);
	FAULTS_EACH(ENOSPC, ppk_state_commit(&state, &diag), {
		CHECK(err == PPK_ERR_IO || err == PPK_ERR_NOMEM || err == PPK_ERR_RANDOM);
		CHECK_INT(count_entries(in_scratch("s")), 2);
	});
	ppk_state_end(&state);
	CHECK_INT(stored(), 6);
}

static void nobody_else_advances_between_begin_and_end(void)
{
	int before;

	make_folder();
	CHECK_OK(begin());
	before = count_descriptors();
	waiting_ends_at_once = true;
	{
		struct ppk_state kept = state;

		CHECK_ERR(begin(), PPK_ERR_BUSY);
		state = kept;
	}
	waiting_ends_at_once = false;
	CHECK_INT(count_descriptors(), before);
	ppk_state_end(&state);
	CHECK_OK(advance(1));
}

static void ending_twice_or_what_never_began_does_nothing(void)
{
	static struct ppk_state never;

	make_folder();
	ppk_state_end(&never);
	CHECK(fcntl(0, F_GETFD) >= 0);
	CHECK_OK(begin());
	ppk_state_end(&state);
	ppk_state_end(&state);
	CHECK_ERR(ppk_state_commit(&state, NULL), PPK_ERR_PERMISSION);
}

static void two_processes_use_each_count_once(void)
{
	pid_t pids[2];
	int status;

	make_folder();
	for (int i = 0; i < 2; i++) {
		pids[i] = fork();
		if (pids[i] != 0)
			continue;
		for (int round = 0; round < 100; round++) {
			struct ppk_sign_count *entry;

			if (begin() != PPK_OK || !state.writable)
				_exit(1);
			entry = ppk_sign_counts_find(&state.counts, id_hash);
			ppk_sign_counts_set(
				&state.counts, id_hash, entry == NULL ? 1 : entry->count + 1, 1);
			if (ppk_state_commit(&state, NULL) != PPK_OK)
				_exit(2);
			ppk_state_end(&state);
		}
		_exit(0);
	}
	for (int i = 0; i < 2; i++) {
		CHECK(waitpid(pids[i], &status, 0) == pids[i]);
		CHECK_INT(status, 0);
	}
	CHECK_INT(stored(), 200);
}

int main(void)
{
	int result;

	scratch_make();
	result = CHECK_RUN(CHECK_TEST(a_first_sign_in_finds_no_counts),
		CHECK_TEST(a_committed_count_is_there_for_the_next),
		CHECK_TEST(what_is_not_committed_is_not_stored),
		CHECK_TEST(the_folder_is_walked_to_once),
		CHECK_TEST(a_missing_folder_is_made),
		CHECK_TEST(a_missing_parent_of_the_folder_is_an_error),
		CHECK_TEST(damaged_state_is_refused_and_not_read_as_no_counts),
		CHECK_TEST(unsafe_state_is_refused),
		CHECK_TEST(a_name_that_is_no_file_name_is_refused),
		CHECK_TEST(a_caller_without_privilege_looks_and_does_not_write),
		CHECK_TEST(a_caller_without_privilege_may_be_the_first),
		CHECK_TEST(a_disk_that_is_full_or_read_only_is_told_and_is_no_error),
		CHECK_TEST(too_few_descriptors_or_memory_are_an_error),
		CHECK_TEST(a_failed_commit_keeps_the_old_counts),
		CHECK_TEST(nobody_else_advances_between_begin_and_end),
		CHECK_TEST(ending_twice_or_what_never_began_does_nothing),
		CHECK_TEST(two_processes_use_each_count_once));
	scratch_remove();
	return result;
}
