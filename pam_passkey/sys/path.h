/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_PATH_H
#define PPK_SYS_PATH_H

#include <limits.h>
#include <sys/stat.h>

#include "sys/fault.h"
#include "sys/file.h"

/*
 * The way to a file, walked and checked. All functions here are async-signal-safe and allocate
 * nothing; each returns a fault of kind PPK_FAULT_NONE when all is well.
 */

/* A checked folder (a descriptor to look up names by, and no more) and the name of something in it. */
struct ppk_place {
	int folder; /* -1: none */
	char name[NAME_MAX + 1];
};

/*
 * Walk the absolute path to its last folder. *ret is the caller's: ppk_place_close(). Empty
 * components are skipped; a path that ends in a slash names a folder by its last component.
 */
struct ppk_fault ppk_place_open(
	const char *path, const struct ppk_trust *trust, struct ppk_place *ret);
void ppk_place_close(struct ppk_place *place);

/* Look at the file at place without opening it, and check it as ppk_place_open_file does. */
struct ppk_fault ppk_place_look(
	const struct ppk_place *place, const struct ppk_trust *trust, struct stat *ret);

/* Is it a socket, not a link to one, that belongs to owner? */
struct ppk_fault ppk_place_look_socket(const struct ppk_place *place, uid_t owner);

/* Check the folder at place, which is going to hold files of ours. */
struct ppk_fault ppk_place_look_folder(
	const struct ppk_place *place, const struct ppk_trust *trust);

/*
 * Open the regular file at place with flags (O_NOFOLLOW, O_NONBLOCK, O_NOCTTY and O_CLOEXEC are
 * added; not for O_CREAT) and check what was opened: kind, owner, mode. The out-parameters have no
 * meaning on a fault.
 */
struct ppk_fault ppk_place_open_file(const struct ppk_place *place, int flags,
	const struct ppk_trust *trust, int *ret_fd, struct stat *ret_status);

/* Is what fd has open a regular file that only those whom trust names can write? */
struct ppk_fault ppk_descriptor_check(int fd, const struct ppk_trust *trust, struct stat *ret);

/* Give what fd has open its owner and mode, whatever umask says. */
struct ppk_fault ppk_descriptor_set_owner(int fd, const struct ppk_file_owner *owner);

#endif
