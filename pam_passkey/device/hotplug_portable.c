/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * libfido2 knows how each system lists its HID devices; of what comes and goes it tells nothing.
 *
 * 1. MUST NOT be called in a process that starts others afterwards: what libfido2 uses on macOS
 *    (CoreFoundation) works in no process that was forked from one that had used it. The launcher comes
 *    before the first list, and lists nothing.
 * 2. An authenticator that holds no credential of the person's, is pulled out and put in again within one
 *    pace of asking has not been away, as far as anybody can tell, where the system gives it the same name
 *    again (macOS does not).
 */
#include "device/hotplug.h"

#include <unistd.h>

#include "device/manifest.h"

enum ppk_err ppk_hotplug_watch(int *ret_fd)
{
	*ret_fd = -1;
	return PPK_OK;
}

bool ppk_hotplug_read(int fd, void (*removed)(void *context, const char *path), void *context)
{
	(void)fd;
	(void)removed;
	(void)context;
	return true;
}

size_t ppk_hotplug_list(bool nfc, struct ppk_plugged *list, size_t max)
{
	size_t count = ppk_manifest_list(ppk_path_is_node, list, max);

	if (nfc && count < max)
		count += ppk_manifest_list(ppk_path_is_reader, list + count, max - count);
	return count;
}

bool ppk_hotplug_may_open(const char *path)
{
	return path[0] != '/' || access(path, R_OK | W_OK) == 0;
}

bool ppk_hotplug_is_asked(bool nfc)
{
	(void)nfc;
	return true;
}
