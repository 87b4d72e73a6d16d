/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_PACKET_H
#define PPK_SYS_PACKET_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

/* Send one packet; never raises SIGPIPE. PPK_ERR_PROCESS: the other side is gone. PPK_ERR_IO. */
PPK_MUST_CHECK enum ppk_err ppk_packet_send(int socket, const uint8_t *data, size_t len);

/*
 * Receive one packet of at most size bytes, waiting until deadline_ms (ppk_clock_ms; -1: for ever).
 * EINTR is not an end: the host's signals are the host's. PPK_ERR_TIMEOUT | PPK_ERR_PROCESS (end of
 * file) | PPK_ERR_FRAME (larger than size) | PPK_ERR_IO.
 */
PPK_MUST_CHECK enum ppk_err ppk_packet_receive(int socket, int64_t deadline_ms, uint8_t *data,
					       size_t size, size_t *ret_len);

#endif
