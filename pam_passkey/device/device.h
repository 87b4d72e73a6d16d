/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_DEVICE_H
#define PPK_DEVICE_DEVICE_H

#include <stdint.h>

#include "core/device_message.h"
#include "core/diagnostic.h"
#include "core/error.h"
#include "sys/file.h"
#include "sys/process.h"

/* A running passkey-device and the packet that came last. */
struct ppk_device {
	struct ppk_process process;
	uint8_t *packet; /* PPK_DEVICE_MESSAGE_MAX bytes; views of messages point into it */
};

/*
 * Check and start the helper at path. PPK_ERR_NOT_FOUND | PPK_ERR_UNSAFE_FILE | PPK_ERR_PROCESS |
 * PPK_ERR_NOMEM | PPK_ERR_IO. *ret must be zeroed; ppk_device_stop() it in any case.
 */
PPK_MUST_CHECK enum ppk_err ppk_device_start(struct ppk_device *ret, const char *path,
	const struct ppk_trust *trust, struct ppk_diag *reterr);

/* Send a request or a command. PPK_ERR_LIMIT | PPK_ERR_PROCESS | PPK_ERR_IO. */
PPK_MUST_CHECK enum ppk_err ppk_device_get_assertion(
	struct ppk_device *device, const struct ppk_device_get_assertion *request);
PPK_MUST_CHECK enum ppk_err ppk_device_make_credential(
	struct ppk_device *device, const struct ppk_device_make_credential *request);
PPK_MUST_CHECK enum ppk_err ppk_device_list(
	struct ppk_device *device, uint32_t timeout_ms, bool nfc);
PPK_MUST_CHECK enum ppk_err ppk_device_pin(
	struct ppk_device *device, uint8_t index, const struct ppk_secret *pin);
PPK_MUST_CHECK enum ppk_err ppk_device_cancel(struct ppk_device *device);

/*
 * The next message, waiting until deadline_ms (ppk_clock_ms()). Views in *ret live until the next
 * call. PPK_ERR_TIMEOUT | PPK_ERR_PROCESS (it ended) | PPK_ERR_FRAME (it lies) | PPK_ERR_IO.
 */
PPK_MUST_CHECK enum ppk_err ppk_device_next(
	struct ppk_device *device, int64_t deadline_ms, struct ppk_device_message *ret);

/* End it, with all its workers; nothing is left behind. Safe when it never started. */
void ppk_device_stop(struct ppk_device *device);

#endif
