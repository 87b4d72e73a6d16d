/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/report_stream.h"

#include <string.h>

/* Places in a report (CTAP 2.1, 11.2.4) */
#define AT_COMMAND 4
#define AT_LENGTH 5
#define AT_DATA 7 /* of an initialization report */
#define INITIALIZATION_BIT 0x80
#define INITIALIZATION_ROOM (PPK_REPORT_SIZE - 7)
#define CONTINUATION_ROOM (PPK_REPORT_SIZE - 5)

#define GET_INFO 0x04 /* 6.4 */
#define STATUS_UPNEEDED 2 /* 11.2.9.1.7 */
#define ERROR_CHANNEL_BUSY 6 /* 11.2.9.1.6 */
#define U2F_REGISTER 0x01 /* U2F raw messages, 4 and 5 */
#define U2F_AUTHENTICATE 0x02
#define U2F_ENFORCE_PRESENCE 0x03
static const uint8_t conditions_not_satisfied[] = { 0x69, 0x85 };

static const uint8_t broadcast[4] = { 0xff, 0xff, 0xff, 0xff };

static size_t length_of(const uint8_t *report)
{
	return (size_t)report[AT_LENGTH] << 8 | report[AT_LENGTH + 1];
}

static bool is_get_info(const uint8_t *report)
{
	return report[AT_COMMAND] == PPK_REPORT_CBOR && length_of(report) == 1 &&
	       report[AT_DATA] == GET_INFO;
}

/* An APDU: class, instruction, first parameter (U2F raw messages, 3.1). */
static bool needs_touch(const uint8_t *report)
{
	const uint8_t *apdu = report + AT_DATA;

	return report[AT_COMMAND] == PPK_REPORT_MSG &&
	       (apdu[1] == U2F_REGISTER ||
		       (apdu[1] == U2F_AUTHENTICATE && apdu[2] == U2F_ENFORCE_PRESENCE));
}

static bool is_foreign(const struct ppk_report_stream *stream, const uint8_t *report)
{
	if (memcmp(report, stream->channel, sizeof(stream->channel)) != 0)
		return true;
	/* On the broadcast channel the nonce tells whose CTAPHID_INIT is answered (11.2.9.1.3). */
	return memcmp(stream->channel, broadcast, sizeof(broadcast)) == 0 &&
	       report[AT_COMMAND] == PPK_REPORT_INIT && stream->command == PPK_REPORT_INIT &&
	       memcmp(report + AT_DATA, stream->nonce, sizeof(stream->nonce)) != 0;
}

bool ppk_report_stream_out(
	struct ppk_report_stream *stream, const uint8_t report[static PPK_REPORT_SIZE])
{
	/* Cancelling is no request of its own: the answer to the one under way still comes. */
	if ((report[AT_COMMAND] & INITIALIZATION_BIT) == 0 ||
		report[AT_COMMAND] == PPK_REPORT_CANCEL)
		return true;
	memcpy(stream->channel, report, sizeof(stream->channel));
	memcpy(stream->nonce, report + AT_DATA, sizeof(stream->nonce));
	stream->command = report[AT_COMMAND];
	stream->first_byte = report[AT_DATA];
	stream->u2f_waits = needs_touch(report);
	stream->busy = false;
	stream->replayed = stream->count;
	stream->recording = false;
	if (!is_get_info(report))
		return true;
	if (stream->complete && !is_foreign(stream, stream->reports[0])) {
		stream->replayed = 0;
		return false;
	}
	stream->recording = true;
	stream->complete = false;
	stream->count = stream->replayed = stream->left = 0;
	return true;
}

bool ppk_report_stream_replay(
	struct ppk_report_stream *stream, uint8_t report[static PPK_REPORT_SIZE])
{
	if (!stream->complete || stream->replayed >= stream->count)
		return false;
	memcpy(report, stream->reports[stream->replayed++], PPK_REPORT_SIZE);
	return true;
}

/* Keep a report of the answer to getInfo; anything out of order ends the recording. */
static void record(struct ppk_report_stream *stream, const uint8_t *report)
{
	bool first = (report[AT_COMMAND] & INITIALIZATION_BIT) != 0;
	size_t room = first ? INITIALIZATION_ROOM : CONTINUATION_ROOM;

	if (first != (stream->count == 0) || (first && report[AT_COMMAND] != PPK_REPORT_CBOR) ||
		stream->count == PPK_REPORTS_MAX) {
		stream->recording = false;
		return;
	}
	if (first)
		stream->left = length_of(report);
	memcpy(stream->reports[stream->count++], report, PPK_REPORT_SIZE);
	stream->left -= stream->left < room ? stream->left : room;
	if (stream->left == 0) {
		stream->recording = false;
		stream->complete = true;
		stream->replayed = stream->count;
	}
}

enum ppk_report ppk_report_stream_in(
	struct ppk_report_stream *stream, const uint8_t report[static PPK_REPORT_SIZE])
{
	if (is_foreign(stream, report))
		return PPK_REPORT_FOREIGN;
	if (report[AT_COMMAND] == PPK_REPORT_KEEPALIVE)
		return report[AT_DATA] == STATUS_UPNEEDED ? PPK_REPORT_WAITS : PPK_REPORT_OURS;
	if (report[AT_COMMAND] == PPK_REPORT_ERROR && report[AT_DATA] == ERROR_CHANNEL_BUSY)
		stream->busy = true;
	if (stream->recording)
		record(stream, report);
	if (stream->u2f_waits && report[AT_COMMAND] == PPK_REPORT_MSG && length_of(report) == 2 &&
		memcmp(report + AT_DATA, conditions_not_satisfied, 2) == 0)
		return PPK_REPORT_WAITS;
	return PPK_REPORT_OURS;
}

bool ppk_report_stream_has_info(const struct ppk_report_stream *stream)
{
	return stream->count > 0 && length_of(stream->reports[0]) > 1;
}

bool ppk_report_stream_cancel(
	const struct ppk_report_stream *stream, uint8_t report[static PPK_REPORT_SIZE])
{
	if (stream->command != PPK_REPORT_CBOR)
		return false;
	memset(report, 0, PPK_REPORT_SIZE);
	memcpy(report, stream->channel, sizeof(stream->channel));
	report[AT_COMMAND] = PPK_REPORT_CANCEL;
	return true;
}
