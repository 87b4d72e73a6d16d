/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_SUPERVISOR_H
#define PPK_DEVICE_SUPERVISOR_H

#include "core/device_message.h"

/*
 * Serve one request of the program at the other end of socket, to its last message. Signals that end
 * a program at a terminal (SIGINT, SIGQUIT, SIGTERM, SIGHUP) cancel it. Leaves no process behind.
 */
void ppk_supervisor_run(int socket, const struct ppk_device_request *request);

/* Send "it failed because of err" as the last message. */
void ppk_supervisor_refuse(int socket, enum ppk_err err);

#endif
