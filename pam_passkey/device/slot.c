/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/slot.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/wipe.h"
#include "device/launcher.h"
#include "sys/packet.h"

enum ppk_err ppk_slot_start(
	struct ppk_slot *slot, uint8_t index, int launcher, bool at_once, bool alone)
{
	struct ppk_launch launch = {
		.order = PPK_LAUNCH_START, .index = index, .at_once = at_once, .alone = alone
	};
	enum ppk_err err;

	memcpy(launch.path, slot->plugged.path, sizeof(launch.path));
	memcpy(launch.product, slot->plugged.product, sizeof(launch.product));
	err = ppk_launcher_start_worker(launcher, &launch, &slot->socket);
	if (err != PPK_OK)
		return err;
	slot->index = index;
	slot->launcher = launcher;
	slot->begins = at_once;
	slot->candidate.phase = PPK_PHASE_OPENING;
	return PPK_OK;
}

static void begin_phase(struct ppk_slot *slot, enum ppk_phase phase)
{
	slot->serial++;
	slot->candidate.phase = phase;
	slot->candidate.waits = false;
}

static void begin_order(struct ppk_slot *slot, enum ppk_worker_order order)
{
	switch (order) {
	case PPK_ORDER_START:
		begin_phase(slot, PPK_PHASE_ASKING);
		return;
	case PPK_ORDER_PROBE:
		begin_phase(slot, PPK_PHASE_PROBING);
		return;
	case PPK_ORDER_SELECT:
		begin_phase(slot, PPK_PHASE_SELECTING);
		return;
	case PPK_ORDER_ASK_PIN:
		begin_phase(slot, PPK_PHASE_ASKING_PIN);
		return;
	case PPK_ORDER_STOP:
		/* What is stopped has the serial number that it was begun with. */
		slot->stopped_as = slot->candidate.phase == PPK_PHASE_SELECTING &&
						   slot->candidate.knowledge != PPK_KNOWS_NOTHING
					   ? PPK_PHASE_NEEDS_PIN
					   : PPK_PHASE_READY;
		slot->candidate.phase = PPK_PHASE_STOPPING;
		slot->candidate.waits = false;
		return;
	case PPK_ORDER_NONE:
		return;
	}
}

void ppk_slot_order(struct ppk_slot *slot, enum ppk_worker_order order, bool alone)
{
	uint8_t packet[PPK_WORKER_ORDER_SIZE];

	begin_order(slot, order);
	packet[0] = PPK_WORKER_ORDER;
	packet[1] = (uint8_t)order;
	packet[2] = slot->serial;
	packet[3] = alone;
	/* One that has ended shows as the end of its socket. */
	(void)!ppk_packet_send(slot->socket, packet, sizeof(packet));
}

void ppk_slot_pin(struct ppk_slot *slot, const uint8_t *packet, size_t len)
{
	uint8_t framed[PPK_SECRET_SIZE + 16];

	if (len + 1 > sizeof(framed))
		return;
	framed[0] = PPK_WORKER_PIN;
	memcpy(framed + 1, packet, len);
	(void)!ppk_packet_send(slot->socket, framed, len + 1);
	ppk_wipe(framed, sizeof(framed));
}

static bool learn(struct ppk_slot *slot, enum ppk_phase from, enum ppk_phase to)
{
	/* An order to stop may cross with the end of what it was to stop. */
	if (slot->candidate.phase != from && slot->candidate.phase != PPK_PHASE_STOPPING)
		return false;
	slot->candidate.phase = to;
	slot->candidate.waits = false;
	return true;
}

bool ppk_slot_outcome(struct ppk_slot *slot, enum ppk_worker_outcome outcome, bool creation)
{
	switch (outcome) {
	case PPK_OUTCOME_READY:
		return creation && learn(slot, PPK_PHASE_OPENING, PPK_PHASE_READY);
	case PPK_OUTCOME_NEEDS_PIN:
		return learn(slot, PPK_PHASE_ASKING, PPK_PHASE_NEEDS_PIN);
	case PPK_OUTCOME_HOLDS:
		slot->candidate.knowledge = PPK_KNOWS_IT_HOLDS;
		return learn(slot, PPK_PHASE_PROBING, PPK_PHASE_NEEDS_PIN);
	case PPK_OUTCOME_MAY_HIDE:
		slot->candidate.knowledge = PPK_KNOWS_IT_MAY_HIDE;
		return learn(slot, PPK_PHASE_PROBING, PPK_PHASE_NEEDS_PIN);
	case PPK_OUTCOME_TOUCHED:
		/* Touched in the moment when another was chosen: that one has it. */
		return learn(slot, PPK_PHASE_SELECTING,
			slot->candidate.phase == PPK_PHASE_STOPPING ? slot->stopped_as
								    : PPK_PHASE_CHOSEN);
	case PPK_OUTCOME_STOPPED:
		return learn(slot, PPK_PHASE_STOPPING, slot->stopped_as);
	}
	return false;
}

static void let_go(struct ppk_slot *slot)
{
	close(slot->socket);
	slot->socket = -1;
}

void ppk_slot_kill(struct ppk_slot *slot)
{
	if (slot->socket < 0)
		return;
	let_go(slot);
	ppk_launcher_end_worker(slot->launcher, slot->index);
}

/* May its authenticator wait for the person? */
static bool may_blink(enum ppk_phase phase)
{
	switch (phase) {
	case PPK_PHASE_ASKING:
	case PPK_PHASE_SELECTING:
	case PPK_PHASE_STOPPING:
	case PPK_PHASE_ASKING_PIN:
		return true;
	case PPK_PHASE_ABSENT:
	case PPK_PHASE_OPENING:
	case PPK_PHASE_READY:
	case PPK_PHASE_NEEDS_PIN:
	case PPK_PHASE_PROBING:
	case PPK_PHASE_CHOSEN:
	case PPK_PHASE_GONE:
		return false;
	}
	return false;
}

bool ppk_slot_release(struct ppk_slot *slot)
{
	if (slot->socket < 0)
		return false;
	if (slot->candidate.phase == PPK_PHASE_GONE) {
		let_go(slot); /* it has said its last, and ends on its own; the launcher waits for it */
		return false;
	}
	if (!may_blink(slot->candidate.phase)) {
		ppk_slot_kill(slot);
		return false;
	}
	(void)shutdown(slot->socket, SHUT_WR);
	return true;
}
