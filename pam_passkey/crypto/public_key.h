/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CRYPTO_PUBLIC_KEY_H
#define PPK_CRYPTO_PUBLIC_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/credential.h"
#include "core/error.h"

/*
 * All of ppk_spki_check(), and: is the point on its curve (ECDSA, EdDSA), does OpenSSL
 * take the key? For enrolment, import and passkeyctl doctor. PPK_ERR_KEY | PPK_ERR_NOMEM. A
 * ppk_key_check_fn.
 */
PPK_MUST_CHECK enum ppk_err ppk_public_key_check(const struct ppk_credential *credential);

/*
 * SubjectPublicKeyInfo DER from raw parts (layout: struct ppk_device_credential.public_key in
 * core/device_message.h), checked as ppk_public_key_check() does. *ret is the caller's. PPK_ERR_KEY |
 * PPK_ERR_ALGORITHM | PPK_ERR_NOMEM.
 */
PPK_MUST_CHECK enum ppk_err ppk_public_key_from_raw(
	enum ppk_algorithm alg, const uint8_t *raw, size_t len, struct ppk_bytes *ret);

/*
 * Verify a signature over message (hashed as the algorithm says) with a SubjectPublicKeyInfo key.
 * The algorithm is the caller's; nothing in the message or signature chooses it. ECDSA signatures
 * are DER. PPK_ERR_SIGNATURE | PPK_ERR_KEY | PPK_ERR_ALGORITHM (this OpenSSL cannot, as in FIPS mode) |
 * PPK_ERR_NOMEM. Leaves OpenSSL's error queue as it was.
 */
PPK_MUST_CHECK enum ppk_err ppk_signature_verify(enum ppk_algorithm alg,
	const struct ppk_bytes *key, const uint8_t *message, size_t message_len,
	const uint8_t *signature, size_t signature_len);

/*
 * Have OpenSSL set up what the first ppk_signature_verify() with a key like this one would, so that
 * a later one is quick. Says nothing about the key.
 */
void ppk_signature_prepare(enum ppk_algorithm alg, const struct ppk_bytes *key);

#endif
