/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_ERROR_TEXT_H
#define PPK_SYS_ERROR_TEXT_H

#include <stddef.h>

/* What the system calls an errno, into out, cut to size, NUL-terminated. */
void ppk_error_text(int code, char *out, size_t size);

#endif
