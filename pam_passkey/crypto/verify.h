/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CRYPTO_VERIFY_H
#define PPK_CRYPTO_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/assertion.h"
#include "core/client_data.h"
#include "core/credential.h"
#include "core/error.h"
#include "core/options.h"

/* All that decides about an assertion, besides the assertion itself. Everything is borrowed. */
struct ppk_verification {
	const struct ppk_credential *const *credentials; /* the user's, whose keys were checked */
	size_t credential_count;
	const struct ppk_client_data_expected *client_data;
	const char *rp_id; /* demanded by the service; NULL or "": the credential's own alone */
	enum ppk_uv uv; /* demanded by the service; the credential may demand more */
	int64_t now_s; /* for expiry */
	/*
	 * The stored sign count of the credential that the assertion names (find it with
	 * ppk_assertion_credential()); 0 when it was never used.
	 */
	uint32_t stored_count;
	enum ppk_sign_count_policy sign_count;
};

/* What a verified assertion says. */
struct ppk_verified {
	const struct ppk_credential *credential; /* borrowed from the verification */
	uint8_t flags; /* of the authenticator data */
	uint32_t sign_count;
	bool count_fell; /* sign_count=log: it did not rise, and was let through; log it */
};

/*
 * THE verifier (WebAuthn Level 3, 7.2). In this order, each with its own error: the credential is
 * one of these (PPK_ERR_CREDENTIAL_UNKNOWN; a user handle, when the authenticator sent one and the
 * record has one, is the same), not disabled, not expired; client data (errors of
 * ppk_client_data_check); authenticator data parse; RP ID hash is that of the credential, and the
 * credential's RP ID is the service's where that demands one (PPK_ERR_RP_ID); UP; UV where
 * credential or service requires it; backup flags (BS without BE; BE other than at enrolment);
 * signature over authenticator data || SHA-256(client data) with the algorithm of the record; sign
 * count. PPK_OK is the only grant, and *ret is written only then. Also PPK_ERR_NOMEM | PPK_ERR_KEY.
 * No I/O, no clock, no randomness, no allocation besides OpenSSL's.
 */
PPK_MUST_CHECK enum ppk_err ppk_assertion_verify(const struct ppk_verification *verification,
	const struct ppk_assertion *assertion, struct ppk_verified *ret);

#endif
