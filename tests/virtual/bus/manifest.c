/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fido_dev_info_manifest(): the nodes of the bus in place of what libudev knows. libfido2 is
 * looked up when it is called, since programs that do not use it are preloaded too.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fido.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "interpose.h"
#include "node.h"
#include "real.h"

#define LIBFIDO2 "libfido2.so.1"

typedef int set_function(fido_dev_info_t *list, size_t i, const char *path,
    const char *manufacturer, const char *product, const fido_dev_io_t *io,
    const fido_dev_transport_t *transport);
typedef int manifest_function(fido_dev_info_t *list, size_t room, size_t *ret_len);

static void
look_up(const char *name, void *slot, size_t size)
{
	void *library = dlopen(LIBFIDO2, RTLD_LAZY | RTLD_NOLOAD);
	void *address = library != NULL ? dlsym(library, name) : NULL;

	memcpy(slot, &address, size);
	if (library != NULL)
		dlclose(library);
}

static void *
io_open(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	int *handle = fd >= 0 ? malloc(sizeof(*handle)) : NULL;

	if (handle != NULL)
		*handle = fd;
	else if (fd >= 0)
		close(fd);
	return handle;
}

static void
io_close(void *handle)
{
	close(*(int *)handle);
	free(handle);
}

static int
io_read(void *handle, unsigned char *report, size_t len, int timeout_ms)
{
	struct pollfd ready = { .fd = *(int *)handle, .events = POLLIN };

	if (len != PPK_REPORT_LEN || poll(&ready, 1, timeout_ms) != 1)
		return -1;
	return read(ready.fd, report, len) == (ssize_t)len ? (int)len : -1;
}

static int
io_write(void *handle, const unsigned char *report, size_t len)
{
	if (len != PPK_REPORT_LEN + 1)
		return -1;
	return write(*(int *)handle, report, len) == (ssize_t)len ? (int)len : -1;
}

static bool
add_node(set_function *set, fido_dev_info_t *list, size_t i, const char *name)
{
	static const fido_dev_io_t io = { io_open, io_close, io_read, io_write };
	struct ppk_node_strings strings;
	char path[sizeof("/dev/") + NAME_MAX];

	snprintf(path, sizeof(path), "/dev/%s", name);
	ppk_node_strings(name, &strings);
	return set(list, i, path, strings.manufacturer, strings.product, &io, NULL) == FIDO_OK;
}

static int
is_node(const struct dirent *entry)
{
	char path[sizeof("/dev/") + sizeof(entry->d_name)];

	snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
	return ppk_node_name(path) != NULL;
}

/* In the order of their names, so that a test knows which comes first. */
static int
list_bus(set_function *set, const char *folder, fido_dev_info_t *list, size_t room,
    size_t *ret_len)
{
	struct dirent **entries = NULL;
	int found = scandir(folder, &entries, is_node, versionsort);
	size_t len = 0;

	for (int i = 0; i < found; i++) {
		if (len < room && add_node(set, list, len, entries[i]->d_name))
			len++;
		free(entries[i]);
	}
	free(entries);
	*ret_len = len;
	return FIDO_OK;
}

PPK_INTERPOSE int
fido_dev_info_manifest(fido_dev_info_t *list, size_t room, size_t *ret_len)
{
	char folder[PPK_BUS_PATH_LEN];
	manifest_function *manifest;
	set_function *set;

	look_up("fido_dev_info_manifest", &manifest, sizeof(manifest));
	look_up("fido_dev_info_set", &set, sizeof(set));
	if (!ppk_bus_folder(folder))
		return manifest != NULL ? manifest(list, room, ret_len) : FIDO_ERR_INTERNAL;
	if (set == NULL || list == NULL || ret_len == NULL)
		return FIDO_ERR_INVALID_ARGUMENT;
	return list_bus(set, folder, list, room, ret_len);
}
