/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_SOCKET_PAIR_H
#define PPK_SYS_SOCKET_PAIR_H

#include "core/error.h"

/*
 * Two Unix sockets of that type, connected to each other, close-on-exec both. What is sent on one with
 * PPK_MSG_NOSIGNAL (platform.h) raises no SIGPIPE. PPK_ERR_NOMEM | PPK_ERR_IO.
 */
PPK_MUST_CHECK enum ppk_err ppk_socket_pair(int type, int ret_ends[static 2]);

#endif
