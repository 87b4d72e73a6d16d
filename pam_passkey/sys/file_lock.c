/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A lock beside a file (the file itself is replaced, so a lock on it would be a lock on the past).
 *
 * 1. The lock file is never removed: whoever waits for it has the same file open as its holder.
 * 2. Waiting MUST end: a holder that is stopped must not hold up everyone else's sign-in for ever.
 * 3. Unlocking MUST also work when a child of the host has inherited the descriptor.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "sys/as_user.h"
#include "sys/child.h"
#include "sys/file.h"
#include "sys/path.h"

#define WAIT_MAX_MS 10000

struct lock_job {
	const char *path;
	const struct ppk_trust *trust;
};

static struct ppk_fault fault_of(enum ppk_fault_kind kind)
{
	return (struct ppk_fault){ .kind = kind };
}

/* name -> ".<name>.lock" */
static struct ppk_fault lock_name(const char *name, char out[static NAME_MAX + 1])
{
	size_t len = strlen(name);

	if (1 + len + sizeof(".lock") > NAME_MAX + 1)
		return fault_of(PPK_FAULT_TOO_LONG);
	out[0] = '.';
	memcpy(out + 1, name, len);
	memcpy(out + 1 + len, ".lock", sizeof(".lock"));
	return fault_of(PPK_FAULT_NONE);
}

static struct ppk_fault open_lock_in(
	const struct ppk_place *place, const struct ppk_trust *trust, int *ret_fd)
{
	char name[NAME_MAX + 1];
	struct ppk_fault fault = lock_name(place->name, name);
	struct stat status;
	int fd;

	if (fault.kind != PPK_FAULT_NONE)
		return fault;
	fd = openat(place->folder, name,
		O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == ELOOP ? fault_of(PPK_FAULT_SYMLINK) : ppk_fault_from_errno(errno);
	fault = ppk_descriptor_check(fd, trust, &status);
	if (fault.kind == PPK_FAULT_NONE)
		*ret_fd = fd;
	else
		close(fd);
	return fault;
}

static struct ppk_fault open_lock(const struct lock_job *job, int *ret_fd)
{
	struct ppk_place place = { .folder = -1 };
	struct ppk_fault fault = ppk_place_open(job->path, job->trust, &place);

	if (fault.kind == PPK_FAULT_NONE)
		fault = open_lock_in(&place, job->trust, ret_fd);
	ppk_place_close(&place);
	return fault;
}

static int lock_and_end(void *context)
{
	const int *fd = context;

	return flock(*fd, LOCK_EX) == 0 ? 0 : 1;
}

/*
 * flock(2) has no time limit, and an alarm would be the host's. So a child waits: the lock belongs
 * to the open file, which parent and child share, and stays with the parent when the child ends.
 */
static void wait_for_lock(int fd)
{
	struct ppk_child child;

	if (ppk_child_start(lock_and_end, &fd, &child) != PPK_OK)
		return;
	/* Without a pidfd (old kernels) nobody can wait for a limited time. */
	if (child.fd >= 0 && !ppk_child_ends_within(&child, WAIT_MAX_MS))
		ppk_child_signal(&child, SIGKILL);
	ppk_child_reap(&child);
}

static struct ppk_fault lock(int fd)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fault_of(PPK_FAULT_NONE);
	if (errno != EWOULDBLOCK && errno != EINTR)
		return ppk_fault_from_errno(errno);
	wait_for_lock(fd);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fault_of(PPK_FAULT_NONE);
	return errno == EWOULDBLOCK ? fault_of(PPK_FAULT_HELD) : ppk_fault_from_errno(errno);
}

/* The fault of opening the lock, or else of taking it. */
static enum ppk_err take(
	struct ppk_fault fault, const char *path, int fd, int *ret_fd, struct ppk_diag *reterr)
{
	if (fault.kind == PPK_FAULT_NONE) {
		fault = lock(fd);
		if (fault.kind == PPK_FAULT_NONE)
			*ret_fd = fd;
		else
			close(fd);
	}
	return ppk_fault_report(&fault, path, reterr);
}

enum ppk_err ppk_file_lock(
	const char *path, const struct ppk_trust *trust, int *ret_fd, struct ppk_diag *reterr)
{
	int fd = -1;
	struct ppk_fault fault = open_lock(&(struct lock_job){ .path = path, .trust = trust }, &fd);

	return take(fault, path, fd, ret_fd, reterr);
}

enum ppk_err ppk_file_lock_at(const struct ppk_place *place, const char *path,
	const struct ppk_trust *trust, int *ret_fd, struct ppk_diag *reterr)
{
	int fd = -1;
	struct ppk_fault fault = open_lock_in(place, trust, &fd);

	return take(fault, path, fd, ret_fd, reterr);
}

static struct ppk_fault run_open_lock(void *context, int *ret_fd)
{
	return open_lock(context, ret_fd);
}

enum ppk_err ppk_file_lock_as(
	const struct ppk_user *user, const char *path, int *ret_fd, struct ppk_diag *reterr)
{
	struct ppk_trust trust = { .allow_user = true, .user = user->uid, .root = 0 };
	struct lock_job job = { .path = path, .trust = &trust };
	struct ppk_fault fault;
	int fd = -1;

	if (ppk_as_user_is_needed(user))
		fault = ppk_as_user_run(user, run_open_lock, &job, &fd);
	else
		fault = open_lock(&job, &fd);
	if (fault.kind == PPK_FAULT_NONE && fd < 0)
		fault.kind =
			PPK_FAULT_TOO_MANY_OPEN; /* the kernel drops a descriptor at the limit */
	return take(fault, path, fd, ret_fd, reterr);
}

void ppk_file_unlock(int fd)
{
	(void)flock(fd, LOCK_UN);
	close(fd);
}
