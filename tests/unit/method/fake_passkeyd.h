/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_METHOD_FAKE_PASSKEYD_H
#define TESTS_UNIT_METHOD_FAKE_PASSKEYD_H

/*
 * What a passkeyd that does what it likes has in common, whatever it is asked for: its socket
 * (listener.h), and what a browser would have made. It runs in a child, which ends with one of the
 * statuses here or with the verdict that it heard.
 */

#include <sys/socket.h>
#include <unistd.h>

#include "../crypto/enrolment.h"
#include "check.h"
#include "core/browser_message.h"
#include "listener.h"
#include "sys/clock.h"
#include "sys/packet.h"

#define SOON_MS 10000 /* so long that only a hang reaches it */
#define NO_VERDICT 255
#define LIAR_FAILED 254

static inline void must(bool condition)
{
	if (!condition)
		_exit(LIAR_FAILED);
}

/* The length of the next packet. */
static inline size_t fake_passkeyd_hear(int socket, uint8_t *packet, size_t size)
{
	size_t len = 0;

	if (ppk_packet_receive(socket, ppk_clock_ms() + SOON_MS, packet, size, &len) != PPK_OK)
		_exit(NO_VERDICT);
	return len;
}

static inline void fake_passkeyd_send(int socket, const uint8_t *packet, size_t len)
{
	if (ppk_packet_send(socket, packet, len) != PPK_OK)
		_exit(NO_VERDICT);
}

/* The last packet: the child ends with the verdict in it. */
static inline _Noreturn void fake_passkeyd_end(const uint8_t *packet, size_t len)
{
	enum ppk_err verdict;

	must(ppk_browser_decode_verdict(packet, len, &verdict) == PPK_OK);
	_exit((int)verdict);
}

/* Client data as a browser serialises them, with a member of its own at the end; the caller's. */
static inline struct ppk_bytes browser_client_data(enum ppk_client_data_type type,
	const uint8_t *challenge, const char *origin, bool cross_origin)
{
	struct ppk_bytes made = { 0 }, sent = { 0 };
	const char *end = cross_origin ? "true}" : "false,\"other_keys_can_be_added_here\":\"x\"}";

	must(ppk_client_data_make(type, challenge, PPK_CHALLENGE_SIZE, origin, &made) == PPK_OK);
	signer_append(&sent, made.data, made.len - strlen("false}"));
	signer_append(&sent, end, strlen(end));
	ppk_bytes_done(&made);
	return sent;
}

#endif
