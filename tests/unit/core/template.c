/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"
#include "mutate.h"

#include "core/option_value.h"
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

static void check_changed(const uint8_t *data, size_t len, const char *how, void *context)
{
	char text[64];
	bool in_home = false, valid = ppk_template_is_valid((const char *)data, len);

	CHECK(len < sizeof(text));
	memcpy(text, data, len);
	text[len] = '\0';
	if (strlen(text) != len)
		return; /* a NUL is refused before */
	if ((expand(text, &in_home) == PPK_OK) != valid)
		CHECK_FAIL("%s: \"%s\" is valid and has no path, or the other way", how, text);
	if (!valid)
		return;
	CHECK(path[0] == '/' && in_home == (text[0] == '%'));
	if (strstr(path, "alice") == NULL && strstr(path, "1000") == NULL)
		CHECK_FAIL("%s: \"%s\" is the same for all users", how, text);
	++*(unsigned *)context;
}

static void a_changed_template_names_the_user_or_is_refused(void)
{
	static const char *const texts[] = { "/etc/passkeys/%u", "%h/.config/%%/%U" };
	unsigned taken = 0;

	for (size_t i = 0; i < 2; i++)
		mutate_each(texts[i], strlen(texts[i]), check_changed, &taken);
	CHECK(taken > 2 * 60);
}

static void check_user(const uint8_t *data, size_t len, const char *how, void *context)
{
	char name[32];
	bool in_home;

	CHECK(len < sizeof(name));
	memcpy(name, data, len);
	name[len] = '\0';
	if (ppk_template_expand("/etc/%u", name, "/h", 5, path, sizeof(path), &in_home) != PPK_OK)
		return;
	if (strncmp(path, "/etc/", 5) != 0 || strcmp(path + 5, name) != 0 || name[0] == '\0' ||
		strchr(name, '/') != NULL || name[0] == '.')
		CHECK_FAIL("%s: %s", how, path);
	++*(unsigned *)context;
}

static void a_changed_user_name_is_a_name_or_is_refused(void)
{
	unsigned taken = 0;

	CHECK_INT(mutate_each("alice.o", 7, check_user, &taken), 7 * 9);
	CHECK(taken > 10 && taken < 7 * 9);
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
		CHECK_TEST(the_largest_uid_fits),
		CHECK_TEST(a_changed_template_names_the_user_or_is_refused),
		CHECK_TEST(a_changed_user_name_is_a_name_or_is_refused));
}
