/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_WORKER_MESSAGE_H
#define PPK_DEVICE_WORKER_MESSAGE_H

/*
 * Between the supervisor and one of its workers, inside of passkey-device: packets whose first byte is
 * a ppk_worker_packet. Both sides are the same program, so there is no version; but a worker talks to
 * a stranger's hardware, so the supervisor believes nothing that it says.
 */

#include <stdint.h>

/* The supervisor orders one operation at a time; each ends in an outcome, a last message or GONE. */
enum ppk_worker_order {
	PPK_ORDER_NONE = 0,
	PPK_ORDER_START, /* the ceremony, from where it stopped, as far as it goes without the PIN */
	PPK_ORDER_PROBE, /* find out without touch whether it holds one of the credentials */
	PPK_ORDER_SELECT, /* blink, and tell of a touch */
	PPK_ORDER_ASK_PIN, /* the ceremony, with the PIN: the dialogue is this worker's now */
	PPK_ORDER_STOP, /* end the operation that has this serial number */
};

enum ppk_worker_outcome {
	PPK_OUTCOME_READY = 1, /* opened, and waits for an order */
	PPK_OUTCOME_NEEDS_PIN,
	PPK_OUTCOME_HOLDS, /* a probe found a credential */
	PPK_OUTCOME_MAY_HIDE, /* a probe found none, which need not mean that there is none */
	PPK_OUTCOME_TOUCHED,
	PPK_OUTCOME_STOPPED,
};

enum ppk_worker_packet {
	PPK_WORKER_ORDER = 1, /* to a worker: order, serial number, 1: it is alone */
	PPK_WORKER_PIN, /* to a worker: a packet of core/device_message.h follows */
	PPK_WORKER_MESSAGE, /* from a worker: a packet of core/device_message.h follows */
	PPK_WORKER_OUTCOME, /* from a worker: outcome, serial number */
};

#define PPK_WORKER_ORDER_SIZE 4
#define PPK_WORKER_OUTCOME_SIZE 3

#endif
