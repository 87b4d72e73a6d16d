/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way to a file that a privileged program is going to believe.
 *
 * 1. Every folder on the way MUST be opened from the one before, by descriptor and without following
 *    a symbolic link, and checked through that descriptor: nothing can be swapped between the check
 *    and the use.
 * 2. Nobody but root (and the user, where trust says so) may be able to change an entry on the way.
 *    A folder where all may write, such as /tmp, is passed through only when it is sticky: what is
 *    below it was then opened and belongs to someone trusted, and others cannot rename it. The file
 *    itself MUST NOT lie directly in such a folder.
 * 3. "Does not exist" MUST be said of the file alone, and only of one whose folder could be searched.
 * 4. Opening MUST NOT block (FIFO) and a device MUST NOT be opened: that alone can have effects.
 */
#include "sys/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "sys/platform.h"

#define NO_FAULT ((struct ppk_fault){ .kind = PPK_FAULT_NONE })

static struct ppk_fault fault_of(enum ppk_fault_kind kind)
{
	return (struct ppk_fault){ .kind = kind };
}

static bool owner_is_trusted(uid_t owner, const struct ppk_trust *trust)
{
	return owner == 0 || owner == trust->root || (trust->allow_user && owner == trust->user);
}

static bool others_may_write(mode_t mode)
{
	return (mode & (S_IWGRP | S_IWOTH)) != 0;
}

/* is_last: files are going to be looked up in it directly. */
static struct ppk_fault check_folder(int fd, const struct ppk_trust *trust, bool is_last)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return ppk_fault_from_errno(errno);
	if (!S_ISDIR(status.st_mode))
		return fault_of(PPK_FAULT_NOT_FOLDER);
	if (!owner_is_trusted(status.st_uid, trust))
		return fault_of(PPK_FAULT_OWNER);
	if (!others_may_write(status.st_mode))
		return NO_FAULT;
	if ((status.st_mode & S_ISVTX) == 0)
		return fault_of(PPK_FAULT_WRITABLE);
	return fault_of(is_last ? PPK_FAULT_SHARED_FOLDER : PPK_FAULT_NONE);
}

/* Why could name in folder not be opened as a folder? */
static struct ppk_fault explain_folder(int folder, const char *name, int code)
{
	struct stat status;

	if (code == ENOENT)
		return fault_of(PPK_FAULT_NO_FOLDER);
	if (code != ENOTDIR && code != ELOOP)
		return ppk_fault_from_errno(code);
	if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode))
		return fault_of(PPK_FAULT_SYMLINK);
	return fault_of(PPK_FAULT_NOT_FOLDER);
}

/*
 * Copy the component that begins at *at (after slashes) into name, and move *at behind it and the
 * slashes that follow.
 */
static struct ppk_fault next_component(const char *path, size_t *at, char name[static NAME_MAX + 1])
{
	size_t len = strcspn(path + *at, "/");

	if (len > NAME_MAX)
		return fault_of(PPK_FAULT_TOO_LONG);
	memcpy(name, path + *at, len);
	name[len] = '\0';
	*at += len;
	*at += strspn(path + *at, "/");
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return fault_of(PPK_FAULT_DOTS);
	return NO_FAULT;
}

/* Replace *folder, in which name was checked to be one component, by the folder of that name. */
static struct ppk_fault step_into(int *folder, const char *name)
{
	int next = openat(*folder, name, PPK_O_FOLDER | O_NOFOLLOW | O_CLOEXEC);

	if (next < 0)
		return explain_folder(*folder, name, errno);
	close(*folder);
	*folder = next;
	return NO_FAULT;
}

static struct ppk_fault walk(
	const char *path, const struct ppk_trust *trust, struct ppk_place *place)
{
	size_t at = strspn(path, "/"), done = 1;
	struct ppk_fault fault;

	for (;;) {
		bool is_last;

		fault = next_component(path, &at, place->name);
		is_last = path[at] == '\0';
		if (fault.kind == PPK_FAULT_NONE) {
			fault = check_folder(place->folder, trust, is_last);
			if (fault.kind != PPK_FAULT_NONE)
				fault.prefix_len = done;
		}
		if (fault.kind != PPK_FAULT_NONE || is_last)
			return fault;
		for (done = at; done > 1 && path[done - 1] == '/';)
			done--;
		fault = step_into(&place->folder, place->name);
		if (fault.kind != PPK_FAULT_NONE) {
			fault.prefix_len = done;
			return fault;
		}
	}
}

struct ppk_fault ppk_place_open(
	const char *path, const struct ppk_trust *trust, struct ppk_place *ret)
{
	struct ppk_place place;
	struct ppk_fault fault;

	if (path[0] != '/')
		return fault_of(PPK_FAULT_RELATIVE);
	if (strlen(path) >= PATH_MAX)
		return fault_of(PPK_FAULT_TOO_LONG);
	if (path[strspn(path, "/")] == '\0')
		return fault_of(PPK_FAULT_NOT_REGULAR);
	place.folder = open("/", PPK_O_FOLDER | O_CLOEXEC);
	if (place.folder < 0)
		return ppk_fault_from_errno(errno);
	fault = walk(path, trust, &place);
	if (fault.kind == PPK_FAULT_NONE)
		*ret = place;
	else
		close(place.folder);
	return fault;
}

void ppk_place_close(struct ppk_place *place)
{
	if (place->folder >= 0)
		close(place->folder);
	place->folder = -1;
}

/* Is it a regular file that only those whom trust names can write? */
static struct ppk_fault check_file(const struct stat *status, const struct ppk_trust *trust)
{
	if (S_ISLNK(status->st_mode))
		return fault_of(PPK_FAULT_SYMLINK);
	if (!S_ISREG(status->st_mode))
		return fault_of(PPK_FAULT_NOT_REGULAR);
	if (!owner_is_trusted(status->st_uid, trust))
		return fault_of(PPK_FAULT_OWNER);
	if (others_may_write(status->st_mode))
		return fault_of(PPK_FAULT_WRITABLE);
	return NO_FAULT;
}

/* A lookup said ENOENT: true of the file, or has the folder itself been removed meanwhile? */
static struct ppk_fault explain_missing(int folder)
{
	struct stat status;

	if (fstat(folder, &status) != 0)
		return ppk_fault_from_errno(errno);
	return fault_of(status.st_nlink == 0 ? PPK_FAULT_NO_FOLDER : PPK_FAULT_NO_FILE);
}

static struct ppk_fault explain_file(int folder, int code)
{
	if (code == ENOENT)
		return explain_missing(folder);
	if (code == ELOOP)
		return fault_of(PPK_FAULT_SYMLINK);
	return ppk_fault_from_errno(code);
}

struct ppk_fault ppk_place_look(
	const struct ppk_place *place, const struct ppk_trust *trust, struct stat *ret)
{
	struct stat status;
	struct ppk_fault fault;

	if (fstatat(place->folder, place->name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return explain_file(place->folder, errno);
	fault = check_file(&status, trust);
	if (fault.kind == PPK_FAULT_NONE)
		*ret = status;
	return fault;
}

struct ppk_fault ppk_place_look_socket(const struct ppk_place *place, uid_t owner)
{
	struct stat status;

	if (fstatat(place->folder, place->name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return explain_file(place->folder, errno);
	if (S_ISLNK(status.st_mode))
		return fault_of(PPK_FAULT_SYMLINK);
	if (!S_ISSOCK(status.st_mode))
		return fault_of(PPK_FAULT_NOT_SOCKET);
	return fault_of(status.st_uid == owner ? PPK_FAULT_NONE : PPK_FAULT_OWNER);
}

struct ppk_fault ppk_place_look_folder(const struct ppk_place *place, const struct ppk_trust *trust)
{
	struct ppk_fault fault;
	int fd = openat(place->folder, place->name, PPK_O_FOLDER | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return explain_folder(place->folder, place->name, errno);
	fault = check_folder(fd, trust, true);
	close(fd);
	return fault;
}

struct ppk_fault ppk_descriptor_check(int fd, const struct ppk_trust *trust, struct stat *ret)
{
	struct stat status;
	struct ppk_fault fault;

	if (fstat(fd, &status) != 0)
		return ppk_fault_from_errno(errno);
	fault = check_file(&status, trust);
	if (fault.kind == PPK_FAULT_NONE)
		*ret = status;
	return fault;
}

struct ppk_fault ppk_place_open_file(const struct ppk_place *place, int flags,
	const struct ppk_trust *trust, int *ret_fd, struct stat *ret_status)
{
	struct ppk_fault fault;
	int fd;

	/* Looked at before it is opened for rule 4, and afterwards for rule 1. */
	fault = ppk_place_look(place, trust, ret_status);
	if (fault.kind != PPK_FAULT_NONE)
		return fault;
	fd = openat(
		place->folder, place->name, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return explain_file(place->folder, errno);
	fault = ppk_descriptor_check(fd, trust, ret_status);
	if (fault.kind == PPK_FAULT_NONE)
		*ret_fd = fd;
	else
		close(fd);
	return fault;
}

struct ppk_fault ppk_descriptor_set_owner(int fd, const struct ppk_file_owner *owner)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return ppk_fault_from_errno(errno);
	/* Also without the right to give files away, when there is nothing to change. */
	if ((status.st_uid != owner->uid || status.st_gid != owner->gid) &&
		fchown(fd, owner->uid, owner->gid) != 0)
		return ppk_fault_from_errno(errno);
	if (fchmod(fd, owner->mode) != 0)
		return ppk_fault_from_errno(errno);
	return NO_FAULT;
}
