/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_SYSFS_H
#define PPK_SYS_SYSFS_H

/*
 * What the kernel says of HID devices in /sys. All of it may be read without opening a device, by
 * anybody: libfido2's own list opens every node of /dev, which the process that lists cannot do.
 */

#include <stdbool.h>
#include <stddef.h>

/*
 * The numbers N of the nodes /dev/hidrawN that are authenticators, at most max, in rising order. How
 * many there are; 0 also when they cannot be listed.
 */
size_t ppk_sysfs_authenticators(unsigned *numbers, size_t max);

/* The product string of the USB device that node N belongs to, cut to size; empty where there is none. */
void ppk_sysfs_product(unsigned number, char *out, size_t size);

#endif
