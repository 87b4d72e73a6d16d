/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYD_PARTS_H
#define PPK_TOOLS_PASSKEYD_PARTS_H

/* The page's parts, as they were when passkeyd was built (made by page/embed.py). */

#include <stddef.h>
#include <stdint.h>

struct ppkd_part {
	const char *path;
	const char *type; /* Content-Type */
	const uint8_t *data;
	size_t len;
};

extern const struct ppkd_part ppkd_parts[]; /* the first is the page itself */
extern const size_t ppkd_part_count;

#endif
