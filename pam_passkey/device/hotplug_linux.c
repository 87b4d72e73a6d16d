/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/hotplug.h"

#include <fcntl.h>
#include <stdalign.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/device_message.h"
#include "device/manifest.h"
#include "sys/sysfs.h"

#define NODE_FOLDER "/dev"
#define NODE_PREFIX "hidraw"

/*
 * IN_ATTRIB: a node is made for root alone; the rules of udev give it to the person at the machine a
 * moment later.
 */
#define COMES (IN_CREATE | IN_MOVED_TO | IN_ATTRIB)
#define GOES (IN_DELETE | IN_MOVED_FROM)

enum ppk_err ppk_hotplug_watch(int *ret_fd)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	if (fd < 0)
		return PPK_ERR_IO;
	if (inotify_add_watch(fd, NODE_FOLDER, COMES | GOES | IN_ONLYDIR) < 0) {
		close(fd);
		return PPK_ERR_IO;
	}
	*ret_fd = fd;
	return PPK_OK;
}

static bool take_event(const struct inotify_event *event,
	void (*removed)(void *context, const char *path), void *context)
{
	char path[PPK_DEVICE_PATH_SIZE];

	/* Too many at once: some were lost, so look at what there is. */
	if ((event->mask & IN_Q_OVERFLOW) != 0)
		return true;
	if (event->len == 0 || strncmp(event->name, NODE_PREFIX, strlen(NODE_PREFIX)) != 0)
		return false;
	if ((event->mask & COMES) != 0)
		return true;
	if (snprintf(path, sizeof(path), "%s/%s", NODE_FOLDER, event->name) < (int)sizeof(path))
		removed(context, path);
	return false;
}

bool ppk_hotplug_read(int fd, void (*removed)(void *context, const char *path), void *context)
{
	alignas(struct inotify_event) char buffer[4096];
	bool came = false;
	ssize_t len;

	while ((len = read(fd, buffer, sizeof(buffer))) > 0) {
		const char *at = buffer;

		while (at < buffer + len) {
			const struct inotify_event *event = (const void *)at;

			came = take_event(event, removed, context) || came;
			at += sizeof(*event) + event->len;
		}
	}
	return came;
}

/* False: the node went away since it was listed. */
static bool identify(unsigned number, struct ppk_plugged *ret)
{
	struct statx node;

	(void)snprintf(ret->path, sizeof(ret->path), NODE_FOLDER "/" NODE_PREFIX "%u", number);
	if (statx(AT_FDCWD, ret->path, AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &node) != 0)
		return false;
	ret->inode = node.stx_ino;
	ret->born_s = node.stx_btime.tv_sec;
	ret->born_ns = node.stx_btime.tv_nsec;
	ppk_sysfs_product(number, ret->product, sizeof(ret->product));
	return true;
}

static size_t list_nodes(struct ppk_plugged *list, size_t max)
{
	unsigned numbers[PPK_DEVICE_AUTHENTICATORS_MAX];
	size_t room = max < PPK_DEVICE_AUTHENTICATORS_MAX ? max : PPK_DEVICE_AUTHENTICATORS_MAX;
	size_t found = ppk_sysfs_authenticators(numbers, room), count = 0;

	for (size_t i = 0; i < found; i++)
		if (identify(numbers[i], &list[count]))
			count++;
	return count;
}

size_t ppk_hotplug_list(bool nfc, struct ppk_plugged *list, size_t max)
{
	size_t count = list_nodes(list, max);

	if (nfc && count < max)
		count += ppk_manifest_list(ppk_path_is_reader, list + count, max - count);
	return count;
}

/* Looked for again only when /dev has told that its attributes changed. */
bool ppk_hotplug_may_open(const char *path)
{
	(void)path;
	return true;
}

/* Nothing tells of a card that is put on a reader; of a node, /dev does. */
bool ppk_hotplug_is_asked(bool nfc)
{
	return nfc;
}
