/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_CBOR_H
#define PPK_CORE_CBOR_H

/*
 * The CBOR that an attestation object consists of (WebAuthn Level 3, 6.5.4), read in place: definite
 * lengths and the shortest form of every number (CTAP 2.1, 8, which WebAuthn demands in 6.5.4), no
 * tags, floats or simple values. A library builds a tree of heap blocks that the sender chooses, and
 * takes what is ambiguous; whoever reads this is root.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"

#define PPK_CBOR_DEPTH_MAX 4 /* of maps and arrays in what is skipped */

/*
 * Each reads one item (of a map or an array: its head) and moves on only on success; false: another
 * type, not in its shortest form, cut, or outside of the bounds that are given. Views point into the
 * reader's memory. Pure.
 */
bool ppk_cbor_map(struct ppk_reader *reader, size_t max, size_t *ret_pairs);
bool ppk_cbor_array(struct ppk_reader *reader, size_t max, size_t *ret_items);
bool ppk_cbor_bytes(struct ppk_reader *reader, const uint8_t **ret, size_t *ret_len);
bool ppk_cbor_text(struct ppk_reader *reader, const char **ret, size_t *ret_len);
bool ppk_cbor_int(struct ppk_reader *reader, int32_t *ret);

/* Move over one item of any of these types, PPK_CBOR_DEPTH_MAX deep. Pure. */
bool ppk_cbor_skip(struct ppk_reader *reader);

#endif
