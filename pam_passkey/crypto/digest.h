/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CRYPTO_DIGEST_H
#define PPK_CRYPTO_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#define PPK_SHA256_SIZE 32

/* SHA-256 of len bytes. PPK_ERR_NOMEM when OpenSSL cannot. */
PPK_MUST_CHECK enum ppk_err ppk_sha256(
	const void *data, size_t len, uint8_t ret[static PPK_SHA256_SIZE]);

#define PPK_HASH_MAX 64

enum ppk_hash { PPK_HASH_SHA256, PPK_HASH_SHA384, PPK_HASH_SHA512 };

/* Bytes to be hashed; borrowed. */
struct ppk_part {
	const uint8_t *data;
	size_t len;
};

/*
 * The hash of the parts, one after the other, into ret; *ret_len is its length. PPK_ERR_NOMEM when
 * OpenSSL cannot.
 */
PPK_MUST_CHECK enum ppk_err ppk_hash_parts(enum ppk_hash hash, const struct ppk_part *parts,
	size_t part_count, uint8_t ret[static PPK_HASH_MAX], size_t *ret_len);

#endif
