/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_USER_SOCKET_H
#define PPK_SYS_USER_SOCKET_H

#include <stddef.h>
#include <stdint.h>

#include "core/diagnostic.h"
#include "core/error.h"
#include "sys/user.h"

/*
 * Connect to the stream socket of a user at an absolute path, with that user's rights (by a child
 * where the caller is privileged; the caller's ids never change). The socket file is the user's; no
 * folder on the way, and not the socket, is a symbolic link or can be exchanged by anybody but the user
 * and root; who listens is the user (SO_PEERCRED). The user must have been looked up with_groups.
 * *ret_fd is the caller's, close-on-exec and non-blocking. PPK_ERR_NOT_FOUND | PPK_ERR_UNSAFE_FILE |
 * PPK_ERR_PERMISSION | PPK_ERR_LIMIT | PPK_ERR_IO | PPK_ERR_PROCESS | PPK_ERR_NOMEM; *reterr says why.
 */
PPK_MUST_CHECK enum ppk_err ppk_user_socket_connect(
	const struct ppk_user *user, const char *path, int *ret_fd, struct ppk_diag *reterr);

/*
 * Send all of data, or receive exactly len bytes, until deadline_ms (ppk_clock_ms). The other side can
 * neither hold the caller longer nor raise SIGPIPE. PPK_ERR_TIMEOUT | PPK_ERR_PROCESS (the other side
 * has ended) | PPK_ERR_IO.
 */
PPK_MUST_CHECK enum ppk_err ppk_stream_send(
	int socket, int64_t deadline_ms, const uint8_t *data, size_t len);
PPK_MUST_CHECK enum ppk_err ppk_stream_receive(
	int socket, int64_t deadline_ms, uint8_t *data, size_t len);

#endif
