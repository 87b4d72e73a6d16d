/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/report_stream.h"

#include "check.h"
#include "mutate.h"

struct report {
	uint8_t bytes[PPK_REPORT_SIZE];
};

/* An initialization report of a message of len bytes, that begins with the bytes of data. */
#define first(channel, command, len, data)                                                         \
	initialization(channel, command, len, data, sizeof(data) - 1)

static struct report initialization(
	uint8_t channel, uint8_t command, size_t len, const char *data, size_t data_len)
{
	struct report report = { .bytes = { 0, 0, 0, channel, command, (uint8_t)(len >> 8),
					 (uint8_t)len } };

	memcpy(report.bytes + 7, data, data_len < 57 ? data_len : 57);
	return report;
}

static struct report next(uint8_t channel, uint8_t sequence)
{
	return (struct report){ .bytes = { 0, 0, 0, channel, sequence } };
}

static bool out(struct ppk_report_stream *stream, struct report report)
{
	return ppk_report_stream_out(stream, report.bytes);
}

static enum ppk_report in(struct ppk_report_stream *stream, struct report report)
{
	return ppk_report_stream_in(stream, report.bytes);
}

static const char blank[64];

static bool get_info(struct ppk_report_stream *stream)
{
	return out(stream, first(1, PPK_REPORT_CBOR, 1, "\x04"));
}

/* An answer of 57 + 59 + 10 bytes. */
static void answer_get_info(struct ppk_report_stream *stream)
{
	CHECK(get_info(stream));
	CHECK_INT(in(stream, first(1, PPK_REPORT_CBOR, 126, blank)), PPK_REPORT_OURS);
	CHECK_INT(in(stream, next(1, 0)), PPK_REPORT_OURS);
	CHECK_INT(in(stream, next(1, 1)), PPK_REPORT_OURS);
}

static void get_info_is_sent_once_and_answered_twice(void)
{
	struct ppk_report_stream stream = { .count = 0 };
	uint8_t report[PPK_REPORT_SIZE];

	answer_get_info(&stream);
	CHECK(!ppk_report_stream_replay(&stream, report));
	CHECK(!get_info(&stream));
	CHECK(ppk_report_stream_replay(&stream, report));
	CHECK_INT(report[6], 126);
	CHECK(ppk_report_stream_replay(&stream, report));
	CHECK(ppk_report_stream_replay(&stream, report));
	CHECK_INT(report[4], 1);
	CHECK(!ppk_report_stream_replay(&stream, report));
	CHECK(!get_info(&stream));
	CHECK(ppk_report_stream_replay(&stream, report));
}

static void a_replay_ends_with_the_next_request(void)
{
	struct ppk_report_stream stream = { .count = 0 };
	uint8_t report[PPK_REPORT_SIZE];

	answer_get_info(&stream);
	CHECK(!get_info(&stream));
	CHECK(out(&stream, first(1, PPK_REPORT_CBOR, 60, "\x02")));
	CHECK(out(&stream, next(1, 0)));
	CHECK(!ppk_report_stream_replay(&stream, report));
}

/* It would be taken for another program's, and libfido2 would wait for one that is ours. */
static void an_answer_is_not_replayed_on_another_channel(void)
{
	struct ppk_report_stream stream = { .count = 0 };
	uint8_t report[PPK_REPORT_SIZE];

	answer_get_info(&stream);
	CHECK(out(&stream, first(2, PPK_REPORT_CBOR, 1, "\x04")));
	CHECK(!ppk_report_stream_replay(&stream, report));
	in(&stream, first(2, PPK_REPORT_CBOR, 20, blank));
	CHECK(!out(&stream, first(2, PPK_REPORT_CBOR, 1, "\x04")));
	CHECK(ppk_report_stream_replay(&stream, report));
	CHECK_INT(report[3], 2);
}

static void keepalives_are_no_part_of_the_answer(void)
{
	struct ppk_report_stream stream = { .count = 0 };

	CHECK(get_info(&stream));
	CHECK_INT(in(&stream, first(1, PPK_REPORT_KEEPALIVE, 1, "\x01")), PPK_REPORT_OURS);
	CHECK_INT(in(&stream, first(1, PPK_REPORT_CBOR, 20, blank)), PPK_REPORT_OURS);
	CHECK(!get_info(&stream));
	CHECK_INT(stream.count, 1);
}

static void an_answer_that_is_out_of_order_is_not_kept(void)
{
	struct ppk_report_stream stream = { .count = 0 };

	CHECK(get_info(&stream));
	in(&stream, next(1, 0));
	in(&stream, first(1, PPK_REPORT_CBOR, 20, blank));
	CHECK(get_info(&stream));
	in(&stream, first(1, PPK_REPORT_CBOR, 126, blank));
	in(&stream, first(1, PPK_REPORT_CBOR, 126, blank));
	in(&stream, next(1, 0));
	in(&stream, next(1, 1));
	CHECK(get_info(&stream));
}

static void an_answer_longer_than_a_message_can_be_is_not_kept(void)
{
	struct ppk_report_stream stream = { .count = 0 };

	CHECK(get_info(&stream));
	in(&stream, first(1, PPK_REPORT_CBOR, 0xffff, blank));
	for (unsigned i = 0; i < 2000; i++)
		in(&stream, next(1, (uint8_t)(i & 0x7f)));
	CHECK(stream.count <= PPK_REPORTS_MAX);
	CHECK(get_info(&stream));
}

static void it_is_known_whether_there_was_an_answer_with_content(void)
{
	struct ppk_report_stream stream = { .count = 0 };

	CHECK(!ppk_report_stream_has_info(&stream));
	CHECK(get_info(&stream));
	in(&stream, first(1, PPK_REPORT_ERROR, 1, "\x01"));
	CHECK(!ppk_report_stream_has_info(&stream));
	CHECK(get_info(&stream));
	in(&stream, first(1, PPK_REPORT_CBOR, 1, "\x01"));
	CHECK(!ppk_report_stream_has_info(&stream));
	memset(&stream, 0, sizeof(stream));
	answer_get_info(&stream);
	CHECK(ppk_report_stream_has_info(&stream));
}

static void waiting_is_seen_in_keepalives(void)
{
	struct ppk_report_stream stream = { .count = 0 };

	CHECK(out(&stream, first(1, PPK_REPORT_CBOR, 60, "\x02")));
	CHECK_INT(in(&stream, first(1, PPK_REPORT_KEEPALIVE, 1, "\x01")), PPK_REPORT_OURS);
	CHECK_INT(in(&stream, first(1, PPK_REPORT_KEEPALIVE, 1, "\x02")), PPK_REPORT_WAITS);
}

static void waiting_is_seen_in_the_answers_of_u2f(void)
{
	struct ppk_report_stream stream = { .count = 0 };
	struct report not_yet = first(1, PPK_REPORT_MSG, 2, "\x69\x85");

	/* "is it yours?" is answered the same way and asks for no touch */
	CHECK(out(&stream, first(1, PPK_REPORT_MSG, 50, "\0\x02\x07")));
	CHECK_INT(in(&stream, not_yet), PPK_REPORT_OURS);
	CHECK(out(&stream, first(1, PPK_REPORT_MSG, 50, "\0\x02\x03")));
	CHECK_INT(in(&stream, not_yet), PPK_REPORT_WAITS);
	CHECK_INT(in(&stream, first(1, PPK_REPORT_MSG, 2, "\x6a\x80")), PPK_REPORT_OURS);
	CHECK(out(&stream, first(1, PPK_REPORT_MSG, 50, "\0\x01\0")));
	CHECK_INT(in(&stream, not_yet), PPK_REPORT_WAITS);
}

static void reports_of_another_channel_are_dropped(void)
{
	struct ppk_report_stream stream = { .count = 0 };

	CHECK(out(&stream, first(1, PPK_REPORT_CBOR, 60, "\x02")));
	CHECK_INT(in(&stream, first(2, PPK_REPORT_KEEPALIVE, 1, "\x02")), PPK_REPORT_FOREIGN);
	CHECK_INT(in(&stream, first(2, PPK_REPORT_CBOR, 20, blank)), PPK_REPORT_FOREIGN);
}

static struct report init(const char nonce[static 8])
{
	struct report report = initialization(0, PPK_REPORT_INIT, 17, nonce, 8);

	memset(report.bytes, 0xff, 4);
	return report;
}

static void the_channel_that_another_program_was_given_is_not_ours(void)
{
	struct ppk_report_stream stream = { .count = 0 };

	CHECK(out(&stream, init("12345678")));
	CHECK_INT(in(&stream, init("87654321")), PPK_REPORT_FOREIGN);
	CHECK_INT(in(&stream, init("12345678")), PPK_REPORT_OURS);
}

static void cancelling_names_the_channel(void)
{
	struct ppk_report_stream stream = { .count = 0 };
	uint8_t report[PPK_REPORT_SIZE];

	CHECK(!ppk_report_stream_cancel(&stream, report));
	CHECK(out(&stream, first(9, PPK_REPORT_CBOR, 60, "\x02")));
	CHECK(ppk_report_stream_cancel(&stream, report));
	CHECK_BYTES(report, 7, "\0\0\0\x09\x91\0\0", 7);
	CHECK(ppk_report_stream_out(&stream, report));
	CHECK_INT(stream.command, PPK_REPORT_CBOR);
	CHECK(out(&stream, first(9, PPK_REPORT_MSG, 50, "\0\x02\x03")));
	CHECK(!ppk_report_stream_cancel(&stream, report));
}

static void a_busy_authenticator_is_noticed_until_the_next_request(void)
{
	struct ppk_report_stream stream = { .count = 0 };

	CHECK(out(&stream, first(1, PPK_REPORT_CBOR, 60, "\x02")));
	in(&stream, first(1, PPK_REPORT_ERROR, 1, "\x01"));
	CHECK(!stream.busy);
	in(&stream, first(1, PPK_REPORT_ERROR, 1, "\x06"));
	CHECK(stream.busy);
	CHECK(out(&stream, first(1, PPK_REPORT_CBOR, 60, "\x02")));
	CHECK(!stream.busy);
}

/* What an authenticator says on channel 1 that was asked for getInfo; one report is changed. */
#define DIALOGUE 4
struct dialogue {
	struct report reports[DIALOGUE];
	size_t changed;
	unsigned kept; /* answers that were whole */
};

static void check_replay(struct ppk_report_stream *stream, const struct dialogue *dialogue)
{
	uint8_t report[PPK_REPORT_SIZE];

	for (size_t i = 0; i < stream->count; i++) {
		bool said = false;

		CHECK(ppk_report_stream_replay(stream, report));
		for (size_t at = 0; at < DIALOGUE; at++)
			said = said || memcmp(report, dialogue->reports[at].bytes, 64) == 0;
		CHECK(said);
	}
	CHECK(!ppk_report_stream_replay(stream, report));
}

static void with_changed_report(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct dialogue dialogue = *(struct dialogue *)context;
	struct report *changed = &dialogue.reports[dialogue.changed];
	struct ppk_report_stream stream = { .count = 0 };

	memset(changed, 0, sizeof(*changed));
	memcpy(changed->bytes, data, len);
	CHECK(get_info(&stream));
	for (size_t i = 0; i < DIALOGUE; i++) {
		const uint8_t *report = dialogue.reports[i].bytes;
		bool ours = memcmp(report, "\0\0\0\1", 4) == 0;
		struct ppk_report_stream before = stream;

		if ((ppk_report_stream_in(&stream, report) != PPK_REPORT_FOREIGN) != ours)
			CHECK_FAIL("report %zu, %s: taken for another's", dialogue.changed, how);
		CHECK(ours || memcmp(&before, &stream, sizeof(stream)) == 0);
		CHECK(stream.count <= i + 1 && stream.replayed <= stream.count);
	}
	if (!get_info(&stream)) {
		check_replay(&stream, &dialogue);
		((struct dialogue *)context)->kept++;
	}
}

static void changed_reports_are_kept_as_they_came_or_not_at_all(void)
{
	struct dialogue dialogue = { .reports = { first(1, PPK_REPORT_KEEPALIVE, 1, "\x01"),
					     first(1, PPK_REPORT_CBOR, 126, blank), next(1, 0),
					     next(1, 1) } };

	for (size_t i = 0; i < DIALOGUE; i++) {
		dialogue.changed = i;
		dialogue.kept = 0;
		mutate_each(
			dialogue.reports[i].bytes, PPK_REPORT_SIZE, with_changed_report, &dialogue);
		/* a bit of the content may be anything; a bit of the channel may not */
		CHECK(dialogue.kept > 56 * 8 && dialogue.kept < 64 * 9);
	}
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(get_info_is_sent_once_and_answered_twice),
		CHECK_TEST(a_replay_ends_with_the_next_request),
		CHECK_TEST(an_answer_is_not_replayed_on_another_channel),
		CHECK_TEST(keepalives_are_no_part_of_the_answer),
		CHECK_TEST(an_answer_that_is_out_of_order_is_not_kept),
		CHECK_TEST(an_answer_longer_than_a_message_can_be_is_not_kept),
		CHECK_TEST(it_is_known_whether_there_was_an_answer_with_content),
		CHECK_TEST(waiting_is_seen_in_keepalives),
		CHECK_TEST(waiting_is_seen_in_the_answers_of_u2f),
		CHECK_TEST(reports_of_another_channel_are_dropped),
		CHECK_TEST(the_channel_that_another_program_was_given_is_not_ours),
		CHECK_TEST(cancelling_names_the_channel),
		CHECK_TEST(a_busy_authenticator_is_noticed_until_the_next_request),
		CHECK_TEST(changed_reports_are_kept_as_they_came_or_not_at_all));
}
