/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CRYPTO_ATTESTATION_H
#define PPK_CRYPTO_ATTESTATION_H

#include <stddef.h>
#include <stdint.h>

#include "core/attestation_object.h"
#include "core/credential.h"
#include "core/error.h"

/*
 * Check what an authenticator answered to a registration (WebAuthn Level 3, 7.1): authenticator data
 * parse, RP ID hash, UP, UV when required, backup flags, AT with the same credential id as beside it,
 * algorithm one of ours; the attestation statement has the members of its format and no other, and
 * passes every check of the format: "none", "packed" with x5c or self (8.2), "tpm" (8.3),
 * "android-key" (8.4), "fido-u2f" (8.6), "apple" (8.8). Trust anchors are not judged here
 * (crypto/enrolment_policy.h), nor are client data (ppk_client_data_check).
 * PPK_ERR_AUTHENTICATOR_DATA | PPK_ERR_RP_ID | PPK_ERR_USER_PRESENCE | PPK_ERR_USER_VERIFICATION |
 * PPK_ERR_BACKUP_FLAGS | PPK_ERR_ALGORITHM | PPK_ERR_KEY | PPK_ERR_ATTESTATION (an unknown format
 * too) | PPK_ERR_ATTESTATION_OUTDATED ("android-safetynet", 8.5) | PPK_ERR_SIGNATURE | PPK_ERR_NOMEM.
 * On PPK_OK *ret is a new credential (ppk_credential_free) with id, alg, key, rp_id, aaguid, backup and
 * attestation (the format, "self" for packed without x5c) set, nothing else.
 */
PPK_MUST_CHECK enum ppk_err ppk_attestation_verify(const struct ppk_attestation_object *object,
	const char *rp_id, enum ppk_uv uv, const uint8_t client_data_hash[static 32],
	struct ppk_credential **ret);

#endif
