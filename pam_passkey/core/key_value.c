/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/key_value.h"

#include <string.h>

#include "core/text.h"

/* The line that is being split, and where. */
struct scanner {
	const char *line;
	size_t len;
	size_t at;
	struct ppk_diag *reterr;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_key_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static unsigned column_of(size_t at)
{
	return (unsigned)at + 1;
}

static enum ppk_err syntax_error(const struct scanner *scanner, size_t at, const char *what)
{
	return ppk_diag_set(scanner->reterr, PPK_ERR_SYNTAX, NULL, 0, column_of(at), "%s", what);
}

static enum ppk_err scan_key(struct scanner *scanner, struct ppk_pair *pair)
{
	size_t start = scanner->at;

	while (scanner->at < scanner->len && is_key_character(scanner->line[scanner->at]))
		scanner->at++;
	pair->key = scanner->line + start;
	pair->key_len = scanner->at - start;
	pair->key_column = column_of(start);
	if (pair->key_len == 0 || pair->key[0] < 'a')
		return syntax_error(scanner, start, "a key begins with a lower-case letter");
	if (pair->key_len > PPK_PAIR_KEY_MAX)
		return syntax_error(scanner, start, "the key is too long");
	if (scanner->at == scanner->len || scanner->line[scanner->at] != '=')
		return syntax_error(scanner, scanner->at, "'=' expected after the key");
	scanner->at++;
	return PPK_OK;
}

/* From the opening quote to the closing one. */
static enum ppk_err scan_quoted(struct scanner *scanner)
{
	size_t start = scanner->at++;

	for (; scanner->at < scanner->len; scanner->at++) {
		char c = scanner->line[scanner->at];

		if (c == '"') {
			scanner->at++;
			return PPK_OK;
		}
		if (c != '\\')
			continue;
		if (scanner->at + 1 == scanner->len)
			break;
		c = scanner->line[++scanner->at];
		if (c != '"' && c != '\\')
			return syntax_error(scanner, scanner->at - 1,
				"a backslash stands before '\"' or '\\' only");
	}
	return syntax_error(scanner, start, "the quoted value has no end");
}

static enum ppk_err scan_plain(struct scanner *scanner)
{
	for (; scanner->at < scanner->len; scanner->at++) {
		char c = scanner->line[scanner->at];

		if (is_blank(c))
			break;
		if (c == '"' || c == '\\')
			return syntax_error(scanner, scanner->at,
				"a value with '\"' or '\\' must stand in quotes");
	}
	return PPK_OK;
}

static enum ppk_err scan_value(struct scanner *scanner, struct ppk_pair *pair)
{
	size_t start = scanner->at;
	bool quoted = start < scanner->len && scanner->line[start] == '"';
	enum ppk_err err = quoted ? scan_quoted(scanner) : scan_plain(scanner);

	if (err != PPK_OK)
		return err;
	pair->value = scanner->line + start;
	pair->value_len = scanner->at - start;
	pair->value_column = column_of(start);
	if (pair->value_len == (quoted ? 2 : 0))
		return syntax_error(scanner, start, "the value is empty");
	if (!ppk_text_is_printable(pair->value, pair->value_len, pair->value_len))
		return syntax_error(scanner, start, "the value is not printable UTF-8");
	if (scanner->at < scanner->len && !is_blank(scanner->line[scanner->at]))
		return syntax_error(scanner, scanner->at, "a space must follow the closing quote");
	return PPK_OK;
}

static bool is_repeated(const struct ppk_pair *pairs, size_t count, const struct ppk_pair *pair)
{
	for (size_t i = 0; i < count; i++)
		if (pairs[i].key_len == pair->key_len &&
			memcmp(pairs[i].key, pair->key, pair->key_len) == 0)
			return true;
	return false;
}

enum ppk_err ppk_pairs_split(const char *line, size_t len, size_t from,
	struct ppk_pair ret_pairs[static PPK_PAIRS_MAX], size_t *ret_count, struct ppk_diag *reterr)
{
	struct scanner scanner = { .line = line, .len = len, .at = from, .reterr = reterr };
	size_t count = 0;

	for (;;) {
		struct ppk_pair pair = { 0 };
		enum ppk_err err;

		while (scanner.at < len && is_blank(line[scanner.at]))
			scanner.at++;
		if (scanner.at == len)
			break;
		if (count == PPK_PAIRS_MAX)
			return ppk_diag_set(reterr, PPK_ERR_LIMIT, NULL, 0, column_of(scanner.at),
				"more than %d keys", PPK_PAIRS_MAX);
		err = scan_key(&scanner, &pair);
		if (err == PPK_OK)
			err = scan_value(&scanner, &pair);
		if (err != PPK_OK)
			return err;
		if (is_repeated(ret_pairs, count, &pair))
			return ppk_diag_set(reterr, PPK_ERR_DUPLICATE, NULL, 0, pair.key_column,
				"%.*s= is given twice", (int)pair.key_len, pair.key);
		ret_pairs[count++] = pair;
	}
	*ret_count = count;
	return PPK_OK;
}

bool ppk_pair_has_key(const struct ppk_pair *pair, const char *key)
{
	return pair->key_len == strlen(key) && memcmp(pair->key, key, pair->key_len) == 0;
}

bool ppk_pair_nearly_has_key(const struct ppk_pair *pair, const char *key)
{
	const char *a = pair->key, *b = key;
	size_t a_len = pair->key_len, b_len = strlen(key);

	/* what both begin with, and then what both end with, makes no difference */
	while (a_len > 0 && b_len > 0 && a[0] == b[0])
		a++, b++, a_len--, b_len--;
	while (a_len > 0 && b_len > 0 && a[a_len - 1] == b[b_len - 1])
		a_len--, b_len--;
	if (a_len == 2 && b_len == 2)
		return a[0] == b[1] && a[1] == b[0];
	return a_len <= 1 && b_len <= 1 && a_len + b_len > 0;
}

size_t ppk_pair_unquote(const struct ppk_pair *pair, char *out)
{
	size_t used = 0;

	if (pair->value[0] != '"') {
		memcpy(out, pair->value, pair->value_len);
		out[pair->value_len] = '\0';
		return pair->value_len;
	}
	for (size_t i = 1; i < pair->value_len - 1; i++) {
		if (pair->value[i] == '\\')
			i++;
		out[used++] = pair->value[i];
	}
	out[used] = '\0';
	return used;
}

void ppk_pair_write(struct ppk_writer *line, const char *key, const char *value)
{
	ppk_writer_raw(line, key, strlen(key));
	ppk_writer_u8(line, '=');
	if (value[0] != '\0' && strpbrk(value, " \"\\") == NULL) {
		ppk_writer_raw(line, value, strlen(value));
		return;
	}
	ppk_writer_u8(line, '"');
	for (const char *next = value; *next != '\0'; next++) {
		if (*next == '"' || *next == '\\')
			ppk_writer_u8(line, '\\');
		ppk_writer_u8(line, (uint8_t)*next);
	}
	ppk_writer_u8(line, '"');
}
