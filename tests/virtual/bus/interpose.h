/* SPDX-License-Identifier: BSD-2-Clause */
/* How a function takes the place of the library's. */
#ifndef PPK_VIRTUAL_INTERPOSE_H
#define PPK_VIRTUAL_INTERPOSE_H

#include <sys/types.h>

#define PPK_INTERPOSE __attribute__((visibility("default")))

#if defined(__has_attribute) && !defined(__clang__)
#if __has_attribute(copy)
#define PPK_COPY(name) , copy(name)
#endif
#endif
#ifndef PPK_COPY
#define PPK_COPY(name)
#endif

/* A second name with the same meaning: off_t and struct stat have one form on 64-bit systems. */
#define PPK_ALIAS(name, other) \
	extern __typeof__(name) ppk_##other __asm__(#other) \
	    __attribute__((alias(#name), visibility("default") PPK_COPY(name)))

int __open_2(const char *path, int flags);
int __openat_2(int folder, const char *path, int flags);
ssize_t __read_chk(int fd, void *data, size_t len, size_t room);

#endif
