/* SPDX-License-Identifier: BSD-2-Clause */
#include <time.h>

#include "check.h"
#include "core/text.h"
#include "mutate.h"

static enum ppk_err to_time(const char *text, int64_t *ret_s)
{
	return ppk_text_to_time(text, strlen(text), ret_s);
}

static void check_both_ways(const char *text, int64_t time_s)
{
	char out[PPK_TIME_TEXT_SIZE];
	int64_t got_s = -1;

	CHECK_OK(to_time(text, &got_s));
	CHECK_INT(got_s, time_s);
	ppk_time_to_text(time_s, out);
	CHECK_STR(out, text);
}

static void known_times_go_both_ways(void)
{
	check_both_ways("1970-01-01T00:00:00Z", 0);
	check_both_ways("1970-01-01T00:00:01Z", 1);
	check_both_ways("2000-02-29T12:00:00Z", 951825600);
	check_both_ways("2038-01-19T03:14:08Z", INT64_C(2147483648));
	check_both_ways("2026-11-24T07:30:00Z", 1795505400);
	check_both_ways("9999-12-31T23:59:59Z", INT64_C(253402300799));
}

/* An independent calendar: the C library's. */
static void every_week_agrees_with_gmtime(void)
{
	for (int64_t time_s = 0; time_s < INT64_C(253402300800); time_s += 604800 + 3661) {
		char want[PPK_TIME_TEXT_SIZE], got[PPK_TIME_TEXT_SIZE];
		time_t t = (time_t)time_s;
		int64_t back_s = -1;
		struct tm tm;

		CHECK(gmtime_r(&t, &tm) != NULL);
		CHECK(strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%SZ", &tm) == 20);
		ppk_time_to_text(time_s, got);
		CHECK_STR(got, want);
		CHECK_OK(to_time(got, &back_s));
		CHECK_INT(back_s, time_s);
	}
}

static void days_that_do_not_exist_are_refused(void)
{
	static const char *const bad[] = { "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
		"2026-04-31T00:00:00Z", "2026-00-01T00:00:00Z", "2026-13-01T00:00:00Z",
		"2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-01T24:00:00Z",
		"2026-01-01T00:60:00Z", "2016-12-31T23:59:60Z", "1969-12-31T23:59:59Z",
		"0000-01-01T00:00:00Z" };
	int64_t time_s;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_ERR(to_time(bad[i], &time_s), PPK_ERR_SYNTAX);
}

static void other_spellings_are_refused(void)
{
	static const char *const bad[] = { "", "2026-11-24", "2026-11-24T07:30:00",
		"2026-11-24 07:30:00Z", "2026-11-24t07:30:00z", "2026-11-24T07:30:00.0Z",
		"2026-11-24T07:30:00+00:00", "2026-11-24T07:30Z", "26-11-24T07:30:00Z",
		"2026-1-24T007:30:00Z", "+026-11-24T07:30:00Z", "2026-11-24T07:30:00Z ",
		"2026-11-24T 7:30:00Z", "2026-11-24T-7:30:00Z" };
	int64_t time_s;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK_ERR(to_time(bad[i], &time_s), PPK_ERR_SYNTAX);
}

static void times_outside_the_calendar_are_clamped(void)
{
	char out[PPK_TIME_TEXT_SIZE];

	ppk_time_to_text(-1, out);
	CHECK_STR(out, "1970-01-01T00:00:00Z");
	ppk_time_to_text(INT64_MAX, out);
	CHECK_STR(out, "9999-12-31T23:59:59Z");
}

static void check_spelling(const uint8_t *data, size_t len, const char *how, void *context)
{
	char out[PPK_TIME_TEXT_SIZE];
	int64_t time_s = 0;

	(void)context;
	if (ppk_text_to_time((const char *)data, len, &time_s) != PPK_OK)
		return;
	ppk_time_to_text(time_s, out);
	if (len != strlen(out) || memcmp(out, data, len) != 0)
		CHECK_FAIL("%s: has two spellings", how);
}

static void a_changed_time_is_another_time_or_none(void)
{
	CHECK_INT(mutate_each("2026-11-24T07:30:00Z", 20, check_spelling, NULL), 20 * 9);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(known_times_go_both_ways),
		CHECK_TEST(every_week_agrees_with_gmtime),
		CHECK_TEST(days_that_do_not_exist_are_refused),
		CHECK_TEST(other_spellings_are_refused),
		CHECK_TEST(times_outside_the_calendar_are_clamped),
		CHECK_TEST(a_changed_time_is_another_time_or_none));
}
