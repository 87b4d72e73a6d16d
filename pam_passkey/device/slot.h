/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_SLOT_H
#define PPK_DEVICE_SLOT_H

/* What the supervisor keeps about one authenticator and the worker that talks to it. */

#include <stdbool.h>
#include <stdint.h>

#include "core/device_message.h"
#include "device/hotplug.h"
#include "device/selection.h"

struct ppk_slot {
	struct ppk_candidate candidate;
	struct ppk_plugged plugged;
	enum ppk_phase stopped_as; /* PPK_PHASE_STOPPING: what it goes back to */
	enum ppk_err gone_err; /* PPK_PHASE_GONE: why */
	bool begins; /* its worker begins the ceremony without an order */
	uint8_t index; /* names it, and its worker to the launcher */
	int launcher; /* the socket by which its worker was started */
	int socket; /* to the worker; -1: none */
	uint8_t serial; /* of the operation under way */
	unsigned packets; /* that it has sent */
	unsigned starts; /* of workers for it, since it was plugged in as far as anybody knows */
};

/*
 * Have a worker started for it (launcher.h), as authenticator number index. PPK_ERR_PROCESS |
 * PPK_ERR_IO.
 */
PPK_MUST_CHECK enum ppk_err ppk_slot_start(
	struct ppk_slot *slot, uint8_t index, int launcher, bool at_once, bool alone);

/* Give its worker an order, and note what it does from now on. */
void ppk_slot_order(struct ppk_slot *slot, enum ppk_worker_order order, bool alone);

/* Pass a PIN on: a packet of core/device_message.h. */
void ppk_slot_pin(struct ppk_slot *slot, const uint8_t *packet, size_t len);

/* Note what its worker says about the operation under way. False: it makes no sense. */
bool ppk_slot_outcome(struct ppk_slot *slot, enum ppk_worker_outcome outcome, bool creation);

/* Kill its worker, whatever it does. */
void ppk_slot_kill(struct ppk_slot *slot);

/*
 * Let its worker end. True: it does so on its own, after it stopped the authenticator from blinking;
 * its socket shows the end.
 */
bool ppk_slot_release(struct ppk_slot *slot);

#endif
