/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_DESCRIPTOR_MESSAGE_H
#define PPK_SYS_DESCRIPTOR_MESSAGE_H

/* A message of sendmsg(2) and recvmsg(2) that has room for one descriptor: for packet_*.c. */

#include <stddef.h>
#include <sys/socket.h>

/* Bytes; CMSG_SPACE(sizeof(int)), which is less everywhere, is not constant everywhere. */
#define PPK_DESCRIPTOR_ROOM 64

struct ppk_descriptor_message {
	struct msghdr header;
	struct iovec part;
	_Alignas(struct cmsghdr) char control[PPK_DESCRIPTOR_ROOM];
};

/* A message of one part, with that descriptor, or with room for one (-1). It must stay where it is. */
void ppk_descriptor_message(void *data, size_t len, int fd, struct ppk_descriptor_message *ret);

/* The descriptor that came with it, which is the caller's now; -1: none. */
int ppk_descriptor_of(struct ppk_descriptor_message *message);

#endif
