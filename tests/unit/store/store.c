/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/store.h"

#include "sys/faults.h"
#include "sys/scratch.h"

#define KEY                                                                                        \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEJeP2u8QSKFcoEhR0PUTLxGdkrzOnxj1IhNENrjiH9ayJxZ72/"    \
	"Sa4cxaT+DShXH5rFoR2syrUic30EgYMQ92eLQ=="
/* The same with 05 where a point begins with 04. */
#define WRONG_KEY                                                                                  \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAFJeP2u8QSKFcoEhR0PUTLxGdkrzOnxj1IhNENrjiH9ayJxZ72/"    \
	"Sa4cxaT+DShXH5rFoR2syrUic30EgYMQ92eLQ=="
#define LINE(id, key) "passkey1 uv=discouraged rp=example.com id=" id " alg=es256 key=" key "\n"
#define BLUE LINE("Ymx1ZQ", KEY)
#define GREEN LINE("Z3JlZW4", KEY)

static struct ppk_diag diag;
static struct ppk_store store;
static struct ppk_credential_file *file;
static char home[PATH_MAX], name[] = "alice";
static struct ppk_user alice = { .name = name, .home = home };

/* A system store keys/alice and a home, as they must be. */
static void make_store(void)
{
	scratch_remove();
	CHECK(mkdir(scratch, 0755) == 0 && mkdir(in_scratch("keys"), 0755) == 0);
	snprintf(home, sizeof(home), "%s/home", scratch);
	CHECK(mkdir(home, 0700) == 0);
	alice.uid = is_root() ? STRANGER : geteuid();
	alice.gid = is_root() ? STRANGER : getegid();
	if (is_root())
		CHECK(chown(home, STRANGER, STRANGER) == 0);
	CHECK_OK(ppk_store_open(in_scratch("keys/%%u"), &alice, geteuid(), &store, &diag));
}

static enum ppk_err read_store(void)
{
	ppk_credential_file_free(file);
	file = NULL;
	memset(&diag, 0, sizeof(diag));
	return ppk_store_read(&store, &file, &diag);
}

static void put_keys(const char *text)
{
	put_file(in_scratch("keys/alice"), text, 0644);
}

static enum ppk_err leave(
	struct ppk_credential_file *changed, void *context, struct ppk_diag *reterr)
{
	(void)changed;
	(void)reterr;
	return *(enum ppk_err *)context;
}

/* Add a line to the file, as enrolment does. */
static enum ppk_err append(
	struct ppk_credential_file *changed, void *context, struct ppk_diag *reterr)
{
	const char *line = context;
	struct ppk_credential *credential;
	enum ppk_err err;

	if (ppk_credential_parse(line, strlen(line) - 1, &credential, reterr) != PPK_OK)
		return PPK_ERR_INTERNAL;
	err = ppk_credential_file_append(changed, credential);
	if (err != PPK_OK)
		ppk_credential_free(credential);
	return err;
}

static enum ppk_err add(const char *line)
{
	char copy[1024];

	snprintf(copy, sizeof(copy), "%s", line);
	return ppk_store_change(&store, append, copy, &diag);
}

static void the_template_names_the_users_file(void)
{
	make_store();
	CHECK_OK(ppk_store_open("/etc/passkeys/%u", &alice, 0, &store, &diag));
	CHECK_STR(store.path, "/etc/passkeys/alice");
	CHECK(!store.in_home && !store.trust.allow_user);
	CHECK_OK(ppk_store_open("%h/.config/passkeys", &alice, 0, &store, &diag));
	CHECK_STR(store.path, in_scratch("home/.config/passkeys"));
	CHECK(store.in_home && store.trust.allow_user);
	CHECK_INT(store.trust.user, alice.uid);
	CHECK_ERR(ppk_store_open("passkeys/%u", &alice, 0, &store, &diag), PPK_ERR_OPTION);
	CHECK_ERR(ppk_store_open("/etc/passkeys/%x", &alice, 0, &store, &diag), PPK_ERR_OPTION);
}

static void a_name_or_home_that_leads_elsewhere_is_refused(void)
{
	static char bad[] = "../root", relative[] = "home/alice";
	struct ppk_user user = alice;

	make_store();
	user.name = bad;
	CHECK_ERR(ppk_store_open("/etc/passkeys/%u", &user, 0, &store, &diag), PPK_ERR_OPTION);
	user = alice;
	user.home = relative;
	CHECK(ppk_store_open("%h/keys", &user, 0, &store, &diag) != PPK_OK);
}

static void credentials_are_read(void)
{
	make_store();
	put_keys("# mine\n" BLUE GREEN);
	CHECK_OK(read_store());
	CHECK_INT(file->credential_count, 2);
	CHECK_INT(file->bad_count, 0);
}

static void only_a_missing_file_means_none(void)
{
	make_store();
	CHECK_ERR(read_store(), PPK_ERR_NOT_FOUND);
	CHECK(rename(in_scratch("keys"), in_scratch("gone")) == 0);
	CHECK_ERR(read_store(), PPK_ERR_IO);
	CHECK(symlink("gone", in_scratch("keys")) == 0);
	CHECK_ERR(read_store(), PPK_ERR_UNSAFE_FILE);
}

static void a_bad_line_is_skipped_alone_and_told_with_its_place(void)
{
	make_store();
	put_keys(BLUE "passkey9 id=AA\n" LINE("AAAA", WRONG_KEY) GREEN);
	CHECK_OK(read_store());
	CHECK_INT(file->credential_count, 2);
	CHECK_INT(file->bad_count, 2);
	CHECK_ERR(file->lines[1].err, PPK_ERR_VERSION);
	CHECK_INT(file->lines[1].diag.line, 2);
	CHECK_ERR(file->lines[2].err, PPK_ERR_KEY);
	CHECK_INT(file->lines[2].diag.line, 3);
	CHECK_STR(file->lines[2].diag.source, store.path);
}

static void an_unsafe_file_is_refused(void)
{
	make_store();
	put_keys(BLUE);
	CHECK(chmod(store.path, 0664) == 0);
	CHECK_ERR(read_store(), PPK_ERR_UNSAFE_FILE);
	CHECK_ERR(add(GREEN), PPK_ERR_UNSAFE_FILE);
	CHECK(file_has(store.path, BLUE));
	CHECK(chmod(store.path, 0644) == 0);
	CHECK(truncate(store.path, PPK_CREDENTIAL_FILE_MAX + 1) == 0);
	CHECK_ERR(read_store(), PPK_ERR_LIMIT);
	CHECK(unlink(store.path) == 0);
	CHECK(mkfifo(store.path, 0644) == 0);
	CHECK_ERR(read_store(), PPK_ERR_UNSAFE_FILE);
	if (!is_root())
		CHECK_SKIP("the rest needs root");
	CHECK(unlink(store.path) == 0);
	put_keys(BLUE);
	CHECK(chown(store.path, STRANGER, STRANGER) == 0);
	CHECK_ERR(read_store(), PPK_ERR_UNSAFE_FILE);
}

static void a_first_credential_makes_folder_and_file(void)
{
	struct stat status;

	make_store();
	CHECK(rmdir(in_scratch("keys")) == 0);
	CHECK_OK(add(BLUE));
	CHECK_OK(read_store());
	CHECK_INT(file->credential_count, 1);
	CHECK(stat(in_scratch("keys"), &status) == 0);
	CHECK_INT(status.st_mode & 07777, 0755);
	CHECK(stat(store.path, &status) == 0);
	CHECK_INT(status.st_mode & 07777, 0644);
	CHECK_INT(status.st_uid, geteuid());
}

static void what_is_no_credential_stays_where_it_was(void)
{
	make_store();
	put_keys("# first\n\n" BLUE "passkey9 later\n# last");
	CHECK_OK(add(GREEN));
	CHECK(file_has(store.path, "# first\n\n" BLUE "passkey9 later\n# last\n" GREEN));
}

static void a_change_that_is_given_up_changes_nothing(void)
{
	enum ppk_err err = PPK_ERR_ALREADY_ENROLLED;
	struct stat before, after;

	make_store();
	put_keys(BLUE);
	CHECK(stat(store.path, &before) == 0);
	CHECK_ERR(ppk_store_change(&store, leave, &err, &diag), PPK_ERR_ALREADY_ENROLLED);
	CHECK(stat(store.path, &after) == 0);
	CHECK_INT(after.st_ino, before.st_ino);
	CHECK_ERR(add(BLUE), PPK_ERR_DUPLICATE);
	CHECK(file_has(store.path, BLUE));
}

static void whatever_fails_the_old_file_stays(void)
{
	static const int codes[] = { ENOSPC, EIO, ENOMEM };
	int descriptors;

	make_store();
	put_keys(BLUE);
	CHECK_OK(add(LINE("cmVk", KEY)));
	descriptors = count_descriptors();
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		put_keys(BLUE);
		FAULTS_EACH(codes[i], add(GREEN), {
			CHECK(file_has(store.path, BLUE) || file_has(store.path, BLUE GREEN));
			CHECK(err == PPK_OK || err != PPK_ERR_NOT_FOUND);
			CHECK_INT(count_descriptors(), descriptors);
			CHECK_INT(count_entries(in_scratch("keys")), 2);
			put_keys(BLUE);
		});
	}
}

static void whatever_fails_a_store_that_cannot_be_read_is_never_none(void)
{
	static const int codes[] = { EIO, EACCES, ENOMEM };

	make_store();
	put_keys(BLUE);
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		FAULTS_EACH(codes[i], read_store(), {
			CHECK(err != PPK_ERR_NOT_FOUND);
			CHECK(err != PPK_OK || file->credential_count == 1);
		});
}

static void two_admins_at_once_lose_nothing(void)
{
	pid_t pids[2];
	int status;

	make_store();
	for (int i = 0; i < 2; i++) {
		pids[i] = fork();
		if (pids[i] != 0)
			continue;
		for (int k = 0; k < 20; k++) {
			char line[512];

			snprintf(line, sizeof(line), LINE("%c%cAA", KEY), 'A' + i, 'A' + k);
			if (add(line) != PPK_OK)
				_exit(1);
		}
		_exit(0);
	}
	for (int i = 0; i < 2; i++) {
		CHECK(waitpid(pids[i], &status, 0) == pids[i]);
		CHECK_INT(status, 0);
	}
	CHECK_OK(read_store());
	CHECK_INT(file->credential_count, 40);
}

static void open_home_store(void)
{
	CHECK_OK(ppk_store_open("%h/.config/passkeys/keys", &alice, 0, &store, &diag));
}

static void a_home_without_the_folder_holds_none_and_a_missing_home_is_an_error(void)
{
	make_store();
	open_home_store();
	CHECK_ERR(read_store(), PPK_ERR_NOT_FOUND);
	CHECK(rename(home, in_scratch("unmounted")) == 0);
	CHECK_ERR(read_store(), PPK_ERR_IO);
}

static void a_file_in_a_home_is_made_as_the_users_own(void)
{
	static const char *const made[] = { "home/.config", "home/.config/passkeys",
		"home/.config/passkeys/keys" };
	static const mode_t modes[] = { 0700, 0700, 0600 };
	struct stat status;

	make_store();
	open_home_store();
	CHECK_OK(add(BLUE));
	CHECK_OK(add(GREEN));
	for (size_t i = 0; i < 3; i++) {
		CHECK(lstat(in_scratch("%s", made[i]), &status) == 0);
		CHECK_INT(status.st_uid, alice.uid);
		CHECK_INT(status.st_gid, alice.gid);
		CHECK_INT(status.st_mode & 07777, modes[i]);
	}
	CHECK_OK(read_store());
	CHECK_INT(file->credential_count, 2);
}

static void a_home_leads_root_nowhere_else(void)
{
	if (!is_root())
		CHECK_SKIP("needs root");
	make_store();
	open_home_store();
	CHECK(mkdir(in_scratch("roots"), 0755) == 0);
	CHECK(symlink("../roots", in_scratch("home/.config")) == 0);
	CHECK_ERR(add(BLUE), PPK_ERR_UNSAFE_FILE);
	CHECK_ERR(read_store(), PPK_ERR_UNSAFE_FILE);
	CHECK_INT(count_entries(in_scratch("roots")), 0);
}

static int change_for_another(void)
{
	return (int)add(BLUE);
}

static void nobody_but_root_changes_another_users_file(void)
{
	if (!is_root())
		CHECK_SKIP("needs root");
	make_store();
	open_home_store();
	CHECK(chmod(home, 0777) == 0);
	CHECK_INT(as_stranger(OTHER_STRANGER, change_for_another), PPK_ERR_PERMISSION);
	CHECK_INT(count_entries(home), 0);
	CHECK(chmod(home, 0700) == 0);
	CHECK_INT(as_stranger(STRANGER, change_for_another), PPK_OK);
	CHECK_OK(ppk_store_open(in_scratch("keys/%%u"), &alice, 0, &store, &diag));
	CHECK_INT(as_stranger(STRANGER, change_for_another), PPK_ERR_PERMISSION);
}

int main(void)
{
	int result;

	scratch_make();
	result = CHECK_RUN(CHECK_TEST(the_template_names_the_users_file),
		CHECK_TEST(a_name_or_home_that_leads_elsewhere_is_refused),
		CHECK_TEST(credentials_are_read), CHECK_TEST(only_a_missing_file_means_none),
		CHECK_TEST(a_bad_line_is_skipped_alone_and_told_with_its_place),
		CHECK_TEST(an_unsafe_file_is_refused),
		CHECK_TEST(a_first_credential_makes_folder_and_file),
		CHECK_TEST(what_is_no_credential_stays_where_it_was),
		CHECK_TEST(a_change_that_is_given_up_changes_nothing),
		CHECK_TEST(whatever_fails_the_old_file_stays),
		CHECK_TEST(whatever_fails_a_store_that_cannot_be_read_is_never_none),
		CHECK_TEST(two_admins_at_once_lose_nothing),
		CHECK_TEST(a_home_without_the_folder_holds_none_and_a_missing_home_is_an_error),
		CHECK_TEST(a_file_in_a_home_is_made_as_the_users_own),
		CHECK_TEST(a_home_leads_root_nowhere_else),
		CHECK_TEST(nobody_but_root_changes_another_users_file));
	ppk_credential_file_free(file);
	scratch_remove();
	return result;
}
