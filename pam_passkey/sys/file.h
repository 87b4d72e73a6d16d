/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_FILE_H
#define PPK_SYS_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "core/bytes.h"
#include "core/diagnostic.h"
#include "core/error.h"

/*
 * Who may have written a file for us to trust it. Owner root is always fine; owner user only when
 * allow_user. Nothing on the way to the file, nor the file, may be writable by group or others
 * (a sticky folder such as /tmp is fine above a folder that itself is safe and not ours to fear).
 */
struct ppk_trust {
	bool allow_user;
	uid_t user;
	uid_t root; /* 0; tests that do not run as root pass their own uid */
};

/* Is nothing there of this name? What is there is not looked at, nor the way to it. */
bool ppk_file_is_missing(const char *path);

/*
 * Read a whole file, at most max bytes, that trust allows. Opens every folder of the absolute path
 * by descriptor with O_NOFOLLOW and checks the opened things, so that nothing can be swapped in
 * between; O_NONBLOCK, so that a FIFO does not hang; O_CLOEXEC.
 * PPK_ERR_NOT_FOUND: the file itself is missing and the folder that should hold it is there and
 * could be read: the only error that means "there is none". A missing folder is PPK_ERR_IO.
 * PPK_ERR_PERMISSION | PPK_ERR_UNSAFE_FILE (symlink, FIFO, device, folder, owner, mode) |
 * PPK_ERR_LIMIT | PPK_ERR_IO | PPK_ERR_NOMEM; *reterr names the path and says what to do.
 */
PPK_MUST_CHECK enum ppk_err ppk_file_read(const char *path, const struct ppk_trust *trust, size_t max,
					  struct ppk_bytes *ret, struct ppk_diag *reterr);

/*
 * The same for a path below a user's home: when the caller is privileged, the file is opened by a
 * short-lived child that has become that user for good (all ids and groups), so that a path of theirs
 * reaches nothing that they could not read themselves. The caller's own ids never change. Owner
 * root or the user. PPK_ERR_NOT_FOUND also when a folder below user->home is missing (the home
 * itself missing is PPK_ERR_IO: it may not be mounted). PPK_ERR_PROCESS: the child could not be run.
 * The user must have been looked up with_groups.
 */
struct ppk_user;
PPK_MUST_CHECK enum ppk_err ppk_file_read_as(const struct ppk_user *user, const char *path, size_t max,
					     struct ppk_bytes *ret, struct ppk_diag *reterr);

/*
 * May path be run as a helper: absolute, a regular executable file, trusted as above (root only)?
 * PPK_ERR_NOT_FOUND | PPK_ERR_UNSAFE_FILE | PPK_ERR_IO | PPK_ERR_PERMISSION.
 */
PPK_MUST_CHECK enum ppk_err ppk_file_check_program(const char *path, const struct ppk_trust *trust,
						   struct ppk_diag *reterr);

/* What a new file or folder is given. */
struct ppk_file_owner {
	uid_t uid;
	gid_t gid;
	mode_t mode;
};

/* Root's, with this mode. Where another account stands for root, the group is the process's. */
struct ppk_file_owner ppk_file_owned_by_root(const struct ppk_trust *trust, mode_t mode);

/*
 * Replace (or make) path with len bytes, atomically and durably: a temporary file in the same folder,
 * written, owner and mode set, synced, renamed over path, folder synced. Whatever fails, path is the
 * old one or the new one, and no temporary file stays (only a crash in the midst leaves one, named
 * ".<name>.<random>.new"). The folder must pass trust. A limit on file sizes (RLIMIT_FSIZE) that a
 * privileged process inherited from whoever ran it does not apply, and no SIGXFSZ is raised.
 * PPK_ERR_IO (a missing folder too) | PPK_ERR_PERMISSION | PPK_ERR_UNSAFE_FILE | PPK_ERR_NOMEM |
 * PPK_ERR_LIMIT (path too long, too many open files) | PPK_ERR_RANDOM.
 */
PPK_MUST_CHECK enum ppk_err ppk_file_replace(const char *path, const struct ppk_trust *trust,
					     const struct ppk_file_owner *owner, const void *data,
					     size_t len, struct ppk_diag *reterr);

/*
 * Take the exclusive lock that belongs to path (the file ".<name>.lock" beside it, mode 0600, made
 * when missing), waiting some seconds for its holder. *ret_fd is to be given to ppk_file_unlock().
 * Errors as ppk_file_replace, and PPK_ERR_BUSY.
 */
PPK_MUST_CHECK enum ppk_err ppk_file_lock(const char *path, const struct ppk_trust *trust, int *ret_fd,
					  struct ppk_diag *reterr);
void ppk_file_unlock(int fd);

/*
 * The same three for a file at a place (sys/path.h) that was walked to once, for whoever does several of
 * them: nothing on the way is looked at again. path is what the place was made of, for *reterr.
 */
struct ppk_place;
PPK_MUST_CHECK enum ppk_err ppk_file_read_at(const struct ppk_place *place, const char *path,
					     const struct ppk_trust *trust, size_t max,
					     struct ppk_bytes *ret, struct ppk_diag *reterr);
PPK_MUST_CHECK enum ppk_err ppk_file_replace_at(const struct ppk_place *place, const char *path,
						const struct ppk_file_owner *owner, const void *data,
						size_t len, struct ppk_diag *reterr);
PPK_MUST_CHECK enum ppk_err ppk_file_lock_at(const struct ppk_place *place, const char *path,
					     const struct ppk_trust *trust, int *ret_fd,
					     struct ppk_diag *reterr);

/*
 * Make a folder with owner and mode when it is missing; its parent must exist and pass trust, and so
 * must the folder when it is there. Errors as ppk_file_replace.
 */
PPK_MUST_CHECK enum ppk_err ppk_folder_make(const char *path, const struct ppk_trust *trust,
					    const struct ppk_file_owner *owner, struct ppk_diag *reterr);

/*
 * The same three below a user's home, with that user's rights (as ppk_file_read_as): what root does
 * there is what the user could have done. The owner is the user; the group is the user's.
 * Errors as above, and PPK_ERR_PROCESS.
 */
PPK_MUST_CHECK enum ppk_err ppk_file_replace_as(const struct ppk_user *user, const char *path,
						mode_t mode, const void *data, size_t len,
						struct ppk_diag *reterr);
PPK_MUST_CHECK enum ppk_err ppk_file_lock_as(const struct ppk_user *user, const char *path, int *ret_fd,
					     struct ppk_diag *reterr);
PPK_MUST_CHECK enum ppk_err ppk_folder_make_as(const struct ppk_user *user, const char *path,
					       mode_t mode, struct ppk_diag *reterr);

#endif
