/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_ARGUMENTS_H
#define PPK_TOOLS_PASSKEYCTL_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/diagnostic.h"
#include "core/error.h"

#define PPK_OPERANDS_MAX 2

enum ppk_argument_id {
#define PPK_ARGUMENT(name, option, value, help) PPK_ARG_##name,
#include "arguments.def"
#undef PPK_ARGUMENT
	PPK_ARG_COUNT
};

/* The bit of an option in ppk_command.accepts. */
#define PPK_ACCEPTS(name) (1u << PPK_ARG_##name)

/* What a command was called with. Strings point into argv. */
struct ppk_arguments {
	const char *value[PPK_ARG_COUNT]; /* NULL: not given; a switch that was given: "" */
	const char *operands[PPK_OPERANDS_MAX];
	size_t operand_count;
};

/* A subcommand. run returns the exit status (message.h). */
struct ppk_command {
	const char *name;
	const char *operands; /* for the synopsis: "OLD NEW", or "" */
	size_t operand_count; /* how many it takes, no more and no less */
	unsigned accepts;     /* PPK_ACCEPTS() of its options; PPK_ARG_HELP is always accepted */
	const char *summary;
	int (*run)(const struct ppk_arguments *arguments);
};

/*
 * Parse the arguments of a command; argv[0] is its name. Options may stand before and after
 * operands; "--" ends them. PPK_ERR_OPTION (unknown, no value, a value too many, wrong number of
 * operands) | PPK_ERR_DUPLICATE with a sentence in *reterr; with --help the number of operands does
 * not matter. Changes getopt's own globals, nothing else.
 */
PPK_MUST_CHECK enum ppk_err ppk_arguments_parse(const struct ppk_command *command, int argc,
						char **argv, struct ppk_arguments *ret,
						struct ppk_diag *reterr);

/* The help of one command, made from the tables. */
void ppk_arguments_help(const struct ppk_command *command, FILE *out);

/*
 * The end of a passkey's life: "2027-12-31" (the last second of that day, UTC) or
 * "2027-12-31T12:00:00Z". Must lie after now_s. PPK_ERR_OPTION with a sentence. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_arguments_expiry(const char *text, int64_t now_s, int64_t *ret_s,
						 struct ppk_diag *reterr);

/*
 * "30m", "24h", "7d": minutes, hours, days, from 1 minute to 7 days (PPK_BROWSER_TIMEOUT_MAX_S).
 * PPK_ERR_OPTION with a sentence. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_arguments_duration(
	const char *text, uint32_t *ret_s, struct ppk_diag *reterr);

#endif
