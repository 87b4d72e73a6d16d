/* SPDX-License-Identifier: BSD-2-Clause */
/* A credential file: kept byte by byte, counted right, and never weaker when it is cut. */
#include <string.h>

#include "core/credential_file.h"
#include "core/text.h"
#include "require.h"

/* The first two bytes of an input say where the file is cut; the rest is the file. */
#define PREFIX 2

static enum ppk_err check_key(const struct ppk_credential *credential)
{
	return credential->alg == PPK_ALG_RS256 ? PPK_ERR_KEY : PPK_OK;
}

static struct ppk_credential_file *parse(const void *text, size_t len)
{
	struct ppk_credential_file *file = NULL;
	struct ppk_diag diag = { 0 };
	enum ppk_err err = ppk_credential_file_parse(text, len, "f", check_key, &file, &diag);

	REQUIRE(err == PPK_OK || err == PPK_ERR_LIMIT);
	REQUIRE(err == PPK_OK || diag.text[0] != '\0');
	return file;
}

static void check_counts(const struct ppk_credential_file *file)
{
	size_t bad = 0, credentials = 0;

	for (size_t i = 0; i < file->line_count; i++) {
		const struct ppk_credential_line *line = &file->lines[i];

		REQUIRE(line->text[line->len] == '\0' &&
			memchr(line->text, '\n', line->len) == NULL);
		bad += line->err != PPK_OK;
		credentials += line->credential != NULL;
		REQUIRE(line->err == PPK_OK || line->credential == NULL);
		if (line->err != PPK_OK)
			REQUIRE(line->diag.line == i + 1 && line->diag.column <= line->len + 1 &&
				line->diag.text[0] != '\0');
		if (line->credential != NULL)
			REQUIRE(ppk_credential_file_find(file, line->credential->id.data,
					line->credential->id.len) == line);
	}
	REQUIRE(bad == file->bad_count && credentials == file->credential_count);
	REQUIRE(credentials <= PPK_CREDENTIALS_MAX);
}

/* Written and read again it has the same credentials; but for a cut line, the same bytes. */
static void check_rewritten(
	const struct ppk_credential_file *file, const uint8_t *data, size_t size)
{
	struct ppk_bytes text = { 0 };

	REQUIRE(ppk_credential_file_format(file, &text) == PPK_OK);
	if (file->line_count == 0 || !file->lines[file->line_count - 1].cut)
		REQUIRE(text.len >= size && memcmp(text.data, data, size) == 0);
	struct ppk_credential_file *again = parse(text.data, text.len);

	if (again != NULL) /* a mark may make a file too large */
		REQUIRE(again->credential_count == file->credential_count);
	ppk_credential_file_free(again);
	ppk_bytes_done(&text);
}

/* Each credential of a cut file stands, letter by letter, in the same line of the whole one. */
static void check_cut(const struct ppk_credential_file *whole, const uint8_t *data, size_t len)
{
	struct ppk_credential_file *file = parse(data, len);

	REQUIRE(file != NULL);
	for (size_t i = 0; i < file->line_count; i++) {
		if (file->lines[i].credential == NULL)
			continue;
		REQUIRE(i < whole->line_count && whole->lines[i].credential != NULL);
		REQUIRE(strcmp(file->lines[i].text, whole->lines[i].text) == 0);
	}
	ppk_credential_file_free(file);
}

/* All lines can be removed, and the credentials that were in them be appended again. */
static void check_edited(struct ppk_credential_file *file)
{
	while (file->line_count > 0) {
		struct ppk_credential *credential = file->lines[0].credential;

		file->lines[0].credential = NULL;
		if (credential != NULL)
			file->credential_count--;
		ppk_credential_file_remove(file, &file->lines[0]);
		if (credential == NULL)
			continue;
		if (file->line_count % 2 == 0 &&
			ppk_credential_file_append(file, credential) == PPK_OK)
			ppk_credential_file_remove(file, &file->lines[file->line_count - 1]);
		else
			ppk_credential_free(credential);
	}
	REQUIRE(file->bad_count == 0 && file->credential_count == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < PREFIX)
		return 0;
	size_t cut = (size_t)data[0] << 8 | data[1];

	data += PREFIX;
	size -= PREFIX;
	struct ppk_credential_file *file = parse(data, size);

	if (file == NULL)
		return 0;
	check_counts(file);
	check_rewritten(file, data, size);
	check_cut(file, data, cut % (size + 1));
	PLANT(file->credential_count == 1 && file->bad_count == 2);
	check_edited(file);
	ppk_credential_file_free(file);
	return 0;
}
