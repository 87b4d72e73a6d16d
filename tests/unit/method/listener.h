/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_METHOD_LISTENER_H
#define TESTS_UNIT_METHOD_LISTENER_H

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"

/* A socket that listens at path, as passkeyd's does. */
static inline int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	CHECK(strlen(path) < sizeof(address.sun_path));
	memcpy(address.sun_path, path, strlen(path) + 1);
	(void)unlink(path);
	CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
	CHECK(listen(fd, 4) == 0);
	return fd;
}

#endif
