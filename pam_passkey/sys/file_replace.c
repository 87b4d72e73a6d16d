/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Replacing a file.
 *
 * 1. At every instant, also that of a crash, path MUST be the old file or the new one, whole: it is
 *    only ever touched by rename(2), after the new content is on the disk.
 * 2. The new file MUST have its owner and mode before it gets its name.
 * 3. The temporary name MUST be new (O_EXCL) and in the folder that was checked, by descriptor.
 * 4. After any failure the temporary file MUST be gone.
 * 5. The host's file size limit MUST NOT kill it: whoever runs a set-user-ID program chooses that
 *    limit. umask and signal mask MUST be the same afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "sys/as_user.h"
#include "sys/file.h"
#include "sys/path.h"
#include "sys/random.h"

#define RANDOM_LEN 8

struct replacement {
	const char *path;
	const struct ppk_trust *trust;
	const struct ppk_file_owner *owner;
	const void *data;
	size_t len;
};

static struct ppk_fault no_fault(void)
{
	return (struct ppk_fault){ .kind = PPK_FAULT_NONE };
}

/* ".<name>.<random>.new", made by hand: this also runs where stdio is not allowed. */
static struct ppk_fault temporary_name(const char *name, char out[static NAME_MAX + 1])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t random[RANDOM_LEN];
	size_t at = 0, len = strlen(name);

	if (len + sizeof("..") - 1 + 2 * RANDOM_LEN + sizeof(".new") > NAME_MAX + 1)
		return (struct ppk_fault){ .kind = PPK_FAULT_TOO_LONG };
	if (ppk_random(random, sizeof(random)) != PPK_OK)
		return (struct ppk_fault){ .kind = PPK_FAULT_NO_RANDOMNESS };
	out[at++] = '.';
	memcpy(out + at, name, len);
	at += len;
	out[at++] = '.';
	for (size_t i = 0; i < sizeof(random); i++) {
		out[at++] = digits[random[i] >> 4];
		out[at++] = digits[random[i] & 15];
	}
	memcpy(out + at, ".new", sizeof(".new"));
	return no_fault();
}

static struct ppk_fault write_all(int fd, const uint8_t *data, size_t len)
{
	while (len > 0) {
		ssize_t put = write(fd, data, len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return ppk_fault_from_errno(put < 0 ? errno : EIO);
		data += put;
		len -= (size_t)put;
	}
	return no_fault();
}

/* What a file size limit makes of the host, to be put back. */
struct size_limit {
	bool exists; /* without one no write is refused, and there is nothing to put back */
	struct rlimit limit;
	bool raised;
	sigset_t mask;
	bool was_pending;
};

/* As far as this process may: with privilege altogether, otherwise up to the hard limit. */
static bool raise_limit(const struct rlimit *limit)
{
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	const struct rlimit highest = { limit->rlim_max, limit->rlim_max };

	return setrlimit(RLIMIT_FSIZE, &none) == 0 || setrlimit(RLIMIT_FSIZE, &highest) == 0;
}

static void size_limit_lift(struct size_limit *saved)
{
	sigset_t signal, pending;

	saved->exists = getrlimit(RLIMIT_FSIZE, &saved->limit) != 0 ||
			saved->limit.rlim_cur != RLIM_INFINITY;
	if (!saved->exists)
		return;
	sigemptyset(&signal);
	sigaddset(&signal, SIGXFSZ);
	pthread_sigmask(SIG_BLOCK, &signal, &saved->mask);
	saved->was_pending = sigpending(&pending) == 0 && sigismember(&pending, SIGXFSZ) == 1;
	saved->raised = getrlimit(RLIMIT_FSIZE, &saved->limit) == 0 &&
			saved->limit.rlim_cur != RLIM_INFINITY && raise_limit(&saved->limit);
}

static void size_limit_restore(const struct size_limit *saved)
{
	const struct timespec now = { 0, 0 };
	sigset_t signal;

	if (!saved->exists)
		return;
	if (saved->raised)
		(void)setrlimit(RLIMIT_FSIZE, &saved->limit);
	/* Take back the signal that a refused write left pending, but none that was there before. */
	sigemptyset(&signal);
	sigaddset(&signal, SIGXFSZ);
	if (!saved->was_pending)
		while (sigtimedwait(&signal, NULL, &now) < 0 && errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &saved->mask, NULL);
}

/* The whole new file, on the disk, under its temporary name; closes fd. */
static struct ppk_fault fill(int fd, const struct replacement *what)
{
	struct ppk_fault fault = ppk_descriptor_set_owner(fd, what->owner);

	if (fault.kind == PPK_FAULT_NONE) {
		struct size_limit saved;

		size_limit_lift(&saved);
		fault = write_all(fd, what->data, what->len);
		size_limit_restore(&saved);
	}
	if (fault.kind == PPK_FAULT_NONE && fsync(fd) != 0)
		fault = ppk_fault_from_errno(errno);
	/* close may report what a network file system could not write. */
	if (close(fd) != 0 && fault.kind == PPK_FAULT_NONE && errno != EINTR)
		fault = ppk_fault_from_errno(errno);
	return fault;
}

static struct ppk_fault replace_in(int folder, const char *name, const struct replacement *what)
{
	char temporary[NAME_MAX + 1];
	struct ppk_fault fault = temporary_name(name, temporary);
	int fd;

	if (fault.kind != PPK_FAULT_NONE)
		return fault;
	fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return ppk_fault_from_errno(errno);
	fault = fill(fd, what);
	if (fault.kind == PPK_FAULT_NONE && renameat(folder, temporary, folder, name) != 0)
		fault = ppk_fault_from_errno(errno);
	if (fault.kind != PPK_FAULT_NONE)
		(void)unlinkat(folder, temporary, 0);
	/* Without this the new name may be lost with the power; the old file is whole then. */
	else if (fsync(folder) != 0)
		fault = ppk_fault_from_errno(errno);
	return fault;
}

static struct ppk_fault replace_at(const struct ppk_place *place, const struct replacement *what)
{
	struct ppk_fault fault;
	/* An O_PATH descriptor cannot be synced. */
	int folder = openat(place->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		return ppk_fault_from_errno(errno);
	fault = replace_in(folder, place->name, what);
	close(folder);
	return fault;
}

static struct ppk_fault replace(const struct replacement *what)
{
	struct ppk_place place = { .folder = -1 };
	struct ppk_fault fault = ppk_place_open(what->path, what->trust, &place);

	if (fault.kind == PPK_FAULT_NONE)
		fault = replace_at(&place, what);
	ppk_place_close(&place);
	return fault;
}

struct ppk_file_owner ppk_file_owned_by_root(const struct ppk_trust *trust, mode_t mode)
{
	return (struct ppk_file_owner){
		.uid = trust->root, .gid = trust->root == 0 ? 0 : getegid(), .mode = mode
	};
}

enum ppk_err ppk_file_replace(const char *path, const struct ppk_trust *trust,
	const struct ppk_file_owner *owner, const void *data, size_t len, struct ppk_diag *reterr)
{
	struct replacement what = {
		.path = path, .trust = trust, .owner = owner, .data = data, .len = len
	};
	struct ppk_fault fault = replace(&what);

	return ppk_fault_report(&fault, path, reterr);
}

enum ppk_err ppk_file_replace_at(const struct ppk_place *place, const char *path,
	const struct ppk_file_owner *owner, const void *data, size_t len, struct ppk_diag *reterr)
{
	const struct replacement what = { .path = path, .owner = owner, .data = data, .len = len };
	struct ppk_fault fault = replace_at(place, &what);

	return ppk_fault_report(&fault, path, reterr);
}

static struct ppk_fault run_replace(void *context, int *ret_fd)
{
	(void)ret_fd;
	return replace(context);
}

enum ppk_err ppk_file_replace_as(const struct ppk_user *user, const char *path, mode_t mode,
	const void *data, size_t len, struct ppk_diag *reterr)
{
	struct ppk_trust trust = { .allow_user = true, .user = user->uid, .root = 0 };
	struct ppk_file_owner owner = { .uid = user->uid, .gid = user->gid, .mode = mode };
	struct replacement what = {
		.path = path, .trust = &trust, .owner = &owner, .data = data, .len = len
	};
	struct ppk_fault fault;

	if (ppk_as_user_is_needed(user))
		fault = ppk_as_user_run(user, run_replace, &what, NULL);
	else
		fault = replace(&what);
	return ppk_fault_report(&fault, path, reterr);
}
