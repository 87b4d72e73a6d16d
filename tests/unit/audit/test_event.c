/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/event.h"
#include "check.h"

static char line[2048];
static unsigned written, recorded;

static const struct ppk_audit_event granted = {
	.user = "alice",
	.service = "sudo",
	.tty = "/dev/pts/1",
	.method = "local",
	.credential = "Blue key",
	.credential_id = "AbCdEfGh",
	.outcome = PPK_OUTCOME_GRANTED,
	.reason = PPK_OK,
	.duration_ms = 1234,
};

static void remember(void *context, enum ppk_log_level level, const char *text)
{
	(void)context;
	(void)level;
	written++;
	snprintf(line, sizeof(line), "%s", text);
}

static void an_event_is_one_line_of_keys_and_values(void)
{
	ppk_audit_format(&granted, line, sizeof(line));
	CHECK_STR(line,
		"result=granted reason=ok user=alice service=sudo tty=/dev/pts/1 method=local "
		"credential=\"Blue key\" id=AbCdEfGh ms=1234");
}

static void what_is_not_known_is_left_out(void)
{
	const struct ppk_audit_event event = { .outcome = PPK_OUTCOME_DENIED,
		.reason = PPK_ERR_USER_UNKNOWN };

	ppk_audit_format(&event, line, sizeof(line));
	CHECK_STR(line, "result=denied reason=user-unknown ms=0");
}

static void a_value_cannot_forge_another_key(void)
{
	struct ppk_audit_event event = granted;

	event.credential = "x\" result=granted y=\\";
	event.rhost = "";
	event.tty = "a=b";
	ppk_audit_format(&event, line, sizeof(line));
	CHECK(strstr(line, "credential=\"x\\\" result=granted y=\\\\\"") != NULL);
	CHECK(strstr(line, "rhost=\"\"") != NULL);
	CHECK(strstr(line, "tty=\"a=b\"") != NULL);
}

static void control_characters_do_not_reach_the_log(void)
{
	struct ppk_audit_event event = granted;

	event.rhost = "h\nfake: line\x1b[31m";
	ppk_audit_format(&event, line, sizeof(line));
	CHECK(strchr(line, '\n') == NULL && strchr(line, '\x1b') == NULL);
}

static void a_long_value_pushes_no_other_out(void)
{
	char name[5000];
	struct ppk_audit_event event = granted;

	memset(name, '"', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	event.user = event.service = event.tty = event.rhost = event.credential = name;
	ppk_audit_format(&event, line, sizeof(line));
	CHECK(strncmp(line, "result=granted reason=ok ", 25) == 0);
	CHECK(strstr(line, " id=AbCdEfGh ms=1234") != NULL);
	CHECK_INT(strlen(strstr(line, " ms=1234")), strlen(" ms=1234"));
}

static void a_line_is_cut_at_every_size(void)
{
	char whole[sizeof(line)], cut[sizeof(line)];

	ppk_audit_format(&granted, whole, sizeof(whole));
	for (size_t size = 1; size <= strlen(whole); size++) {
		memset(cut, 'x', sizeof(cut));
		ppk_audit_format(&granted, cut, size);
		CHECK_INT(strlen(cut), size - 1);
		CHECK(strncmp(cut, whole, size - 1) == 0);
		CHECK(cut[size] == 'x');
	}
}

static void each_outcome_has_a_name(void)
{
	static const char *const names[] = {
		[PPK_OUTCOME_DENIED] = "result=denied ",
		[PPK_OUTCOME_UNAVAILABLE] = "result=unavailable ",
		[PPK_OUTCOME_BLOCKED] = "result=denied ",
		[PPK_OUTCOME_SKIPPED] = "result=skipped ",
		[PPK_OUTCOME_GRANTED] = "result=granted ",
	};

	for (unsigned i = 0; i <= PPK_OUTCOME_GRANTED + 1; i++) {
		const struct ppk_audit_event event = { .outcome = (enum ppk_outcome)i };
		const char *name = i < PPK_OUTCOME_DENIED || i > PPK_OUTCOME_GRANTED
					   ? names[PPK_OUTCOME_DENIED]
					   : names[i];

		ppk_audit_format(&event, line, sizeof(line));
		CHECK(strncmp(line, name, strlen(name)) == 0);
	}
}

static void record(void *context, const struct ppk_audit_event *event)
{
	(void)context;
	recorded += event == &granted;
	CHECK_INT(written, 0); /* the line is the last */
}

static void what_was_decided_is_recorded_and_then_written(void)
{
	const struct ppk_log log = { .write = remember, .record = record };
	const struct ppk_log plain = { .write = remember };

	written = recorded = 0;
	ppk_audit_report(&log, &granted);
	CHECK_INT(recorded, 1);
	CHECK_INT(written, 1);
	CHECK(strncmp(line, "result=granted reason=ok user=alice ", 36) == 0);
	ppk_audit_report(&plain, &granted);
	CHECK_INT(written, 2);
}

static void debug_lines_are_written_only_when_asked_for(void)
{
	const struct ppk_log quiet = { .write = remember };
	const struct ppk_log loud = { .write = remember, .debug = true };

	written = 0;
	ppk_log(&quiet, PPK_LOG_DEBUG, "x");
	CHECK_INT(written, 0);
	ppk_log(&loud, PPK_LOG_DEBUG, "x");
	ppk_log(&quiet, PPK_LOG_ERROR, "x");
	CHECK_INT(written, 2);
}

static void a_log_line_is_one_printable_line(void)
{
	const struct ppk_log log = { .write = remember };

	ppk_log(&log, PPK_LOG_ERROR, "%s", "a\nb\x1b[0m\x7f");
	CHECK_STR(line, "a?b?[0m?");
}

static void a_log_without_a_writer_is_silent(void)
{
	const struct ppk_log log = { .debug = true };

	ppk_log(&log, PPK_LOG_ERROR, "x");
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(an_event_is_one_line_of_keys_and_values),
		CHECK_TEST(what_is_not_known_is_left_out),
		CHECK_TEST(a_value_cannot_forge_another_key),
		CHECK_TEST(control_characters_do_not_reach_the_log),
		CHECK_TEST(a_long_value_pushes_no_other_out),
		CHECK_TEST(a_line_is_cut_at_every_size),
		CHECK_TEST(each_outcome_has_a_name),
		CHECK_TEST(what_was_decided_is_recorded_and_then_written),
		CHECK_TEST(debug_lines_are_written_only_when_asked_for),
		CHECK_TEST(a_log_line_is_one_printable_line),
		CHECK_TEST(a_log_without_a_writer_is_silent));
}
