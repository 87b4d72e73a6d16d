/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The process that talks to one authenticator.
 *
 * 1. MUST NOT outlive the supervisor: the launcher and the kernel kill it then, and the end of the
 *    socket ends it. In the last case an authenticator that blinks is told to stop.
 * 2. MUST give up what privilege it has once the device is open (sandbox.h), on Linux before it reads
 *    a byte of CBOR.
 * 3. MUST NOT ask for a PIN unless the supervisor gave it the dialogue.
 * 4. Signals of the terminal are the supervisor's: they stay blocked here.
 */
#include "device/worker.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/wipe.h"
#include "device/authenticator.h"
#include "device/get_assertion.h"
#include "device/make_credential.h"
#include "device/touch_selection.h"
#include "sys/packet.h"

#define BUSY_PACE_MS 200
/* How often an authenticator is asked whether it is there, where its going does not show. */
#define PRESENCE_PACE_MS 500
#define CLIENT_PIN 0x06 /* CTAP 2.1, 6.5 */

/* Longest packet from the supervisor: a PIN. */
#define COMMAND_SIZE (PPK_SECRET_SIZE + 16)

_Noreturn void ppk_worker_end(struct ppk_worker *worker)
{
	ppk_secret_wipe(&worker->pin);
	_exit(0);
}

static void send_packet(struct ppk_worker *worker, size_t len)
{
	if (ppk_packet_send(worker->socket, worker->packet, len) != PPK_OK)
		ppk_worker_end(worker);
}

void ppk_worker_send(struct ppk_worker *worker, const struct ppk_device_message *message)
{
	size_t len = 0;

	worker->packet[0] = PPK_WORKER_MESSAGE;
	if (ppk_device_encode_message(
		    message, worker->packet + 1, PPK_DEVICE_MESSAGE_MAX - 1, &len) != PPK_OK)
		ppk_worker_event(
			worker, PPK_DEVICE_GONE, PPK_DEVICE_RETRIES_UNKNOWN, PPK_ERR_DEVICE);
	else
		send_packet(worker, len + 1);
}

void ppk_worker_event(struct ppk_worker *worker, enum ppk_device_message_type type, uint8_t retries,
	enum ppk_err err)
{
	const struct ppk_device_message message = {
		.type = type,
		.event = { .index = worker->index, .retries = retries, .err = err },
	};

	/* After anything else that was said, "touch it" is worth saying again. */
	worker->announced =
		type == PPK_DEVICE_TOUCH || type == PPK_DEVICE_VERIFY ? (unsigned)type : 0;
	ppk_worker_send(worker, &message);
}

static void send_outcome(struct ppk_worker *worker, enum ppk_worker_outcome outcome)
{
	worker->packet[0] = PPK_WORKER_OUTCOME;
	worker->packet[1] = (uint8_t)outcome;
	worker->packet[2] = worker->serial;
	send_packet(worker, PPK_WORKER_OUTCOME_SIZE);
}

enum ppk_step ppk_worker_failed(struct ppk_worker *worker, enum ppk_err err, uint8_t retries)
{
	worker->err = err;
	worker->retries = retries;
	return PPK_STEP_FAILED;
}

bool ppk_worker_is_stopped(const struct ppk_worker *worker)
{
	return worker->hidraw.cancelled || worker->supervisor_gone;
}

void ppk_worker_announce(struct ppk_worker *worker)
{
	enum ppk_device_message_type type = PPK_DEVICE_TOUCH;

	/* With tokens, it is the request for one that takes the fingerprint (CTAP 2.1, 6.5.5.7.3). */
	if (worker->verifying && (worker->unseen || !worker->abilities.tokens ||
					 worker->hidraw.stream.first_byte == CLIENT_PIN))
		type = PPK_DEVICE_VERIFY;
	if (worker->announced != (unsigned)type)
		ppk_worker_event(worker, type, PPK_DEVICE_RETRIES_UNKNOWN, PPK_OK);
}

/* Called back from hidraw.c. */
static void announce(void *context)
{
	ppk_worker_announce(context);
}

/* Read one packet from the supervisor; 0: there is none any more. */
static size_t receive(struct ppk_worker *worker, uint8_t packet[static COMMAND_SIZE])
{
	size_t len = 0;

	if (ppk_packet_receive(worker->socket, -1, packet, COMMAND_SIZE, &len) == PPK_OK)
		return len;
	worker->supervisor_gone = true;
	return 0;
}

static bool is_order(const uint8_t *packet, size_t len)
{
	return len == PPK_WORKER_ORDER_SIZE && packet[0] == PPK_WORKER_ORDER;
}

static bool is_stop(const struct ppk_worker *worker, const uint8_t *packet, size_t len)
{
	return is_order(packet, len) && packet[1] == PPK_ORDER_STOP && packet[2] == worker->serial;
}

bool ppk_worker_take_command(struct ppk_worker *worker)
{
	uint8_t packet[COMMAND_SIZE];
	size_t len = receive(worker, packet);

	return worker->supervisor_gone || is_stop(worker, packet, len);
}

/* Called back from hidraw.c. */
static bool take_command(void *context)
{
	return ppk_worker_take_command(context);
}

bool ppk_worker_wait_stop(struct ppk_worker *worker, int timeout_ms)
{
	struct pollfd entry = { .fd = worker->socket, .events = POLLIN };

	if (poll(&entry, 1, timeout_ms) > 0 && ppk_worker_take_command(worker))
		worker->hidraw.cancelled = true;
	return ppk_worker_is_stopped(worker);
}

bool ppk_worker_wait_busy(struct ppk_worker *worker)
{
	if (!worker->own_io || worker->hidraw.failed || !worker->hidraw.stream.busy)
		return false;
	(void)ppk_worker_wait_stop(worker, BUSY_PACE_MS);
	return true;
}

/* Until the supervisor sends something; false: the authenticator was unplugged meanwhile. */
static bool wait_for_supervisor(struct ppk_worker *worker)
{
	/* No event is asked for: a device that is gone is reported in any case. */
	struct pollfd entries[2] = { { .fd = worker->socket, .events = POLLIN },
		{ .fd = worker->own_io ? worker->hidraw.fd : -1 } };

	for (;;) {
		int ready = poll(entries, 2, worker->unseen ? PRESENCE_PACE_MS : -1);

		if (ready < 0 || (ready == 0 && ppk_authenticator_is_there(worker)))
			continue;
		if (entries[0].revents != 0)
			return true;
		worker->hidraw.failed = true;
		return false;
	}
}

/* A packet with a PIN for us? Then worker->pin is set. */
static bool take_pin(struct ppk_worker *worker, const uint8_t *packet, size_t len)
{
	enum ppk_device_message_type type;
	uint8_t index;

	return len > 1 && packet[0] == PPK_WORKER_PIN &&
	       ppk_device_decode_command(packet + 1, len - 1, &type, &index, &worker->pin) ==
		       PPK_OK &&
	       type == PPK_DEVICE_PIN;
}

enum ppk_err ppk_worker_ask_pin(struct ppk_worker *worker, uint8_t retries, enum ppk_err reason)
{
	uint8_t packet[COMMAND_SIZE];
	enum ppk_err err = PPK_ERR_INTERNAL;

	ppk_worker_event(worker, PPK_DEVICE_PIN_NEEDED, retries, reason);
	while (err == PPK_ERR_INTERNAL) {
		size_t len;

		if (!wait_for_supervisor(worker))
			return PPK_ERR_DEVICE;
		len = receive(worker, packet);
		if (worker->supervisor_gone || is_stop(worker, packet, len)) {
			worker->hidraw.cancelled = true;
			err = PPK_ERR_CANCELLED;
		} else if (take_pin(worker, packet, len)) {
			err = PPK_OK;
		}
	}
	ppk_wipe(packet, sizeof(packet));
	return err;
}

/* It is of no more use. */
static _Noreturn void give_up(struct ppk_worker *worker, enum ppk_err err, uint8_t retries)
{
	ppk_worker_event(worker, PPK_DEVICE_GONE, retries, err);
	ppk_worker_end(worker);
}

static void probe(struct ppk_worker *worker)
{
	switch (ppk_probe_request(worker)) {
	case PPK_PROBE_NOTHING:
		give_up(worker, PPK_ERR_NO_CREDENTIAL, PPK_DEVICE_RETRIES_UNKNOWN);
	case PPK_PROBE_HOLDS:
		send_outcome(worker, PPK_OUTCOME_HOLDS);
		return;
	case PPK_PROBE_MAY_HIDE:
		send_outcome(worker, PPK_OUTCOME_MAY_HIDE);
		return;
	case PPK_PROBE_FAILED:
		break;
	}
	if (!ppk_worker_is_stopped(worker))
		give_up(worker, PPK_ERR_DEVICE, PPK_DEVICE_RETRIES_UNKNOWN);
	send_outcome(worker, PPK_OUTCOME_STOPPED);
}

static void report(struct ppk_worker *worker, enum ppk_step step, enum ppk_worker_outcome when_done)
{
	switch (step) {
	case PPK_STEP_DONE:
		send_outcome(worker, when_done);
		return;
	case PPK_STEP_NONE_HERE:
		give_up(worker, PPK_ERR_NO_CREDENTIAL, PPK_DEVICE_RETRIES_UNKNOWN);
	case PPK_STEP_NEEDS_PIN:
		send_outcome(worker, PPK_OUTCOME_NEEDS_PIN);
		return;
	case PPK_STEP_STOPPED:
		/* One that did not obey may still wait for a touch that would be for nothing. */
		if (worker->hidraw.failed)
			give_up(worker, PPK_ERR_DEVICE, PPK_DEVICE_RETRIES_UNKNOWN);
		send_outcome(worker, PPK_OUTCOME_STOPPED);
		return;
	case PPK_STEP_FAILED:
		give_up(worker, worker->err, worker->retries);
	}
}

static void run_ceremony(struct ppk_worker *worker)
{
	enum ppk_step step = worker->request->type == PPK_DEVICE_GET_ASSERTION
				     ? ppk_get_assertion(worker)
				     : ppk_make_credential(worker);

	if (step == PPK_STEP_DONE)
		ppk_worker_end(worker);
	report(worker, step, PPK_OUTCOME_READY);
}

static void obey(struct ppk_worker *worker, enum ppk_worker_order order)
{
	worker->hidraw.cancelled = false;
	worker->announced = 0;
	worker->verifying = false;
	switch (order) {
	case PPK_ORDER_PROBE:
		probe(worker);
		return;
	case PPK_ORDER_SELECT:
		report(worker, ppk_touch_selection(worker), PPK_OUTCOME_TOUCHED);
		return;
	case PPK_ORDER_ASK_PIN:
		worker->pin_allowed = true;
		run_ceremony(worker);
		return;
	case PPK_ORDER_START:
		run_ceremony(worker);
		return;
	case PPK_ORDER_NONE:
	case PPK_ORDER_STOP: /* of an operation that has ended already */
		return;
	}
}

static _Noreturn void follow_orders(struct ppk_worker *worker)
{
	uint8_t packet[COMMAND_SIZE];

	for (;;) {
		size_t len;

		if (!wait_for_supervisor(worker))
			give_up(worker, PPK_ERR_DEVICE, PPK_DEVICE_RETRIES_UNKNOWN);
		len = receive(worker, packet);
		if (worker->supervisor_gone)
			ppk_worker_end(worker);
		if (!is_order(packet, len) || packet[1] == PPK_ORDER_STOP)
			continue;
		worker->serial = packet[2];
		worker->alone = packet[3] != 0;
		obey(worker, (enum ppk_worker_order)packet[1]);
	}
}

static _Noreturn void run(struct ppk_worker *worker, bool at_once)
{
	enum ppk_err err;

	worker->packet = malloc(PPK_DEVICE_MESSAGE_MAX);
	if (worker->packet == NULL)
		_exit(1);
	err = ppk_authenticator_open(worker);
	if (err != PPK_OK)
		give_up(worker, err, PPK_DEVICE_RETRIES_UNKNOWN);
	ppk_authenticator_introduce(worker);
	if (worker->request->type == PPK_DEVICE_LIST)
		ppk_worker_end(worker);
	if (at_once)
		obey(worker, PPK_ORDER_START);
	else
		send_outcome(worker, PPK_OUTCOME_READY);
	follow_orders(worker);
}

_Noreturn void ppk_worker_run(const struct ppk_worker_start *start, int socket)
{
	struct ppk_worker worker = {
		.index = start->index,
		.socket = socket,
		.request = start->request,
		.path = start->path,
		.product = start->product,
		.alone = start->alone,
		.hidraw.fd = -1,
		.hidraw.owner = { .waits = announce, .command = take_command, .commands = socket },
	};

	worker.hidraw.owner.context = &worker;
	run(&worker, start->at_once);
}
