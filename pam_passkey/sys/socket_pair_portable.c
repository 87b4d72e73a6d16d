/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/socket_pair.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

/* Between the making and this no program can be started: there is one thread. */
static bool prepare(int fd)
{
#if defined(SO_NOSIGPIPE)
	int yes = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &yes, sizeof(yes)) != 0)
		return false;
#endif
	return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

enum ppk_err ppk_socket_pair(int type, int ret_ends[static 2])
{
	int ends[2];

	if (socketpair(AF_UNIX, type, 0, ends) != 0)
		return errno == ENOMEM || errno == ENOBUFS ? PPK_ERR_NOMEM : PPK_ERR_IO;
	if (!prepare(ends[0]) || !prepare(ends[1])) {
		close(ends[0]);
		close(ends[1]);
		return PPK_ERR_IO;
	}
	ret_ends[0] = ends[0];
	ret_ends[1] = ends[1];
	return PPK_OK;
}
