/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_WORKER_H
#define PPK_DEVICE_WORKER_H

/*
 * A worker: the process that talks to one authenticator. This header is for the worker's own parts and
 * for the launcher, which starts it.
 */

#include <fido.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/device_message.h"
#include "core/error.h"
#include "core/secret.h"
#include "device/allow_list.h"
#include "device/hidraw.h"
#include "device/verification.h"
#include "device/worker_message.h"

/* How an operation of a worker ended. */
enum ppk_step {
	PPK_STEP_DONE, /* the last message was sent */
	PPK_STEP_NONE_HERE, /* this authenticator (so far as was looked) holds no such credential */
	PPK_STEP_NEEDS_PIN, /* come back with PPK_ORDER_ASK_PIN */
	PPK_STEP_STOPPED, /* on order */
	PPK_STEP_FAILED, /* worker->err says why; this authenticator is of no more use */
};

struct ppk_worker {
	uint8_t index; /* names the authenticator */
	int socket; /* to the supervisor */
	const struct ppk_device_request *request;
	const char *path;
	const char *product;
	fido_dev_t *dev;
	struct ppk_hidraw hidraw;
	bool own_io; /* hidraw is in use, not libfido2's own transport */
	bool unseen; /* it can be touched, but that it waits for that does not show (waiting.h) */
	/* what the authenticator said about itself */
	struct ppk_abilities abilities;
	struct ppk_list_limits limits;
	fido_cbor_info_t *info;
	/* the operation under way */
	uint8_t serial;
	bool alone; /* no other authenticator is plugged in */
	bool pin_allowed; /* the dialogue about the PIN is ours */
	bool verifying; /* what it waits for is a fingerprint, not a touch */
	/* PPK_DEVICE_TOUCH or _VERIFY when the person was told that already, else 0 */
	unsigned announced;
	bool supervisor_gone;
	enum ppk_err err; /* of PPK_STEP_FAILED */
	uint8_t retries; /* goes with err */
	/* the ceremony */
	bool built_in_blocked;
	bool verification_forced; /* it refused without verification */
	enum ppk_err pin_reason; /* why the PIN is asked for: of PPK_DEVICE_PIN_NEEDED */
	struct ppk_secret pin; /* empty: not asked yet */
	size_t group; /* that is asked for */
	uint8_t *packet; /* PPK_DEVICE_MESSAGE_MAX bytes */
};

/* What a worker is started with. */
struct ppk_worker_start {
	uint8_t index;
	bool at_once; /* begin the ceremony without an order, as serial number 0 */
	bool alone;
	const struct ppk_device_request *request;
	const char *path;
	const char *product; /* as the device gave it */
};

/*
 * The worker's process; socket goes to the supervisor, and is all that it has open but the standard
 * descriptors. What start points to must live on. Does not return.
 */
_Noreturn void ppk_worker_run(const struct ppk_worker_start *start, int socket);

/*
 * For the worker's parts.
 */

/* Send a message to the supervisor, for the program. A worker that cannot ends. */
void ppk_worker_send(struct ppk_worker *worker, const struct ppk_device_message *message);
void ppk_worker_event(struct ppk_worker *worker, enum ppk_device_message_type type, uint8_t retries,
	enum ppk_err err);

/* The authenticator waits for the person: tell the program, unless it knows. */
void ppk_worker_announce(struct ppk_worker *worker);

/*
 * Read what the supervisor sent while a request is under way. True: the request is to end; the supervisor
 * may be gone.
 */
bool ppk_worker_take_command(struct ppk_worker *worker);

/* End this process, with nothing secret left in its memory. */
_Noreturn void ppk_worker_end(struct ppk_worker *worker);

/* worker->err = err; PPK_STEP_FAILED. */
enum ppk_step ppk_worker_failed(struct ppk_worker *worker, enum ppk_err err, uint8_t retries);

/* Was the operation under way stopped on order? */
bool ppk_worker_is_stopped(const struct ppk_worker *worker);

/*
 * Ask the person for the PIN and wait: worker->pin is set. PPK_ERR_CANCELLED (on order) |
 * PPK_ERR_DEVICE (unplugged meanwhile).
 */
PPK_MUST_CHECK enum ppk_err ppk_worker_ask_pin(
	struct ppk_worker *worker, uint8_t retries, enum ppk_err reason);

/*
 * Wait for what the supervisor sends, at most timeout_ms. True: an order to stop the operation under
 * way, or the supervisor is gone.
 */
bool ppk_worker_wait_stop(struct ppk_worker *worker, int timeout_ms);

/*
 * Did the last request fail because another program's is under way? Then wait a little: there is no
 * event that tells when it has ended. True: try again, unless ppk_worker_is_stopped().
 */
bool ppk_worker_wait_busy(struct ppk_worker *worker);

#endif
