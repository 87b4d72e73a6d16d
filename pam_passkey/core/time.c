/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/text.h"

/* RFC 3339 has four digits for the year; times before 1970 have no use here. */
#define YEAR_MIN 1970
#define YEAR_MAX 9999
#define DAY_S 86400
#define TIME_MAX_S INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

static bool is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int64_t days_of_month(int64_t year, int64_t month)
{
	static const int64_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days from 1970-01-01 to the first of January of year (>= 1970), in the Gregorian calendar. */
static int64_t days_before_year(int64_t year)
{
	int64_t past = year - 1;
	int64_t leaps = past / 4 - past / 100 + past / 400;

	return (year - 1970) * 365 + leaps - 477; /* 477 leap years from year 1 to 1969 */
}

/* The decimal number of exactly count digits at text, or -1. */
static int64_t digits(const char *text, size_t count)
{
	int64_t value = 0;

	for (size_t i = 0; i < count; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value;
}

/* Does text have the punctuation of "2026-11-24T07:30:00Z"? */
static bool has_time_shape(const char *text, size_t len)
{
	return len == PPK_TIME_TEXT_SIZE - 1 && text[4] == '-' && text[7] == '-' &&
	       text[10] == 'T' && text[13] == ':' && text[16] == ':' && text[19] == 'Z';
}

enum ppk_err ppk_text_to_time(const char *text, size_t len, int64_t *ret_s)
{
	if (!has_time_shape(text, len))
		return PPK_ERR_SYNTAX;
	int64_t year = digits(text, 4), month = digits(text + 5, 2), day = digits(text + 8, 2);
	int64_t hour = digits(text + 11, 2), minute = digits(text + 14, 2);
	int64_t second = digits(text + 17, 2);

	if (year < YEAR_MIN || month < 1 || month > 12 || day < 1 ||
		day > days_of_month(year, month))
		return PPK_ERR_SYNTAX;
	/* no leap second: POSIX time has none to turn it into */
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
		return PPK_ERR_SYNTAX;

	int64_t days = days_before_year(year) + day - 1;

	for (int64_t m = 1; m < month; m++)
		days += days_of_month(year, m);
	*ret_s = days * DAY_S + hour * 3600 + minute * 60 + second;
	return PPK_OK;
}

/* Write value as exactly count decimal digits. */
static void put_digits(char *out, int64_t value, size_t count)
{
	while (count-- > 0) {
		out[count] = (char)('0' + value % 10);
		value /= 10;
	}
}

void ppk_time_to_text(int64_t time_s, char out[static PPK_TIME_TEXT_SIZE])
{
	static const char shape[PPK_TIME_TEXT_SIZE] = "0000-00-00T00:00:00Z";
	int64_t year, month = 1, left;

	if (time_s < 0)
		time_s = 0;
	if (time_s > TIME_MAX_S)
		time_s = TIME_MAX_S;

	/* 366 days a year is never too late a guess; the loop then runs a handful of times */
	year = 1970 + time_s / DAY_S / 366;
	while (year < YEAR_MAX && days_before_year(year + 1) <= time_s / DAY_S)
		year++;
	left = time_s / DAY_S - days_before_year(year);
	while (left >= days_of_month(year, month))
		left -= days_of_month(year, month++);

	for (size_t i = 0; i < PPK_TIME_TEXT_SIZE; i++)
		out[i] = shape[i];
	put_digits(out, year, 4);
	put_digits(out + 5, month, 2);
	put_digits(out + 8, left + 1, 2);
	put_digits(out + 11, time_s % DAY_S / 3600, 2);
	put_digits(out + 14, time_s % 3600 / 60, 2);
	put_digits(out + 17, time_s % 60, 2);
}
