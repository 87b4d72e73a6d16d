/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sys/environment.h"

size_t ppk_terminal_picture_columns(void)
{
	struct winsize size = { .ws_col = 0 };
	int fd;

	if (!ppk_environment_shows_pictures())
		return 0;
	fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return 0;
	if (ioctl(fd, TIOCGWINSZ, &size) != 0)
		size.ws_col = 0;
	close(fd);
	return size.ws_col;
}
