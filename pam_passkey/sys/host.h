/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_HOST_H
#define PPK_SYS_HOST_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#define PPK_HOST_NAME_SIZE 254

/* This machine's name as the kernel has it (uname(2)), sanitised; "localhost" when it has none. */
void ppk_host_name(char out[static PPK_HOST_NAME_SIZE]);

/* The number of this machine's interface of that name, or the name where it is a number; 0: neither. */
uint32_t ppk_host_link_number(const char *name, size_t len);

#endif
