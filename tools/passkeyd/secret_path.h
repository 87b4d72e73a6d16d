/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYD_SECRET_PATH_H
#define PPK_TOOLS_PASSKEYD_SECRET_PATH_H

/*
 * The last part of a page's URL: 130 random bits as 26 characters of 0 to 9 and a to z without i, l, o
 * and u, so that it can be read aloud and typed. Who knows it can open the page.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PPKD_SECRET_PATH_LEN 26
#define PPKD_SECRET_PATH_SIZE (PPKD_SECRET_PATH_LEN + 1) /* bytes, with NUL */
#define PPKD_SECRET_PATH_RANDOM 17 /* bytes that it is made of; 6 bits are left over */

/* Pure. */
void ppkd_secret_path_make(const uint8_t random[static PPKD_SECRET_PATH_RANDOM],
	char out[static PPKD_SECRET_PATH_SIZE]);

/*
 * What somebody typed: in capitals too, with I or L for 1 and O for 0. The whole of text, or false
 * and out is untouched. Pure.
 */
bool ppkd_secret_path_read(const char *text, size_t len, char out[static PPKD_SECRET_PATH_SIZE]);

#endif
