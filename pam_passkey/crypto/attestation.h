/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CRYPTO_ATTESTATION_H
#define PPK_CRYPTO_ATTESTATION_H

#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/credential.h"
#include "core/device_message.h"
#include "core/error.h"

/*
 * Check what an authenticator answered to authenticatorMakeCredential (WebAuthn Level 3, 7.1):
 * authenticator data parse, RP ID hash, UP, UV when required, backup flags, AT with the same
 * credential id, algorithm one of ours; attestation statement: "none" (nothing to check), "packed"
 * with x5c or self (8.2: signature, certificate version, subject OU, basic constraints, AAGUID
 * extension), "fido-u2f" (8.6: signature by an EC P-256 leaf). Trust anchors are not judged here.
 * PPK_ERR_AUTHENTICATOR_DATA | PPK_ERR_RP_ID | PPK_ERR_USER_PRESENCE | PPK_ERR_USER_VERIFICATION |
 * PPK_ERR_BACKUP_FLAGS | PPK_ERR_ALGORITHM | PPK_ERR_KEY | PPK_ERR_ATTESTATION (an unknown format
 * too) | PPK_ERR_SIGNATURE | PPK_ERR_NOMEM.
 * On PPK_OK *ret is a new credential (ppk_credential_free) with id, alg, key, rp_id, aaguid, backup and
 * attestation ("none", "self", "packed", "fido-u2f") set, nothing else.
 */
PPK_MUST_CHECK enum ppk_err ppk_attestation_verify(const struct ppk_device_credential *made,
	const char *rp_id, enum ppk_uv uv, const uint8_t client_data_hash[static 32],
	struct ppk_credential **ret);

#endif
