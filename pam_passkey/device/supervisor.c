/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The process that the program started, confined (sandbox_linux.c): one loop over the program's socket,
 * signals, time, /dev and the workers' sockets.
 *
 * 1. MUST NOT read a byte that an authenticator sent, other than as a message that a worker made of
 *    it, decoded and checked here like one of a stranger.
 * 2. MUST end when the program is gone, when time is up, when the person gives up: nothing that an
 *    authenticator or its worker does may delay that by more than the time to stop blinking.
 * 3. MUST NOT give a PIN to any worker but the one that the program named, and only while the
 *    dialogue about the PIN is that worker's.
 * 4. MUST NOT say anything before it is known what is plugged in.
 * 5. MUST NOT wait by sleeping or asking again, but for what nothing tells of: cards on readers, and
 *    authenticators where a system has libfido2's list alone (hotplug.h).
 */
#include "device/supervisor.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "core/wipe.h"
#include "device/release.h"
#include "device/slot.h"
#include "device/turn.h"
#include "device/watch.h"
#include "sys/clock.h"
#include "sys/packet.h"

/* How long one that needs a PIN waits for others to say what they are (selection.h, late). */
#define SETTLE_MS 1500
/*
 * /dev is watched once a person has to do something, or when it takes this long: to close what
 * watches it takes the kernel some 15 ms, which one that answers at once need not cost.
 */
#define WATCH_PLUG_AFTER_MS 1000
/* How often is asked for what nothing tells of. */
#define ASKING_PACE_MS 500
#define STARTS_MAX 4 /* of workers for an authenticator that breaks off again and again */
#define WORKER_PACKETS_MAX 1000 /* an honest worker sends a dozen */

#define SLOTS PPK_DEVICE_AUTHENTICATORS_MAX

/* The launcher says nothing; its end is the end. */
enum watched { WATCH_PROGRAM, WATCH_LAUNCHER, WATCH_PLUG, WATCH_SIGNAL, WATCH_TIME, WATCH_WORKERS };

struct supervisor {
	const struct ppk_device_request *request;
	struct pollfd watched[WATCH_WORKERS + SLOTS];
	struct ppk_slot slots[SLOTS];
	uint8_t *packet; /* PPK_DEVICE_MESSAGE_MAX bytes and one */
	int64_t settle_ms; /* until then those that need a PIN wait for others */
	bool settling; /* and there is one that waits */
	bool inserting; /* the program knows that nothing is plugged in */
	bool was_plugged; /* something was, at some time */
	bool watching; /* /dev, where there is something to watch */
	bool look_due; /* since then, or since time has passed, nobody has looked */
	bool ended; /* the last message was sent */
	enum ppk_err verdict; /* of an authenticator that was the right one and cannot go on */
	uint8_t verdict_index;
	uint8_t verdict_retries;
};

static bool is_creation(const struct supervisor *supervisor)
{
	return supervisor->request->type == PPK_DEVICE_MAKE_CREDENTIAL;
}

static void send_message(struct supervisor *supervisor, const struct ppk_device_message *message)
{
	size_t len = 0;

	if (ppk_device_encode_message(message, supervisor->packet, PPK_DEVICE_MESSAGE_MAX, &len) !=
			PPK_OK ||
		ppk_packet_send(supervisor->watched[WATCH_PROGRAM].fd, supervisor->packet, len) !=
			PPK_OK)
		supervisor->ended = true;
}

static void send_event(struct supervisor *supervisor, enum ppk_device_message_type type,
	uint8_t index, uint8_t retries, enum ppk_err err)
{
	const struct ppk_device_message message = {
		.type = type,
		.event = { .index = index, .retries = retries, .err = err },
	};

	send_message(supervisor, &message);
}

static void fail(struct supervisor *supervisor, enum ppk_err err)
{
	if (supervisor->ended)
		return;
	supervisor->ended = true;
	if (supervisor->verdict != PPK_OK && supervisor->verdict == err)
		send_event(supervisor, PPK_DEVICE_FAILED, supervisor->verdict_index,
			supervisor->verdict_retries, err);
	else
		send_event(supervisor, PPK_DEVICE_FAILED, PPK_DEVICE_INDEX_NONE,
			PPK_DEVICE_RETRIES_UNKNOWN, err);
}

/* The authenticators. */

static void collect(
	const struct supervisor *supervisor, struct ppk_candidate candidates[static SLOTS])
{
	for (size_t i = 0; i < SLOTS; i++)
		candidates[i] = supervisor->slots[i].candidate;
}

static size_t count_live(const struct supervisor *supervisor)
{
	struct ppk_candidate candidates[SLOTS];

	collect(supervisor, candidates);
	return ppk_selection_live(candidates, SLOTS);
}

/* Is it clear that another authenticator would not be the person's answer? */
static bool is_verdict(const struct supervisor *supervisor, enum ppk_err err)
{
	if (is_creation(supervisor))
		return err != PPK_ERR_DEVICE && err != PPK_ERR_DEVICE_PERMISSION;
	return err == PPK_ERR_PIN_INVALID || err == PPK_ERR_PIN_BLOCKED ||
	       err == PPK_ERR_PIN_AUTH_BLOCKED || err == PPK_ERR_UV_BLOCKED ||
	       err == PPK_ERR_PIN_NOT_SET || err == PPK_ERR_UNSUPPORTED || err == PPK_ERR_CANCELLED;
}

static void note_gone(struct supervisor *supervisor, size_t i, enum ppk_err err, uint8_t retries)
{
	struct ppk_slot *slot = &supervisor->slots[i];

	slot->candidate = (struct ppk_candidate){ .phase = PPK_PHASE_GONE };
	slot->gone_err = err;
	if (is_verdict(supervisor, err)) {
		supervisor->verdict = err;
		supervisor->verdict_index = (uint8_t)i;
		supervisor->verdict_retries = retries;
	}
}

/* Its worker is of no more use. */
static void drop(struct supervisor *supervisor, size_t i, enum ppk_err err)
{
	struct ppk_slot *slot = &supervisor->slots[i];

	ppk_slot_kill(slot);
	supervisor->watched[WATCH_WORKERS + i].fd = -1;
	if (slot->candidate.phase == PPK_PHASE_GONE || slot->candidate.phase == PPK_PHASE_ABSENT)
		return;
	note_gone(supervisor, i, err, PPK_DEVICE_RETRIES_UNKNOWN);
	/* An answer to LIST has said all there is to say. */
	if (supervisor->request->type != PPK_DEVICE_LIST && !supervisor->ended)
		send_event(
			supervisor, PPK_DEVICE_GONE, (uint8_t)i, PPK_DEVICE_RETRIES_UNKNOWN, err);
}

static void start_slot(struct supervisor *supervisor, size_t i)
{
	struct ppk_slot *slot = &supervisor->slots[i];
	bool alone = count_live(supervisor) == 0;
	enum ppk_err err;

	slot->socket = -1;
	err = ppk_slot_start(slot, (uint8_t)i, supervisor->watched[WATCH_LAUNCHER].fd,
		!is_creation(supervisor) || alone, alone);
	if (err != PPK_OK) {
		note_gone(supervisor, i, PPK_ERR_DEVICE, PPK_DEVICE_RETRIES_UNKNOWN);
		return;
	}
	supervisor->watched[WATCH_WORKERS + i].fd = slot->socket;
	supervisor->was_plugged = true;
	supervisor->inserting = false;
	supervisor->settle_ms = ppk_clock_ms() + SETTLE_MS;
}

/* The slot of the node at path, else a free one, else SLOTS. */
static size_t find_slot(const struct supervisor *supervisor, const char *path)
{
	size_t empty = SLOTS;

	for (size_t i = SLOTS; i-- > 0;) {
		const struct ppk_slot *slot = &supervisor->slots[i];

		if (slot->candidate.phase == PPK_PHASE_ABSENT)
			empty = i;
		else if (strcmp(slot->plugged.path, path) == 0)
			return i;
	}
	return empty;
}

/* Its node is gone: the slot is free again. */
static void forget(struct supervisor *supervisor, size_t i)
{
	if (supervisor->slots[i].candidate.phase == PPK_PHASE_ABSENT)
		return;
	drop(supervisor, i, PPK_ERR_DEVICE);
	supervisor->slots[i] = (struct ppk_slot){ .socket = -1 };
}

static void removed(void *context, const char *path)
{
	struct supervisor *supervisor = context;
	size_t i = find_slot(supervisor, path);

	if (i != SLOTS)
		forget(supervisor, i);
}

/*
 * Was it given up for a reason that may be gone now? One that broke off may have been pulled out and put in
 * again, where nothing would tell.
 */
static bool may_retry(const struct ppk_slot *slot)
{
	if (slot->candidate.phase != PPK_PHASE_GONE)
		return false;
	if (slot->gone_err == PPK_ERR_DEVICE)
		return !ppk_plugged_is_known(&slot->plugged) && slot->starts < STARTS_MAX;
	return slot->gone_err == PPK_ERR_DEVICE_PERMISSION &&
	       ppk_hotplug_may_open(slot->plugged.path);
}

/*
 * Those that went away before /dev was watched, and may be back under the same name already. One
 * that is at work and not listed stays: its worker will tell.
 */
static void forget_unplugged(
	struct supervisor *supervisor, const struct ppk_plugged *list, size_t count)
{
	for (size_t i = 0; i < SLOTS; i++) {
		const struct ppk_slot *slot = &supervisor->slots[i];
		const struct ppk_plugged *now = ppk_plugged_find(slot->plugged.path, list, count);

		if (now == NULL ? slot->candidate.phase == PPK_PHASE_GONE
				: !ppk_plugged_is_same(&slot->plugged, now))
			forget(supervisor, i);
	}
}

/* Start with the authenticators that are new. */
static void look(struct supervisor *supervisor)
{
	struct ppk_plugged list[SLOTS];
	size_t fresh[SLOTS], fresh_count = 0;
	size_t count = ppk_hotplug_list(supervisor->request->nfc, list, SLOTS);

	forget_unplugged(supervisor, list, count);
	/* All are placed before the first is started, so that none believes that it is alone. */
	for (size_t n = 0; n < count; n++) {
		size_t i = find_slot(supervisor, list[n].path);

		if (i == SLOTS || (supervisor->slots[i].candidate.phase != PPK_PHASE_ABSENT &&
					  !may_retry(&supervisor->slots[i])))
			continue;
		supervisor->slots[i] = (struct ppk_slot){ .plugged = list[n],
			.socket = -1,
			.starts = supervisor->slots[i].starts + 1,
			.candidate.phase = PPK_PHASE_OPENING };
		fresh[fresh_count++] = i;
	}
	for (size_t n = 0; n < fresh_count; n++) {
		if (fresh_count == 1)
			supervisor->slots[fresh[n]].candidate.phase = PPK_PHASE_ABSENT;
		start_slot(supervisor, fresh[n]);
	}
}

/*
 * Watch /dev from now on. Done before the program is told that a person has to do something, so that
 * nothing the person does is missed; what came before is found by the look that is due then.
 */
static void watch_plug(struct supervisor *supervisor)
{
	struct pollfd *plug = &supervisor->watched[WATCH_PLUG];

	if (supervisor->watching)
		return;
	supervisor->watching = ppk_hotplug_watch(&plug->fd) == PPK_OK;
	supervisor->look_due = supervisor->watching;
	if (!supervisor->watching)
		fail(supervisor, PPK_ERR_IO);
}

/* Not while a message is passed on: looking may send messages of its own. */
static void look_if_due(struct supervisor *supervisor)
{
	if (supervisor->ended || !supervisor->look_due)
		return;
	supervisor->look_due = false;
	look(supervisor);
}

/*
 * What workers say.
 */

/* What a message that is passed on means for the supervisor itself. */
static void note_message(
	struct supervisor *supervisor, size_t i, const struct ppk_device_message *message)
{
	struct ppk_slot *slot = &supervisor->slots[i];

	if (message->type == PPK_DEVICE_TOUCH || message->type == PPK_DEVICE_VERIFY)
		slot->candidate.waits = true;
	else if (message->type == PPK_DEVICE_GONE)
		note_gone(supervisor, i, message->event.err, message->event.retries);
	else if (message->type == PPK_DEVICE_ASSERTION || message->type == PPK_DEVICE_CREDENTIAL) {
		slot->candidate.phase = PPK_PHASE_GONE; /* it ends: nobody waits for it */
		supervisor->ended = true;
	}
}

/* One that creates begins at once only when it was alone, and otherwise says that it is ready. */
static void note_introduced(struct supervisor *supervisor, struct ppk_slot *slot)
{
	if (slot->begins)
		slot->candidate.phase = PPK_PHASE_ASKING;
	if (supervisor->request->type == PPK_DEVICE_LIST)
		slot->candidate.phase = PPK_PHASE_GONE;
}

/* A packet of core/device_message.h for the program. False: it makes no sense. */
static bool pass_on(struct supervisor *supervisor, size_t i, const uint8_t *packet, size_t len)
{
	struct ppk_slot *slot = &supervisor->slots[i];
	struct ppk_device_message message;

	if (ppk_device_decode_message(packet, len, &message) != PPK_OK ||
		!ppk_turn_allows(
			&message, (uint8_t)i, slot->candidate.phase, supervisor->request->type))
		return false;
	if (message.type == PPK_DEVICE_AUTHENTICATOR)
		note_introduced(supervisor, slot);
	note_message(supervisor, i, &message);
	if (supervisor->request->type == PPK_DEVICE_LIST && message.type == PPK_DEVICE_GONE)
		return true; /* what may not be opened is not listed */
	if (slot->candidate.waits || message.type == PPK_DEVICE_PIN_NEEDED)
		watch_plug(supervisor);
	if (ppk_packet_send(supervisor->watched[WATCH_PROGRAM].fd, packet, len) != PPK_OK)
		supervisor->ended = true;
	return true;
}

static bool take_packet(struct supervisor *supervisor, size_t i, const uint8_t *packet, size_t len)
{
	struct ppk_slot *slot = &supervisor->slots[i];

	if (++slot->packets > WORKER_PACKETS_MAX)
		return false;
	if (packet[0] == PPK_WORKER_MESSAGE && len > 1)
		return pass_on(supervisor, i, packet + 1, len - 1);
	/* The outcome of an operation that was ended otherwise meanwhile has no meaning. */
	if (packet[0] == PPK_WORKER_OUTCOME && len == PPK_WORKER_OUTCOME_SIZE)
		return packet[2] != slot->serial ||
		       ppk_slot_outcome(
			       slot, (enum ppk_worker_outcome)packet[1], is_creation(supervisor));
	return false;
}

static void read_worker(struct supervisor *supervisor, size_t i)
{
	size_t len = 0;
	enum ppk_err err = ppk_packet_receive(
		supervisor->slots[i].socket, -1, supervisor->packet, PPK_DEVICE_MESSAGE_MAX, &len);

	if (err != PPK_OK || !take_packet(supervisor, i, supervisor->packet, len))
		drop(supervisor, i, PPK_ERR_DEVICE);
}

/*
 * What is to happen next.
 */

static void give_orders(struct supervisor *supervisor)
{
	struct ppk_candidate candidates[SLOTS];
	enum ppk_worker_order orders[SLOTS];
	bool late = ppk_clock_ms() >= supervisor->settle_ms;
	size_t live;

	collect(supervisor, candidates);
	live = ppk_selection_live(candidates, SLOTS);
	supervisor->settling =
		ppk_selection_decide(candidates, SLOTS, is_creation(supervisor), late, orders);
	for (size_t i = 0; i < SLOTS; i++)
		if (orders[i] != PPK_ORDER_NONE)
			ppk_slot_order(&supervisor->slots[i], orders[i], live == 1);
}

static void end_list(struct supervisor *supervisor)
{
	const struct ppk_device_message listed = { .type = PPK_DEVICE_LISTED };

	send_message(supervisor, &listed);
	supervisor->ended = true;
}

static void go_on(struct supervisor *supervisor)
{
	look_if_due(supervisor);
	if (supervisor->ended)
		return;
	if (count_live(supervisor) > 0) {
		if (supervisor->request->type != PPK_DEVICE_LIST)
			give_orders(supervisor);
		return;
	}
	if (supervisor->request->type == PPK_DEVICE_LIST) {
		end_list(supervisor);
	} else if (supervisor->verdict != PPK_OK) {
		fail(supervisor, supervisor->verdict);
	} else if (!supervisor->inserting) {
		watch_plug(supervisor);
		look_if_due(supervisor);
		if (supervisor->ended || count_live(supervisor) > 0)
			return; /* it came meanwhile: its worker goes on */
		supervisor->inserting = true;
		send_event(supervisor, PPK_DEVICE_INSERT, PPK_DEVICE_INDEX_NONE,
			PPK_DEVICE_RETRIES_UNKNOWN, PPK_OK);
	}
}

/* Why nothing came of it until now. */
static enum ppk_err why_timeout(const struct supervisor *supervisor)
{
	enum ppk_err err = supervisor->was_plugged ? PPK_ERR_TIMEOUT : PPK_ERR_NO_AUTHENTICATOR;

	if (supervisor->verdict != PPK_OK)
		return supervisor->verdict;
	if (count_live(supervisor) > 0)
		return PPK_ERR_TIMEOUT;
	for (size_t i = 0; i < SLOTS; i++) {
		const struct ppk_slot *slot = &supervisor->slots[i];

		if (slot->candidate.phase == PPK_PHASE_GONE && err != PPK_ERR_NO_CREDENTIAL)
			err = slot->gone_err;
	}
	return err;
}

static void time_is_up(struct supervisor *supervisor)
{
	if (supervisor->request->type == PPK_DEVICE_LIST)
		end_list(supervisor);
	else
		fail(supervisor, why_timeout(supervisor));
}

static void pass_pin(struct supervisor *supervisor, uint8_t index, size_t len)
{
	struct ppk_slot *slot = &supervisor->slots[index];

	if (slot->candidate.phase == PPK_PHASE_ASKING_PIN)
		ppk_slot_pin(slot, supervisor->packet, len);
}

static void read_program(struct supervisor *supervisor)
{
	enum ppk_device_message_type type = PPK_DEVICE_CANCEL;
	struct ppk_secret pin = { .len = 0 };
	uint8_t index = 0;
	size_t len = 0;
	enum ppk_err err = ppk_packet_receive(supervisor->watched[WATCH_PROGRAM].fd, -1,
		supervisor->packet, PPK_DEVICE_MESSAGE_MAX, &len);

	if (err != PPK_OK) {
		supervisor->ended = true; /* the program is gone */
		return;
	}
	err = ppk_device_decode_command(supervisor->packet, len, &type, &index, &pin);
	ppk_secret_wipe(&pin);
	if (err != PPK_OK)
		fail(supervisor, err);
	else if (type == PPK_DEVICE_CANCEL)
		fail(supervisor, PPK_ERR_CANCELLED);
	else
		pass_pin(supervisor, index, len);
	ppk_wipe(supervisor->packet, len);
}

/*
 * Signals, time, the loop.
 */

static bool watch(struct supervisor *supervisor, int socket, int launcher)
{
	for (size_t i = 0; i < WATCH_WORKERS + SLOTS; i++)
		supervisor->watched[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
	supervisor->watched[WATCH_PROGRAM].fd = socket;
	supervisor->watched[WATCH_LAUNCHER].fd = launcher;
	return ppk_watch_signals(&supervisor->watched[WATCH_SIGNAL].fd) == PPK_OK &&
	       ppk_watch_time(supervisor->request->timeout_ms,
		       &supervisor->watched[WATCH_TIME].fd) == PPK_OK;
}

static int settle_left(const struct supervisor *supervisor)
{
	int64_t left = supervisor->settle_ms - ppk_clock_ms();

	if (supervisor->settling)
		return left < 0 ? 0 : (int)left;
	if (ppk_hotplug_is_asked(supervisor->request->nfc))
		return ASKING_PACE_MS;
	return supervisor->watching ? -1 : WATCH_PLUG_AFTER_MS;
}

static void idle(struct supervisor *supervisor)
{
	watch_plug(supervisor);
	if (ppk_hotplug_is_asked(supervisor->request->nfc))
		supervisor->look_due = true;
}

/* Workers first: what an authenticator said before it was unplugged or time was up still counts. */
static void serve(struct supervisor *supervisor)
{
	const struct pollfd *watched = supervisor->watched;

	for (size_t i = 0; i < SLOTS && !supervisor->ended; i++)
		if (watched[WATCH_WORKERS + i].fd >= 0 && watched[WATCH_WORKERS + i].revents != 0)
			read_worker(supervisor, i);
	if (!supervisor->ended && watched[WATCH_PROGRAM].revents != 0)
		read_program(supervisor);
	if (!supervisor->ended && watched[WATCH_LAUNCHER].revents != 0)
		fail(supervisor, PPK_ERR_PROCESS);
	if (!supervisor->ended && watched[WATCH_SIGNAL].revents != 0)
		fail(supervisor, PPK_ERR_CANCELLED);
	if (!supervisor->ended && watched[WATCH_PLUG].revents != 0 &&
		ppk_hotplug_read(watched[WATCH_PLUG].fd, removed, supervisor))
		look(supervisor);
	if (!supervisor->ended && watched[WATCH_TIME].revents != 0)
		time_is_up(supervisor);
	go_on(supervisor);
}

static void run(struct supervisor *supervisor)
{
	look(supervisor);
	go_on(supervisor);
	while (!supervisor->ended) {
		int ready =
			poll(supervisor->watched, WATCH_WORKERS + SLOTS, settle_left(supervisor));

		if (ready == 0)
			idle(supervisor);
		if (ready >= 0)
			serve(supervisor);
	}
}

enum ppk_err ppk_supervisor_run(int socket, int launcher, const struct ppk_device_request *request)
{
	struct supervisor supervisor = { .request = request };

	for (size_t i = 0; i < SLOTS; i++)
		supervisor.slots[i].socket = -1;
	supervisor.packet = malloc(PPK_DEVICE_MESSAGE_MAX);
	if (supervisor.packet == NULL)
		return PPK_ERR_NOMEM;
	if (watch(&supervisor, socket, launcher))
		run(&supervisor);
	else
		fail(&supervisor, PPK_ERR_IO);
	ppk_slots_release(supervisor.slots, SLOTS, supervisor.packet);
	free(supervisor.packet);
	return PPK_OK;
}
