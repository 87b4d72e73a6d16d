/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A socket that a user named.
 *
 * 1. It MUST be connected to with the user's own rights: what they could not reach is not reached for
 *    them.
 * 2. It MUST be the user's by three witnesses: the folders on the way, the owner of the file, and the
 *    kernel's word on who listens. The last is about the connection itself, so that it does not matter
 *    what is exchanged between the look at the path and the use of it.
 * 3. The other side MUST NOT hold the caller beyond a deadline.
 */
#include "sys/user_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "sys/as_user.h"
#include "sys/descriptor.h"
#include "sys/path.h"

/* What the child that connects is given. */
struct job {
	const char *path;
	uid_t uid;
};

static struct ppk_fault fault_of(enum ppk_fault_kind kind)
{
	return (struct ppk_fault){ .kind = kind };
}

static struct ppk_fault look(const struct job *job)
{
	struct ppk_trust trust = { .allow_user = true, .user = job->uid, .root = 0 };
	struct ppk_place place = { .folder = -1 };
	struct ppk_fault fault = ppk_place_open(job->path, &trust, &place);

	if (fault.kind == PPK_FAULT_NONE)
		fault = ppk_place_look_socket(&place, job->uid);
	ppk_place_close(&place);
	return fault;
}

static struct ppk_fault check_listener(int fd, uid_t uid)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		return ppk_fault_from_errno(errno);
	return fault_of(peer.uid == uid ? PPK_FAULT_NONE : PPK_FAULT_LISTENER);
}

/* A non-blocking connect(2) to a socket of this kind succeeds or fails at once. */
static struct ppk_fault connect_here(const struct job *job, int fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(job->path);

	if (len >= sizeof(address.sun_path))
		return fault_of(PPK_FAULT_TOO_LONG);
	memcpy(address.sun_path, job->path, len + 1);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
		return errno == ECONNREFUSED ? fault_of(PPK_FAULT_NOBODY_LISTENS)
					     : ppk_fault_from_errno(errno);
	return check_listener(fd, job->uid);
}

static struct ppk_fault run_connect(void *context, int *ret_fd)
{
	const struct job *job = context;
	struct ppk_fault fault = look(job);
	int fd;

	if (fault.kind != PPK_FAULT_NONE)
		return fault;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return ppk_fault_from_errno(errno);
	fault = connect_here(job, fd);
	if (fault.kind == PPK_FAULT_NONE)
		*ret_fd = fd;
	else
		close(fd);
	return fault;
}

enum ppk_err ppk_user_socket_connect(
	const struct ppk_user *user, const char *path, int *ret_fd, struct ppk_diag *reterr)
{
	struct job job = { .path = path, .uid = user->uid };
	struct ppk_fault fault;
	int fd = -1;

	if (ppk_as_user_is_needed(user))
		fault = ppk_as_user_run(user, run_connect, &job, &fd);
	else
		fault = run_connect(&job, &fd);
	if (fault.kind == PPK_FAULT_NONE && fd < 0)
		fault = fault_of(PPK_FAULT_NO_ANSWER); /* the descriptor was lost on its way */
	if (fault.kind == PPK_FAULT_NONE)
		*ret_fd = fd;
	else if (fd >= 0)
		close(fd);
	return ppk_fault_report(&fault, path, reterr);
}

/* What a call that did not move a byte means; PPK_OK: wait for events, then try again. */
static enum ppk_err why_not(ssize_t done, int code)
{
	if (done == 0 || code == EPIPE || code == ECONNRESET)
		return PPK_ERR_PROCESS;
	return code == EAGAIN || code == EINTR ? PPK_OK : PPK_ERR_IO;
}

enum ppk_err ppk_stream_send(int socket, int64_t deadline_ms, const uint8_t *data, size_t len)
{
	enum ppk_err err = PPK_OK;

	while (err == PPK_OK && len > 0) {
		ssize_t sent;

		err = ppk_descriptor_wait(socket, POLLOUT, deadline_ms);
		if (err != PPK_OK)
			break;
		sent = send(socket, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent <= 0) {
			err = why_not(sent, errno);
			continue;
		}
		data += sent;
		len -= (size_t)sent;
	}
	return err;
}

enum ppk_err ppk_stream_receive(int socket, int64_t deadline_ms, uint8_t *data, size_t len)
{
	enum ppk_err err = PPK_OK;

	while (err == PPK_OK && len > 0) {
		ssize_t got;

		err = ppk_descriptor_wait(socket, POLLIN, deadline_ms);
		if (err != PPK_OK)
			break;
		got = recv(socket, data, len, MSG_DONTWAIT);
		if (got <= 0) {
			err = why_not(got, errno);
			continue;
		}
		data += got;
		len -= (size_t)got;
	}
	return err;
}
