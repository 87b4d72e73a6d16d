/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_VERIFICATION_H
#define PPK_DEVICE_VERIFICATION_H

/* How an authenticator is to verify the person: a choice from what it can do and what is asked. Pure. */

#include <stdbool.h>

#include "core/credential.h"
#include "core/error.h"

/* What an authenticator said about itself (getInfo; CTAP 2.1, 6.4). All false: U2F. */
struct ppk_abilities {
	bool fido2;
	bool pin; /* clientPin is supported, set or not */
	bool pin_set; /* and a PIN is set */
	bool uv_set; /* a fingerprint or the like is set up */
	bool always_uv; /* alwaysUv: it verifies whether asked or not (7.2) */
	bool uv_not_required; /* makeCredUvNotRqd: it makes credentials without (6.1.2) */
	bool resident_keys; /* rk */
	bool credential_protection; /* credProtect: it may hide a credential (12.1) */
	bool tokens; /* pinUvAuthToken */
};

enum ppk_verification {
	PPK_VERIFY_NONE, /* a touch is enough */
	PPK_VERIFY_BUILT_IN, /* fingerprint or the like, on the authenticator */
	PPK_VERIFY_PIN, /* the PIN, through us */
	PPK_VERIFY_IMPOSSIBLE,
};

/*
 * For an assertion. built_in_blocked: fingerprints are not taken any more, only the PIN is left.
 */
enum ppk_verification ppk_verification_for_assertion(
	const struct ppk_abilities *abilities, enum ppk_uv uv, bool built_in_blocked);

/*
 * For a new credential: an authenticator that is protected in any way verifies, unless it says that it
 * need not (makeCredUvNotRqd) and the credential is not discoverable.
 */
enum ppk_verification ppk_verification_for_creation(const struct ppk_abilities *abilities,
	enum ppk_uv uv, bool discoverable, bool built_in_blocked);

/* Why it is PPK_VERIFY_IMPOSSIBLE: PPK_ERR_UNSUPPORTED | PPK_ERR_PIN_NOT_SET | PPK_ERR_UV_BLOCKED. */
enum ppk_err ppk_verification_why_not(const struct ppk_abilities *abilities);

#endif
