/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sys/environment.h"

/* So narrow is a phone's, where a code pushes its address off the screen, and which no phone can scan. */
#define NARROW_COLUMNS 40

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
	return size.ws_col > NARROW_COLUMNS ? size.ws_col : 0;
}
