/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/environment.h"

#include <stdlib.h>
#include <sys/auxv.h>

#include "check.h"

static bool more_rights; /* than the caller's: the program is set-user-ID */

unsigned long __real_getauxval(unsigned long type);
unsigned long __wrap_getauxval(unsigned long type);
unsigned long __wrap_getauxval(unsigned long type)
{
	return type == AT_SECURE ? more_rights : __real_getauxval(type);
}

static void set(const char *name, const char *value)
{
	CHECK((value == NULL ? unsetenv(name) : setenv(name, value, 1)) == 0);
}

static char path[PPK_AGENT_SOCKET_SIZE];

static void the_agents_socket_is_an_absolute_path_that_fits(void)
{
	char text[PPK_AGENT_SOCKET_SIZE + 1];

	CHECK(ppk_agent_socket_take("/run/agent", path));
	CHECK_STR(path, "/run/agent");
	CHECK(!ppk_agent_socket_take("agent", path));
	CHECK_STR(path, "");
	CHECK(!ppk_agent_socket_take("", path) && !ppk_agent_socket_take(NULL, path));
	memset(text, '/', sizeof(text));
	text[PPK_AGENT_SOCKET_SIZE] = '\0';
	CHECK(!ppk_agent_socket_take(text, path));
	text[PPK_AGENT_SOCKET_SIZE - 1] = '\0';
	CHECK(ppk_agent_socket_take(text, path));
	CHECK_STR(path, text);
}

static void the_agents_socket_is_found_in_programs_with_more_rights_too(void)
{
	set("SSH_AUTH_SOCK", NULL);
	CHECK(!ppk_environment_agent_socket(path));
	set("SSH_AUTH_SOCK", "/run/agent");
	more_rights = true; /* sudo */
	CHECK(ppk_environment_agent_socket(path));
	CHECK_STR(path, "/run/agent");
	more_rights = false;
}

static void a_variable_is_read_with_the_callers_rights_alone(void)
{
	set("PROBE", "17");
	CHECK_STR(ppk_environment_value("PROBE"), "17");
	CHECK_INT(ppk_environment_number("PROBE"), 17);
	more_rights = true;
	CHECK(ppk_environment_value("PROBE") == NULL);
	CHECK_INT(ppk_environment_number("PROBE"), 0);
	more_rights = false;
	set("PROBE", NULL);
	CHECK(ppk_environment_value("PROBE") == NULL);
}

static void a_number_is_plain(void)
{
	static const char *const none[] = { "", "-1", "+1", " 1", "1 ", "0x1", "01", "2147483648",
		"99999999999999999999", "one" };

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		set("PROBE", none[i]);
		if (ppk_environment_number("PROBE") != 0)
			CHECK_FAIL("\"%s\" is a number", none[i]);
	}
	set("PROBE", "2147483647");
	CHECK_INT(ppk_environment_number("PROBE"), 2147483647);
	set("PROBE", NULL);
	CHECK_INT(ppk_environment_number("PROBE"), 0);
}

static bool shows(const char *term, const char *lc_all, const char *lc_ctype, const char *lang)
{
	set("TERM", term);
	set("LC_ALL", lc_all);
	set("LC_CTYPE", lc_ctype);
	set("LANG", lang);
	return ppk_environment_shows_pictures();
}

static void pictures_need_colours_and_utf_8(void)
{
	CHECK(shows("xterm", NULL, NULL, "de_DE.UTF-8"));
	CHECK(shows("linux", NULL, NULL, "C.utf8"));
	CHECK(!shows("dumb", NULL, NULL, "de_DE.UTF-8"));
	CHECK(!shows("", NULL, NULL, "de_DE.UTF-8"));
	CHECK(!shows(NULL, NULL, NULL, "de_DE.UTF-8"));
	CHECK(!shows("xterm", NULL, NULL, NULL));
	CHECK(!shows("xterm", NULL, NULL, "C"));
	CHECK(!shows("xterm", NULL, NULL, "de_DE.ISO-8859-1"));
	CHECK(!shows("xterm", NULL, NULL, "de_DE.UTF-8@euro"));
	CHECK(!shows("xterm", NULL, NULL, "UTF-8"));
}

/* The first that is set to something: setlocale(3). */
static void the_most_particular_variable_says_which_characters(void)
{
	CHECK(shows("xterm", "C.UTF-8", "C", "C"));
	CHECK(!shows("xterm", "C", "C.UTF-8", "C.UTF-8"));
	CHECK(shows("xterm", NULL, "C.UTF-8", "C"));
	CHECK(!shows("xterm", NULL, "C", "C.UTF-8"));
	CHECK(shows("xterm", "", "", "C.UTF-8"));
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(the_agents_socket_is_an_absolute_path_that_fits),
		CHECK_TEST(the_agents_socket_is_found_in_programs_with_more_rights_too),
		CHECK_TEST(a_variable_is_read_with_the_callers_rights_alone),
		CHECK_TEST(a_number_is_plain), CHECK_TEST(pictures_need_colours_and_utf_8),
		CHECK_TEST(the_most_particular_variable_says_which_characters));
}
