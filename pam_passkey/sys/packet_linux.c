/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets on a SOCK_SEQPACKET socket.
 *
 * 1. The other side is not trusted. It MUST NOT be able to hold the caller beyond its deadline: not
 *    by silence, not by not reading, and not by sending without end.
 * 2. A packet that does not fit MUST be an error and never a shortened packet.
 * 3. A descriptor that the other side attaches MUST NOT be accepted where none is awaited (no control
 *    buffer is given).
 */
#include "sys/packet.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/descriptor.h"
#include "sys/descriptor_message.h"
#include "sys/socket_pair.h"

/* How long the other side may leave our packets unread before it counts as hung. */
#define SEND_WAIT_MS 5000

/* The one place where errno of a socket call becomes an error of ours. */
static enum ppk_err socket_error(int code)
{
	if (code == EPIPE || code == ECONNRESET || code == ENOTCONN)
		return PPK_ERR_PROCESS;
	return PPK_ERR_IO;
}

enum ppk_err ppk_packet_pair(int ret_ends[static 2])
{
	return ppk_socket_pair(SOCK_SEQPACKET, ret_ends);
}

enum ppk_err ppk_packet_send(int socket, const uint8_t *data, size_t len)
{
	int64_t deadline_ms = ppk_clock_ms() + SEND_WAIT_MS;

	/* To the receiver an empty packet would look like the end. */
	if (len == 0)
		return PPK_ERR_FRAME;
	for (;;) {
		ssize_t sent = send(socket, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		enum ppk_err err;

		if (sent >= 0)
			return (size_t)sent == len ? PPK_OK : PPK_ERR_IO;
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return socket_error(errno);
		err = ppk_descriptor_wait(socket, POLLOUT, deadline_ms);
		if (err != PPK_OK)
			return err == PPK_ERR_TIMEOUT ? PPK_ERR_PROCESS : err;
	}
}

enum ppk_err ppk_packet_receive(
	int socket, int64_t deadline_ms, uint8_t *data, size_t size, size_t *ret_len)
{
	for (;;) {
		enum ppk_err err = ppk_descriptor_wait(socket, POLLIN, deadline_ms);
		ssize_t got;

		if (err != PPK_OK)
			return err;
		/* MSG_TRUNC: the true length, also of a packet that does not fit. */
		got = recv(socket, data, size, MSG_DONTWAIT | MSG_TRUNC);
		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got < 0)
			return socket_error(errno);
		if (got == 0)
			return PPK_ERR_PROCESS;
		if ((size_t)got > size)
			return PPK_ERR_FRAME;
		*ret_len = (size_t)got;
		return PPK_OK;
	}
}

enum ppk_err ppk_packet_send_descriptor(int socket, const uint8_t *data, size_t len, int fd)
{
	struct ppk_descriptor_message message;
	ssize_t sent;

	ppk_descriptor_message((void *)(uintptr_t)data, len, fd, &message);
	do {
		sent = sendmsg(socket, &message.header, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return socket_error(errno);
	return (size_t)sent == len ? PPK_OK : PPK_ERR_IO;
}

enum ppk_err ppk_packet_receive_descriptor(
	int socket, uint8_t *data, size_t size, size_t *ret_len, int *ret_fd)
{
	struct ppk_descriptor_message message;
	ssize_t got;
	int fd;

	do {
		ppk_descriptor_message(data, size, -1, &message);
		got = recvmsg(socket, &message.header, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return socket_error(errno);
	fd = ppk_descriptor_of(&message);
	if (got == 0 || (message.header.msg_flags & MSG_TRUNC) != 0) {
		if (fd >= 0)
			close(fd);
		return got == 0 ? PPK_ERR_PROCESS : PPK_ERR_FRAME;
	}
	*ret_len = (size_t)got;
	*ret_fd = fd;
	return PPK_OK;
}
