/* SPDX-License-Identifier: BSD-2-Clause */
#include "ctaphid.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "authenticator.h"
#include "ctap2.h"
#include "u2f.h"

/* CTAP 2.1, 11.2.4: packets. */
#define INIT_HEADER_LEN 7
#define CONT_HEADER_LEN 5
#define INIT_DATA_LEN (PPK_REPORT_LEN - INIT_HEADER_LEN)
#define CONT_DATA_LEN (PPK_REPORT_LEN - CONT_HEADER_LEN)
#define MESSAGE_MAX (INIT_DATA_LEN + 128 * CONT_DATA_LEN)
#define BROADCAST 0xffffffffu
#define NONCE_LEN 8
#define TRANSACTION_TIMEOUT_MS 500 /* 11.2.5.2 */

/* CTAP 2.1, 11.2.9: commands, with the bit that marks an initialisation packet. */
enum ctaphid_command {
	CTAPHID_PING = 0x81,
	CTAPHID_MSG = 0x83,
	CTAPHID_INIT = 0x86,
	CTAPHID_WINK = 0x88,
	CTAPHID_CBOR = 0x90,
	CTAPHID_CANCEL = 0x91,
	CTAPHID_KEEPALIVE = 0xbb,
	CTAPHID_ERROR = 0xbf,
};

/* CTAP 2.1, 11.2.9.1.6. */
enum ctaphid_error {
	ERR_INVALID_CMD = 0x01,
	ERR_INVALID_LEN = 0x03,
	ERR_INVALID_SEQ = 0x04,
	ERR_MSG_TIMEOUT = 0x05,
	ERR_CHANNEL_BUSY = 0x06,
	ERR_INVALID_CHANNEL = 0x0b,
};

/* CTAP 2.1, 11.2.9.1.3. */
#define CAPABILITY_WINK 0x01
#define CAPABILITY_CBOR 0x04
#define CAPABILITY_NMSG 0x08

static void
delay_packet(const struct ppk_authenticator *authenticator)
{
	unsigned delay_ms = authenticator->options.packet_delay_ms;
	struct timespec delay = {
		.tv_sec = (time_t)(delay_ms / 1000),
		.tv_nsec = (long)(delay_ms % 1000) * 1000000,
	};

	if (delay_ms != 0)
		nanosleep(&delay, NULL);
}

static void
send_packet(struct ppk_authenticator *authenticator, const uint8_t packet[static PPK_REPORT_LEN])
{
	delay_packet(authenticator);
	authenticator->stats.packets_out++;
	ppk_bus_send(authenticator, packet);
}

static void
put_channel(uint8_t *packet, uint32_t channel)
{
	packet[0] = (uint8_t)(channel >> 24);
	packet[1] = (uint8_t)(channel >> 16);
	packet[2] = (uint8_t)(channel >> 8);
	packet[3] = (uint8_t)channel;
}

/* A message on its way out, and how its frames are to be wrong. */
struct sending {
	uint32_t channel;
	uint8_t command;
	const struct ppk_bytes *message;
	size_t announced;
	bool skip_seq;
	bool leave_out_last;
	bool unplug_after_first;
};

static size_t
send_first(struct ppk_authenticator *authenticator, const struct sending *sending)
{
	uint8_t packet[PPK_REPORT_LEN] = { 0 };
	size_t len = sending->message->len < INIT_DATA_LEN ? sending->message->len : INIT_DATA_LEN;

	put_channel(packet, sending->channel);
	packet[4] = sending->command;
	packet[5] = (uint8_t)(sending->announced >> 8);
	packet[6] = (uint8_t)sending->announced;
	if (len != 0)
		memcpy(packet + INIT_HEADER_LEN, sending->message->data, len);
	send_packet(authenticator, packet);
	return len;
}

static void
send_rest(struct ppk_authenticator *authenticator, const struct sending *sending, size_t sent)
{
	for (uint8_t seq = sending->skip_seq ? 1 : 0; sent < sending->message->len; seq++) {
		uint8_t packet[PPK_REPORT_LEN] = { 0 };
		size_t len = sending->message->len - sent;

		if (len <= CONT_DATA_LEN && sending->leave_out_last)
			return;
		if (len > CONT_DATA_LEN)
			len = CONT_DATA_LEN;
		put_channel(packet, sending->channel);
		packet[4] = seq;
		memcpy(packet + CONT_HEADER_LEN, sending->message->data + sent, len);
		send_packet(authenticator, packet);
		sent += len;
	}
}

static void
send_frames(struct ppk_authenticator *authenticator, const struct sending *sending)
{
	size_t sent = send_first(authenticator, sending);

	if (sending->unplug_after_first) {
		ppk_bus_unplug(authenticator);
		return;
	}
	send_rest(authenticator, sending, sent);
}

static void
send_message(struct ppk_authenticator *authenticator, uint32_t channel, uint8_t command,
    const struct ppk_bytes *message)
{
	struct sending sending = {
		.channel = channel,
		.command = command,
		.message = message,
		.announced = message->len,
	};

	send_frames(authenticator, &sending);
}

static void
send_error(struct ppk_authenticator *authenticator, uint32_t channel, enum ctaphid_error error)
{
	uint8_t code = (uint8_t)error;
	struct ppk_bytes message = { &code, 1 };

	send_message(authenticator, channel, CTAPHID_ERROR, &message);
}

void
ppk_ctaphid_keepalive(struct ppk_authenticator *authenticator, uint8_t status)
{
	struct ppk_bytes message = { &status, 1 };

	if (authenticator->hid.command != CTAPHID_CBOR)
		return;
	authenticator->stats.keepalives++;
	send_message(authenticator, authenticator->hid.channel, CTAPHID_KEEPALIVE, &message);
}

/* The answer to a request, with its frames as wrong as was asked for. */
static void
send_answer(struct ppk_authenticator *authenticator, struct ppk_bytes *answer, bool misbehave)
{
	struct sending sending = {
		.channel = authenticator->hid.channel,
		.command = authenticator->hid.command,
		.message = answer,
	};

	if (misbehave && ppk_misbehaves(authenticator, PPK_OVERSIZED_ANSWER)) {
		while (answer->len < MESSAGE_MAX)
			ppk_bytes_append_u8(answer, 0);
	}
	sending.announced = answer->len;
	if (misbehave) {
		if (ppk_misbehaves(authenticator, PPK_BAD_LENGTH))
			sending.announced = 0xffff;
		if (ppk_misbehaves(authenticator, PPK_WRONG_CHANNEL))
			sending.channel ^= 0x00550000;
		sending.skip_seq = ppk_misbehaves(authenticator, PPK_SEQ_ERROR);
		sending.leave_out_last = ppk_misbehaves(authenticator, PPK_TRUNCATED_ANSWER);
		sending.unplug_after_first = ppk_misbehaves(authenticator, PPK_UNPLUG_MID_ANSWER);
	}
	send_frames(authenticator, &sending);
}

static uint8_t
capabilities(const struct ppk_options *options)
{
	uint8_t set = CAPABILITY_WINK;

	if (!options->u2f_only)
		set |= CAPABILITY_CBOR;
	if (options->no_u2f)
		set |= CAPABILITY_NMSG;
	return set;
}

static void
abort_request(struct ppk_ctaphid *hid)
{
	hid->assembling = false;
	ppk_bytes_done(&hid->request);
	if (hid->busy)
		hid->aborted = true;
}

/* INIT (11.2.9.1.3): gives out a channel, or aborts what happens on one. */
static void
handle_init(struct ppk_authenticator *authenticator, uint32_t channel, const uint8_t *packet)
{
	struct ppk_ctaphid *hid = &authenticator->hid;
	struct ppk_bytes answer = { 0 };
	uint32_t given = channel;

	authenticator->stats.transactions++;
	ppk_stats_count(&authenticator->stats, "INIT");
	if (ppk_misbehaves(authenticator, PPK_HANG_INIT))
		return;
	if (packet[5] != 0 || packet[6] != NONCE_LEN) {
		send_error(authenticator, channel, ERR_INVALID_LEN);
		return;
	}
	if (channel == BROADCAST)
		given = ++hid->channels;
	else if (channel == hid->channel)
		abort_request(hid);
	ppk_bytes_append(&answer, packet + INIT_HEADER_LEN, NONCE_LEN);
	ppk_bytes_append_be32(&answer, given);
	ppk_bytes_append(&answer, "\x02\x01\x00\x00", 4); /* protocol version 2, device version */
	ppk_bytes_append_u8(&answer, capabilities(&authenticator->options));
	send_message(authenticator, channel, CTAPHID_INIT, &answer);
	ppk_bytes_done(&answer);
}

/* False where nothing shall be answered. */
static bool
execute(struct ppk_authenticator *authenticator, const struct ppk_bytes *request,
    struct ppk_bytes *ret_answer)
{
	switch (authenticator->hid.command) {
	case CTAPHID_PING:
		ppk_stats_count(&authenticator->stats, "PING");
		*ret_answer = ppk_bytes_copy(request->data, request->len);
		return true;
	case CTAPHID_WINK:
		ppk_stats_count(&authenticator->stats, "WINK");
		*ret_answer = (struct ppk_bytes){ 0 };
		return true;
	case CTAPHID_MSG:
		if (authenticator->options.no_u2f)
			break;
		return ppk_u2f_handle(authenticator, request, ret_answer);
	case CTAPHID_CBOR:
		if (authenticator->options.u2f_only)
			break;
		return ppk_ctap2_handle(authenticator, request, ret_answer);
	default:
		break;
	}
	send_error(authenticator, authenticator->hid.channel, ERR_INVALID_CMD);
	return false;
}

/* Until somebody pulls the key out, or tells it to behave. */
static void
keep_alive_for_ever(struct ppk_authenticator *authenticator)
{
	while (!authenticator->quit && authenticator->bus.plugged &&
	    ppk_misbehaves(authenticator, PPK_ENDLESS_KEEPALIVE)) {
		int64_t next_ms = ppk_now_ms() + 100;

		ppk_ctaphid_keepalive(authenticator, PPK_KEEPALIVE_PROCESSING);
		while (ppk_now_ms() < next_ms && !authenticator->quit)
			ppk_bus_poll(authenticator, next_ms);
	}
}

/* getInfo is answered well unless the misbehaviour is asked for everywhere. */
static bool
misbehaves_now(const struct ppk_authenticator *authenticator, const struct ppk_bytes *request)
{
	bool info = authenticator->hid.command == CTAPHID_CBOR && request->len == 1 &&
	    request->data[0] == PPK_CTAP2_GET_INFO;

	return !info || ppk_misbehaves(authenticator, PPK_EVERYWHERE);
}

static void
answer_request(struct ppk_authenticator *authenticator, const struct ppk_bytes *request)
{
	bool misbehave = misbehaves_now(authenticator, request);
	struct ppk_bytes answer = { 0 };

	if (!execute(authenticator, request, &answer))
		return;
	if (misbehave && ppk_misbehaves(authenticator, PPK_ENDLESS_KEEPALIVE))
		keep_alive_for_ever(authenticator);
	else if ((misbehave && ppk_misbehaves(authenticator, PPK_HANG)) ||
	    (!misbehave && ppk_misbehaves(authenticator, PPK_HANG_INFO)))
		authenticator->hid.hung = true;
	else if (authenticator->bus.plugged && !authenticator->hid.aborted)
		send_answer(authenticator, &answer, misbehave);
	ppk_bytes_done(&answer);
}

static void
run_transaction(struct ppk_authenticator *authenticator)
{
	struct ppk_ctaphid *hid = &authenticator->hid;
	struct ppk_bytes request = hid->request;

	hid->request = (struct ppk_bytes){ 0 };
	hid->assembling = false;
	hid->busy = true;
	hid->cancelled = false;
	hid->aborted = false;
	authenticator->stats.transactions++;
	answer_request(authenticator, &request);
	hid->busy = false;
	ppk_bytes_done(&request);
}

static void
finish_if_complete(struct ppk_authenticator *authenticator)
{
	struct ppk_ctaphid *hid = &authenticator->hid;

	if (hid->request.len < hid->expected)
		return;
	hid->request.len = hid->expected;
	run_transaction(authenticator);
}

static void
start_request(struct ppk_authenticator *authenticator, uint32_t channel, const uint8_t *packet)
{
	struct ppk_ctaphid *hid = &authenticator->hid;

	hid->channel = channel;
	hid->command = packet[4];
	hid->expected = (size_t)packet[5] << 8 | packet[6];
	hid->next_seq = 0;
	if (hid->expected > MESSAGE_MAX) {
		send_error(authenticator, channel, ERR_INVALID_LEN);
		return;
	}
	hid->assembling = true;
	hid->deadline_ms = ppk_now_ms() + TRANSACTION_TIMEOUT_MS;
	ppk_bytes_set(&hid->request, packet + INIT_HEADER_LEN, INIT_DATA_LEN);
	finish_if_complete(authenticator);
}

static void
handle_cancel(struct ppk_authenticator *authenticator, uint32_t channel)
{
	struct ppk_ctaphid *hid = &authenticator->hid;

	ppk_stats_count(&authenticator->stats, "CANCEL");
	if (hid->busy && channel == hid->channel)
		hid->cancelled = true;
}

static void
handle_first(struct ppk_authenticator *authenticator, uint32_t channel, const uint8_t *packet)
{
	struct ppk_ctaphid *hid = &authenticator->hid;

	if (packet[4] == CTAPHID_INIT) {
		handle_init(authenticator, channel, packet);
	} else if (channel == 0 || channel > hid->channels) {
		send_error(authenticator, channel, ERR_INVALID_CHANNEL);
	} else if (packet[4] == CTAPHID_CANCEL) {
		handle_cancel(authenticator, channel);
	} else if (hid->busy || (hid->assembling && channel != hid->channel)) {
		send_error(authenticator, channel, ERR_CHANNEL_BUSY);
	} else if (hid->assembling) {
		abort_request(hid);
		send_error(authenticator, channel, ERR_INVALID_SEQ);
	} else {
		start_request(authenticator, channel, packet);
	}
}

static void
handle_continuation(struct ppk_authenticator *authenticator, uint32_t channel,
    const uint8_t *packet)
{
	struct ppk_ctaphid *hid = &authenticator->hid;

	if (!hid->assembling || channel != hid->channel)
		return; /* 11.2.5.4: spurious continuation packets are ignored */
	if (packet[4] != hid->next_seq) {
		abort_request(hid);
		send_error(authenticator, channel, ERR_INVALID_SEQ);
		return;
	}
	hid->next_seq++;
	hid->deadline_ms = ppk_now_ms() + TRANSACTION_TIMEOUT_MS;
	ppk_bytes_append(&hid->request, packet + CONT_HEADER_LEN, CONT_DATA_LEN);
	finish_if_complete(authenticator);
}

void
ppk_ctaphid_receive(struct ppk_authenticator *authenticator,
    const uint8_t report[static PPK_REPORT_LEN])
{
	uint32_t channel = ppk_be32_read(report);

	authenticator->stats.packets_in++;
	delay_packet(authenticator);
	if (authenticator->hid.hung)
		return;
	if ((report[4] & 0x80) != 0)
		handle_first(authenticator, channel, report);
	else
		handle_continuation(authenticator, channel, report);
}

void
ppk_ctaphid_power_up(struct ppk_authenticator *authenticator)
{
	struct ppk_ctaphid *hid = &authenticator->hid;

	abort_request(hid);
	hid->channels = 0;
	hid->channel = 0;
	hid->hung = false;
	ppk_pin_session_done(&authenticator->pin);
	ppk_pin_session_init(&authenticator->pin);
	ppk_next_assertions_forget(&authenticator->next);
}

int64_t
ppk_ctaphid_deadline_ms(const struct ppk_authenticator *authenticator)
{
	return authenticator->hid.assembling ? authenticator->hid.deadline_ms : -1;
}

void
ppk_ctaphid_expire(struct ppk_authenticator *authenticator)
{
	struct ppk_ctaphid *hid = &authenticator->hid;

	if (!hid->assembling || ppk_now_ms() < hid->deadline_ms)
		return;
	abort_request(hid);
	send_error(authenticator, hid->channel, ERR_MSG_TIMEOUT);
}
