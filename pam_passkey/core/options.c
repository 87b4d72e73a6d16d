/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/options.h"

#include <string.h>

#include "core/key_value.h"
#include "core/option_table.h"
#include "core/option_value.h"

#define SHOWN_MAX 64 /* bytes of a name or a value in a sentence */

struct option {
	const char *name;
	enum ppk_option_kind kind;
	size_t offset; /* of the member of struct ppk_options */
	const char *value_default;
	const char *values;
};

/* The member is called like the option, and has its unit in its name. */
#define OFFSET(member) offsetof(struct ppk_options, member)
#define OFFSET_PATH(name) OFFSET(name)
#define OFFSET_TEMPLATE(name) OFFSET(name)
#define OFFSET_RP_ID(name) OFFSET(name)
#define OFFSET_METHODS(name) OFFSET(name)
#define OFFSET_ORIGINS(name) OFFSET(name)
#define OFFSET_WEB_ORIGIN(name) OFFSET(name)
#define OFFSET_BROWSER_PEER(name) OFFSET(name)
#define OFFSET_BROWSER_QR(name) OFFSET(name)
#define OFFSET_UV(name) OFFSET(name)
#define OFFSET_SECONDS(name) OFFSET(name##_s)
#define OFFSET_UNENROLLED(name) OFFSET(name)
#define OFFSET_SIGN_COUNT(name) OFFSET(name)
#define OFFSET_ATTESTATION(name) OFFSET(name)
#define OFFSET_AAGUIDS(name) OFFSET(name)
#define OFFSET_SYNCED(name) OFFSET(name)
#define OFFSET_SWITCH(name) OFFSET(name)

static const struct option table[] = {
#define PPK_OPTION(name, kind, value_default, values, help)                                        \
	{ #name, PPK_OPTION_##kind, OFFSET_##kind(name), value_default, values },
#include "options.def"
#undef PPK_OPTION
};

#define OPTION_COUNT (sizeof(table) / sizeof(table[0]))
_Static_assert(OPTION_COUNT <= sizeof((struct ppk_options){ 0 }.given),
	"struct ppk_options notes for each option whether it was given");

static bool is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(text, word, len) == 0;
}

static const struct option *find_option(const char *name, size_t len)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (is_word(name, len, table[i].name))
			return &table[i];
	}
	return NULL;
}

static int shown(size_t len)
{
	return len < SHOWN_MAX ? (int)len : SHOWN_MAX;
}

static enum ppk_err refuse_name(
	const char *name, size_t len, const struct ppk_option_place *place, struct ppk_diag *reterr)
{
	struct ppk_pair pair = { .key = name, .key_len = len };

	for (size_t i = 0; i < OPTION_COUNT; i++) {
		if (ppk_pair_nearly_has_key(&pair, table[i].name))
			return ppk_diag_set(reterr, PPK_ERR_OPTION, place->source, place->line,
				place->name_column, "unknown option '%.*s'; did you mean '%s'?",
				shown(len), name, table[i].name);
	}
	return ppk_diag_set(reterr, PPK_ERR_OPTION, place->source, place->line, place->name_column,
		"unknown option '%.*s'", shown(len), name);
}

static enum ppk_err set_value(struct ppk_options *options, const struct option *option,
	const char *value, size_t len, const struct ppk_option_place *place,
	struct ppk_diag *reterr)
{
	enum ppk_err err;

	if (value == NULL && option->kind != PPK_OPTION_SWITCH)
		return ppk_diag_set(reterr, PPK_ERR_OPTION, place->source, place->line,
			place->name_column, "option '%s' needs a value (%s)", option->name,
			option->values);
	if (value == NULL) {
		value = "yes";
		len = strlen(value);
	}
	err = ppk_option_value_parse(option->kind, value, len, options, option->offset);
	if (err != PPK_OK)
		return ppk_diag_set(reterr, PPK_ERR_OPTION, place->source, place->line,
			place->value_column, "option '%s' cannot be '%.*s' (%s)", option->name,
			shown(len), value, option->values);
	return PPK_OK;
}

enum ppk_err ppk_option_set(struct ppk_options *options, const char *name, size_t name_len,
	const char *value, size_t value_len, const struct ppk_option_place *place,
	struct ppk_diag *reterr)
{
	const struct option *option = find_option(name, name_len);
	bool *given;

	if (option == NULL)
		return refuse_name(name, name_len, place, reterr);
	if (place->is_file && option->offset == OFFSET(conf))
		return ppk_diag_set(reterr, PPK_ERR_OPTION, place->source, place->line,
			place->name_column, "option 'conf' belongs on the PAM line");
	given = &options->given[option - table];
	if (*given)
		return ppk_diag_set(reterr, PPK_ERR_DUPLICATE, place->source, place->line,
			place->name_column, "option '%s' is given twice", option->name);
	*given = true;
	return set_value(options, option, value, value_len, place, reterr);
}

void ppk_options_begin_source(struct ppk_options *options)
{
	memset(options->given, 0, sizeof(options->given));
}

void ppk_options_init(struct ppk_options *options)
{
	memset(options, 0, sizeof(*options));
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option *option = &table[i];
		const char *value = option->value_default;

		/* cannot fail: the unit test reads each default of options.def back */
		if (ppk_option_value_parse(
			    option->kind, value, strlen(value), options, option->offset) != PPK_OK)
			continue;
	}
}

static enum ppk_err apply_argument(
	struct ppk_options *options, const char *argument, struct ppk_diag *reterr)
{
	static const struct ppk_option_place place = { .source = "PAM line" };
	const char *equals = strchr(argument, '=');

	if (equals == NULL)
		return ppk_option_set(options, argument, strlen(argument), NULL, 0, &place, reterr);
	return ppk_option_set(options, argument, (size_t)(equals - argument), equals + 1,
		strlen(equals + 1), &place, reterr);
}

enum ppk_err ppk_options_conf_of_line(
	struct ppk_options *options, int argc, const char *const *argv, struct ppk_diag *reterr)
{
	enum ppk_err err = PPK_OK;

	ppk_options_begin_source(options);
	for (int i = 0; i < argc && err == PPK_OK; i++) {
		if (is_word(argv[i], strcspn(argv[i], "="), "conf"))
			err = apply_argument(options, argv[i], reterr);
	}
	return err;
}

enum ppk_err ppk_options_apply_line(
	struct ppk_options *options, int argc, const char *const *argv, struct ppk_diag *reterr)
{
	enum ppk_err err = PPK_OK;

	ppk_options_begin_source(options);
	for (int i = 0; i < argc && err == PPK_OK; i++)
		err = apply_argument(options, argv[i], reterr);
	return err;
}
