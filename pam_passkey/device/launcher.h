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
#include "device/hotplug.h"
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

enum ppk_launch_order { PPK_LAUNCH_START = 1, PPK_LAUNCH_END };

/* One packet to the launcher, in the form in which the same program has it in memory. */
struct ppk_launch {
	uint8_t order;
	uint8_t index; /* of the authenticator; END needs no more */
	uint8_t at_once, alone; /* 0 or 1, as in struct ppk_worker_start */
	char path[PPK_DEVICE_PATH_SIZE];
	char product[PPK_PRODUCT_SIZE];
};

/*
 * Have a worker started; *ret_socket is the supervisor's end to it. A worker that could not be started
 * shows as the end of it. PPK_ERR_PROCESS (the launcher is gone) | PPK_ERR_IO.
 */
PPK_MUST_CHECK enum ppk_err ppk_launcher_start_worker(
	int launcher, const struct ppk_launch *launch, int *ret_socket);

/* Have the worker of that authenticator killed, whatever it does. */
void ppk_launcher_end_worker(int launcher, uint8_t index);

#endif
