/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_CREDENTIAL_FILE_H
#define PPK_CORE_CREDENTIAL_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/credential.h"
#include "core/diagnostic.h"
#include "core/error.h"

#define PPK_CREDENTIAL_FILE_MAX (1024 * 1024) /* bytes */
#define PPK_CREDENTIAL_LINES_MAX 4096 /* lines of a file, comments among them */

/* A line as it stands in the file, and what it means. */
struct ppk_credential_line {
	char *text; /* verbatim, without newline; a NUL follows */
	size_t len; /* bytes of text, which may hold NUL bytes (a bad line) */
	struct ppk_credential *credential; /* NULL for a comment, an empty line, a bad line */
	enum ppk_err err; /* why a bad line is skipped; PPK_OK otherwise */
	bool cut; /* bad since it may have lost its tail: see _parse() */
	struct ppk_diag diag; /* filled when err is set: source, line, column, sentence */
};

/* A whole credential file: editable without losing comments, order or lines it does not know. */
struct ppk_credential_file {
	struct ppk_credential_line *lines;
	size_t line_count;
	size_t bad_count; /* lines with err set */
	size_t credential_count; /* lines with a credential */
};

/*
 * Parse the text of a file; source is its name for the diagnostics. A bad line (syntax, unknown
 * version or algorithm, over-long, CR at its end, a NUL byte, an id that an earlier line already
 * has) is kept, marked and skipped; the others still count. A credential without a newline at its
 * end may have lost a restriction at its tail, and is a bad line (cut is set). Only these fail as a
 * whole: PPK_ERR_LIMIT (larger than PPK_CREDENTIAL_FILE_MAX, more than PPK_CREDENTIAL_LINES_MAX
 * lines or PPK_CREDENTIALS_MAX credentials) | PPK_ERR_NOMEM. *ret is the caller's:
 * ppk_credential_file_free().
 * key_check, when not NULL, is asked for each credential whether its key fits its algorithm
 * (crypto/ is above core/): what it returns other than PPK_OK marks the line bad, but for
 * PPK_ERR_NOMEM, which fails as a whole. Pure otherwise.
 */
typedef enum ppk_err ppk_key_check_fn(const struct ppk_credential *credential);
PPK_MUST_CHECK enum ppk_err ppk_credential_file_parse(const char *text, size_t len,
	const char *source, ppk_key_check_fn *key_check, struct ppk_credential_file **ret,
	struct ppk_diag *reterr);

/*
 * The text of the whole file, each line ended by a newline; *ret is the caller's. A cut line
 * becomes a comment, since the newline would make a whole one of it. PPK_ERR_NOMEM. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_credential_file_format(
	const struct ppk_credential_file *file, struct ppk_bytes *ret);

/* The line that holds the credential with this id, or NULL. Points into file. Pure. */
struct ppk_credential_line *ppk_credential_file_find(
	const struct ppk_credential_file *file, const void *id, size_t id_len);

/*
 * Take credential (ownership passes on success) as a new last line. PPK_ERR_DUPLICATE (its id is
 * there) | PPK_ERR_LIMIT | PPK_ERR_NOMEM | what ppk_credential_format() refuses. Lines move:
 * pointers to them are stale afterwards.
 */
PPK_MUST_CHECK enum ppk_err ppk_credential_file_append(
	struct ppk_credential_file *file, struct ppk_credential *credential);

/*
 * Write the changed credential of line, which must be one of file's, back into its text.
 * PPK_ERR_DUPLICATE (another line has its id) | what ppk_credential_format() refuses; the text is
 * then as before.
 */
PPK_MUST_CHECK enum ppk_err ppk_credential_file_update(
	struct ppk_credential_file *file, struct ppk_credential_line *line);

/* Remove line, which must be one of file's. Lines move: pointers to them are stale afterwards. */
void ppk_credential_file_remove(struct ppk_credential_file *file, struct ppk_credential_line *line);

/* Free it with its lines and credentials; NULL is fine. */
void ppk_credential_file_free(struct ppk_credential_file *file);

#endif
