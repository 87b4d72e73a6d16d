/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_SYS_FAULTS_H
#define TESTS_UNIT_SYS_FAULTS_H

/*
 * System calls that fail, or end the process, one after the other. The test program is linked with
 * --wrap for each function named here; the shipped code knows nothing of it.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static struct {
	unsigned call;     /* how many wrapped calls there were */
	unsigned fail_at;  /* this one fails; 0: none */
	unsigned crash_at; /* before this one the process ends; 0: none */
	int code;          /* the errno of the failure */
	ssize_t write_at_most; /* bytes of one write; 0: no limit */
	ssize_t read_at_most;
	void (*before_read)(void);
	unsigned syncs;            /* fsync calls that succeeded */
	unsigned syncs_at_rename;  /* how many of them came before the rename */
} faults;

#define CRASHED 77

static inline void faults_none(void)
{
	memset(&faults, 0, sizeof(faults));
}

static inline int faults_hit(void)
{
	faults.call++;
	if (faults.call == faults.crash_at)
		_exit(CRASHED);
	if (faults.call != faults.fail_at)
		return 0;
	errno = faults.code;
	return 1;
}

#define WRAP(type, name, parameters, arguments, failure)                                      \
	type __real_##name parameters;                                                        \
	type __wrap_##name parameters;                                                        \
	type __wrap_##name parameters                                                         \
	{                                                                                     \
		return faults_hit() ? failure : __real_##name arguments;                      \
	}

int __real_openat(int folder, const char *path, int flags, mode_t mode);
int __wrap_openat(int folder, const char *path, int flags, ...);
int __wrap_openat(int folder, const char *path, int flags, ...)
{
	va_list list;
	mode_t mode = 0;

	if ((flags & O_CREAT) != 0) {
		va_start(list, flags);
		mode = va_arg(list, mode_t);
		va_end(list);
	}
	return faults_hit() ? -1 : __real_openat(folder, path, flags, mode);
}

ssize_t __real_read(int fd, void *data, size_t len);
ssize_t __wrap_read(int fd, void *data, size_t len);
ssize_t __wrap_read(int fd, void *data, size_t len)
{
	if (faults.before_read != NULL)
		faults.before_read();
	if (faults.read_at_most > 0 && (ssize_t)len > faults.read_at_most)
		len = (size_t)faults.read_at_most;
	return faults_hit() ? -1 : __real_read(fd, data, len);
}

ssize_t __real_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len);
ssize_t __wrap_write(int fd, const void *data, size_t len)
{
	if (faults.write_at_most > 0 && (ssize_t)len > faults.write_at_most)
		len = (size_t)faults.write_at_most;
	return faults_hit() ? -1 : __real_write(fd, data, len);
}

WRAP(int, fstat, (int fd, struct stat *ret), (fd, ret), -1)
WRAP(int, fstatat, (int fd, const char *path, struct stat *ret, int flags), (fd, path, ret, flags), -1)
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode), -1)
WRAP(int, fchown, (int fd, uid_t uid, gid_t gid), (fd, uid, gid), -1)
WRAP(int, flock, (int fd, int operation), (fd, operation), -1)
WRAP(int, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode), -1)
WRAP(ssize_t, getrandom, (void *out, size_t len, unsigned flags), (out, len, flags), -1)
WRAP(void *, malloc, (size_t size), (size), NULL)
WRAP(void *, calloc, (size_t count, size_t size), (count, size), NULL)
WRAP(void *, realloc, (void *memory, size_t size), (memory, size), NULL)

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
	int result = faults_hit() ? -1 : __real_fsync(fd);

	faults.syncs += result == 0;
	return result;
}

int __real_renameat(int from, const char *old, int to, const char *name);
int __wrap_renameat(int from, const char *old, int to, const char *name);
int __wrap_renameat(int from, const char *old, int to, const char *name)
{
	faults.syncs_at_rename = faults.syncs;
	return faults_hit() ? -1 : __real_renameat(from, old, to, name);
}

/* Make the attempt with each of its wrapped calls failing once; check looks at the outcome, err. */
#define FAULTS_EACH(error_number, attempt, check)                                              \
	do {                                                                                  \
		for (unsigned faults_n_ = 1;; faults_n_++) {                                  \
			enum ppk_err err;                                                     \
			unsigned faults_calls_;                                               \
                                                                                              \
			faults_none();                                                        \
			faults.fail_at = faults_n_;                                           \
			faults.code = (error_number);                                         \
			err = (attempt);                                                      \
			faults_calls_ = faults.call;                                          \
			faults_none();                                                        \
			if (faults_calls_ < faults_n_)                                        \
				break;                                                        \
			check;                                                                \
		}                                                                             \
	} while (0)

#endif
