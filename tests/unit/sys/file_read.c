/* SPDX-License-Identifier: BSD-2-Clause */
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include "faults.h"
#include "scratch.h"
#include "sys/fault.h"

#define MAX 1000

static struct ppk_bytes bytes;
static struct ppk_diag diag;

/* Read as a sign-in does; what was read is in bytes. */
static enum ppk_err read_path(const char *path)
{
	struct ppk_trust trust = trust_me();

	ppk_bytes_done(&bytes);
	memset(&diag, 0, sizeof(diag));
	return ppk_file_read(path, &trust, MAX, &bytes, &diag);
}

/* A fresh a/b/c/file, all as it must be. */
static const char *good_file(void)
{
	scratch_remove();
	if (mkdir(scratch, 0755) != 0 || mkdir(in_scratch("a"), 0755) != 0 ||
		mkdir(in_scratch("a/b"), 0755) != 0 || mkdir(in_scratch("a/b/c"), 0755) != 0)
		abort();
	put_file(in_scratch("a/b/c/file"), "content", 0644);
	return in_scratch("a/b/c/file");
}

static void a_good_file_is_read_whole(void)
{
	CHECK_OK(read_path(good_file()));
	CHECK_BYTES(bytes.data, bytes.len, "content", strlen("content"));
}

static void an_empty_file_is_read(void)
{
	put_file(good_file(), "", 0644);
	CHECK_OK(read_path(in_scratch("a/b/c/file")));
	CHECK_INT(bytes.len, 0);
}

static void doubled_slashes_change_nothing(void)
{
	good_file();
	CHECK_OK(read_path(in_scratch("/a//b///c//file")));
}

static void a_missing_file_is_not_found(void)
{
	good_file();
	CHECK_ERR(read_path(in_scratch("a/b/c/other")), PPK_ERR_NOT_FOUND);
	CHECK_STR(diag.source, in_scratch("a/b/c/other"));
}

static void a_missing_folder_is_an_error_and_not_a_missing_file(void)
{
	good_file();
	CHECK_ERR(read_path(in_scratch("a/b/x/file")), PPK_ERR_IO);
	CHECK_STR(diag.source, in_scratch("a/b/x"));
	CHECK_ERR(read_path(in_scratch("a/x/c/file")), PPK_ERR_IO);
	CHECK_STR(diag.source, in_scratch("a/x"));
}

static int read_unreadable(void)
{
	struct ppk_trust trust = { .root = 0 };

	return (int)ppk_file_read(in_scratch("a/b/c/file"), &trust, MAX, &bytes, NULL);
}

static void an_unreadable_file_is_permission_denied(void)
{
	if (!is_root())
		CHECK_SKIP("needs root");
	good_file();
	CHECK_INT(as_stranger(STRANGER, read_unreadable), PPK_OK);
	chmod(in_scratch("a/b/c/file"), 0600);
	CHECK_INT(as_stranger(STRANGER, read_unreadable), PPK_ERR_PERMISSION);
}

static void a_folder_that_may_not_be_searched_is_permission_denied_and_not_a_missing_file(void)
{
	if (!is_root())
		CHECK_SKIP("needs root");
	good_file();
	unlink(in_scratch("a/b/c/file"));
	CHECK_INT(as_stranger(STRANGER, read_unreadable), PPK_ERR_NOT_FOUND);
	chmod(in_scratch("a/b/c"), 0700);
	CHECK_INT(as_stranger(STRANGER, read_unreadable), PPK_ERR_PERMISSION);
	chmod(in_scratch("a/b"), 0700);
	CHECK_INT(as_stranger(STRANGER, read_unreadable), PPK_ERR_PERMISSION);
}

static void a_symlink_at_any_place_of_the_path_is_refused(void)
{
	static const char *const places[] = { "a", "a/b", "a/b/c", "a/b/c/file" };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		good_file();
		CHECK(rename(in_scratch("%s", places[i]), in_scratch("moved")) == 0);
		CHECK(symlink(in_scratch("moved"), in_scratch("%s", places[i])) == 0);
		CHECK_ERR(read_path(in_scratch("a/b/c/file")), PPK_ERR_UNSAFE_FILE);
		CHECK_STR(diag.source, in_scratch("%s", places[i]));
		CHECK(strstr(diag.text, "symbolic link") != NULL);
	}
}

static void a_dangling_symlink_is_refused_and_not_a_missing_file(void)
{
	good_file();
	unlink(in_scratch("a/b/c/file"));
	CHECK(symlink("nowhere", in_scratch("a/b/c/file")) == 0);
	CHECK_ERR(read_path(in_scratch("a/b/c/file")), PPK_ERR_UNSAFE_FILE);
}

static void a_fifo_is_refused_without_waiting_for_a_writer(void)
{
	good_file();
	unlink(in_scratch("a/b/c/file"));
	CHECK(mkfifo(in_scratch("a/b/c/file"), 0644) == 0);
	CHECK_ERR(read_path(in_scratch("a/b/c/file")), PPK_ERR_UNSAFE_FILE);
	CHECK(strstr(diag.text, "regular file") != NULL);
}

static void a_folder_in_place_of_the_file_is_refused(void)
{
	good_file();
	CHECK_ERR(read_path(in_scratch("a/b/c")), PPK_ERR_UNSAFE_FILE);
	CHECK_ERR(read_path("/"), PPK_ERR_UNSAFE_FILE);
}

static void a_file_in_place_of_a_folder_is_refused(void)
{
	good_file();
	CHECK_ERR(read_path(in_scratch("a/b/c/file/x")), PPK_ERR_UNSAFE_FILE);
}

static void a_socket_is_refused(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	good_file();
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/a/s", scratch);
	CHECK(bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	chmod(in_scratch("a/s"), 0644);
	CHECK_ERR(read_path(in_scratch("a/s")), PPK_ERR_UNSAFE_FILE);
	close(fd);
}

static void a_device_node_is_refused_without_being_opened(void)
{
	good_file();
	unlink(in_scratch("a/b/c/file"));
	/* No such driver: opening it would say ENXIO and not "not a regular file". */
	if (mknod(in_scratch("a/b/c/file"), S_IFCHR | 0644, makedev(0xffe, 0x1)) != 0)
		CHECK_SKIP("needs the right to make device nodes");
	CHECK_ERR(read_path(in_scratch("a/b/c/file")), PPK_ERR_UNSAFE_FILE);
	CHECK(strstr(diag.text, "regular file") != NULL);
}

static void another_owner_at_any_place_of_the_path_is_refused(void)
{
	static const char *const places[] = { "a", "a/b", "a/b/c", "a/b/c/file" };

	if (!is_root())
		CHECK_SKIP("needs root");
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		good_file();
		CHECK(chown(in_scratch("%s", places[i]), STRANGER, 0) == 0);
		CHECK_ERR(read_path(in_scratch("a/b/c/file")), PPK_ERR_UNSAFE_FILE);
		CHECK_STR(diag.source, in_scratch("%s", places[i]));
	}
}

static void the_user_may_own_it_only_where_trust_says_so(void)
{
	struct ppk_trust trust = { .allow_user = true, .user = STRANGER, .root = 0 };

	if (!is_root())
		CHECK_SKIP("needs root");
	good_file();
	CHECK(chown(in_scratch("a/b/c"), STRANGER, 0) == 0);
	CHECK(chown(in_scratch("a/b/c/file"), STRANGER, 0) == 0);
	ppk_bytes_done(&bytes);
	CHECK_OK(ppk_file_read(in_scratch("a/b/c/file"), &trust, MAX, &bytes, NULL));
	ppk_bytes_done(&bytes);
	trust.user = OTHER_STRANGER;
	CHECK_ERR(ppk_file_read(in_scratch("a/b/c/file"), &trust, MAX, &bytes, NULL),
		PPK_ERR_UNSAFE_FILE);
	trust = (struct ppk_trust){ .allow_user = false, .user = STRANGER, .root = 0 };
	CHECK_ERR(ppk_file_read(in_scratch("a/b/c/file"), &trust, MAX, &bytes, NULL),
		PPK_ERR_UNSAFE_FILE);
}

static void writable_by_others_at_any_place_of_the_path_is_refused(void)
{
	static const char *const places[] = { "a", "a/b", "a/b/c", "a/b/c/file" };
	static const mode_t bits[] = { S_IWGRP, S_IWOTH };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		for (size_t bit = 0; bit < 2; bit++) {
			good_file();
			CHECK(chmod(in_scratch("%s", places[i]), 0755 | bits[bit]) == 0);
			CHECK_ERR(read_path(in_scratch("a/b/c/file")), PPK_ERR_UNSAFE_FILE);
			CHECK_STR(diag.source, in_scratch("%s", places[i]));
			CHECK(strstr(diag.text, "chmod") != NULL);
		}
}

static void a_sticky_folder_is_passed_through_but_holds_no_trusted_file(void)
{
	good_file();
	CHECK(chmod(in_scratch("a"), 01777) == 0);
	CHECK_OK(read_path(in_scratch("a/b/c/file")));
	put_file(in_scratch("a/file"), "content", 0644);
	CHECK_ERR(read_path(in_scratch("a/file")), PPK_ERR_UNSAFE_FILE);
	CHECK(strstr(diag.text, "everyone") != NULL);
}

static void a_strangers_folder_in_a_sticky_one_is_refused(void)
{
	if (!is_root())
		CHECK_SKIP("needs root");
	good_file();
	CHECK(chmod(in_scratch("a"), 01777) == 0);
	CHECK(chown(in_scratch("a/b"), STRANGER, 0) == 0);
	CHECK_ERR(read_path(in_scratch("a/b/c/file")), PPK_ERR_UNSAFE_FILE);
}

static void a_file_of_the_largest_size_is_read_and_one_byte_more_is_refused(void)
{
	good_file();
	CHECK(truncate(in_scratch("a/b/c/file"), MAX) == 0);
	CHECK_OK(read_path(in_scratch("a/b/c/file")));
	CHECK_INT(bytes.len, MAX);
	CHECK(truncate(in_scratch("a/b/c/file"), MAX + 1) == 0);
	CHECK_ERR(read_path(in_scratch("a/b/c/file")), PPK_ERR_LIMIT);
	CHECK(truncate(in_scratch("a/b/c/file"), 1LL << 40) == 0);
	CHECK_ERR(read_path(in_scratch("a/b/c/file")), PPK_ERR_LIMIT);
}

static void grow(void)
{
	CHECK(truncate(in_scratch("a/b/c/file"), 1 << 30) == 0);
}

static void shrink(void)
{
	CHECK(truncate(in_scratch("a/b/c/file"), 3) == 0);
}

static void a_file_that_changes_while_it_is_read_is_an_error(void)
{
	good_file();
	faults.before_read = grow;
	CHECK_ERR(read_path(in_scratch("a/b/c/file")), PPK_ERR_IO);
	good_file();
	faults.before_read = shrink;
	CHECK_ERR(read_path(in_scratch("a/b/c/file")), PPK_ERR_IO);
	faults_none();
}

static void short_and_interrupted_reads_lose_nothing(void)
{
	good_file();
	faults.read_at_most = 2;
	CHECK_OK(read_path(in_scratch("a/b/c/file")));
	CHECK_BYTES(bytes.data, bytes.len, "content", strlen("content"));
	faults_none();
	FAULTS_EACH(EINTR, read_path(in_scratch("a/b/c/file")),
		CHECK(err != PPK_OK || bytes.len == strlen("content")));
}

static void a_path_must_be_absolute_and_plain(void)
{
	char path[PATH_MAX + 10];

	good_file();
	CHECK_ERR(read_path("etc/passwd"), PPK_ERR_UNSAFE_FILE);
	CHECK_ERR(read_path(""), PPK_ERR_UNSAFE_FILE);
	CHECK_ERR(read_path(in_scratch("a/../a/b/c/file")), PPK_ERR_UNSAFE_FILE);
	CHECK_ERR(read_path(in_scratch("a/./b/c/file")), PPK_ERR_UNSAFE_FILE);
	CHECK_ERR(read_path(in_scratch("a/b/c/..")), PPK_ERR_UNSAFE_FILE);
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	CHECK_ERR(read_path(path), PPK_ERR_LIMIT);
	path[NAME_MAX + 2] = '\0';
	CHECK_ERR(read_path(path), PPK_ERR_LIMIT);
	path[NAME_MAX + 1] = '\0';
	CHECK_ERR(read_path(path), PPK_ERR_NOT_FOUND);
}

static void whatever_fails_is_an_error_and_never_a_missing_file(void)
{
	static const int codes[] = { EIO, EACCES, ENOMEM, EMFILE, ESTALE };
	int before;

	good_file();
	CHECK_OK(read_path(in_scratch("a/b/c/file")));
	before = count_descriptors();
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		FAULTS_EACH(codes[i], read_path(in_scratch("a/b/c/file")), {
			CHECK(err == PPK_ERR_IO || err == PPK_ERR_PERMISSION ||
				err == PPK_ERR_NOMEM || err == PPK_ERR_LIMIT);
			CHECK(bytes.data == NULL);
			CHECK_INT(count_descriptors(), before);
		});
}

static void a_descriptor_is_not_kept(void)
{
	int before;

	good_file();
	before = count_descriptors();
	CHECK_OK(read_path(in_scratch("a/b/c/file")));
	CHECK_ERR(read_path(in_scratch("a/b/c/none")), PPK_ERR_NOT_FOUND);
	CHECK_ERR(read_path(in_scratch("a/b")), PPK_ERR_UNSAFE_FILE);
	CHECK_INT(count_descriptors(), before);
}

static enum ppk_err check_program(const char *path)
{
	struct ppk_trust trust = trust_me();

	return ppk_file_check_program(path, &trust, &diag);
}

static void a_program_must_be_a_safe_executable_file(void)
{
	good_file();
	CHECK_ERR(check_program(in_scratch("a/b/c/file")), PPK_ERR_UNSAFE_FILE);
	CHECK(chmod(in_scratch("a/b/c/file"), 0755) == 0);
	CHECK_OK(check_program(in_scratch("a/b/c/file")));
	CHECK(chmod(in_scratch("a/b/c/file"), 0775) == 0);
	CHECK_ERR(check_program(in_scratch("a/b/c/file")), PPK_ERR_UNSAFE_FILE);
	CHECK_ERR(check_program(in_scratch("a/b/c")), PPK_ERR_UNSAFE_FILE);
	CHECK_ERR(check_program(in_scratch("a/b/c/none")), PPK_ERR_NOT_FOUND);
	CHECK_ERR(check_program("a/b/c/file"), PPK_ERR_UNSAFE_FILE);
	CHECK(chmod(in_scratch("a/b/c/file"), 0755) == 0);
	CHECK(symlink("file", in_scratch("a/b/c/link")) == 0);
	CHECK_ERR(check_program(in_scratch("a/b/c/link")), PPK_ERR_UNSAFE_FILE);
	CHECK(chmod(in_scratch("a/b"), 0777) == 0);
	CHECK_ERR(check_program(in_scratch("a/b/c/file")), PPK_ERR_UNSAFE_FILE);
}

static void no_one_needs_to_take_the_diagnostic(void)
{
	struct ppk_trust trust = trust_me();

	good_file();
	CHECK_ERR(ppk_file_read(in_scratch("a/x/y"), &trust, MAX, &bytes, NULL), PPK_ERR_IO);
}

static void a_name_that_nothing_has_is_missing(void)
{
	CHECK(!ppk_file_is_missing(good_file()));
	CHECK(!ppk_file_is_missing(in_scratch("a/b")));
	CHECK(ppk_file_is_missing(in_scratch("a/b/c/other")));
	CHECK(ppk_file_is_missing(in_scratch("a/x/c/file")));
	CHECK(!ppk_file_is_missing(in_scratch("a/b/c/file/below"))); /* ENOTDIR: who knows */
	CHECK(symlink("nowhere", in_scratch("a/link")) == 0);
	CHECK(!ppk_file_is_missing(in_scratch("a/link")));
}

int main(void)
{
	int result;

	scratch_make();
	result = CHECK_RUN(CHECK_TEST(a_good_file_is_read_whole), CHECK_TEST(an_empty_file_is_read),
		CHECK_TEST(doubled_slashes_change_nothing), CHECK_TEST(a_missing_file_is_not_found),
		CHECK_TEST(a_missing_folder_is_an_error_and_not_a_missing_file),
		CHECK_TEST(an_unreadable_file_is_permission_denied),
		CHECK_TEST(
			a_folder_that_may_not_be_searched_is_permission_denied_and_not_a_missing_file),
		CHECK_TEST(a_symlink_at_any_place_of_the_path_is_refused),
		CHECK_TEST(a_dangling_symlink_is_refused_and_not_a_missing_file),
		CHECK_TEST(a_fifo_is_refused_without_waiting_for_a_writer),
		CHECK_TEST(a_folder_in_place_of_the_file_is_refused),
		CHECK_TEST(a_file_in_place_of_a_folder_is_refused), CHECK_TEST(a_socket_is_refused),
		CHECK_TEST(a_device_node_is_refused_without_being_opened),
		CHECK_TEST(another_owner_at_any_place_of_the_path_is_refused),
		CHECK_TEST(the_user_may_own_it_only_where_trust_says_so),
		CHECK_TEST(writable_by_others_at_any_place_of_the_path_is_refused),
		CHECK_TEST(a_sticky_folder_is_passed_through_but_holds_no_trusted_file),
		CHECK_TEST(a_strangers_folder_in_a_sticky_one_is_refused),
		CHECK_TEST(a_file_of_the_largest_size_is_read_and_one_byte_more_is_refused),
		CHECK_TEST(a_file_that_changes_while_it_is_read_is_an_error),
		CHECK_TEST(short_and_interrupted_reads_lose_nothing),
		CHECK_TEST(a_path_must_be_absolute_and_plain),
		CHECK_TEST(whatever_fails_is_an_error_and_never_a_missing_file),
		CHECK_TEST(a_descriptor_is_not_kept),
		CHECK_TEST(a_program_must_be_a_safe_executable_file),
		CHECK_TEST(a_name_that_nothing_has_is_missing),
		CHECK_TEST(no_one_needs_to_take_the_diagnostic));
	ppk_bytes_done(&bytes);
	scratch_remove();
	return result;
}
