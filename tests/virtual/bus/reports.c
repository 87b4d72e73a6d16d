/* SPDX-License-Identifier: BSD-2-Clause */
/* read, write, ioctl and flock of an open node, as the kernel's hidraw has them. */
#include <errno.h>
#include <linux/hidraw.h>
#include <linux/input.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "interpose.h"
#include "node.h"
#include "real.h"

/* CTAP 2.1, 11.2.8.2: usage page 0xf1d0, usage 1, reports of 64 bytes in and out. */
static const uint8_t report_descriptor[] = {
	0x06, 0xd0, 0xf1, /* usage page */
	0x09, 0x01,       /* usage: CTAPHID */
	0xa1, 0x01,       /* collection: application */
	0x09, 0x20,       /* usage: data in */
	0x15, 0x00,       /* logical minimum */
	0x26, 0xff, 0x00, /* logical maximum */
	0x75, 0x08,       /* report size: 8 bits */
	0x95, 0x40,       /* report count: 64 */
	0x81, 0x02,       /* input */
	0x09, 0x21,       /* usage: data out */
	0x15, 0x00,       /* logical minimum */
	0x26, 0xff, 0x00, /* logical maximum */
	0x75, 0x08,       /* report size */
	0x95, 0x40,       /* report count */
	0x91, 0x02,       /* output */
	0xc0,             /* end of collection */
};

/* pid.codes' number for tests, which no product has. */
#define VENDOR 0x1209
#define PRODUCT 0x0001

/* A key that was pulled out gives EIO; a socket would give the end of the file. */
PPK_INTERPOSE ssize_t
read(int fd, void *data, size_t len)
{
	ssize_t got = ppk_real()->read(fd, data, len);
	char name[PPK_NODE_NAME_LEN];

	if ((got == 0 || (got < 0 && errno == ECONNRESET)) && len != 0 && ppk_node_of(fd, name)) {
		errno = EIO;
		return -1;
	}
	return got;
}

PPK_INTERPOSE ssize_t
__read_chk(int fd, void *data, size_t len, size_t room)
{
	if (len > room)
		abort();
	return read(fd, data, len);
}

/* ... and no SIGPIPE. */
PPK_INTERPOSE ssize_t
write(int fd, const void *data, size_t len)
{
	char name[PPK_NODE_NAME_LEN];
	ssize_t sent;

	if (!ppk_node_of(fd, name))
		return ppk_real()->write(fd, data, len);
	sent = send(fd, data, len, MSG_NOSIGNAL);
	if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
		errno = ENODEV;
	return sent;
}

PPK_INTERPOSE int
flock(int fd, int operation)
{
	char name[PPK_NODE_NAME_LEN];

	if (!ppk_node_of(fd, name))
		return ppk_real()->flock(fd, operation);
	return ppk_node_lock(fd, name, operation);
}

static int
get_name(const char *node, unsigned long request, char *text)
{
	struct ppk_node_strings strings;
	char whole[2 * PPK_NODE_STRING_LEN + 2];
	size_t room = _IOC_SIZE(request);

	ppk_node_strings(node, &strings);
	snprintf(whole, sizeof(whole), "%s %s", strings.manufacturer, strings.product);
	if (room == 0)
		return 0;
	snprintf(text, room, "%s", whole);
	return (int)strlen(text) + 1;
}

static int
get_descriptor(struct hidraw_report_descriptor *descriptor)
{
	size_t len = descriptor->size;

	if (len > sizeof(report_descriptor))
		len = sizeof(report_descriptor);
	memcpy(descriptor->value, report_descriptor, len);
	return 0;
}

static int
control(const char *node, unsigned long request, void *argument)
{
	if (request == HIDIOCGRDESCSIZE) {
		*(int *)argument = (int)sizeof(report_descriptor);
		return 0;
	}
	if (request == HIDIOCGRDESC)
		return get_descriptor(argument);
	if (request == HIDIOCGRAWINFO) {
		*(struct hidraw_devinfo *)argument =
		    (struct hidraw_devinfo){ BUS_USB, VENDOR, PRODUCT };
		return 0;
	}
	if (_IOC_TYPE(request) == 'H' && _IOC_NR(request) == _IOC_NR(HIDIOCGRAWNAME(0)))
		return get_name(node, request, argument);
	if (_IOC_TYPE(request) == 'H' && (_IOC_NR(request) == _IOC_NR(HIDIOCGRAWPHYS(0)) ||
	        _IOC_NR(request) == _IOC_NR(HIDIOCGRAWUNIQ(0)))) {
		if (_IOC_SIZE(request) != 0)
			*(char *)argument = '\0';
		return 1;
	}
	errno = EINVAL;
	return -1;
}

PPK_INTERPOSE int
ioctl(int fd, unsigned long request, ...)
{
	char name[PPK_NODE_NAME_LEN];
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (_IOC_TYPE(request) != 'H' || !ppk_node_of(fd, name))
		return ppk_real()->ioctl(fd, request, argument);
	return control(name, request, argument);
}
