/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making a folder. Owner and mode are set through a descriptor of what was made, never by name.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "sys/as_user.h"
#include "sys/file.h"
#include "sys/path.h"

struct folder_job {
	const char *path;
	const struct ppk_trust *trust;
	const struct ppk_file_owner *owner;
};

/* A folder that was made now, by us: give it its owner. */
static struct ppk_fault dress(const struct ppk_place *place, const struct folder_job *job)
{
	struct ppk_fault fault;
	int fd =
		openat(place->folder, place->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return ppk_fault_from_errno(errno);
	fault = ppk_descriptor_set_owner(fd, job->owner);
	if (fault.kind == PPK_FAULT_NONE && fsync(fd) != 0)
		fault = ppk_fault_from_errno(errno);
	close(fd);
	return fault;
}

static struct ppk_fault make(const struct folder_job *job)
{
	struct ppk_place place = { .folder = -1 };
	struct ppk_fault fault = ppk_place_open(job->path, job->trust, &place);

	if (fault.kind != PPK_FAULT_NONE)
		return fault;
	if (mkdirat(place.folder, place.name, 0700) == 0) {
		fault = dress(&place, job);
		/* A folder with a wrong owner would be in the way for ever. */
		if (fault.kind != PPK_FAULT_NONE)
			(void)unlinkat(place.folder, place.name, AT_REMOVEDIR);
	} else if (errno != EEXIST) {
		fault = ppk_fault_from_errno(errno);
	} else {
		fault = ppk_place_look_folder(&place, job->trust);
	}
	ppk_place_close(&place);
	return fault;
}

enum ppk_err ppk_folder_make(const char *path, const struct ppk_trust *trust,
	const struct ppk_file_owner *owner, struct ppk_diag *reterr)
{
	struct ppk_fault fault =
		make(&(struct folder_job){ .path = path, .trust = trust, .owner = owner });

	return ppk_fault_report(&fault, path, reterr);
}

static struct ppk_fault run_make(void *context, int *ret_fd)
{
	(void)ret_fd;
	return make(context);
}

enum ppk_err ppk_folder_make_as(
	const struct ppk_user *user, const char *path, mode_t mode, struct ppk_diag *reterr)
{
	struct ppk_trust trust = { .allow_user = true, .user = user->uid, .root = 0 };
	struct ppk_file_owner owner = { .uid = user->uid, .gid = user->gid, .mode = mode };
	struct folder_job job = { .path = path, .trust = &trust, .owner = &owner };
	struct ppk_fault fault;

	if (ppk_as_user_is_needed(user))
		fault = ppk_as_user_run(user, run_make, &job, NULL);
	else
		fault = make(&job);
	return ppk_fault_report(&fault, path, reterr);
}
