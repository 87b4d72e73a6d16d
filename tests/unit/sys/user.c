/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>

#include "check.h"

/* What the system's database answers in a test; real: as it is. */
static struct {
	bool real;
	int code; /* what the look-up returns */
	bool unknown; /* success without an entry */
	size_t size; /* how much room the entry needs */
	int interruptions; /* EINTR before anything else */
	int groups; /* how many the user has */
	unsigned allocation, fail_allocation;
} database;

static void reset(void)
{
	memset(&database, 0, sizeof(database));
	database.size = 100;
	database.groups = 2;
}

#define ALLOCATOR(type, name, parameters, arguments)                                               \
	type __real_##name parameters;                                                             \
	type __wrap_##name parameters;                                                             \
	type __wrap_##name parameters                                                              \
	{                                                                                          \
		if (++database.allocation == database.fail_allocation)                             \
			return NULL;                                                               \
		return __real_##name arguments;                                                    \
	}

ALLOCATOR(void *, malloc, (size_t size), (size))
ALLOCATOR(void *, calloc, (size_t count, size_t size), (count, size))
ALLOCATOR(void *, realloc, (void *memory, size_t size), (memory, size))
ALLOCATOR(char *, strdup, (const char *text), (text))

int __real_getpwnam_r(
	const char *name, struct passwd *entry, char *buffer, size_t size, struct passwd **ret);
int __wrap_getpwnam_r(
	const char *name, struct passwd *entry, char *buffer, size_t size, struct passwd **ret);
int __wrap_getpwnam_r(
	const char *name, struct passwd *entry, char *buffer, size_t size, struct passwd **ret)
{
	if (database.real)
		return __real_getpwnam_r(name, entry, buffer, size, ret);
	*ret = NULL;
	if (database.interruptions > 0) {
		database.interruptions--;
		return EINTR;
	}
	if (database.code != 0 || database.unknown)
		return database.code;
	if (size < database.size)
		return ERANGE;
	memset(buffer, 'x', size);
	snprintf(buffer, size, "alice");
	snprintf(buffer + 10, size - 10, "/home/alice");
	*entry = (struct passwd){
		.pw_name = buffer, .pw_dir = buffer + 10, .pw_uid = 1000, .pw_gid = 1001
	};
	*ret = entry;
	return 0;
}

int __real_getgrouplist(const char *name, gid_t group, gid_t *groups, int *count);
int __wrap_getgrouplist(const char *name, gid_t group, gid_t *groups, int *count);
int __wrap_getgrouplist(const char *name, gid_t group, gid_t *groups, int *count)
{
	int room = *count;

	if (database.real)
		return __real_getgrouplist(name, group, groups, count);
	for (int i = 0; i < database.groups && i < room; i++)
		groups[i] = i == 0 ? group : (gid_t)(5000 + i);
	*count = database.groups;
	return database.groups > room ? -1 : database.groups;
}

static struct ppk_user *user;

static enum ppk_err alice(bool with_groups)
{
	ppk_user_free(user);
	user = NULL;
	return ppk_user_by_name("alice", with_groups, &user);
}

static void root_is_found_by_name_and_by_uid(void)
{
	reset();
	database.real = true;
	CHECK_OK(ppk_user_by_name("root", true, &user));
	CHECK_INT(user->uid, 0);
	CHECK_STR(user->name, "root");
	CHECK(user->home[0] == '/');
	CHECK(user->group_count >= 1);
	ppk_user_free(user);
	CHECK_OK(ppk_user_by_uid(0, false, &user));
	CHECK_STR(user->name, "root");
	CHECK_INT(user->group_count, 0);
	ppk_user_free(user);
	user = NULL;
}

static void nobody_by_that_name_or_number_is_unknown(void)
{
	reset();
	database.real = true;
	CHECK_ERR(ppk_user_by_name("no-such-user-here", true, &user), PPK_ERR_USER_UNKNOWN);
	CHECK_ERR(ppk_user_by_name("", true, &user), PPK_ERR_USER_UNKNOWN);
	CHECK_ERR(ppk_user_by_uid(54321, true, &user), PPK_ERR_USER_UNKNOWN);
	CHECK(user == NULL);
}

static void everything_of_an_entry_is_copied(void)
{
	reset();
	CHECK_OK(alice(true));
	CHECK_STR(user->name, "alice");
	CHECK_STR(user->home, "/home/alice");
	CHECK_INT(user->uid, 1000);
	CHECK_INT(user->gid, 1001);
	CHECK_INT(user->group_count, 2);
	CHECK_INT(user->groups[0], 1001);
	CHECK_INT(user->groups[1], 5001);
	CHECK_OK(alice(false));
	CHECK_INT(user->group_count, 0);
}

static void only_an_answer_makes_a_user_unknown(void)
{
	static const int codes[] = { EIO, ENOENT, ECONNREFUSED, EMFILE, EPERM, EBADF, ESRCH };

	reset();
	database.unknown = true;
	CHECK_ERR(alice(false), PPK_ERR_USER_UNKNOWN);
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		database.code = codes[i];
		CHECK_ERR(alice(false), PPK_ERR_IO);
	}
	database.code = ENOMEM;
	CHECK_ERR(alice(false), PPK_ERR_NOMEM);
}

static void a_large_entry_is_read_and_one_without_end_is_refused(void)
{
	reset();
	database.size = 1024 * 1024;
	CHECK_OK(alice(false));
	database.size++;
	CHECK_ERR(alice(false), PPK_ERR_IO);
}

static void an_interrupted_look_up_goes_on(void)
{
	reset();
	database.interruptions = 3;
	CHECK_OK(alice(false));
}

static void many_groups_are_read_and_groups_without_end_are_refused(void)
{
	reset();
	database.groups = 65536;
	CHECK_OK(alice(true));
	CHECK_INT(user->group_count, 65536);
	CHECK_INT(user->groups[65535], 5000 + 65535);
	database.groups = 65537;
	CHECK_ERR(alice(true), PPK_ERR_IO);
	CHECK_OK(alice(false));
}

static void each_failed_allocation_is_out_of_memory(void)
{
	unsigned failed = 0;

	reset();
	database.groups = 200;
	for (;; failed++) {
		enum ppk_err err;

		database.allocation = 0;
		database.fail_allocation = failed + 1;
		err = alice(true);
		if (database.allocation < database.fail_allocation) {
			CHECK_OK(err);
			break;
		}
		CHECK_ERR(err, PPK_ERR_NOMEM);
		CHECK(user == NULL);
	}
	CHECK(failed >= 5);
}

int main(void)
{
	int result = CHECK_RUN(CHECK_TEST(root_is_found_by_name_and_by_uid),
		CHECK_TEST(nobody_by_that_name_or_number_is_unknown),
		CHECK_TEST(everything_of_an_entry_is_copied),
		CHECK_TEST(only_an_answer_makes_a_user_unknown),
		CHECK_TEST(a_large_entry_is_read_and_one_without_end_is_refused),
		CHECK_TEST(an_interrupted_look_up_goes_on),
		CHECK_TEST(many_groups_are_read_and_groups_without_end_are_refused),
		CHECK_TEST(each_failed_allocation_is_out_of_memory));

	ppk_user_free(user);
	ppk_user_free(NULL);
	return result;
}
