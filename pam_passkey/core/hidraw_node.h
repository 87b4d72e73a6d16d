/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_HIDRAW_NODE_H
#define PPK_CORE_HIDRAW_NODE_H

/* What the kernel writes about a node /dev/hidrawN, which may be any device. */

#include <stdbool.h>
#include <stddef.h>

/*
 * The N of a name "hidrawN": decimal, without a zero before it, so that no other name has the same N.
 * False, and *ret is untouched: another name. Pure.
 */
bool ppk_hidraw_node_number(const char *name, unsigned *ret);

/*
 * The text of a file of sysfs (len bytes; 0: none) up to the end of its first line, NUL-terminated in
 * out, which has size bytes; cut to fit. A device may say anything: who shows it to a person must call
 * ppk_text_sanitise(). Pure.
 */
void ppk_hidraw_node_text(const char *file, size_t len, char *out, size_t size);

#endif
