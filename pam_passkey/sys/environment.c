/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The only look at the environment (tests/lint). For the module secure_getenv(3) would be of no use: it finds
 * nothing in a set-user-ID program, and sudo is one. What the module finds is believed by nobody.
 */
#include "sys/environment.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/auxv.h>

#include "core/text.h"

bool ppk_agent_socket_take(const char *value, char out[static PPK_AGENT_SOCKET_SIZE])
{
	size_t len = value == NULL ? 0 : strnlen(value, PPK_AGENT_SOCKET_SIZE);

	out[0] = '\0';
	if (len == 0 || len >= PPK_AGENT_SOCKET_SIZE || value[0] != '/')
		return false;
	memcpy(out, value, len + 1);
	return true;
}

bool ppk_environment_agent_socket(char out[static PPK_AGENT_SOCKET_SIZE])
{
	return ppk_agent_socket_take(getenv("SSH_AUTH_SOCK"), out);
}

const char *ppk_environment_value(const char *name)
{
	return getauxval(AT_SECURE) == 0 ? getenv(name) : NULL;
}

unsigned ppk_environment_number(const char *name)
{
	const char *text = ppk_environment_value(name);
	uint64_t number;

	if (text == NULL || ppk_text_to_number(text, strlen(text), 0, INT32_MAX, &number) != PPK_OK)
		return 0;
	return (unsigned)number;
}

static const char *locale_name(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && value[0] != '\0')
			return value;
	}
	return "";
}

bool ppk_environment_shows_pictures(void)
{
	const char *term = getenv("TERM");
	const char *codeset = strrchr(locale_name(), '.');

	return term != NULL && term[0] != '\0' && strcmp(term, "dumb") != 0 && codeset != NULL &&
	       (strcasecmp(codeset, ".UTF-8") == 0 || strcasecmp(codeset, ".utf8") == 0);
}
