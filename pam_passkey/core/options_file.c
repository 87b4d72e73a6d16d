/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_passkey.conf(5), passkeyd.conf(5): one "name = value" a line */
#include "core/options.h"

#include <string.h>

#include "core/option_table.h"
#include "core/text.h"

struct line {
	const char *text;
	size_t len;
	const char *source;
	unsigned number;
	ppk_setting_fn *set;
	void *context;
};

/* Bytes of text, from `from` to `to`, without the blanks around them. */
struct span {
	size_t from;
	size_t to;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct span trim(const struct line *line, size_t from, size_t to)
{
	while (from < to && is_blank(line->text[from]))
		from++;
	while (to > from && is_blank(line->text[to - 1]))
		to--;
	return (struct span){ from, to };
}

static enum ppk_err refuse(
	const struct line *line, size_t at, const char *sentence, struct ppk_diag *reterr)
{
	return ppk_diag_set(reterr, PPK_ERR_SYNTAX, line->source, line->number, (unsigned)at + 1,
		"%s", sentence);
}

/* Control characters, NUL and CR among them, and what is no UTF-8; a tab may be a blank. */
static enum ppk_err check_characters(const struct line *line, struct ppk_diag *reterr)
{
	size_t start = 0;

	for (size_t i = 0; i <= line->len; i++) {
		if (i < line->len && line->text[i] != '\t')
			continue;
		if (i > start && !ppk_text_is_printable(line->text + start, i - start, i - start))
			return refuse(line, start,
				line->text[line->len - 1] == '\r'
					? "the line ends in a carriage return"
					: "the line has control characters, or is no UTF-8",
				reterr);
		start = i + 1;
	}
	return PPK_OK;
}

/* Take the double quotes off value. A '#' or a blank without them could be meant as a comment. */
static enum ppk_err unquote(const struct line *line, struct span *value, struct ppk_diag *reterr)
{
	const char *text = line->text + value->from;
	size_t len = value->to - value->from;
	bool quoted = len >= 2 && text[0] == '"' && text[len - 1] == '"';

	if (quoted) {
		value->from++;
		value->to--;
	}
	for (size_t i = value->from; i < value->to; i++) {
		char c = line->text[i];

		if (c == '"')
			return refuse(line, i, "a double quote inside of a value", reterr);
		if (!quoted && (is_blank(c) || c == '#'))
			return refuse(line, i,
				"a value with a blank or '#' must stand in double quotes", reterr);
	}
	return PPK_OK;
}

static enum ppk_err apply_setting(
	const struct line *line, struct span whole, struct ppk_diag *reterr)
{
	const char *equals = memchr(line->text + whole.from, '=', whole.to - whole.from);
	struct ppk_option_place place = {
		.source = line->source,
		.line = line->number,
		.name_column = (unsigned)whole.from + 1,
		.is_file = true,
	};
	struct span name, value;
	enum ppk_err err;

	if (equals == NULL)
		return refuse(line, whole.from, "not of the form name = value", reterr);
	name = trim(line, whole.from, (size_t)(equals - line->text));
	value = trim(line, (size_t)(equals - line->text) + 1, whole.to);
	err = unquote(line, &value, reterr);
	if (err != PPK_OK)
		return err;
	place.value_column = (unsigned)value.from + 1;
	return line->set(line->context, line->text + name.from, name.to - name.from,
		line->text + value.from, value.to - value.from, &place, reterr);
}

static enum ppk_err apply_line(const struct line *line, struct ppk_diag *reterr)
{
	enum ppk_err err = check_characters(line, reterr);
	struct span whole = trim(line, 0, line->len);

	if (err != PPK_OK || whole.from == whole.to || line->text[whole.from] == '#')
		return err;
	return apply_setting(line, whole, reterr);
}

enum ppk_err ppk_settings_apply(const char *text, size_t len, const char *source,
	ppk_setting_fn *set, void *context, struct ppk_diag *reterr)
{
	struct line line = { .source = source, .set = set, .context = context };
	enum ppk_err err = PPK_OK;

	if (len > PPK_OPTIONS_FILE_MAX)
		return ppk_diag_set(reterr, PPK_ERR_LIMIT, source, 0, 0,
			"a configuration file has at most %d bytes", PPK_OPTIONS_FILE_MAX);
	for (size_t start = 0; start < len && err == PPK_OK; start += line.len + 1) {
		const char *newline = memchr(text + start, '\n', len - start);

		line.text = text + start;
		line.len = newline == NULL ? len - start : (size_t)(newline - text) - start;
		line.number++;
		err = apply_line(&line, reterr);
	}
	return err;
}

static enum ppk_err set_option(void *options, const char *name, size_t name_len, const char *value,
	size_t value_len, const struct ppk_option_place *place, struct ppk_diag *reterr)
{
	return ppk_option_set(options, name, name_len, value, value_len, place, reterr);
}

enum ppk_err ppk_options_apply_file(struct ppk_options *options, const char *text, size_t len,
	const char *source, struct ppk_diag *reterr)
{
	ppk_options_begin_source(options);
	return ppk_settings_apply(text, len, source, set_option, options, reterr);
}
