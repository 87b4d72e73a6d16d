/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/socket_pair.h"

#include <errno.h>
#include <sys/socket.h>

enum ppk_err ppk_socket_pair(int type, int ret_ends[static 2])
{
	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ret_ends) != 0)
		return errno == ENOMEM ? PPK_ERR_NOMEM : PPK_ERR_IO;
	return PPK_OK;
}
