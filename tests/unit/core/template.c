/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"

#include "core/options.h"

static char path[64];

static enum ppk_err expand(const char *template, bool *ret_in_home)
{
	memset(path, '#', sizeof(path));
	return ppk_template_expand(
		template, "alice", "/home/alice", 1000, path, sizeof(path), ret_in_home);
}

static void check_path(const char *template, const char *want, bool want_in_home)
{
	bool in_home = !want_in_home;

	CHECK_OK(expand(template, &in_home));
	CHECK_STR(path, want);
	CHECK_INT(in_home, want_in_home);
}

static void each_placeholder_is_replaced(void)
{
	check_path("/etc/passkeys/%u", "/etc/passkeys/alice", false);
	check_path("/etc/passkeys/%U", "/etc/passkeys/1000", false);
	check_path("%h/.passkeys", "/home/alice/.passkeys", true);
	check_path("/a%%/%u-%U", "/a%/alice-1000", false);
	check_path("%h/%u", "/home/alice/alice", true);
}

static void a_template_without_the_user_is_refused(void)
{
	bool in_home = true;

	CHECK_ERR(expand("/etc/passkeys/all", &in_home), PPK_ERR_OPTION);
	CHECK_ERR(expand("/etc/passkeys/%%u", &in_home), PPK_ERR_OPTION);
	CHECK(in_home);
}

static void the_home_stands_at_the_beginning_and_alone(void)
{
	bool in_home;

	CHECK_ERR(expand("/x%h/y", &in_home), PPK_ERR_OPTION);
	CHECK_ERR(expand("%h", &in_home), PPK_ERR_OPTION);
	CHECK_ERR(expand("%hx/y", &in_home), PPK_ERR_OPTION);
	CHECK_ERR(expand("%h/%h", &in_home), PPK_ERR_OPTION);
}

static void other_placeholders_are_refused(void)
{
	bool in_home;

	CHECK_ERR(expand("/%u/%x", &in_home), PPK_ERR_OPTION);
	CHECK_ERR(expand("/%u/%", &in_home), PPK_ERR_OPTION);
	CHECK_ERR(expand("%u/x", &in_home), PPK_ERR_OPTION);
	CHECK_ERR(expand("", &in_home), PPK_ERR_OPTION);
}

static void what_is_put_in_is_not_expanded_again(void)
{
	bool in_home;

	CHECK_OK(ppk_template_expand("/etc/%u", "%U", "/h", 5, path, sizeof(path), &in_home));
	CHECK_STR(path, "/etc/%U");
	CHECK_OK(ppk_template_expand("%h/x", "bob", "/home/%u", 5, path, sizeof(path), &in_home));
	CHECK_STR(path, "/home/%u/x");
}

static void a_user_name_that_is_a_path_is_refused(void)
{
	static const char *const names[] = { "..", ".", "", "a/b", "../root", "-x", "a b", "a\nb" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bool in_home;

		CHECK_ERR(ppk_template_expand(
				  "/etc/%u", names[i], "/h", 5, path, sizeof(path), &in_home),
			PPK_ERR_OPTION);
	}
}

static void a_home_that_is_not_absolute_is_refused(void)
{
	bool in_home;

	CHECK_ERR(ppk_template_expand("%h/x", "bob", "home", 5, path, sizeof(path), &in_home),
		PPK_ERR_LIMIT);
	CHECK_ERR(ppk_template_expand("%h/x", "bob", "", 5, path, sizeof(path), &in_home),
		PPK_ERR_LIMIT);
	CHECK_ERR(ppk_template_expand("%h/x", "bob", NULL, 5, path, sizeof(path), &in_home),
		PPK_ERR_LIMIT);
	CHECK_OK(ppk_template_expand("/etc/%u", "bob", NULL, 5, path, sizeof(path), &in_home));
}

static void a_path_that_does_not_fit_is_an_error_and_not_a_shorter_path(void)
{
	bool in_home;

	for (size_t size = 0; size <= strlen("/etc/bob"); size++) {
		memset(path, '#', sizeof(path));
		CHECK_ERR(ppk_template_expand("/etc/%u", "bob", "/h", 5, path, size, &in_home),
			PPK_ERR_LIMIT);
		CHECK_INT(path[size], '#');
	}
	CHECK_OK(ppk_template_expand(
		"/etc/%u", "bob", "/h", 5, path, strlen("/etc/bob") + 1, &in_home));
}

static void the_largest_uid_fits(void)
{
	bool in_home;

	CHECK_OK(ppk_template_expand(
		"/%U", "bob", "/h", 4294967295UL, path, sizeof(path), &in_home));
	CHECK_STR(path, "/4294967295");
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(each_placeholder_is_replaced),
		CHECK_TEST(a_template_without_the_user_is_refused),
		CHECK_TEST(the_home_stands_at_the_beginning_and_alone),
		CHECK_TEST(other_placeholders_are_refused),
		CHECK_TEST(what_is_put_in_is_not_expanded_again),
		CHECK_TEST(a_user_name_that_is_a_path_is_refused),
		CHECK_TEST(a_home_that_is_not_absolute_is_refused),
		CHECK_TEST(a_path_that_does_not_fit_is_an_error_and_not_a_shorter_path),
		CHECK_TEST(the_largest_uid_fits));
}
