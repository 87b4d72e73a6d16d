/* SPDX-License-Identifier: BSD-2-Clause */
/* open, stat, access, opendir and inotify of /dev and of its nodes. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "interpose.h"
#include "node.h"
#include "real.h"

#define TAKES_MODE(flags) (((flags) & O_CREAT) != 0 || ((flags) & O_TMPFILE) == O_TMPFILE)

static int
open_path(int folder, const char *path, int flags, mode_t mode)
{
	char on_bus[PPK_BUS_PATH_LEN];
	const char *name = ppk_node_name(path);

	if (name != NULL && (flags & O_PATH) == 0)
		return ppk_node_open(name, flags);
	if ((flags & O_DIRECTORY) != 0 && ppk_bus_path(path, on_bus))
		return ppk_real()->open(on_bus, flags);
	if (ppk_bus_attribute(path, on_bus))
		return ppk_real()->open(on_bus, flags);
	return ppk_real()->openat(folder, path, flags, mode);
}

PPK_INTERPOSE int
open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list arguments;

	if (TAKES_MODE(flags)) {
		va_start(arguments, flags);
		mode = va_arg(arguments, mode_t);
		va_end(arguments);
	}
	return open_path(AT_FDCWD, path, flags, mode);
}

PPK_INTERPOSE int
openat(int folder, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list arguments;

	if (TAKES_MODE(flags)) {
		va_start(arguments, flags);
		mode = va_arg(arguments, mode_t);
		va_end(arguments);
	}
	return open_path(folder, path, flags, mode);
}

PPK_ALIAS(open, open64);
PPK_ALIAS(openat, openat64);

/* What _FORTIFY_SOURCE calls where no mode is given. */
PPK_INTERPOSE int
__open_2(const char *path, int flags)
{
	return open_path(AT_FDCWD, path, flags, 0);
}

PPK_INTERPOSE int
__openat_2(int folder, const char *path, int flags)
{
	return open_path(folder, path, flags, 0);
}

PPK_ALIAS(__open_2, __open64_2);
PPK_ALIAS(__openat_2, __openat64_2);

PPK_INTERPOSE int
fstat(int fd, struct stat *status)
{
	char name[PPK_NODE_NAME_LEN];
	int result = ppk_real()->fstat(fd, status);

	if (result == 0 && S_ISSOCK(status->st_mode) && ppk_node_of(fd, name))
		ppk_node_pretend(status);
	return result;
}

static int
stat_path(int folder, const char *path, struct stat *status, int flags)
{
	char on_bus[PPK_BUS_PATH_LEN];
	int result;

	if (ppk_node_name(path) == NULL || !ppk_bus_path(path, on_bus))
		return ppk_real()->fstatat(folder, path, status, flags);
	result = ppk_real()->stat(on_bus, status);
	if (result == 0)
		ppk_node_pretend(status);
	return result;
}

PPK_INTERPOSE int
stat(const char *path, struct stat *status)
{
	return stat_path(AT_FDCWD, path, status, 0);
}

PPK_INTERPOSE int
lstat(const char *path, struct stat *status)
{
	return stat_path(AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW);
}

PPK_INTERPOSE int
fstatat(int folder, const char *path, struct stat *status, int flags)
{
	if ((flags & AT_EMPTY_PATH) != 0 && *path == '\0')
		return fstat(folder, status);
	return stat_path(folder, path, status, flags);
}

PPK_ALIAS(fstat, fstat64);
PPK_ALIAS(stat, stat64);
PPK_ALIAS(lstat, lstat64);
PPK_ALIAS(fstatat, fstatat64);

PPK_INTERPOSE int
statx(int folder, const char *path, int flags, unsigned mask, struct statx *status)
{
	char on_bus[PPK_BUS_PATH_LEN];
	int result;

	if (ppk_node_name(path) == NULL || !ppk_bus_path(path, on_bus))
		return ppk_real()->statx(folder, path, flags, mask, status);
	result = ppk_real()->statx(AT_FDCWD, on_bus, flags, mask, status);
	if (result == 0)
		status->stx_mode = (uint16_t)((status->stx_mode & ~S_IFMT) | S_IFCHR);
	return result;
}

PPK_INTERPOSE int
access(const char *path, int mode)
{
	char on_bus[PPK_BUS_PATH_LEN];
	bool node = ppk_node_name(path) != NULL && ppk_bus_path(path, on_bus);

	return ppk_real()->access(node ? on_bus : path, mode);
}

PPK_INTERPOSE int
faccessat(int folder, const char *path, int mode, int flags)
{
	char on_bus[PPK_BUS_PATH_LEN];
	bool node = ppk_node_name(path) != NULL && ppk_bus_path(path, on_bus);

	return ppk_real()->faccessat(folder, node ? on_bus : path, mode, flags);
}

PPK_INTERPOSE DIR *
opendir(const char *path)
{
	char on_bus[PPK_BUS_PATH_LEN];

	return ppk_real()->opendir(ppk_bus_path(path, on_bus) ? on_bus : path);
}

/* A node on the bus appears by link(): a watch sees it created, as it would in /dev. */
PPK_INTERPOSE int
inotify_add_watch(int fd, const char *path, uint32_t mask)
{
	char on_bus[PPK_BUS_PATH_LEN];

	return ppk_real()->inotify_add_watch(fd, ppk_bus_path(path, on_bus) ? on_bus : path, mask);
}
