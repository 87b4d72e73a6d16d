/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/hotplug.h"

#include <fcntl.h>
#include <fido.h>
#include <stdalign.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define NODE_FOLDER "/dev"
#define NODE_PREFIX "hidraw"
#define READER_PREFIX "pcsc:"

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

bool ppk_path_is_reader(const char *path)
{
	return strncmp(path, READER_PREFIX, strlen(READER_PREFIX)) == 0;
}

/*
 * Which node it is. A reader has no identity, and is always the same. False: the node went away since
 * it was listed, or it is what nobody asked for (a reader that the kernel itself serves).
 */
static bool identify(const char *path, bool nfc, struct statx *ret)
{
	if (ppk_path_is_reader(path))
		return nfc;
	return strncmp(path, NODE_FOLDER "/", sizeof(NODE_FOLDER)) == 0 &&
	       statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, ret) == 0;
}

static bool copy_info(const fido_dev_info_t *info, bool nfc, struct ppk_plugged *ret)
{
	const char *path = fido_dev_info_path(info);
	const char *product = fido_dev_info_product_string(info);
	struct statx node = { .stx_ino = 0 };

	if (path == NULL || strlen(path) >= sizeof(ret->path) || !identify(path, nfc, &node))
		return false;
	ret->inode = node.stx_ino;
	ret->born_s = node.stx_btime.tv_sec;
	ret->born_ns = node.stx_btime.tv_nsec;
	memcpy(ret->path, path, strlen(path) + 1);
	(void)snprintf(ret->product, sizeof(ret->product), "%s", product == NULL ? "" : product);
	return true;
}

const struct ppk_plugged *ppk_plugged_find(
	const char *path, const struct ppk_plugged *list, size_t count)
{
	for (size_t n = 0; n < count; n++)
		if (strcmp(list[n].path, path) == 0)
			return &list[n];
	return NULL;
}

bool ppk_plugged_is_same(const struct ppk_plugged *one, const struct ppk_plugged *other)
{
	return strcmp(one->path, other->path) == 0 && one->inode == other->inode &&
	       one->born_s == other->born_s && one->born_ns == other->born_ns;
}

size_t ppk_hotplug_list(bool nfc, struct ppk_plugged *list, size_t max)
{
	fido_dev_info_t *infos = fido_dev_info_new(max);
	size_t found = 0, count = 0;

	if (infos != NULL && fido_dev_info_manifest(infos, max, &found) == FIDO_OK)
		for (size_t i = 0; i < found; i++)
			if (copy_info(fido_dev_info_ptr(infos, i), nfc, &list[count]))
				count++;
	fido_dev_info_free(&infos, max);
	return count;
}
