/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_SIGN_COUNTS_H
#define PPK_CORE_SIGN_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/credential.h"
#include "core/diagnostic.h"
#include "core/error.h"

#define PPK_SIGN_COUNTS_FILE_MAX (256 * 1024) /* bytes */

/* The count and last use of one credential: a line of the state file (sign_counts.md). */
struct ppk_sign_count {
	uint8_t id_hash[32]; /* SHA-256 of the credential id */
	uint32_t count;
	int64_t used_s; /* seconds since 1970 */
};

/* All of one user's; the caller owns the memory of the struct, nothing is on the heap. */
struct ppk_sign_counts {
	struct ppk_sign_count entries[PPK_CREDENTIALS_MAX * 2];
	size_t len;
};

/*
 * Parse a state file. Anything not well formed, cut, or not what its checksum says is
 * PPK_ERR_SYNTAX, empty text too: a damaged state must not read as "no count", or as a smaller one.
 * PPK_ERR_LIMIT (too large, too many lines) | PPK_ERR_DUPLICATE (an id twice) | PPK_ERR_NOMEM. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_sign_counts_parse(const char *text, size_t len, const char *source,
						  struct ppk_sign_counts *ret,
						  struct ppk_diag *reterr);

/* The text of a state file, with its last line; *ret is the caller's. PPK_ERR_NOMEM. Pure. */
PPK_MUST_CHECK enum ppk_err ppk_sign_counts_format(const struct ppk_sign_counts *counts,
						   struct ppk_bytes *ret);

/* The entry, or NULL when this credential was never used. It points into counts. Pure. */
struct ppk_sign_count *ppk_sign_counts_find(struct ppk_sign_counts *counts,
					    const uint8_t id_hash[static 32]);

/* Set or add; when full, the entry that was not used for the longest time makes room. Pure. */
void ppk_sign_counts_set(struct ppk_sign_counts *counts, const uint8_t id_hash[static 32],
			 uint32_t count, int64_t used_s);

/*
 * Has it risen? WebAuthn Level 3, 7.2 step 22: with stored and reported both 0 the authenticator
 * keeps no count and all is well; otherwise reported must be greater. Pure.
 */
bool ppk_sign_count_has_risen(uint32_t stored, uint32_t reported);

#endif
