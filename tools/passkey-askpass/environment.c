/* SPDX-License-Identifier: BSD-2-Clause */
#include "environment.h"

#include <stddef.h>
#include <string.h>

static const char *value(char **all, const char *name)
{
	size_t len = strlen(name);

	for (; *all != NULL; all++) {
		if (strncmp(*all, name, len) == 0 && (*all)[len] == '=')
			return (*all)[len + 1] == '\0' ? NULL : *all + len + 1;
	}
	return NULL;
}

struct ppk_environment ppk_environment_read(char **all)
{
	return (struct ppk_environment){
		.fallback = value(all, "PASSKEY_ASKPASS_FALLBACK"),
		.kind = value(all, "SSH_ASKPASS_PROMPT"),
		.askpass = value(all, "SSH_ASKPASS"),
	};
}
