/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_MANIFEST_H
#define PPK_DEVICE_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>

#include "device/hotplug.h"

/*
 * What libfido2 lists and takes() accepts, at most max, in list; none of it has an identity. How many
 * there are; 0 also when they cannot be listed.
 */
size_t ppk_manifest_list(bool (*takes)(const char *path), struct ppk_plugged *list, size_t max);

#endif
