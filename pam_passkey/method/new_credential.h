/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_METHOD_NEW_CREDENTIAL_H
#define PPK_METHOD_NEW_CREDENTIAL_H

/* What enrolling does with a credential, however it was made. */

#include <stddef.h>
#include <stdint.h>

#include "core/assertion.h"
#include "core/attestation_object.h"
#include "core/client_data.h"
#include "core/credential.h"
#include "core/error.h"
#include "crypto/enrolment_policy.h"

/* What a new credential must be, and what its record says besides. Everything is borrowed. */
struct ppk_new_credential {
	const char *rp_id;
	enum ppk_uv uv;
	const uint8_t *user_handle;
	size_t user_handle_len;
	const struct ppk_enrolment_policy *policy;
};

/*
 * Verify a registration and the policy. On PPK_OK *ret is the caller's, and *ret_count the count at its
 * creation (WebAuthn Level 3, 7.1 step 27): the next one must be above it. Errors of
 * ppk_attestation_verify and ppk_enrolment_policy_check.
 */
PPK_MUST_CHECK enum ppk_err ppk_new_credential_accept(const struct ppk_new_credential *wanted,
	const struct ppk_attestation_object *object, const uint8_t client_data_hash[static 32],
	struct ppk_credential **ret, uint32_t *ret_count);

/* Fill in what was not attested; name is printable. PPK_ERR_NOMEM. */
PPK_MUST_CHECK enum ppk_err ppk_new_credential_complete(const struct ppk_new_credential *wanted,
	const char *name, struct ppk_credential *credential);

/*
 * Verify the test assertion as a sign-in would, with the key that is to be stored. *count, the last
 * one, becomes that of the assertion. Errors of ppk_assertion_verify.
 */
PPK_MUST_CHECK enum ppk_err ppk_new_credential_test(const struct ppk_new_credential *wanted,
	const struct ppk_credential *credential, const struct ppk_assertion *assertion,
	const struct ppk_client_data_expected *expected, uint32_t *count);

#endif
