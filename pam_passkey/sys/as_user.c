/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Doing something with the rights of a user, on behalf of a privileged host.
 *
 * 1. The host's own ids MUST NOT change, not even for a moment: they belong to all its threads.
 * 2. The child MUST have given up every id and group before it looks at the user's path.
 * 3. The user can stop or kill a process of theirs, and can have mounted a file system that never
 *    answers. That MUST end in a fault within a bounded time and MUST NOT look like an answer.
 */
#include "sys/as_user.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "sys/child.h"
#include "sys/descriptor.h"
#include "sys/identity.h"

#define ANSWER_MAX_MS 10000

struct job {
	const struct ppk_user *user;
	ppk_as_user_fn *run;
	void *context;
	int socket; /* the child's end */
};

/* Room for one descriptor beside a message, aligned as the kernel wants it. */
union descriptor_room {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(int))];
};

bool ppk_as_user_is_needed(const struct ppk_user *user)
{
	return ppk_identity_is_privileged() && user->uid != 0;
}

/*
 * In the child.
 */

static bool send_answer(int socket, const struct ppk_fault *fault, int fd)
{
	union descriptor_room room = { .bytes = { 0 } };
	struct ppk_fault copy = *fault;
	struct iovec data = { .iov_base = &copy, .iov_len = sizeof(copy) };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };

	if (fd >= 0) {
		message.msg_control = room.bytes;
		message.msg_controllen = sizeof(room.bytes);
		room.align = (struct cmsghdr){ .cmsg_level = SOL_SOCKET,
			.cmsg_type = SCM_RIGHTS,
			.cmsg_len = CMSG_LEN(sizeof(int)) };
		memcpy(CMSG_DATA(&room.align), &fd, sizeof(fd));
	}
	return sendmsg(socket, &message, MSG_NOSIGNAL) == (ssize_t)sizeof(copy);
}

static int run_job(void *context)
{
	const struct job *job = context;
	const struct ppk_user *user = job->user;
	struct ppk_fault fault = { .kind = PPK_FAULT_NO_CHILD };
	int fd = -1;

	if (ppk_identity_become(user->uid, user->gid, user->groups, (size_t)user->group_count) ==
		PPK_OK)
		fault = job->run(job->context, &fd);
	return send_answer(job->socket, &fault, fd) ? 0 : 1;
}

/*
 * In the host.
 */

static bool receive_answer(int socket, struct ppk_fault *ret, int *ret_fd)
{
	union descriptor_room room = { .bytes = { 0 } };
	struct ppk_fault fault;
	struct iovec data = { .iov_base = &fault, .iov_len = sizeof(fault) };
	struct msghdr message = { .msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = room.bytes,
		.msg_controllen = sizeof(room.bytes) };
	ssize_t got;

	do {
		got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	} while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof(fault))
		return false;
	if (message.msg_controllen >= CMSG_LEN(sizeof(int)) &&
		room.align.cmsg_level == SOL_SOCKET && room.align.cmsg_type == SCM_RIGHTS)
		memcpy(ret_fd, CMSG_DATA(&room.align), sizeof(*ret_fd));
	*ret = fault;
	return true;
}

static enum ppk_fault_kind kind_of_start_error(enum ppk_err err)
{
	return err == PPK_ERR_NOMEM ? PPK_FAULT_NO_MEMORY : PPK_FAULT_NO_CHILD;
}

struct ppk_fault ppk_as_user_run(
	const struct ppk_user *user, ppk_as_user_fn *run, void *context, int *ret_fd)
{
	struct ppk_fault fault = { .kind = PPK_FAULT_NO_ANSWER };
	struct ppk_child child;
	enum ppk_err err;
	int ends[2], fd = -1;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return ppk_fault_from_errno(errno);
	err = ppk_child_start(run_job,
		&(struct job){ .user = user, .run = run, .context = context, .socket = ends[1] },
		&child);
	close(ends[1]);
	if (err != PPK_OK) {
		close(ends[0]);
		return (struct ppk_fault){ .kind = kind_of_start_error(err) };
	}
	/* The child's end of the socket closes when the child ends: its death is noticed, too. */
	if (!ppk_descriptor_ready_within(ends[0], ANSWER_MAX_MS) || !receive_answer(ends[0], &fault, &fd))
		ppk_child_signal(&child, SIGKILL);
	ppk_child_reap(&child);
	close(ends[0]);
	if (ret_fd != NULL)
		*ret_fd = fd;
	else if (fd >= 0)
		close(fd);
	return fault;
}
