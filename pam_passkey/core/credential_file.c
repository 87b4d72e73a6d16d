/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A credential file as a list of lines (credential.md).
 *
 * 1. MUST NOT let one bad line take another line's credential away, nor count a bad line's.
 * 2. MUST NOT count a credential whose line has no newline, since what restricts it may have stood
 *    behind the end of the file; nor write it back so that it counts.
 * 3. MUST keep comments, order and lines that were not understood, byte by byte.
 * 4. MUST NOT need memory out of proportion to the file: lines and credentials are bounded.
 */
#include "core/credential_file.h"

#include <stdlib.h>
#include <string.h>

/* What a file is parsed with. */
struct parsing {
	struct ppk_credential_file *file;
	const char *source;
	ppk_key_check_fn *key_check;
	struct ppk_diag *reterr;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Empty, nothing but blanks, or a comment? */
static bool is_silent(const char *text, size_t len)
{
	size_t at = 0;

	while (at < len && is_blank(text[at]))
		at++;
	return at == len || text[at] == '#';
}

static enum ppk_err bad_line(
	struct ppk_credential_line *line, enum ppk_err err, size_t column, const char *what)
{
	return ppk_diag_set(&line->diag, err, NULL, 0, (unsigned)column, "%s", what);
}

static enum ppk_err check_credential(
	const struct parsing *parsing, struct ppk_credential_line *line, bool has_newline)
{
	const struct ppk_credential *credential = line->credential;

	if (!has_newline) {
		line->cut = true;
		return bad_line(line, PPK_ERR_SYNTAX, line->len + 1,
			"no newline at the end of the last line: it may have been cut");
	}
	if (ppk_credential_file_find(parsing->file, credential->id.data, credential->id.len) !=
		NULL)
		return bad_line(line, PPK_ERR_DUPLICATE, 0,
			"an earlier line has a credential with this id");
	if (parsing->key_check == NULL)
		return PPK_OK;
	enum ppk_err err = parsing->key_check(credential);

	return err == PPK_OK ? PPK_OK : bad_line(line, err, 0, ppk_err_sentence(err));
}

/* Give line its meaning. What is wrong with it is in the result and in line->diag. */
static enum ppk_err parse_line(
	const struct parsing *parsing, struct ppk_credential_line *line, bool has_newline)
{
	const char *nul = memchr(line->text, '\0', line->len);

	if (nul != NULL)
		return bad_line(line, PPK_ERR_SYNTAX, (size_t)(nul - line->text) + 1,
			"a NUL byte in the line");
	if (is_silent(line->text, line->len))
		return PPK_OK;
	if (line->text[line->len - 1] == '\r')
		return bad_line(line, PPK_ERR_SYNTAX, line->len,
			"the line ends with a carriage return (a file of DOS or Windows)");
	enum ppk_err err =
		ppk_credential_parse(line->text, line->len, &line->credential, &line->diag);

	if (err == PPK_OK)
		err = check_credential(parsing, line, has_newline);
	return err;
}

/* Copy the text into the next line of the file, and parse it. */
static enum ppk_err take_line(
	const struct parsing *parsing, const char *text, size_t len, bool has_newline)
{
	struct ppk_credential_file *file = parsing->file;
	struct ppk_credential_line line = { .text = malloc(len + 1), .len = len };

	if (line.text == NULL)
		return PPK_ERR_NOMEM;
	memcpy(line.text, text, len);
	line.text[len] = '\0';
	line.err = parse_line(parsing, &line, has_newline);
	if (line.err != PPK_OK) {
		ppk_credential_free(line.credential);
		line.credential = NULL;
		ppk_diag_set(&line.diag, line.err, parsing->source, (unsigned)file->line_count + 1,
			line.diag.column, "%s", line.diag.text);
	}
	if (line.credential != NULL)
		file->credential_count++;
	if (line.err != PPK_OK)
		file->bad_count++;
	file->lines[file->line_count++] = line;
	return line.err == PPK_ERR_NOMEM ? PPK_ERR_NOMEM : PPK_OK;
}

static size_t count_lines(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += text[i] == '\n';
	return count + (len > 0 && text[len - 1] != '\n');
}

static enum ppk_err take_lines(const struct parsing *parsing, const char *text, size_t len)
{
	const struct ppk_credential_file *file = parsing->file;

	for (size_t start = 0; start < len;) {
		const char *newline = memchr(text + start, '\n', len - start);
		size_t line_len = newline == NULL ? len - start : (size_t)(newline - text) - start;
		enum ppk_err err = take_line(parsing, text + start, line_len, newline != NULL);

		if (err != PPK_OK)
			return ppk_diag_set(parsing->reterr, err, parsing->source, 0, 0, "%s",
				ppk_err_sentence(err));
		if (file->credential_count > PPK_CREDENTIALS_MAX)
			return ppk_diag_set(parsing->reterr, PPK_ERR_LIMIT, parsing->source,
				(unsigned)file->line_count, 0, "more than %d credentials",
				PPK_CREDENTIALS_MAX);
		start += line_len + 1;
	}
	return PPK_OK;
}

enum ppk_err ppk_credential_file_parse(const char *text, size_t len, const char *source,
	ppk_key_check_fn *key_check, struct ppk_credential_file **ret, struct ppk_diag *reterr)
{
	if (len > PPK_CREDENTIAL_FILE_MAX)
		return ppk_diag_set(reterr, PPK_ERR_LIMIT, source, 0, 0, "more than %d bytes",
			PPK_CREDENTIAL_FILE_MAX);
	size_t line_count = count_lines(text, len);

	if (line_count > PPK_CREDENTIAL_LINES_MAX)
		return ppk_diag_set(reterr, PPK_ERR_LIMIT, source, 0, 0, "more than %d lines",
			PPK_CREDENTIAL_LINES_MAX);
	struct ppk_credential_file *file = calloc(1, sizeof(*file));

	if (file != NULL) /* one more: calloc() of nothing may answer NULL */
		file->lines = calloc(line_count + 1, sizeof(*file->lines));
	if (file == NULL || file->lines == NULL) {
		free(file);
		return ppk_diag_set(
			reterr, PPK_ERR_NOMEM, source, 0, 0, "%s", ppk_err_sentence(PPK_ERR_NOMEM));
	}
	struct parsing parsing = {
		.file = file, .source = source, .key_check = key_check, .reterr = reterr
	};
	enum ppk_err err = take_lines(&parsing, text, len);

	if (err != PPK_OK) {
		ppk_credential_file_free(file);
		return err;
	}
	*ret = file;
	return PPK_OK;
}

/* In front of a cut line that is written back. */
static const char cut_mark[] = "# cut: ";

enum ppk_err ppk_credential_file_format(
	const struct ppk_credential_file *file, struct ppk_bytes *ret)
{
	size_t size = 1; /* never 0: malloc(0) may answer NULL */

	for (size_t i = 0; i < file->line_count; i++)
		size += file->lines[i].len + 1 + (file->lines[i].cut ? sizeof(cut_mark) - 1 : 0);
	struct ppk_writer out = { .data = malloc(size), .size = size };

	if (out.data == NULL)
		return PPK_ERR_NOMEM;
	for (size_t i = 0; i < file->line_count; i++) {
		if (file->lines[i].cut)
			ppk_writer_raw(&out, cut_mark, sizeof(cut_mark) - 1);
		ppk_writer_raw(&out, file->lines[i].text, file->lines[i].len);
		ppk_writer_u8(&out, '\n');
	}
	*ret = (struct ppk_bytes){ .data = out.data, .len = out.len };
	return PPK_OK;
}

struct ppk_credential_line *ppk_credential_file_find(
	const struct ppk_credential_file *file, const void *id, size_t id_len)
{
	for (size_t i = 0; i < file->line_count; i++)
		if (file->lines[i].credential != NULL &&
			ppk_bytes_equal(&file->lines[i].credential->id, id, id_len))
			return &file->lines[i];
	return NULL;
}

enum ppk_err ppk_credential_file_append(
	struct ppk_credential_file *file, struct ppk_credential *credential)
{
	char *text = NULL;

	if (ppk_credential_file_find(file, credential->id.data, credential->id.len) != NULL)
		return PPK_ERR_DUPLICATE;
	if (file->credential_count >= PPK_CREDENTIALS_MAX ||
		file->line_count >= PPK_CREDENTIAL_LINES_MAX)
		return PPK_ERR_LIMIT;
	enum ppk_err err = ppk_credential_format(credential, &text);

	if (err != PPK_OK)
		return err;
	struct ppk_credential_line *lines =
		realloc(file->lines, (file->line_count + 1) * sizeof(*lines));

	if (lines == NULL) {
		free(text);
		return PPK_ERR_NOMEM;
	}
	file->lines = lines;
	lines[file->line_count++] = (struct ppk_credential_line){
		.text = text, .len = strlen(text), .credential = credential
	};
	file->credential_count++;
	return PPK_OK;
}

enum ppk_err ppk_credential_file_update(
	struct ppk_credential_file *file, struct ppk_credential_line *line)
{
	char *text = NULL;

	for (size_t i = 0; i < file->line_count; i++) {
		const struct ppk_credential *other = file->lines[i].credential;

		if (&file->lines[i] != line && other != NULL &&
			ppk_bytes_equal(
				&other->id, line->credential->id.data, line->credential->id.len))
			return PPK_ERR_DUPLICATE;
	}
	enum ppk_err err = ppk_credential_format(line->credential, &text);

	if (err != PPK_OK)
		return err;
	free(line->text);
	line->text = text;
	line->len = strlen(text);
	return PPK_OK;
}

static void line_done(struct ppk_credential_line *line)
{
	free(line->text);
	ppk_credential_free(line->credential);
}

void ppk_credential_file_remove(struct ppk_credential_file *file, struct ppk_credential_line *line)
{
	size_t index = (size_t)(line - file->lines);

	if (line->credential != NULL)
		file->credential_count--;
	if (line->err != PPK_OK)
		file->bad_count--;
	line_done(line);
	file->line_count--;
	memmove(line, line + 1, (file->line_count - index) * sizeof(*line));
}

void ppk_credential_file_free(struct ppk_credential_file *file)
{
	if (file == NULL)
		return;
	for (size_t i = 0; i < file->line_count; i++)
		line_done(&file->lines[i]);
	free(file->lines);
	free(file);
}
