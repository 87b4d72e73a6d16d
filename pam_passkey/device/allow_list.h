/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_ALLOW_LIST_H
#define PPK_DEVICE_ALLOW_LIST_H

/* How many credential ids fit into one request to an authenticator. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"

/* What an authenticator takes (getInfo; CTAP 2.1, 6.4); 0: it did not say. */
struct ppk_list_limits {
	size_t count; /* maxCredentialCountInList */
	size_t id_len; /* maxCredentialIdLength, in bytes */
	size_t message_size; /* maxMsgSize, in bytes */
};

/* A part of a list: ids[first..end - 1], of which those that are too long are left out. */
struct ppk_list_part {
	size_t first;
	size_t end;
	size_t count; /* ids that are in it */
};

/* Can the authenticator hold a credential with an id of len bytes? */
bool ppk_list_takes(const struct ppk_list_limits *limits, size_t len);

/*
 * The part that begins at ids[first]: as many ids as fit into a message beside overhead bytes, at
 * least one. end == id_count: it was the last. count == 0: none of the rest can be the
 * authenticator's.
 */
struct ppk_list_part ppk_list_next(const struct ppk_list_limits *limits,
	const struct ppk_bytes *ids, size_t id_count, size_t first, size_t overhead);

#endif
