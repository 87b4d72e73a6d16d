/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Packets on a SOCK_STREAM socket: four bytes of length, big-endian, and the packet.
 *
 * 1. The other side is not trusted. It MUST NOT be able to hold the caller beyond its deadline: not by
 *    silence, not by not reading, and not by sending without end. By a packet that it begins and does
 *    not end it may, for FRAME_WAIT_MS and no more, and only once.
 * 2. A packet that does not fit, or was begun and not ended, MUST be the end of the conversation: what
 *    follows it cannot be told apart any more.
 * 3. A descriptor that the other side attaches MUST NOT be accepted where none is awaited (it is closed).
 */
#include "sys/packet.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sys/clock.h"
#include "sys/descriptor.h"
#include "sys/descriptor_message.h"
#include "sys/platform.h"
#include "sys/socket_pair.h"

#define HEADER_SIZE 4
/* How long the other side may leave our packets unread before it counts as hung. */
#define SEND_WAIT_MS 5000
/* How long the rest of a packet may take to come. An honest sender has sent it already. */
#define FRAME_WAIT_MS 1000

/* The one place where errno of a socket call becomes an error of ours. */
static enum ppk_err socket_error(int code)
{
	if (code == EPIPE || code == ECONNRESET || code == ENOTCONN)
		return PPK_ERR_PROCESS;
	return PPK_ERR_IO;
}

static bool may_try_again(int code)
{
	return code == EINTR || code == EAGAIN || code == EWOULDBLOCK;
}

enum ppk_err ppk_packet_pair(int ret_ends[static 2])
{
	const int room = PPK_PACKET_MAX + HEADER_SIZE;
	enum ppk_err err = ppk_socket_pair(SOCK_STREAM, ret_ends);

	/* So that a packet goes in one piece. Where it may not be so large, it goes in several. */
	for (size_t i = 0; err == PPK_OK && i < 2; i++) {
		(void)setsockopt(ret_ends[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
		(void)setsockopt(ret_ends[i], SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	}
	return err;
}

/* The end, also for the other side: nothing that comes after what went wrong has a meaning. */
static enum ppk_err end(int socket, enum ppk_err err)
{
	uint8_t rest[1024];

	(void)shutdown(socket, SHUT_RDWR);
	/* Nothing is added to it any more. BSDs throw it away themselves, Linux does not. */
	while (recv(socket, rest, sizeof(rest), MSG_DONTWAIT) > 0)
		;
	return err;
}

/* One part of a packet, or the whole of it; fd goes with its first byte. */
static enum ppk_err send_all(
	int socket, const uint8_t *data, size_t len, int fd, int64_t deadline_ms)
{
	while (len > 0) {
		struct ppk_descriptor_message message;
		enum ppk_err err;
		ssize_t sent;

		ppk_descriptor_message((void *)(uintptr_t)data, len, fd, &message);
		if (fd < 0) {
			message.header.msg_control = NULL;
			message.header.msg_controllen = 0;
		}
		sent = sendmsg(socket, &message.header, PPK_MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent > 0) {
			data += sent;
			len -= (size_t)sent;
			fd = -1;
			continue;
		}
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && !may_try_again(errno) && errno != ENOBUFS)
			return socket_error(errno);
		err = ppk_descriptor_wait(socket, POLLOUT, deadline_ms);
		if (err != PPK_OK)
			return err == PPK_ERR_TIMEOUT ? PPK_ERR_PROCESS : err;
	}
	return PPK_OK;
}

enum ppk_err ppk_packet_send_descriptor(int socket, const uint8_t *data, size_t len, int fd)
{
	const uint8_t header[HEADER_SIZE] = { (uint8_t)(len >> 24), (uint8_t)(len >> 16),
		(uint8_t)(len >> 8), (uint8_t)len };
	int64_t deadline_ms = ppk_clock_ms() + SEND_WAIT_MS;
	enum ppk_err err;

	if (len == 0 || len > PPK_PACKET_MAX)
		return PPK_ERR_FRAME;
	err = send_all(socket, header, sizeof(header), fd, deadline_ms);
	if (err == PPK_OK)
		err = send_all(socket, data, len, -1, deadline_ms);
	/* One that reads again must not take the next packet for the rest of this one. */
	return err == PPK_OK ? PPK_OK : end(socket, err);
}

enum ppk_err ppk_packet_send(int socket, const uint8_t *data, size_t len)
{
	return ppk_packet_send_descriptor(socket, data, len, -1);
}

static void take_descriptor(struct ppk_descriptor_message *message, int *fd)
{
	int came = ppk_descriptor_of(message);

	if (came < 0)
		return;
	if (*fd >= 0)
		close(*fd);
	*fd = fcntl(came, F_SETFD, FD_CLOEXEC) == 0 ? came : -1;
	if (*fd < 0)
		close(came);
}

/* len bytes; *fd is the last descriptor that came with them. */
static enum ppk_err receive_all(int socket, uint8_t *data, size_t len, int64_t deadline_ms, int *fd)
{
	while (len > 0) {
		struct ppk_descriptor_message message;
		enum ppk_err err = ppk_descriptor_wait(socket, POLLIN, deadline_ms);
		ssize_t got;

		if (err != PPK_OK)
			return err;
		ppk_descriptor_message(data, len, -1, &message);
		got = recvmsg(socket, &message.header, MSG_DONTWAIT);
		if (got < 0 && may_try_again(errno))
			continue;
		if (got < 0)
			return socket_error(errno);
		take_descriptor(&message, fd);
		if (got == 0)
			return PPK_ERR_PROCESS;
		data += got;
		len -= (size_t)got;
	}
	return PPK_OK;
}

/* What follows the first byte has to come at once. */
static enum ppk_err receive_rest(
	int socket, uint8_t *data, size_t len, int64_t deadline_ms, int *fd)
{
	enum ppk_err err = receive_all(socket, data, len, deadline_ms, fd);

	return err == PPK_ERR_TIMEOUT ? PPK_ERR_FRAME : err;
}

static enum ppk_err receive(
	int socket, int64_t deadline_ms, uint8_t *data, size_t size, size_t *ret_len, int *fd)
{
	uint8_t header[HEADER_SIZE];
	enum ppk_err err = receive_all(socket, header, 1, deadline_ms, fd);
	int64_t rest_ms;
	size_t len;

	if (err != PPK_OK)
		return err;
	rest_ms = ppk_clock_ms() + FRAME_WAIT_MS;
	err = receive_rest(socket, header + 1, HEADER_SIZE - 1, rest_ms, fd);
	len = (size_t)header[0] << 24 | (size_t)header[1] << 16 | (size_t)header[2] << 8 |
	      header[3];
	if (err == PPK_OK && (len == 0 || len > size))
		err = PPK_ERR_FRAME;
	if (err == PPK_OK)
		err = receive_rest(socket, data, len, rest_ms, fd);
	if (err != PPK_OK)
		return end(socket, err);
	*ret_len = len;
	return PPK_OK;
}

enum ppk_err ppk_packet_receive(
	int socket, int64_t deadline_ms, uint8_t *data, size_t size, size_t *ret_len)
{
	int fd = -1;
	enum ppk_err err = receive(socket, deadline_ms, data, size, ret_len, &fd);

	if (fd >= 0)
		close(fd);
	return err;
}

enum ppk_err ppk_packet_receive_descriptor(
	int socket, uint8_t *data, size_t size, size_t *ret_len, int *ret_fd)
{
	int fd = -1;
	enum ppk_err err = receive(socket, -1, data, size, ret_len, &fd);

	if (err == PPK_OK)
		*ret_fd = fd;
	else if (fd >= 0)
		close(fd);
	return err;
}
