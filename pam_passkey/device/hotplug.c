/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/hotplug.h"

#include <string.h>

const struct ppk_plugged *ppk_plugged_find(
	const char *path, const struct ppk_plugged *list, size_t count)
{
	for (size_t n = 0; n < count; n++)
		if (strcmp(list[n].path, path) == 0)
			return &list[n];
	return NULL;
}

bool ppk_plugged_is_known(const struct ppk_plugged *plugged)
{
	return plugged->inode != 0 || ppk_path_is_reader(plugged->path);
}

bool ppk_plugged_is_same(const struct ppk_plugged *one, const struct ppk_plugged *other)
{
	return strcmp(one->path, other->path) == 0 && one->inode == other->inode &&
	       one->born_s == other->born_s && one->born_ns == other->born_ns;
}
