/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_HOST_H
#define PPK_SYS_HOST_H

#include "core/error.h"

#define PPK_HOST_NAME_SIZE 254

/* This machine's name as the kernel has it (uname(2)), sanitised; "localhost" when it has none. */
void ppk_host_name(char out[static PPK_HOST_NAME_SIZE]);

#endif
