/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "device/launch.h"

/* A node of a BSD, and what libfido2 calls a device of macOS. */
bool ppk_path_is_node(const char *path)
{
	static const char *const prefixes[] = { "/dev/", "ioreg://" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (strncmp(path, prefixes[i], strlen(prefixes[i])) == 0)
			return strstr(path, "..") == NULL;
	}
	return false;
}
