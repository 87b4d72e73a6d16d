/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/launch.h"

#include <string.h>

#define READER_PREFIX "pcsc:"

bool ppk_path_is_reader(const char *path)
{
	return strncmp(path, READER_PREFIX, strlen(READER_PREFIX)) == 0;
}

static bool is_text(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

bool ppk_launch_is_allowed(const struct ppk_launch *launch, bool nfc)
{
	if (launch->index >= PPK_DEVICE_AUTHENTICATORS_MAX)
		return false;
	if (launch->order == PPK_LAUNCH_END)
		return true;
	return launch->order == PPK_LAUNCH_START && is_text(launch->path, sizeof(launch->path)) &&
	       is_text(launch->product, sizeof(launch->product)) &&
	       (ppk_path_is_node(launch->path) || (nfc && ppk_path_is_reader(launch->path)));
}
