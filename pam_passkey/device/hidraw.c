/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reports to and from an authenticator. It may be any USB device that calls itself one.
 *
 * 1. MUST take reports of one size alone, and none of another program's conversation.
 * 2. MUST come back at once when the owner says so, whatever the authenticator does: it gets
 *    CTAPHID_CANCEL and a short time to stop blinking.
 * 3. MUST NOT send a request after that.
 * 4. MUST NOT pass a descriptor on to another program.
 */
#include "device/hidraw.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "device/path_table.h"
#include "sys/clock.h"

/* How long an authenticator may take to answer CTAPHID_CANCEL. */
#define CANCEL_GRACE_MS 400

/*
 * libfido2's open function is given nothing but the path. The path is the first member of what we
 * need, so the one leads to the other, without a global variable.
 */
static void *open_handle(const char *path)
{
	return (void *)(uintptr_t)path;
}

static void close_handle(void *handle)
{
	(void)handle; /* ppk_hidraw_done() closes */
}

/* libfido2 puts the report id, 0, before a report, as hidraw wants it. */
static bool write_report(struct ppk_hidraw *hidraw, const uint8_t *numbered)
{
	ssize_t written;

	do {
		written = write(hidraw->fd, numbered, PPK_REPORT_SIZE + 1);
	} while (written < 0 && errno == EINTR);
	hidraw->failed = hidraw->failed || written != PPK_REPORT_SIZE + 1;
	return !hidraw->failed;
}

static int write_handle(void *handle, const unsigned char *buf, size_t len)
{
	struct ppk_hidraw *hidraw = handle;

	if (len != PPK_REPORT_SIZE + 1 || hidraw->failed || hidraw->cancelled)
		return -1;
	if (ppk_report_stream_out(&hidraw->stream, buf + 1) && !write_report(hidraw, buf))
		return -1;
	return (int)len;
}

/* U2F has no cancelling; there the answer comes at once, and no other request follows. */
static void cancel(struct ppk_hidraw *hidraw)
{
	uint8_t numbered[PPK_REPORT_SIZE + 1] = { 0 };

	hidraw->cancelled = true;
	hidraw->cancel_deadline_ms = ppk_clock_ms() + CANCEL_GRACE_MS;
	if (ppk_report_stream_cancel(&hidraw->stream, numbered + 1))
		(void)write_report(hidraw, numbered);
}

/* Until there is a report. False: there will be none. */
static bool wait_for_report(struct ppk_hidraw *hidraw)
{
	struct pollfd entries[2] = { { .fd = hidraw->fd, .events = POLLIN },
		{ .fd = hidraw->owner.commands, .events = POLLIN } };

	while (!hidraw->failed) {
		int64_t left = -1;

		if (hidraw->cancelled) {
			entries[1].fd = -1;
			left = hidraw->cancel_deadline_ms - ppk_clock_ms();
			if (left <= 0)
				return false;
		}
		if (poll(entries, 2, (int)left) < 0)
			continue;
		if (entries[1].revents != 0 && hidraw->owner.command(hidraw->owner.context)) {
			cancel(hidraw);
			continue;
		}
		if ((entries[0].revents & POLLIN) != 0)
			return true;
		if (entries[0].revents != 0)
			return false; /* unplugged */
	}
	return false;
}

/* ms is not used: the supervisor watches the time for all of us, and ends us when it is up. */
static int read_handle(void *handle, unsigned char *buf, size_t len, int ms)
{
	struct ppk_hidraw *hidraw = handle;

	(void)ms;
	if (len != PPK_REPORT_SIZE)
		return -1;
	if (ppk_report_stream_replay(&hidraw->stream, buf))
		return (int)len;
	while (wait_for_report(hidraw)) {
		ssize_t got = read(hidraw->fd, buf, len);

		if (got < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (got != PPK_REPORT_SIZE)
			break;
		switch (ppk_report_stream_in(&hidraw->stream, buf)) {
		case PPK_REPORT_FOREIGN:
			continue;
		case PPK_REPORT_WAITS:
			if (!hidraw->cancelled)
				hidraw->owner.waits(hidraw->owner.context);
			return (int)len;
		case PPK_REPORT_OURS:
			return (int)len;
		}
	}
	hidraw->failed = true;
	return -1;
}

enum ppk_err ppk_hidraw_open(struct ppk_hidraw *hidraw, const char *path)
{
	const char *node = ppk_path_table_node(path);
	int fd, locked;

	if (node == NULL)
		return PPK_ERR_DEVICE;
	/* This string, this call and these flags: nothing else is let through (syscall_filter.c). */
	fd = openat(AT_FDCWD, node, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return errno == EACCES || errno == EPERM ? PPK_ERR_DEVICE_PERMISSION
							 : PPK_ERR_DEVICE;
	do {
		locked = flock(fd, LOCK_EX);
	} while (locked != 0 && errno == EINTR);
	if (locked != 0) {
		close(fd);
		return PPK_ERR_DEVICE;
	}
	memcpy(hidraw->path, node, PPK_PATH_SIZE);
	hidraw->fd = fd;
	return PPK_OK;
}

enum ppk_err ppk_hidraw_connect(struct ppk_hidraw *hidraw, fido_dev_t *dev)
{
	const fido_dev_io_t io = {
		.open = open_handle,
		.close = close_handle,
		.read = read_handle,
		.write = write_handle,
	};

	if (fido_dev_set_io_functions(dev, &io) != FIDO_OK)
		return PPK_ERR_INTERNAL;
	return fido_dev_open(dev, hidraw->path) == FIDO_OK ? PPK_OK : PPK_ERR_DEVICE;
}

void ppk_hidraw_done(struct ppk_hidraw *hidraw)
{
	if (hidraw->fd >= 0)
		close(hidraw->fd);
	hidraw->fd = -1;
}
