/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A conversation with an authenticator that may say anything, and with a library that may ask anything: a
 * byte whose lowest bit says who speaks (0: we), then a report of 64 bytes, and again.
 */
#include <string.h>

#include "device/report_stream.h"
#include "require.h"

#define STEP (1 + PPK_REPORT_SIZE)

static void check_bounds(const struct ppk_report_stream *stream)
{
	REQUIRE(stream->count <= PPK_REPORTS_MAX && stream->replayed <= stream->count);
	REQUIRE(!stream->complete || (!stream->recording && stream->left == 0));
	REQUIRE(!ppk_report_stream_has_info(stream) || stream->count > 0);
}

/* Is the report one that came in during the first `end` bytes? */
static bool was_said(const uint8_t *data, size_t end, const uint8_t *report)
{
	for (size_t at = 0; at + STEP <= end; at += STEP) {
		if ((data[at] & 1) != 0 && memcmp(data + at + 1, report, PPK_REPORT_SIZE) == 0)
			return true;
	}
	return false;
}

/* We ask; what is not sent has an answer, of the same channel, that was given before. */
static void say(struct ppk_report_stream *stream, const uint8_t *data, size_t at)
{
	uint8_t report[PPK_REPORT_SIZE];
	size_t count = 0;

	if (ppk_report_stream_out(stream, data + at + 1))
		return;
	while (ppk_report_stream_replay(stream, report)) {
		REQUIRE(was_said(data, at, report));
		REQUIRE(memcmp(report, data + at + 1, sizeof(stream->channel)) == 0);
		count++;
	}
	REQUIRE(count > 0 && count == stream->count);
}

static void hear(struct ppk_report_stream *stream, const uint8_t *report)
{
	struct ppk_report_stream before = *stream;
	enum ppk_report what = ppk_report_stream_in(stream, report);

	if (what == PPK_REPORT_FOREIGN)
		REQUIRE(memcmp(&before, stream, sizeof(before)) == 0);
	else
		REQUIRE(memcmp(report, stream->channel, sizeof(stream->channel)) == 0);
	PLANT(what == PPK_REPORT_WAITS && stream->command == PPK_REPORT_CBOR &&
		stream->first_byte != 2);
	if (what == PPK_REPORT_WAITS)
		REQUIRE(report[4] == PPK_REPORT_KEEPALIVE ||
			(report[4] == PPK_REPORT_MSG && stream->u2f_waits));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ppk_report_stream stream = { .count = 0 };
	uint8_t report[PPK_REPORT_SIZE];

	for (size_t at = 0; at + STEP <= len; at += STEP) {
		if ((data[at] & 1) != 0)
			hear(&stream, data + at + 1);
		else
			say(&stream, data, at);
		check_bounds(&stream);
		if (ppk_report_stream_cancel(&stream, report))
			REQUIRE(memcmp(report, stream.channel, sizeof(stream.channel)) == 0 &&
				report[4] == PPK_REPORT_CANCEL);
	}
	return 0;
}
