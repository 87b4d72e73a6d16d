/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_METHOD_CEREMONY_H
#define PPK_METHOD_CEREMONY_H

/*
 * What happens between a request to passkey-device and its last message, the same for signing in and
 * for enrolling: events become messages to the person, questions for a PIN become answers.
 */

#include <stdbool.h>
#include <stdint.h>

#include "audit/event.h"
#include "core/device_message.h"
#include "core/error.h"
#include "device/device.h"
#include "method/dialogue.h"

struct ppk_ceremony {
	struct ppk_device *device; /* the request was sent already */
	const struct ppk_dialogue *dialogue;
	const struct ppk_log *log;
	bool cue;           /* false: only questions and what explains them are shown */
	int64_t deadline_ms;
	const char *action; /* "to sign in to web1 as alice", "to enrol it for alice" */
	/*
	 * The name to show for an authenticator ("Blue key"), or NULL for "your security key". Asked with
	 * what passkey-device said about it.
	 */
	const char *(*label)(void *context, const struct ppk_device_authenticator *authenticator);
	void *label_context;
};

/*
 * Run until the last message. PPK_OK: *ret is PPK_DEVICE_ASSERTION or PPK_DEVICE_CREDENTIAL, a view that
 * lives until the device is used again. Otherwise the reason of the end.
 */
PPK_MUST_CHECK enum ppk_err ppk_ceremony_run(struct ppk_ceremony *ceremony,
					     struct ppk_device_message *ret);

#endif
