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
#include "core/credential.h"
#include "core/device_message.h"
#include "core/error.h"
#include "crypto/crypto.h"
#include "device/device.h"
#include "method/dialogue.h"

struct ppk_ceremony {
	struct ppk_device *device; /* the request was sent already */
	const struct ppk_crypto_source *crypto;
	/* whose signature this process probably verifies next, or NULL: what that needs is set up early */
	const struct ppk_credential *verified_next;
	const struct ppk_dialogue *dialogue;
	const struct ppk_log *log;
	bool nfc; /* authenticators in readers are asked too */
	bool cue; /* false: only questions and what explains them are shown */
	bool explain; /* say why it ended without success; false: the caller does */
	unsigned timeout_s; /* how long the person has; starts again after each PIN (at most 8) */
	/*
	 * 0, or how long is waited for an authenticator to be plugged in, where the person has another way
	 * and is told so; starts again whenever none is that could answer.
	 */
	unsigned insert_s;
	const char *action; /* "to sign in to web1 as alice", "to enrol it for alice" */
	const char *user; /* for messages */
	/*
	 * The name to show for an authenticator ("Blue key"), or NULL for "your security key". Asked with
	 * what passkey-device said about it; copied at once.
	 */
	const char *(*label)(void *context, const struct ppk_device_authenticator *authenticator);
	void *label_context;
};

/* What passkey-device is told: a limit of last resort, since the ceremony's own starts again. */
uint32_t ppk_ceremony_device_timeout_ms(unsigned timeout_s);

/*
 * Run until the last message. PPK_OK: *ret is PPK_DEVICE_ASSERTION or PPK_DEVICE_CREDENTIAL, a view that
 * lives until the device is used again. Otherwise the reason of the end; passkey-device was told to
 * cancel where it had not ended by itself. PPK_ERR_CONVERSATION: a message could not be shown.
 */
PPK_MUST_CHECK enum ppk_err ppk_ceremony_run(
	struct ppk_ceremony *ceremony, struct ppk_device_message *ret);

#endif
