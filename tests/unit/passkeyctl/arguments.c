/* SPDX-License-Identifier: BSD-2-Clause */
#include "arguments.h"

#include <stdlib.h>

#include "check.h"

static const struct ppk_command command = {
	.name = "probe",
	.operands = "NAME",
	.operand_count = 1,
	.accepts = PPK_ACCEPTS(USER) | PPK_ACCEPTS(JSON),
	.summary = "Probe.",
};

/* Parse the words after the name of the command; getopt may change their order. */
static enum ppk_err parse(
	const char *const *words, size_t count, struct ppk_arguments *ret, struct ppk_diag *reterr)
{
	char *argv[16] = { (char *)(uintptr_t) "probe" };

	for (size_t i = 0; i < count; i++)
		argv[i + 1] = (char *)(uintptr_t)words[i];
	return ppk_arguments_parse(&command, (int)count + 1, argv, ret, reterr);
}

#define PARSE(ret, reterr, ...)                                                                    \
	parse((const char *const[]){ __VA_ARGS__ },                                                \
		sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *), ret, reterr)

static void options_may_stand_before_and_after_the_operand(void)
{
	struct ppk_arguments arguments;

	CHECK_OK(PARSE(&arguments, NULL, "--json", "key", "--user", "alice"));
	CHECK_STR(arguments.operands[0], "key");
	CHECK_STR(arguments.value[PPK_ARG_USER], "alice");
	CHECK(arguments.value[PPK_ARG_JSON] != NULL);
	CHECK(arguments.value[PPK_ARG_YES] == NULL);
	CHECK_OK(PARSE(&arguments, NULL, "--user=alice", "key"));
	CHECK_STR(arguments.value[PPK_ARG_USER], "alice");
}

static void two_dashes_end_the_options(void)
{
	struct ppk_arguments arguments;

	CHECK_OK(PARSE(&arguments, NULL, "--", "--json"));
	CHECK_STR(arguments.operands[0], "--json");
	CHECK(arguments.value[PPK_ARG_JSON] == NULL);
}

static void what_is_not_known_is_refused_and_named(void)
{
	struct ppk_arguments arguments;
	struct ppk_diag diag;

	CHECK_ERR(PARSE(&arguments, &diag, "key", "--yes"), PPK_ERR_OPTION);
	CHECK(strstr(diag.text, "--yes") != NULL);
	CHECK_ERR(PARSE(&arguments, &diag, "key", "-x"), PPK_ERR_OPTION);
	CHECK_ERR(PARSE(&arguments, &diag, "key", "--json=yes"), PPK_ERR_OPTION);
	CHECK_ERR(PARSE(&arguments, &diag, "key", "--user"), PPK_ERR_OPTION);
	CHECK(strstr(diag.text, "--user") != NULL);
}

static void the_wrong_number_of_operands_is_refused(void)
{
	struct ppk_arguments arguments;

	CHECK_ERR(PARSE(&arguments, NULL, "--json"), PPK_ERR_OPTION);
	CHECK_ERR(PARSE(&arguments, NULL, "one", "two"), PPK_ERR_OPTION);
}

static void the_same_option_twice_is_refused(void)
{
	struct ppk_arguments arguments;

	CHECK_ERR(PARSE(&arguments, NULL, "key", "--user=a", "--user=a"), PPK_ERR_DUPLICATE);
	CHECK_ERR(PARSE(&arguments, NULL, "key", "--json", "--json"), PPK_ERR_DUPLICATE);
}

static void nothing_is_written_when_it_is_refused(void)
{
	struct ppk_arguments arguments = { .operand_count = 7 };

	CHECK_ERR(PARSE(&arguments, NULL, "key", "--user=a", "--wrong"), PPK_ERR_OPTION);
	CHECK_INT(arguments.operand_count, 7);
	CHECK(arguments.value[PPK_ARG_USER] == NULL);
}

static void help_needs_no_operand(void)
{
	struct ppk_arguments arguments;

	CHECK_OK(PARSE(&arguments, NULL, "--help"));
	CHECK(arguments.value[PPK_ARG_HELP] != NULL);
	CHECK_OK(PARSE(&arguments, NULL, "-h"));
	CHECK(arguments.value[PPK_ARG_HELP] != NULL);
}

static void help_names_the_options_of_the_command_alone(void)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	CHECK(out != NULL);
	ppk_arguments_help(&command, out);
	fclose(out);
	CHECK(strstr(text, "Usage: passkeyctl probe [OPTION...] NAME\n") != NULL);
	CHECK(strstr(text, "--user NAME") != NULL);
	CHECK(strstr(text, "--help") != NULL);
	CHECK(strstr(text, "--yes") == NULL);
	free(text);
}

#define NOON_S 1795953600 /* 2026-11-29T12:00:00Z */

static void a_day_lasts_until_its_last_second(void)
{
	int64_t expires_s = 0;

	CHECK_OK(ppk_arguments_expiry("2026-11-29", NOON_S, &expires_s, NULL));
	CHECK_INT(expires_s, NOON_S + 12 * 3600 - 1);
	CHECK_OK(ppk_arguments_expiry("2026-11-29T12:00:01Z", NOON_S, &expires_s, NULL));
	CHECK_INT(expires_s, NOON_S + 1);
}

static void a_day_in_the_past_or_no_day_is_refused(void)
{
	static const char *const wrong[] = { "2026-11-28", "2026-11-29T12:00:00Z", "2026-02-30",
		"2026-1-1", "tomorrow", "", "2026-11-29T12:00:01", "2026-11-29T12:00:01Zx",
		"99999-01-01" };
	int64_t expires_s = 7;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK_ERR(ppk_arguments_expiry(wrong[i], NOON_S, &expires_s, NULL), PPK_ERR_OPTION);
	CHECK_INT(expires_s, 7);
}

static void a_time_is_minutes_hours_or_days(void)
{
	static const struct {
		const char *text;
		uint32_t wanted_s;
	} good[] = { { "1m", 60 }, { "24h", 86400 }, { "7d", 604800 }, { "10080m", 604800 } };
	static const char *const bad[] = { "", "h", "24", "0h", "-1h", "+1h", " 1h", "1h ", "01h",
		"1.5h", "8d", "169h", "10081m", "1s", "1w", "1H", "99999999999999999999d" };
	struct ppk_diag diag = { .text = "" };
	uint32_t time_s = 1;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		CHECK_OK(ppk_arguments_duration(good[i].text, &time_s, &diag));
		CHECK_INT(time_s, good[i].wanted_s);
	}
	time_s = 1;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		CHECK_ERR(ppk_arguments_duration(bad[i], &time_s, &diag), PPK_ERR_OPTION);
		CHECK(time_s == 1 && diag.text[0] != '\0');
	}
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(options_may_stand_before_and_after_the_operand),
		CHECK_TEST(two_dashes_end_the_options),
		CHECK_TEST(what_is_not_known_is_refused_and_named),
		CHECK_TEST(the_wrong_number_of_operands_is_refused),
		CHECK_TEST(the_same_option_twice_is_refused),
		CHECK_TEST(nothing_is_written_when_it_is_refused),
		CHECK_TEST(help_needs_no_operand),
		CHECK_TEST(help_names_the_options_of_the_command_alone),
		CHECK_TEST(a_day_lasts_until_its_last_second),
		CHECK_TEST(a_day_in_the_past_or_no_day_is_refused),
		CHECK_TEST(a_time_is_minutes_hours_or_days));
}
