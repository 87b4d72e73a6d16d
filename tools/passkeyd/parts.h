/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYD_PARTS_H
#define PPK_TOOLS_PASSKEYD_PARTS_H

/*
 * The page, with style and script in it, and its icon, as they were when passkeyd was built
 * (page/embed.py).
 */

#include <stddef.h>
#include <stdint.h>

struct ppkd_part {
	const uint8_t *data;
	size_t len;
	const uint8_t *gzip; /* the same, compressed (RFC 1952); NULL and 0: it is not */
	size_t gzip_len;
};

extern const struct ppkd_part ppkd_page; /* HTML */
extern const struct ppkd_part ppkd_icon; /* SVG */

#endif
