/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_LAUNCHER_H
#define PPK_DEVICE_LAUNCHER_H

/*
 * The launcher: a process that starts workers for the supervisor, and ends them. It alone can open
 * device nodes, so it does nothing else: it reads no byte of a device.
 */

#include <stdbool.h>
#include <stdint.h>

#include "core/device_message.h"
#include "core/error.h"
#include "device/launch.h"
#include "sys/child.h"

struct ppk_launcher {
	struct ppk_child child;
	int socket;
};

/* Start it. The workers serve the request. PPK_ERR_NOMEM | PPK_ERR_LIMIT | PPK_ERR_PROCESS | PPK_ERR_IO. */
PPK_MUST_CHECK enum ppk_err ppk_launcher_start(
	const struct ppk_device_request *request, struct ppk_launcher *ret);

/* Wait until it has ended, and all workers with it, however busy they are. */
void ppk_launcher_stop(struct ppk_launcher *launcher);

/*
 * Have a worker started; *ret_socket is the supervisor's end to it. A worker that could not be started
 * shows as the end of it. PPK_ERR_PROCESS (the launcher is gone) | PPK_ERR_IO | PPK_ERR_NOMEM.
 */
PPK_MUST_CHECK enum ppk_err ppk_launcher_start_worker(
	int launcher, const struct ppk_launch *launch, int *ret_socket);

/* Have the worker of that authenticator killed, whatever it does. */
void ppk_launcher_end_worker(int launcher, uint8_t index);

#endif
