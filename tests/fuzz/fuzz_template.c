/* SPDX-License-Identifier: BSD-2-Clause */
/* A template of a path; and the name of a user, whom PAM may have been told anything about. */
#include <string.h>

#include "core/option_value.h"
#include "core/text.h"
#include "require.h"

#define HOME "/home/alice"
#define TEXT_MAX 4096

/* Room for all: of two characters of a template at most five come. */
static char path[3 * TEXT_MAX + sizeof(HOME)];

static enum ppk_err expand(const char *template, const char *user, bool *ret_in_home)
{
	return ppk_template_expand(template, user, HOME, 70007, path, sizeof(path), ret_in_home);
}

static void try_template(const char *text)
{
	bool valid = ppk_template_is_valid(text, strlen(text)), in_home = false;

	REQUIRE((expand(text, "alice", &in_home) == PPK_OK) == valid);
	if (!valid)
		return;
	REQUIRE(path[0] == '/');
	REQUIRE(strstr(path, "alice") != NULL || strstr(path, "70007") != NULL);
	REQUIRE(in_home == (text[0] == '%'));
	REQUIRE(!in_home || strncmp(path, HOME "/", strlen(HOME "/")) == 0);
	PLANT(strstr(path, "70007alice") != NULL);
}

/* Whatever a user is called, the path ends in one name below the folder. */
static void try_user(const char *user)
{
	static const char folder[] = "/etc/passkeys/";
	bool in_home = true;

	REQUIRE((expand("/etc/passkeys/%u", user, &in_home) == PPK_OK) ==
		ppk_text_is_user_name(user));
	if (!ppk_text_is_user_name(user))
		return;
	REQUIRE(strncmp(path, folder, strlen(folder)) == 0 && !in_home);
	REQUIRE(strcmp(path + strlen(folder), user) == 0 && strchr(user, '/') == NULL);
	REQUIRE(user[0] != '\0' && strcmp(user, ".") != 0 && strcmp(user, "..") != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text;

	if (len > TEXT_MAX)
		return 0;
	text = malloc(len + 1);
	REQUIRE(text != NULL);
	memcpy(text, data, len);
	text[len] = '\0';
	try_template(text);
	try_user(text);
	free(text);
	return 0;
}
