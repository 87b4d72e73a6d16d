/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CRYPTO_CERTIFICATE_H
#define PPK_CRYPTO_CERTIFICATE_H

#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/credential.h"
#include "core/error.h"

/*
 * The key that a DER certificate certifies, as SubjectPublicKeyInfo, and the algorithm that such a
 * key is for. *ret_key is the caller's. Neither the certificate's signature nor its dates are
 * looked at. PPK_ERR_ATTESTATION (no certificate, bytes after it, a key of no algorithm of ours) |
 * PPK_ERR_NOMEM.
 */
PPK_MUST_CHECK enum ppk_err ppk_certificate_key(
	const uint8_t *der, size_t len, enum ppk_algorithm *ret_alg, struct ppk_bytes *ret_key);

/*
 * The requirements on a packed attestation certificate (WebAuthn Level 3, 8.2.1): version 3; subject
 * with one C (a country of two letters), O and CN (not empty) and an OU that is "Authenticator
 * Attestation"; basic constraints with CA false; the AAGUID extension, when there is one, not
 * critical and equal to aaguid. The string types of the subject are left open, since certificates
 * on the market differ and nothing follows from them. PPK_ERR_ATTESTATION | PPK_ERR_NOMEM.
 */
PPK_MUST_CHECK enum ppk_err ppk_certificate_check_packed(
	const uint8_t *der, size_t len, const uint8_t aaguid[static 16]);

/*
 * The requirements on the certificate of a TPM's attestation key (8.3.1): version 3; an empty
 * subject; a critical subject alternative name that says the TPM's manufacturer ("id:" and 8
 * hexadecimal digits), model and version (TPMv2-EK-Profile, 3.2.9); extended key usage
 * tcg-kp-AIKCertificate; basic constraints and AAGUID extension as above. Whether the TCG has given
 * out the manufacturer's number is not looked up: the chain says who vouches for it.
 * PPK_ERR_ATTESTATION | PPK_ERR_NOMEM.
 */
PPK_MUST_CHECK enum ppk_err ppk_certificate_check_tpm(
	const uint8_t *der, size_t len, const uint8_t aaguid[static 16]);

/*
 * The content of the one extension with this object identifier ("1.2.840.113635.100.8.2"). *ret is
 * the caller's. PPK_ERR_ATTESTATION (no certificate, no such extension, or two) | PPK_ERR_NOMEM.
 */
PPK_MUST_CHECK enum ppk_err ppk_certificate_extension(
	const uint8_t *der, size_t len, const char *oid, struct ppk_bytes *ret);

#endif
