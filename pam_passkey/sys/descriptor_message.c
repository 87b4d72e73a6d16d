/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/descriptor_message.h"

#include <string.h>

void ppk_descriptor_message(void *data, size_t len, int fd, struct ppk_descriptor_message *ret)
{
	struct cmsghdr *first;

	memset(ret, 0, sizeof(*ret));
	ret->part = (struct iovec){ .iov_base = data, .iov_len = len };
	ret->header.msg_iov = &ret->part;
	ret->header.msg_iovlen = 1;
	ret->header.msg_control = ret->control;
	ret->header.msg_controllen = CMSG_SPACE(sizeof(int));
	if (fd < 0)
		return;
	first = CMSG_FIRSTHDR(&ret->header);
	first->cmsg_level = SOL_SOCKET;
	first->cmsg_type = SCM_RIGHTS;
	first->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(first), &fd, sizeof(fd));
}

int ppk_descriptor_of(struct ppk_descriptor_message *message)
{
	struct cmsghdr *first = CMSG_FIRSTHDR(&message->header);
	int fd = -1;

	/* There is room for one. */
	if (first != NULL && first->cmsg_level == SOL_SOCKET && first->cmsg_type == SCM_RIGHTS &&
		first->cmsg_len == CMSG_LEN(sizeof(fd)))
		memcpy(&fd, CMSG_DATA(first), sizeof(fd));
	return fd;
}
