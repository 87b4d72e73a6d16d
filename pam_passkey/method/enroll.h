/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_METHOD_ENROLL_H
#define PPK_METHOD_ENROLL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/event.h"
#include "core/credential.h"
#include "core/diagnostic.h"
#include "core/error.h"
#include "crypto/enrolment_policy.h"
#include "method/dialogue.h"
#include "sys/file.h"

/* One enrolment through an authenticator at this machine. Everything is borrowed. */
struct ppk_enrollment {
	const char *rp_id;
	const char *user;
	const char *host;
	const char *name; /* of the new credential, printable */
	const uint8_t *user_handle; /* random, never the name; WebAuthn Level 3, 14.6.1 */
	size_t user_handle_len;
	const struct ppk_credential *const *enrolled; /* exclude list: those of the same RP ID are used */
	size_t enrolled_count;
	enum ppk_uv uv;
	bool discoverable;
	unsigned timeout_s;
	bool nfc; /* authenticators in readers are asked too */
	const char *device_helper;
	struct ppk_trust trust;
	const struct ppk_enrolment_policy *policy; /* which authenticators may be enrolled */
	const struct ppk_dialogue *dialogue;
	const struct ppk_log *log;
};

/*
 * Make a credential, check its attestation and the policy, then ask the authenticator for a test
 * assertion and verify it: nobody stores a credential that cannot sign in. On PPK_OK *ret is a complete
 * credential (the caller's) and *ret_sign_count the count of the test assertion. Errors: those of a
 * ceremony and of ppk_attestation_verify, ppk_enrolment_policy_check and ppk_assertion_verify;
 * PPK_ERR_ALREADY_ENROLLED.
 */
PPK_MUST_CHECK enum ppk_err ppk_enroll(const struct ppk_enrollment *enrollment,
				       struct ppk_credential **ret, uint32_t *ret_sign_count,
				       struct ppk_diag *reterr);

#endif
