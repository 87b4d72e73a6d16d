/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_SUPERVISOR_H
#define PPK_DEVICE_SUPERVISOR_H

#include "core/device_message.h"

/*
 * Serve one request of the program at the other end of socket, to its last message, with workers that
 * the launcher at the other end of that socket starts (launcher.h). Signals that end a program at a
 * terminal (SIGINT, SIGQUIT, SIGTERM, SIGHUP) cancel it. PPK_ERR_NOMEM: nothing was said yet.
 */
PPK_MUST_CHECK enum ppk_err ppk_supervisor_run(
	int socket, int launcher, const struct ppk_device_request *request);

#endif
