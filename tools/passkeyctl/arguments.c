/* SPDX-License-Identifier: BSD-2-Clause */
#include "arguments.h"

#include <getopt.h>
#include <string.h>

#include "core/browser_message.h"
#include "core/text.h"

#define DATE_LENGTH 10 /* "2027-12-31" */

struct argument {
	const char *option;
	const char *value;
	const char *help;
};

static const struct argument arguments_known[PPK_ARG_COUNT] = {
#define PPK_ARGUMENT(name, option, value, help) { option, value, help },
#include "arguments.def"
#undef PPK_ARGUMENT
};

static bool accepts(const struct ppk_command *command, size_t id)
{
	return id == PPK_ARG_HELP || (command->accepts & (1u << id)) != 0;
}

/* getopt's table: the options of this command; val is the id and 1, so that none is 0 or '?'. */
static void fill_options(const struct ppk_command *command, struct option *options)
{
	size_t len = 0;

	for (size_t id = 0; id < PPK_ARG_COUNT; id++) {
		if (!accepts(command, id))
			continue;
		options[len++] = (struct option){
			.name = arguments_known[id].option,
			.has_arg =
				arguments_known[id].value == NULL ? no_argument : required_argument,
			.val = 256 + (int)id,
		};
	}
	options[len] = (struct option){ .name = NULL };
}

static enum ppk_err store_option(
	size_t id, const char *value, struct ppk_arguments *parsed, struct ppk_diag *reterr)
{
	if (parsed->value[id] != NULL)
		return ppk_diag_set(reterr, PPK_ERR_DUPLICATE, NULL, 0, 0, "--%s is given twice",
			arguments_known[id].option);
	parsed->value[id] = value == NULL ? "" : value;
	return PPK_OK;
}

/* opterr is 0, so that this program words the errors; got is what getopt_long returned for one. */
static enum ppk_err refuse_option(int got, const char *argument, struct ppk_diag *reterr)
{
	if (got == ':')
		return ppk_diag_set(
			reterr, PPK_ERR_OPTION, NULL, 0, 0, "%s needs a value", argument);
	return ppk_diag_set(reterr, PPK_ERR_OPTION, NULL, 0, 0,
		"%s is not an option of this command (\"--\" goes before a name or id that "
		"begins with a dash)",
		argument);
}

static enum ppk_err take_operands(const struct ppk_command *command, int count, char **operands,
	struct ppk_arguments *parsed, struct ppk_diag *reterr)
{
	if (parsed->value[PPK_ARG_HELP] != NULL)
		return PPK_OK;
	if ((size_t)count != command->operand_count)
		return ppk_diag_set(reterr, PPK_ERR_OPTION, NULL, 0, 0, "%s takes %s",
			command->name,
			command->operand_count == 0 ? "options alone" : command->operands);
	for (size_t i = 0; i < command->operand_count; i++)
		parsed->operands[i] = operands[i];
	parsed->operand_count = command->operand_count;
	return PPK_OK;
}

enum ppk_err ppk_arguments_parse(const struct ppk_command *command, int argc, char **argv,
	struct ppk_arguments *ret, struct ppk_diag *reterr)
{
	struct ppk_arguments parsed = { .operand_count = 0 };
	struct option options[PPK_ARG_COUNT + 1];
	enum ppk_err err = PPK_OK;
	int got;

	fill_options(command, options);
	opterr = 0;
	optind = 0; /* GNU: start anew */
	while (err == PPK_OK && (got = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		if (got == 'h')
			got = 256 + PPK_ARG_HELP;
		if (got >= 256)
			err = store_option((size_t)got - 256, optarg, &parsed, reterr);
		else
			err = refuse_option(got, argv[optind - 1], reterr);
	}
	if (err == PPK_OK)
		err = take_operands(command, argc - optind, argv + optind, &parsed, reterr);
	if (err == PPK_OK)
		*ret = parsed;
	return err;
}

void ppk_arguments_help(const struct ppk_command *command, FILE *out)
{
	char option[64];

	fprintf(out, "Usage: passkeyctl %s [OPTION...]%s%s\n\n%s\n\nOptions:\n", command->name,
		command->operands[0] == '\0' ? "" : " ", command->operands, command->summary);
	for (size_t id = 0; id < PPK_ARG_COUNT; id++) {
		const struct argument *known = &arguments_known[id];

		if (!accepts(command, id))
			continue;
		snprintf(option, sizeof(option), "--%s%s%s", known->option,
			known->value == NULL ? "" : " ", known->value == NULL ? "" : known->value);
		fprintf(out, "  %-24s  %s\n", option, known->help);
	}
	fprintf(out, "\nThe manual: man passkeyctl\n");
}

enum ppk_err ppk_arguments_expiry(
	const char *text, int64_t now_s, int64_t *ret_s, struct ppk_diag *reterr)
{
	char whole[PPK_TIME_TEXT_SIZE];
	int64_t time_s;

	if (strlen(text) == DATE_LENGTH)
		snprintf(whole, sizeof(whole), "%sT23:59:59Z", text);
	else
		snprintf(whole, sizeof(whole), "%s", text);
	if (strlen(text) >= sizeof(whole) ||
		ppk_text_to_time(whole, strlen(whole), &time_s) != PPK_OK)
		return ppk_diag_set(reterr, PPK_ERR_OPTION, NULL, 0, 0,
			"\"%s\" is no date such as 2027-12-31 or 2027-12-31T12:00:00Z", text);
	if (time_s <= now_s)
		return ppk_diag_set(reterr, PPK_ERR_OPTION, NULL, 0, 0, "%s is in the past", text);
	*ret_s = time_s;
	return PPK_OK;
}

/* Seconds of a unit; 0 for none. */
static uint32_t unit_of(char letter)
{
	switch (letter) {
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 24 * 3600;
	}
	return 0;
}

enum ppk_err ppk_arguments_duration(const char *text, uint32_t *ret_s, struct ppk_diag *reterr)
{
	size_t len = strlen(text);
	uint32_t unit = len == 0 ? 0 : unit_of(text[len - 1]);
	uint64_t count = 0;

	if (unit == 0 || ppk_text_to_number(text, len - 1, 1, PPK_BROWSER_TIMEOUT_MAX_S / unit,
				 &count) != PPK_OK)
		return ppk_diag_set(reterr, PPK_ERR_OPTION, NULL, 0, 0,
			"\"%s\" is no time such as 30m, 24h or 7d (7 days at most)", text);
	*ret_s = (uint32_t)count * unit;
	return PPK_OK;
}
