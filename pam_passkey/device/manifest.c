/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/manifest.h"

#include <fido.h>
#include <stdio.h>
#include <string.h>

/* False: it is not wanted. */
static bool copy(
	const fido_dev_info_t *info, bool (*takes)(const char *path), struct ppk_plugged *ret)
{
	const char *path = fido_dev_info_path(info);
	const char *product = fido_dev_info_product_string(info);

	if (path == NULL || strlen(path) >= sizeof(ret->path) || !takes(path))
		return false;
	*ret = (struct ppk_plugged){ .inode = 0 };
	memcpy(ret->path, path, strlen(path) + 1);
	(void)snprintf(ret->product, sizeof(ret->product), "%s", product == NULL ? "" : product);
	return true;
}

size_t ppk_manifest_list(bool (*takes)(const char *path), struct ppk_plugged *list, size_t max)
{
	fido_dev_info_t *infos = fido_dev_info_new(max);
	size_t found = 0, count = 0;

	if (infos != NULL && fido_dev_info_manifest(infos, max, &found) == FIDO_OK)
		for (size_t i = 0; i < found; i++)
			if (copy(fido_dev_info_ptr(infos, i), takes, &list[count]))
				count++;
	fido_dev_info_free(&infos, max);
	return count;
}
