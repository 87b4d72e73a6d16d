/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_REPORT_STREAM_H
#define PPK_DEVICE_REPORT_STREAM_H

/*
 * What can be learned from the CTAPHID reports (CTAP 2.1, 11.2) that pass between libfido2 and an
 * authenticator: whether it waits for the person, and the answer to getInfo, which libfido2 asks for
 * again each time that somebody wants to see it. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PPK_REPORT_SIZE 64 /* bytes; FIDO authenticators on USB have no other (11.2.8.1) */
/* The longest message (11.2.4): one initialization report and 128 continuations. */
#define PPK_REPORTS_MAX 129

enum ppk_report_command { /* 11.2.9, with bit 7 of an initialization report */
	PPK_REPORT_MSG = 0x83,
	PPK_REPORT_INIT = 0x86,
	PPK_REPORT_CBOR = 0x90,
	PPK_REPORT_CANCEL = 0x91,
	PPK_REPORT_KEEPALIVE = 0xbb,
	PPK_REPORT_ERROR = 0xbf,
};

/* Zeroed: before the first report. */
struct ppk_report_stream {
	uint8_t channel[4];
	uint8_t nonce[8]; /* of the CTAPHID_INIT that is under way */
	uint8_t command; /* of the last request */
	uint8_t first_byte; /* of its data: the CTAP command */
	bool u2f_waits; /* it is a U2F request that needs a touch */
	bool busy; /* the authenticator would not take it: another program's is under way */
	size_t left; /* bytes of an answer to getInfo that are still to come */
	bool recording;
	bool complete; /* reports[0..count - 1] are the answer to getInfo */
	size_t count;
	size_t replayed; /* of the count; count when nothing is to be replayed */
	uint8_t reports[PPK_REPORTS_MAX][PPK_REPORT_SIZE];
};

/*
 * A report that libfido2 wants to send. False: do not send it, the authenticator has answered this
 * before on the same channel; the answer comes from ppk_report_stream_replay().
 */
bool ppk_report_stream_out(
	struct ppk_report_stream *stream, const uint8_t report[static PPK_REPORT_SIZE]);

/* The next report of an answer that is replayed; false when there is none. */
bool ppk_report_stream_replay(
	struct ppk_report_stream *stream, uint8_t report[static PPK_REPORT_SIZE]);

enum ppk_report {
	PPK_REPORT_FOREIGN, /* belongs to another program that talks to the authenticator: drop it */
	PPK_REPORT_OURS,
	PPK_REPORT_WAITS, /* ours, and says that the authenticator waits for the person */
};

/* A report that came in. */
enum ppk_report ppk_report_stream_in(
	struct ppk_report_stream *stream, const uint8_t report[static PPK_REPORT_SIZE]);

/*
 * Did the authenticator answer getInfo with more than a status? libfido2 takes one whose answer it
 * cannot read for one that knows U2F alone; but one that knows U2F alone has no such answer.
 */
bool ppk_report_stream_has_info(const struct ppk_report_stream *stream);

/* The report that cancels the request under way (11.2.9.1.5). False: it cannot be cancelled (U2F). */
bool ppk_report_stream_cancel(
	const struct ppk_report_stream *stream, uint8_t report[static PPK_REPORT_SIZE]);

#endif
