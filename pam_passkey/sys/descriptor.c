/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sys/clock.h"

/* Where to stop when the limit is "none" or in the millions. */
#define CLOSE_MAX 65536

/* Up to the hard limit: one may have been opened before the soft one was lowered. */
void ppk_descriptors_close_one_by_one(int first)
{
	struct rlimit limit;
	int end = CLOSE_MAX;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max < (rlim_t)end)
		end = (int)limit.rlim_max;
	for (int fd = first; fd < end; fd++)
		close(fd);
}

enum ppk_err ppk_descriptors_keep_one(int keep)
{
	int kept = fcntl(keep, F_DUPFD, 4); /* out of the way of 0 to 3 */
	int null_fd;

	if (kept < 0)
		return PPK_ERR_IO;
	/* May become 0, 1 or 2 when those were closed, so without O_CLOEXEC. */
	null_fd = open("/dev/null", O_RDWR);
	if (null_fd < 0)
		return PPK_ERR_IO;
	for (int fd = 0; fd < 3; fd++)
		if (dup2(null_fd, fd) != fd)
			return PPK_ERR_IO;
	if (dup2(kept, 3) != 3)
		return PPK_ERR_IO;
	ppk_descriptors_close_from(4);
	return PPK_OK;
}

bool ppk_descriptor_ready_within(int fd, unsigned ms)
{
	int64_t deadline_ms = ppk_clock_ms() + ms;
	struct pollfd entry = { .fd = fd, .events = POLLIN };

	for (;;) {
		int64_t left = deadline_ms - ppk_clock_ms();
		int count;

		if (left > INT_MAX)
			left = INT_MAX;
		count = poll(&entry, 1, left < 0 ? 0 : (int)left);
		if (count > 0)
			return true;
		if (left <= 0 || (count < 0 && errno != EINTR))
			return false;
	}
}

/* What poll takes; -1 without a deadline and for one in the past, which the caller tells apart. */
static int remaining_ms(int64_t deadline_ms)
{
	int64_t left;

	if (deadline_ms < 0)
		return -1;
	left = deadline_ms - ppk_clock_ms();
	if (left < 0)
		return -1;
	return left > INT_MAX ? INT_MAX : (int)left;
}

enum ppk_err ppk_descriptor_wait(int fd, short events, int64_t deadline_ms)
{
	struct pollfd entry = { .fd = fd, .events = events };
	int left = remaining_ms(deadline_ms);

	while (deadline_ms < 0 || left >= 0) {
		int count = poll(&entry, 1, left);

		if (count < 0 && errno != EINTR)
			return PPK_ERR_IO;
		if (count == 0 && left == 0)
			break;
		/* The clock goes on while the machine sleeps; poll's does not. */
		left = remaining_ms(deadline_ms);
		if (count > 0 && (deadline_ms < 0 || left >= 0))
			return PPK_OK;
	}
	return PPK_ERR_TIMEOUT;
}

bool ppk_descriptor_read(int fd, void *out, size_t size, size_t *ret_len)
{
	uint8_t *bytes = out;
	ssize_t got = 1;

	*ret_len = 0;
	while (*ret_len < size && got != 0) {
		got = read(fd, bytes + *ret_len, size - *ret_len);
		if (got < 0 && errno != EINTR)
			return false;
		if (got > 0)
			*ret_len += (size_t)got;
	}
	return true;
}
