/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_KEY_VALUE_H
#define PPK_CORE_KEY_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/bytes.h"
#include "core/diagnostic.h"
#include "core/error.h"

#define PPK_PAIRS_MAX 32 /* pairs of one line */
#define PPK_PAIR_KEY_MAX 32 /* bytes of a key */

/* One key=value of a line; a view into the line. */
struct ppk_pair {
	const char *key; /* a lower-case letter, then lower-case letters, digits, '_' and '-' */
	size_t key_len;
	const char *value; /* as written, with its quotes; not empty */
	size_t value_len;
	unsigned key_column; /* 1-based bytes in the line */
	unsigned value_column;
};

/*
 * Split the part of a line that begins at byte `from` into pairs, separated by spaces and tabs. A
 * value is one run of printable characters without blank, '"' and '\', or stands in double quotes
 * with \" and \\ . PPK_ERR_SYNTAX | PPK_ERR_DUPLICATE (a key twice) | PPK_ERR_LIMIT (more than
 * PPK_PAIRS_MAX); *reterr has the column. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_pairs_split(const char *line, size_t len, size_t from,
	struct ppk_pair ret_pairs[static PPK_PAIRS_MAX], size_t *ret_count,
	struct ppk_diag *reterr);

/* Does the pair have this key (NUL-terminated)? Pure. */
bool ppk_pair_has_key(const struct ppk_pair *pair, const char *key);

/*
 * Is the pair's key one edit (a character more, less, or other, or two exchanged) away from this
 * one, but not the same? So is every key with one bit flipped. Pure.
 */
bool ppk_pair_nearly_has_key(const struct ppk_pair *pair, const char *key);

/*
 * The value without quotes and backslashes, NUL-terminated, in out, which has at least
 * pair->value_len + 1 bytes. Returns its length in bytes. Pure.
 */
size_t ppk_pair_unquote(const struct ppk_pair *pair, char *out);

/* Append key=value to a line, with quotes where the value needs them. Pure. */
void ppk_pair_write(struct ppk_writer *line, const char *key, const char *value);

#endif
