/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CRYPTO_COSE_KEY_H
#define PPK_CRYPTO_COSE_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "core/credential.h"
#include "core/error.h"

/*
 * Is key, a SubjectPublicKeyInfo for alg, the credential public key (COSE_Key) that cbor starts
 * with? WebAuthn Level 3, 6.5.1.1 leaves one encoding to each key, so that key is encoded and
 * compared, and no CBOR of an authenticator is parsed. *ret_len is how many bytes the COSE_Key has.
 * PPK_ERR_KEY. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_cose_key_match(enum ppk_algorithm alg, const struct ppk_bytes *key,
	const uint8_t *cbor, size_t cbor_len, size_t *ret_len);

/*
 * Read the credential public key (COSE_Key) that cbor starts with: its algorithm, the key as
 * SubjectPublicKeyInfo, checked as ppk_public_key_check() does, and how many bytes the COSE_Key has.
 * Only the one encoding of ppk_cose_key_match() is taken. PPK_ERR_ALGORITHM (none of ours) |
 * PPK_ERR_KEY | PPK_ERR_NOMEM. *ret_key is the caller's.
 */
PPK_MUST_CHECK enum ppk_err ppk_cose_key_read(const uint8_t *cbor, size_t cbor_len,
	enum ppk_algorithm *ret_alg, struct ppk_bytes *ret_key, size_t *ret_len);

#endif
