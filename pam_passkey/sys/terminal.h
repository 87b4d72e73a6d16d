/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_TERMINAL_H
#define PPK_SYS_TERMINAL_H

#include <stddef.h>

/*
 * How many columns the terminal of this process has, where it has more than 40 and seems to show colours
 * and UTF-8 (TERM, LC_ALL, LC_CTYPE, LANG); 0: it has none, or does not, or nobody can say. What the user's
 * environment says is believed because nothing but a picture depends on it.
 */
size_t ppk_terminal_picture_columns(void);

#endif
