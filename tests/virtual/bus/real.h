/* SPDX-License-Identifier: BSD-2-Clause */
/* The functions of libc that the preload library stands in front of. */
#ifndef PPK_VIRTUAL_REAL_H
#define PPK_VIRTUAL_REAL_H

#include <dirent.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

struct ppk_real {
	int (*open)(const char *, int, ...);
	int (*openat)(int, const char *, int, ...);
	ssize_t (*read)(int, void *, size_t);
	ssize_t (*write)(int, const void *, size_t);
	int (*ioctl)(int, unsigned long, ...);
	int (*flock)(int, int);
	int (*fstat)(int, struct stat *);
	int (*stat)(const char *, struct stat *);
	int (*lstat)(const char *, struct stat *);
	int (*fstatat)(int, const char *, struct stat *, int);
	int (*statx)(int, const char *, int, unsigned, struct statx *);
	int (*access)(const char *, int);
	int (*faccessat)(int, const char *, int, int);
	int (*inotify_add_watch)(int, const char *, uint32_t);
	DIR *(*opendir)(const char *);
	int (*prctl)(int, ...);
	long (*syscall)(long, ...);
};

/* Looked up at the first use: a sanitizer's runtime calls before any constructor has run. */
const struct ppk_real *ppk_real(void);

#endif
