/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_RANDOM_H
#define PPK_SYS_RANDOM_H

#include <stddef.h>

#include "core/error.h"

/* len bytes of getrandom(2), all of them or PPK_ERR_RANDOM. */
PPK_MUST_CHECK enum ppk_err ppk_random(void *out, size_t len);

#endif
