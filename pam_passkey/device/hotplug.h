/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_HOTPLUG_H
#define PPK_DEVICE_HOTPLUG_H

/* Which authenticators are plugged in, and being told when that changes. */

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "device/hidraw.h"

#define PPK_PRODUCT_SIZE 128 /* bytes of a product string that are kept, with the NUL */

struct ppk_plugged {
	char path[PPK_DEVICE_PATH_SIZE];
	char product[PPK_PRODUCT_SIZE]; /* as the device gave it: not yet safe to show */
};

/* Begin to watch /dev; *ret_fd becomes readable when something happened. PPK_ERR_IO. */
PPK_MUST_CHECK enum ppk_err ppk_hotplug_watch(int *ret_fd);

/*
 * Read what happened. Calls removed for each node that went away, in order. True: a node came, or one
 * may have become accessible: see ppk_hotplug_list().
 */
bool ppk_hotplug_read(int fd, void (*removed)(void *context, const char *path), void *context);

/* All authenticators, at most max, in list. How many there are; 0 also when they cannot be listed. */
size_t ppk_hotplug_list(struct ppk_plugged *list, size_t max);

#endif
