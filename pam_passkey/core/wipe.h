/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_WIPE_H
#define PPK_CORE_WIPE_H

#include <stddef.h>

/*
 * Overwrite len bytes with zeros, where nobody looks at them afterwards. The compiler cannot leave it
 * out. (explicit_bzero(3) is not everywhere.)
 */
void ppk_wipe(void *data, size_t len);

#endif
