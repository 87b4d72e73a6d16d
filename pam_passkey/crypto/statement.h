/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CRYPTO_STATEMENT_H
#define PPK_CRYPTO_STATEMENT_H

/* The attestation statements of WebAuthn Level 3, 8: for attestation*.c alone. */

#include <stdint.h>

#include "core/attestation_object.h"
#include "core/authenticator_data.h"
#include "core/credential.h"
#include "core/error.h"

/* What the statement of each format is checked against. Borrowed. */
struct ppk_statement {
	const struct ppk_attestation_object *object;
	const struct ppk_authenticator_data *data;
	const uint8_t *client_data_hash; /* 32 bytes */
	enum ppk_algorithm alg; /* of the credential */
	const struct ppk_bytes *key; /* of the credential, SubjectPublicKeyInfo */
};

/*
 * What a statement of each format must be; its certificates are there and their chain is not looked
 * at. PPK_ERR_ATTESTATION | PPK_ERR_SIGNATURE | PPK_ERR_ALGORITHM | PPK_ERR_KEY | PPK_ERR_NOMEM.
 */
PPK_MUST_CHECK enum ppk_err ppk_statement_check_packed(const struct ppk_statement *statement);
PPK_MUST_CHECK enum ppk_err ppk_statement_check_self(const struct ppk_statement *statement);
PPK_MUST_CHECK enum ppk_err ppk_statement_check_u2f(const struct ppk_statement *statement);
PPK_MUST_CHECK enum ppk_err ppk_statement_check_tpm(const struct ppk_statement *statement);
PPK_MUST_CHECK enum ppk_err ppk_statement_check_android(const struct ppk_statement *statement);
PPK_MUST_CHECK enum ppk_err ppk_statement_check_apple(const struct ppk_statement *statement);

/*
 * The key of the leaf certificate, and that the statement's alg, where there is one, is its
 * algorithm. *ret_key is the caller's. PPK_ERR_ATTESTATION | PPK_ERR_NOMEM.
 */
PPK_MUST_CHECK enum ppk_err ppk_statement_leaf_key(const struct ppk_statement *statement,
	enum ppk_algorithm *ret_alg, struct ppk_bytes *ret_key);

/*
 * Is the key of the leaf certificate the credential's own? PPK_ERR_ATTESTATION | PPK_ERR_NOMEM.
 */
PPK_MUST_CHECK enum ppk_err ppk_statement_leaf_is_credential(const struct ppk_statement *statement);

/* The statement's signature over authenticator data || client data hash, by the leaf certificate. */
PPK_MUST_CHECK enum ppk_err ppk_statement_verify_by_leaf(const struct ppk_statement *statement);

#endif
