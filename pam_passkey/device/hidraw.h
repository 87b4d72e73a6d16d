/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_HIDRAW_H
#define PPK_DEVICE_HIDRAW_H

/*
 * Reports to and from /dev/hidraw*, in place of libfido2's own functions: so that a request can be
 * cancelled while it waits, that the person is told of a touch exactly when the authenticator waits
 * for one, and that getInfo is sent once.
 */

#include <fido.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"
#include "device/launch.h"
#include "device/report_stream.h"

/* Which function calls back; all are called inside of a read. */
struct ppk_hidraw_owner {
	void *context;
	/* The authenticator says that it waits for the person. May come many times a request. */
	void (*waits)(void *context);
	/* commands can be read. True: end the request that is under way. */
	bool (*command)(void *context);
	int commands; /* a descriptor that is watched during a read */
};

struct ppk_hidraw {
	char path[PPK_DEVICE_PATH_SIZE]; /* first: libfido2 hands this pointer to open */
	int fd;
	struct ppk_hidraw_owner owner;
	bool cancelled; /* the operation under way; the owner clears it for the next one */
	bool failed; /* unplugged, or it broke the rules of the transport */
	int64_t cancel_deadline_ms;
	struct ppk_report_stream stream;
};

/*
 * Open the node at path and take its lock, which makes programs that use libfido2 wait for each
 * other. PPK_ERR_DEVICE_PERMISSION | PPK_ERR_DEVICE (also: that is no node, path_table.h).
 */
PPK_MUST_CHECK enum ppk_err ppk_hidraw_open(struct ppk_hidraw *hidraw, const char *path);

/*
 * Open dev (CTAPHID_INIT, getInfo) by way of hidraw, which was opened before and must stay where it
 * is. PPK_ERR_DEVICE | PPK_ERR_INTERNAL.
 */
PPK_MUST_CHECK enum ppk_err ppk_hidraw_connect(struct ppk_hidraw *hidraw, fido_dev_t *dev);

/* Close; safe when it was never opened (fd -1). */
void ppk_hidraw_done(struct ppk_hidraw *hidraw);

#endif
