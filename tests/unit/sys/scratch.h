/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_SYS_SCRATCH_H
#define TESTS_UNIT_SYS_SCRATCH_H

/* A folder of its own for each test program, and what the tests of sys/ ask about a process. */

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "sys/file.h"

/* An account that exists nowhere: nothing on the machine belongs to it. */
#define STRANGER 54321
#define OTHER_STRANGER 54322

static char scratch[64];

static inline void scratch_remove(void);

static inline void scratch_make(void)
{
	snprintf(scratch, sizeof(scratch), "/tmp/ppk-sys-XXXXXX");
	if (mkdtemp(scratch) == NULL || chmod(scratch, 0755) != 0)
		abort();
}

static inline int scratch_remove_one(const char *path, const struct stat *status, int kind,
				     struct FTW *where)
{
	(void)status;
	(void)kind;
	(void)where;
	return remove(path);
}

static inline void scratch_remove(void)
{
	(void)nftw(scratch, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The path of something in the scratch folder; four at a time. */
__attribute__((format(printf, 1, 2)))
static inline const char *in_scratch(const char *format, ...)
{
	static char paths[4][PATH_MAX];
	static unsigned next;
	char *path = paths[next++ % 4];
	int at = snprintf(path, PATH_MAX, "%s/", scratch);
	va_list list;

	va_start(list, format);
	vsnprintf(path + at, (size_t)(PATH_MAX - at), format, list);
	va_end(list);
	return path;
}

static inline void put_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t len = strlen(text);

	if (fd < 0 || write(fd, text, len) != (ssize_t)len || fchmod(fd, mode) != 0)
		abort();
	close(fd);
}

static inline bool file_has(const char *path, const char *text)
{
	char content[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, content, sizeof(content));

	if (fd >= 0)
		close(fd);
	return len == (ssize_t)strlen(text) && memcmp(content, text, (size_t)len) == 0;
}

/* How many entries a folder has. */
static inline int count_entries(const char *path)
{
	DIR *folder = opendir(path);
	int count = -2; /* . and .. */

	if (folder == NULL)
		return -1;
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count;
}

static inline int count_descriptors(void)
{
	return count_entries("/proc/self/fd") - 1;
}

static inline bool is_root(void)
{
	return geteuid() == 0;
}

/* Root, and whoever runs the test; nobody else. */
static inline struct ppk_trust trust_me(void)
{
	return (struct ppk_trust){ .root = geteuid() };
}

/* Run test in a child that has become uid; returns what it returned. */
static inline int as_stranger(uid_t uid, int (*test)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (setgroups(0, NULL) != 0 || setgid((gid_t)uid) != 0 || setuid(uid) != 0)
			_exit(99);
		_exit(test());
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 98;
	return WEXITSTATUS(status);
}

#endif
