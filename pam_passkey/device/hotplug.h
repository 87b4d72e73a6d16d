/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_HOTPLUG_H
#define PPK_DEVICE_HOTPLUG_H

/*
 * Which authenticators are plugged in, and being told when that changes. hotplug_linux.c asks the kernel;
 * hotplug_portable.c has nothing but libfido2's list, and so asks for it again and again.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"
#include "device/hidraw.h"
#include "device/launch.h"

struct ppk_plugged {
	char path[PPK_DEVICE_PATH_SIZE];
	/*
	 * Which node this is: a key that is pulled out and put in again comes back under the same
	 * path. The time of birth is 0 where the file system keeps none; all is 0 where nothing tells it.
	 */
	uint64_t inode;
	int64_t born_s;
	uint32_t born_ns;
	char product[PPK_PRODUCT_SIZE]; /* as the device gave it: not yet safe to show */
};

/*
 * Begin to watch /dev; *ret_fd becomes readable when something happened. -1: there is nothing to watch, see
 * ppk_hotplug_is_asked(). PPK_ERR_IO.
 */
PPK_MUST_CHECK enum ppk_err ppk_hotplug_watch(int *ret_fd);

/*
 * Read what happened. Calls removed for each node that went away, in order. True: a node came, or one
 * may have become accessible: see ppk_hotplug_list().
 */
bool ppk_hotplug_read(int fd, void (*removed)(void *context, const char *path), void *context);

/* The one of list at path, or NULL. Pure. */
const struct ppk_plugged *ppk_plugged_find(
	const char *path, const struct ppk_plugged *list, size_t count);

/* Is there more to know it by than its path? A reader is its path. Pure. */
bool ppk_plugged_is_known(const struct ppk_plugged *plugged);

/* Are they the same node, and not one that took the place of the other? Pure. */
bool ppk_plugged_is_same(const struct ppk_plugged *one, const struct ppk_plugged *other);

/*
 * All authenticators, at most max, in list; those in readers with nfc alone. How many there are; 0 also
 * when they cannot be listed.
 */
size_t ppk_hotplug_list(bool nfc, struct ppk_plugged *list, size_t max);

/*
 * After a path could not be opened for want of permission: is it worth another try? Where an event tells that
 * it may be, yes; otherwise it is looked at.
 */
bool ppk_hotplug_may_open(const char *path);

/* Has ppk_hotplug_list() to be asked from time to time, since not all that happens shows otherwise? */
bool ppk_hotplug_is_asked(bool nfc);

#endif
