/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading files that decide about access. How they are opened: sys/path.c.
 *
 * 1. No more than the limit MUST be read, however the file grows meanwhile; a file that changes
 *    under the reader is an error and not a mixture of two versions.
 * 2. A path below a user's home MUST be opened and read with that user's rights, by a child.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "sys/as_user.h"
#include "sys/descriptor.h"
#include "sys/file.h"
#include "sys/path.h"

/* Read a file that had expected bytes when it was opened; the buffer has room for one more. */
static struct ppk_fault read_exactly(int fd, uint8_t *buffer, size_t expected, size_t *ret_len)
{
	if (!ppk_descriptor_read(fd, buffer, expected + 1, ret_len))
		return ppk_fault_from_errno(errno);
	return (struct ppk_fault){ .kind = *ret_len == expected ? PPK_FAULT_NONE
								: PPK_FAULT_CHANGED };
}

/* Open what is at place as it must be to be read: *ret_size bytes, at most max. */
static struct ppk_fault open_at(const struct ppk_place *place, const struct ppk_trust *trust,
	size_t max, int *ret_fd, size_t *ret_size)
{
	struct stat status;
	int fd;
	struct ppk_fault fault = ppk_place_open_file(place, O_RDONLY, trust, &fd, &status);

	if (fault.kind != PPK_FAULT_NONE)
		return fault;
	if (status.st_size < 0 || (unsigned long long)status.st_size > max) {
		close(fd);
		return (struct ppk_fault){ .kind = PPK_FAULT_TOO_LARGE };
	}
	*ret_fd = fd;
	*ret_size = (size_t)status.st_size;
	return fault;
}

static struct ppk_fault open_to_read(
	const char *path, const struct ppk_trust *trust, size_t max, int *ret_fd, size_t *ret_size)
{
	struct ppk_place place = { .folder = -1 };
	struct ppk_fault fault = ppk_place_open(path, trust, &place);

	if (fault.kind == PPK_FAULT_NONE)
		fault = open_at(&place, trust, max, ret_fd, ret_size);
	ppk_place_close(&place);
	return fault;
}

static struct ppk_fault read_at(const struct ppk_place *place, const struct ppk_trust *trust,
	size_t max, struct ppk_bytes *ret)
{
	struct ppk_bytes bytes = { NULL, 0 };
	struct ppk_fault fault;
	size_t size;
	int fd;

	fault = open_at(place, trust, max, &fd, &size);
	if (fault.kind != PPK_FAULT_NONE)
		return fault;
	bytes.data = malloc(size + 1);
	if (bytes.data == NULL)
		fault.kind = PPK_FAULT_NO_MEMORY;
	else
		fault = read_exactly(fd, bytes.data, size, &bytes.len);
	close(fd);
	if (fault.kind == PPK_FAULT_NONE)
		*ret = bytes;
	else
		free(bytes.data);
	return fault;
}

enum ppk_err ppk_file_read_at(const struct ppk_place *place, const char *path,
	const struct ppk_trust *trust, size_t max, struct ppk_bytes *ret, struct ppk_diag *reterr)
{
	struct ppk_fault fault = read_at(place, trust, max, ret);

	return ppk_fault_report(&fault, path, reterr);
}

static struct ppk_fault read_here(
	const char *path, const struct ppk_trust *trust, size_t max, struct ppk_bytes *ret)
{
	struct ppk_place place = { .folder = -1 };
	struct ppk_fault fault = ppk_place_open(path, trust, &place);

	if (fault.kind == PPK_FAULT_NONE)
		fault = read_at(&place, trust, max, ret);
	ppk_place_close(&place);
	return fault;
}

enum ppk_err ppk_file_read(const char *path, const struct ppk_trust *trust, size_t max,
	struct ppk_bytes *ret, struct ppk_diag *reterr)
{
	struct ppk_fault fault = read_here(path, trust, max, ret);

	return ppk_fault_report(&fault, path, reterr);
}

/* What the child that reads is given; shared lies in memory that parent and child both see. */
struct read_job {
	const char *path;
	const struct ppk_trust *trust;
	size_t max;
	struct shared {
		size_t len;
		uint8_t data[]; /* max + 1 bytes */
	} * shared;
};

static struct ppk_fault run_read(void *context, int *ret_fd)
{
	struct read_job *job = context;
	struct ppk_fault fault;
	size_t size;
	int fd;

	(void)ret_fd; /* the child hands over what it read and no descriptor */
	fault = open_to_read(job->path, job->trust, job->max, &fd, &size);
	if (fault.kind != PPK_FAULT_NONE)
		return fault;
	fault = read_exactly(fd, job->shared->data, size, &job->shared->len);
	close(fd);
	return fault;
}

/*
 * The child has ended when its memory is looked at, and its word was kept from the user: a process
 * that gave up root cannot be traced by whom it became.
 */
static struct ppk_fault take_shared(const struct read_job *job, struct ppk_bytes *ret)
{
	struct ppk_bytes bytes = { NULL, job->shared->len };

	if (bytes.len > job->max)
		return (struct ppk_fault){ .kind = PPK_FAULT_TOO_LARGE };
	bytes.data = malloc(bytes.len + 1);
	if (bytes.data == NULL)
		return (struct ppk_fault){ .kind = PPK_FAULT_NO_MEMORY };
	memcpy(bytes.data, job->shared->data, bytes.len);
	*ret = bytes;
	return (struct ppk_fault){ .kind = PPK_FAULT_NONE };
}

static struct ppk_fault read_in_child(
	const struct ppk_user *user, struct read_job *job, struct ppk_bytes *ret)
{
	size_t size = sizeof(struct shared) + job->max + 1;
	struct ppk_fault fault;

	job->shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (job->shared == MAP_FAILED)
		return (struct ppk_fault){ .kind = PPK_FAULT_NO_MEMORY };
	fault = ppk_as_user_run(user, run_read, job, NULL);
	if (fault.kind == PPK_FAULT_NONE)
		fault = take_shared(job, ret);
	munmap(job->shared, size);
	return fault;
}

/*
 * Below a home that is there, a missing folder means the same as a missing file: the user never
 * made it. Where the home itself is missing (not mounted), nobody can say what would be in it.
 */
static void forgive_missing_folder(
	const struct ppk_user *user, const char *path, struct ppk_fault *fault)
{
	size_t home_len = strlen(user->home);

	while (home_len > 0 && user->home[home_len - 1] == '/')
		home_len--;
	if (fault->kind == PPK_FAULT_NO_FOLDER && fault->prefix_len > home_len &&
		strncmp(path, user->home, home_len) == 0 && path[home_len] == '/')
		fault->kind = PPK_FAULT_NO_FILE;
}

enum ppk_err ppk_file_read_as(const struct ppk_user *user, const char *path, size_t max,
	struct ppk_bytes *ret, struct ppk_diag *reterr)
{
	struct ppk_trust trust = { .allow_user = true, .user = user->uid, .root = 0 };
	struct read_job job = { .path = path, .trust = &trust, .max = max };
	struct ppk_fault fault;

	if (ppk_as_user_is_needed(user))
		fault = read_in_child(user, &job, ret);
	else
		fault = read_here(path, &trust, max, ret);
	forgive_missing_folder(user, path, &fault);
	return ppk_fault_report(&fault, path, reterr);
}

bool ppk_file_is_missing(const char *path)
{
	struct stat status;

	return lstat(path, &status) < 0 && errno == ENOENT;
}
