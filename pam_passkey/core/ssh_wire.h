/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_SSH_WIRE_H
#define PPK_CORE_SSH_WIRE_H

/* The data types of SSH (RFC 4251, 5) on the cursors of core/bytes.h. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"

/*
 * A string: a 32-bit length and that many bytes, at most max; *ret points into the reader's memory.
 * False, and the reader has not moved, when it is longer or not all there. Pure.
 */
bool ppk_ssh_read_string(
	struct ppk_reader *reader, size_t max, const uint8_t **ret, size_t *ret_len);

/* Is the next a string, and this word (NUL-terminated)? Moves on only then. Pure. */
bool ppk_ssh_read_word(struct ppk_reader *reader, const char *word);

/*
 * A positive mpint of at most max bytes, in its one encoding: no zero in front but the one that keeps
 * the number positive. *ret are its bytes, that zero among them: what DER wants too. Pure.
 */
bool ppk_ssh_read_positive(
	struct ppk_reader *reader, size_t max, const uint8_t **ret, size_t *ret_len);

/* Write a string; fails for what 32 bits cannot count. The second: of a NUL-terminated text. Pure. */
void ppk_ssh_write_string(struct ppk_writer *writer, const void *data, size_t len);
void ppk_ssh_write_text(struct ppk_writer *writer, const char *text);

#endif
