/* SPDX-License-Identifier: BSD-2-Clause */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sys/descriptor.h"

/* The name of a folder entry in /proc/self/fd as a number; -1 for "." and "..". */
static int name_to_descriptor(const char *name)
{
	int number = 0;

	if (*name == '\0')
		return -1;
	for (; *name != '\0'; name++) {
		if (*name < '0' || *name > '9' || number > INT_MAX / 10 - 1)
			return -1;
		number = number * 10 + (*name - '0');
	}
	return number;
}

/* Close what one buffer of getdents64(2) names. */
static void close_listed(const char *entries, size_t len, int first, int folder)
{
	size_t at = 0;

	while (at < len) {
		unsigned short record_len;
		int fd;

		memcpy(&record_len, entries + at + offsetof(struct dirent64, d_reclen),
			sizeof(record_len));
		fd = name_to_descriptor(entries + at + offsetof(struct dirent64, d_name));
		if (fd >= first && fd != folder)
			close(fd);
		at += record_len;
	}
}

/* opendir(3) allocates, which a child of a threaded process must not; so the system call itself. */
static bool close_by_proc(int first)
{
	char entries[2048];
	int folder = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long len;

	if (folder < 0)
		return false;
	while ((len = syscall(SYS_getdents64, folder, entries, sizeof(entries))) > 0)
		close_listed(entries, (size_t)len, first, folder);
	close(folder);
	return len == 0;
}

void ppk_descriptors_close_from(int first)
{
#ifdef SYS_close_range
	if (syscall(SYS_close_range, (unsigned)first, UINT_MAX, 0) == 0)
		return;
#endif
	if (!close_by_proc(first))
		ppk_descriptors_close_one_by_one(first);
}
