/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYD_PARTS_H
#define PPK_TOOLS_PASSKEYD_PARTS_H

/* The page, with style, script and icon in it, as it was when passkeyd was built (page/embed.py). */

#include <stddef.h>
#include <stdint.h>

struct ppkd_part {
	const uint8_t *data;
	size_t len;
	const uint8_t *gzip; /* the same, compressed (RFC 1952) */
	size_t gzip_len;
};

extern const struct ppkd_part ppkd_page; /* HTML */

#endif
