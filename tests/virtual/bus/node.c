/* SPDX-License-Identifier: BSD-2-Clause */
#include "node.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "real.h"

#define DEV "/dev"
#define SYSFS "/sys/class/hidraw"
#define NODE_PREFIX "hidraw"
#define HIDRAW_MAJOR 244
#define LOCK_INTERVAL_NS 5000000

static bool
is_folder(const char *path)
{
	struct stat status;

	return fstatat(AT_FDCWD, path, &status, 0) == 0 && S_ISDIR(status.st_mode);
}

static bool
folder_beside_program(char folder[static PPK_BUS_PATH_LEN])
{
	ssize_t len = readlink("/proc/self/exe", folder, PPK_BUS_PATH_LEN - sizeof("bus"));
	char *slash;

	if (len <= 0)
		return false;
	folder[len] = '\0';
	slash = strrchr(folder, '/');
	if (slash == NULL)
		return false;
	memcpy(slash + 1, "bus", sizeof("bus"));
	return true;
}

bool
ppk_bus_folder(char folder[static PPK_BUS_PATH_LEN])
{
	const char *named = getenv("PPK_VIRTUAL_BUS");
	int saved = errno;
	bool found;

	if (named != NULL && strlen(named) < PPK_BUS_PATH_LEN - PPK_NODE_NAME_LEN - 16) {
		strcpy(folder, named);
		found = is_folder(folder);
	} else {
		found = folder_beside_program(folder) && is_folder(folder);
	}
	errno = saved;
	return found;
}

/* `hidraw` and a number. */
static bool
is_node_name(const char *name)
{
	size_t len = strlen(name);

	return strncmp(name, NODE_PREFIX, sizeof(NODE_PREFIX) - 1) == 0 &&
	    len > sizeof(NODE_PREFIX) - 1 && len < PPK_NODE_NAME_LEN &&
	    strspn(name + sizeof(NODE_PREFIX) - 1, "0123456789") == len - (sizeof(NODE_PREFIX) - 1);
}

/* Cheap for all other paths: nothing is asked of the system. */
const char *
ppk_node_name(const char *path)
{
	char folder[PPK_BUS_PATH_LEN];
	const char *name;

	if (path == NULL || strncmp(path, DEV "/", sizeof(DEV)) != 0)
		return NULL;
	name = path + sizeof(DEV);
	return is_node_name(name) && ppk_bus_folder(folder) ? name : NULL;
}

/* The files of sysfs that a program looks into, and what holds the same on the bus: `.NODE.SUFFIX`. */
static const struct {
	const char *attribute;
	const char *suffix;
} attributes[] = {
	{ "/device/report_descriptor", "descriptor" },
	{ "/device/../../product", "product" },
};

static const char *
suffix_of(const char *attribute)
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		if (strcmp(attributes[i].attribute, attribute) == 0)
			return attributes[i].suffix;
	}
	return NULL;
}

bool
ppk_bus_attribute(const char *path, char on_bus[static PPK_BUS_PATH_LEN])
{
	char name[PPK_NODE_NAME_LEN];
	const char *suffix;
	size_t name_len, len;

	if (path == NULL || strncmp(path, SYSFS "/", sizeof(SYSFS)) != 0)
		return false;
	path += sizeof(SYSFS);
	name_len = strcspn(path, "/");
	suffix = suffix_of(path + name_len);
	if (suffix == NULL || name_len >= sizeof(name) || !ppk_bus_folder(on_bus))
		return false;
	len = strlen(on_bus);
	return snprintf(on_bus + len, PPK_BUS_PATH_LEN - len, "/.%.*s.%s", (int)name_len, path,
	           suffix) < (int)(PPK_BUS_PATH_LEN - len);
}

bool
ppk_bus_path(const char *path, char on_bus[static PPK_BUS_PATH_LEN])
{
	const char *name;
	size_t len;

	if (path == NULL)
		return false;
	if (strcmp(path, DEV) == 0 || strcmp(path, DEV "/") == 0 || strcmp(path, SYSFS) == 0)
		return ppk_bus_folder(on_bus);
	name = ppk_node_name(path);
	if (name == NULL || !ppk_bus_folder(on_bus))
		return false;
	len = strlen(on_bus);
	if (len + 1 + strlen(name) >= PPK_BUS_PATH_LEN)
		return false;
	on_bus[len] = '/';
	strcpy(on_bus + len + 1, name);
	return true;
}

/* A name that fits into a socket's address: where the bus's path is long, by a descriptor. */
static int
connect_beneath(int fd, const char *folder, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int beneath = -1, result, saved;

	if (strlen(folder) + 1 + strlen(name) < sizeof(address.sun_path)) {
		stpcpy(stpcpy(stpcpy(address.sun_path, folder), "/"), name);
	} else {
		beneath = ppk_real()->open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (beneath < 0)
			return -1;
		snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s", beneath,
		    name);
	}
	result = connect(fd, (const struct sockaddr *)&address, sizeof(address));
	saved = errno;
	if (beneath >= 0)
		close(beneath);
	errno = saved;
	return result;
}

/* What open(2) of a device that goes away would say. */
static int
as_open_error(int error)
{
	if (error == ECONNREFUSED)
		return ENODEV;
	return error;
}

/* With an abstract name of the kernel's choice, by which the authenticator knows its locks. */
static int
new_socket(int flags)
{
	const struct sockaddr_un any = { .sun_family = AF_UNIX };
	int type = SOCK_SEQPACKET;
	int fd;

	if ((flags & O_CLOEXEC) != 0)
		type |= SOCK_CLOEXEC;
	fd = socket(AF_UNIX, type, 0);
	if (fd >= 0 && bind(fd, (const struct sockaddr *)&any, sizeof(any.sun_family)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

int
ppk_node_open(const char *name, int flags)
{
	char folder[PPK_BUS_PATH_LEN];
	int fd, saved;

	if (!ppk_bus_folder(folder)) {
		errno = ENOENT;
		return -1;
	}
	fd = new_socket(flags);
	if (fd < 0)
		return -1;
	if (connect_beneath(fd, folder, name) != 0 ||
	    ((flags & O_NONBLOCK) != 0 && fcntl(fd, F_SETFL, O_NONBLOCK) != 0)) {
		saved = as_open_error(errno);
		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

/* The peer was bound as `.NODE.virtual` (bus.c of the authenticator). */
static bool
node_of_address(const char *path, char name[static PPK_NODE_NAME_LEN])
{
	static const char suffix[] = ".virtual";
	size_t len = strlen(path);

	if (path[0] != '.' || len < sizeof(suffix) + 1 ||
	    len >= PPK_NODE_NAME_LEN + sizeof(suffix) ||
	    strcmp(path + len - (sizeof(suffix) - 1), suffix) != 0)
		return false;
	len -= sizeof(suffix);
	memcpy(name, path + 1, len);
	name[len] = '\0';
	return is_node_name(name);
}

bool
ppk_node_of(int fd, char name[static PPK_NODE_NAME_LEN])
{
	struct sockaddr_un address = { 0 };
	socklen_t len = sizeof(address) - 1;
	int saved = errno;
	bool found;

	found = getpeername(fd, (struct sockaddr *)&address, &len) == 0 &&
	    address.sun_family == AF_UNIX && node_of_address(address.sun_path, name);
	errno = saved;
	return found;
}

void
ppk_node_pretend(struct stat *status)
{
	status->st_mode = (status->st_mode & (mode_t)~S_IFMT) | S_IFCHR;
	status->st_rdev = makedev(HIDRAW_MAJOR, (unsigned)(status->st_ino & 0xff));
}

static size_t
read_info(const char *name, char *text, size_t room)
{
	char path[PPK_BUS_PATH_LEN];
	size_t len, total = 0;
	ssize_t got = 0;
	int fd;

	if (!ppk_bus_folder(path))
		return 0;
	len = strlen(path);
	if (len + strlen(name) + sizeof("/..info") > sizeof(path))
		return 0;
	sprintf(path + len, "/.%s.info", name);
	fd = ppk_real()->open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	while (total < room && (got = ppk_real()->read(fd, text + total, room - total)) > 0)
		total += (size_t)got;
	close(fd);
	return total;
}

/* Manufacturer and product, each ended by a zero byte. */
void
ppk_node_strings(const char *name, struct ppk_node_strings *strings)
{
	char text[2 * PPK_NODE_STRING_LEN] = { 0 };
	size_t len = read_info(name, text, sizeof(text) - 1);
	size_t first = strlen(text);

	snprintf(strings->manufacturer, sizeof(strings->manufacturer), "%.255s", text);
	snprintf(strings->product, sizeof(strings->product), "%.255s",
	    first + 1 < len ? text + first + 1 : "");
}

/* The name by which the authenticator knows this open. */
static bool
own_name(int fd, char name[static 16])
{
	struct sockaddr_un address = { 0 };
	socklen_t len = sizeof(address) - 1;

	if (getsockname(fd, (struct sockaddr *)&address, &len) != 0 ||
	    len <= offsetof(struct sockaddr_un, sun_path) + 1)
		return false;
	snprintf(name, 16, "%.15s", address.sun_path + 1);
	return true;
}

static int
ask_for_lock(const char *node, const char *open_name, const char *operation)
{
	char folder[PPK_BUS_PATH_LEN], control[PPK_NODE_NAME_LEN + 16], text[64] = { 0 };
	int fd = -1;
	bool asked;

	if (!ppk_bus_folder(folder))
		return ENODEV;
	snprintf(control, sizeof(control), ".%s.control", node);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return errno;
	snprintf(text, sizeof(text), "lock %s %s", open_name, operation);
	asked = connect_beneath(fd, folder, control) == 0 &&
	    send(fd, text, strlen(text), MSG_NOSIGNAL) > 0 && recv(fd, text, sizeof(text), 0) > 0;
	close(fd);
	if (!asked)
		return ENODEV;
	return strncmp(text, "ok", 2) == 0 ? 0 : EWOULDBLOCK;
}

static const char *
operation_word(int operation)
{
	if ((operation & LOCK_UN) != 0)
		return "un";
	return (operation & LOCK_EX) != 0 ? "ex" : "sh";
}

int
ppk_node_lock(int fd, const char *name, int operation)
{
	const struct timespec interval = { .tv_nsec = LOCK_INTERVAL_NS };
	char open_name[16];
	int error;

	if (!own_name(fd, open_name)) {
		errno = EBADF;
		return -1;
	}
	for (;;) {
		error = ask_for_lock(name, open_name, operation_word(operation));
		if (error != EWOULDBLOCK || (operation & LOCK_NB) != 0)
			break;
		if (nanosleep(&interval, NULL) != 0)
			return -1; /* a signal: EINTR, as flock(2) has it */
	}
	if (error == 0)
		return 0;
	errno = error;
	return -1;
}
