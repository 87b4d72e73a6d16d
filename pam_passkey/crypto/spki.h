/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CRYPTO_SPKI_H
#define PPK_CRYPTO_SPKI_H

/*
 * The one accepted encoding of a public key for each algorithm: SubjectPublicKeyInfo (RFC 5280,
 * 4.1.2.7) in DER, with named curves (RFC 5480, RFC 8410) and uncompressed points (WebAuthn Level 3,
 * 5.8.5 forbids the compressed form). Everything but the key itself is fixed, so comparing bytes is
 * a complete and cheap parser; OpenSSL's own costs a million instructions a key.
 */

#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/credential.h"
#include "core/error.h"

#define PPK_RSA_BITS_MIN 2048
#define PPK_RSA_BITS_MAX 8192
#define PPK_RSA_EXPONENT_MAX 8 /* bytes */

/* The parts of a key; views into the bytes that were parsed. */
struct ppk_spki {
	const uint8_t *point; /* ECDSA: 0x04 || x || y; EdDSA: as in RFC 8032; otherwise NULL */
	size_t point_len;
	const uint8_t *modulus; /* RSA, big-endian, no leading zero; otherwise NULL */
	size_t modulus_len;
	const uint8_t *exponent;
	size_t exponent_len;
};

/*
 * Take apart the SubjectPublicKeyInfo of a key for alg. PPK_ERR_KEY when it is anything but the one
 * encoding, an RSA modulus is even or outside of PPK_RSA_BITS_MIN to _MAX, its exponent even, 1 or
 * longer than PPK_RSA_EXPONENT_MAX, or an EdDSA key is not reduced or a point of small order (for
 * which anybody can sign). Whether a point is on its curve is not looked at. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_spki_parse(
	enum ppk_algorithm alg, const uint8_t *der, size_t len, struct ppk_spki *ret);

/*
 * Is the SubjectPublicKeyInfo of credential the one accepted encoding of a key for its algorithm?
 * Reads bytes alone: for every credential of a file at every sign-in. A point that is not on its curve
 * passes; ppk_signature_verify() refuses it. PPK_ERR_KEY. A ppk_key_check_fn. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_spki_check(const struct ppk_credential *credential);

/* For which algorithm is this key? PPK_ERR_KEY when for none. Pure. */
PPK_MUST_CHECK enum ppk_err ppk_spki_algorithm(
	const uint8_t *der, size_t len, enum ppk_algorithm *ret);

/*
 * Write the SubjectPublicKeyInfo of raw parts (layout: struct ppk_device_credential.public_key in
 * core/device_message.h). *ret is the caller's. PPK_ERR_KEY as ppk_spki_parse() |
 * PPK_ERR_ALGORITHM | PPK_ERR_NOMEM. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_spki_from_raw(
	enum ppk_algorithm alg, const uint8_t *raw, size_t len, struct ppk_bytes *ret);

#endif
