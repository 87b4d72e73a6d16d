/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_CHECK_H
#define TESTS_UNIT_CHECK_H

/*
 * The smallest test runner: a table of named tests, TAP on standard output, both values printed
 * when they differ. A check that fails ends its test and not the program.
 *
 *     static void empty_text_is_refused(void) { CHECK_ERR(parse(""), PPK_ERR_SYNTAX); }
 *     int main(void) { return CHECK_RUN(CHECK_TEST(empty_text_is_refused), ...); }
 */

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"

struct check_test {
	const char *name;
	void (*run)(void);
};

static jmp_buf check_failed;
static const char *check_skipped; /* why the running test cannot run here */

/* Leave the test, with a reason that the output shows: CHECK_SKIP("needs root"); */
#define CHECK_SKIP(reason)                                                                    \
	do {                                                                                  \
		check_skipped = (reason);                                                     \
		return;                                                                       \
	} while (0)

#define CHECK_FAIL(...)                                                                       \
	do {                                                                                  \
		printf("# %s:%d: ", __FILE__, __LINE__);                                      \
		printf(__VA_ARGS__);                                                          \
		printf("\n");                                                                 \
		longjmp(check_failed, 1);                                                     \
	} while (0)

#define CHECK(condition)                                                                      \
	do {                                                                                  \
		if (!(condition))                                                             \
			CHECK_FAIL("not so: %s", #condition);                                 \
	} while (0)

#define CHECK_ERR(expression, expected)                                                       \
	do {                                                                                  \
		enum ppk_err check_got_ = (expression), check_want_ = (expected);             \
		if (check_got_ != check_want_)                                                \
			CHECK_FAIL("%s gave %s, not %s", #expression,                         \
				   ppk_err_token(check_got_), ppk_err_token(check_want_));    \
	} while (0)

#define CHECK_OK(expression) CHECK_ERR(expression, PPK_OK)

#define CHECK_INT(expression, expected)                                                       \
	do {                                                                                  \
		long long check_got_ = (long long)(expression);                               \
		long long check_want_ = (long long)(expected);                                \
		if (check_got_ != check_want_)                                                \
			CHECK_FAIL("%s is %lld, not %lld", #expression, check_got_,           \
				   check_want_);                                              \
	} while (0)

#define CHECK_STR(expression, expected)                                                       \
	do {                                                                                  \
		const char *check_got_ = (expression), *check_want_ = (expected);             \
		if (check_got_ == NULL || strcmp(check_got_, check_want_) != 0)               \
			CHECK_FAIL("%s is \"%s\", not \"%s\"", #expression,                   \
				   check_got_ == NULL ? "(null)" : check_got_, check_want_);  \
	} while (0)

#define CHECK_BYTES(got, got_len, want, want_len)                                             \
	do {                                                                                  \
		if ((got_len) != (want_len) || memcmp((got), (want), (want_len)) != 0)        \
			CHECK_FAIL("%s differs from %s", #got, #want);                        \
	} while (0)

#define CHECK_TEST(function) { #function, function }
#define CHECK_RUN(...)                                                                        \
	check_run((const struct check_test[]){ __VA_ARGS__ },                                 \
		  sizeof((const struct check_test[]){ __VA_ARGS__ }) / sizeof(struct check_test))

static inline int check_run(const struct check_test *tests, size_t count)
{
	volatile int failures = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%zu\n", count);
	for (volatile size_t i = 0; i < count; i++) {
		bool ok = setjmp(check_failed) == 0;

		check_skipped = NULL;
		if (ok)
			tests[i].run();
		else
			failures++;
		printf("%sok %zu - %s%s%s\n", ok ? "" : "not ", i + 1, tests[i].name,
		       check_skipped == NULL ? "" : " # SKIP ",
		       check_skipped == NULL ? "" : check_skipped);
	}
	return failures == 0 ? 0 : 1;
}

#endif
