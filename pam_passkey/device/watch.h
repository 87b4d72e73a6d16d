/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_WATCH_H
#define PPK_DEVICE_WATCH_H

/* Signals and time as descriptors to wait for. */

#include <stdint.h>

#include "core/error.h"

/*
 * *ret_fd becomes readable when a terminal, or who may signal us, wants this process to end: SIGINT,
 * SIGQUIT, SIGTERM, SIGHUP, which do nothing else from now on. PPK_ERR_IO.
 */
PPK_MUST_CHECK enum ppk_err ppk_watch_signals(int *ret_fd);

/*
 * *ret_fd becomes readable after timeout_ms; on Linux also when the machine sleeps meanwhile, elsewhere
 * perhaps. Once in a process. PPK_ERR_IO.
 */
PPK_MUST_CHECK enum ppk_err ppk_watch_time(uint32_t timeout_ms, int *ret_fd);

#endif
