/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_PACKET_H
#define PPK_SYS_PACKET_H

/*
 * Packets on a pair of Unix sockets. On Linux the kernel keeps them apart (SOCK_SEQPACKET,
 * packet_linux.c); macOS has no such socket, so elsewhere each goes behind its length on a SOCK_STREAM
 * socket (packet_portable.c). Both ends are of one package, and so of one kind.
 */

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#define PPK_PACKET_MAX (128 * 1024) /* bytes */

/* Two ends for packets, close-on-exec. PPK_ERR_NOMEM | PPK_ERR_IO. */
PPK_MUST_CHECK enum ppk_err ppk_packet_pair(int ret_ends[static 2]);

/* Send one packet; never raises SIGPIPE. PPK_ERR_PROCESS: the other side is gone. PPK_ERR_IO. */
PPK_MUST_CHECK enum ppk_err ppk_packet_send(int socket, const uint8_t *data, size_t len);

/*
 * Receive one packet of at most size bytes, waiting until deadline_ms (ppk_clock_ms; -1: for ever).
 * EINTR is not an end: the host's signals are the host's. PPK_ERR_TIMEOUT | PPK_ERR_PROCESS (end of
 * file) | PPK_ERR_FRAME (larger than size: no other can be relied on after it) | PPK_ERR_IO.
 */
PPK_MUST_CHECK enum ppk_err ppk_packet_receive(int socket, int64_t deadline_ms, uint8_t *data,
					       size_t size, size_t *ret_len);

/* ppk_packet_send() with a descriptor, a copy of which the other side gets. */
PPK_MUST_CHECK enum ppk_err ppk_packet_send_descriptor(
	int socket, const uint8_t *data, size_t len, int fd);

/*
 * ppk_packet_receive(), without a deadline, of a packet that may bring a descriptor: *ret_fd is the
 * caller's, close-on-exec; -1: none came.
 */
PPK_MUST_CHECK enum ppk_err ppk_packet_receive_descriptor(
	int socket, uint8_t *data, size_t size, size_t *ret_len, int *ret_fd);

#endif
