/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CRYPTO_ENROLMENT_POLICY_H
#define PPK_CRYPTO_ENROLMENT_POLICY_H

#include <stddef.h>
#include <stdint.h>

#include "core/attestation_object.h"
#include "core/credential.h"
#include "core/error.h"
#include "core/options.h"
#include "crypto/trust_anchors.h"

/* Which authenticators may be enrolled. Everything is borrowed. */
struct ppk_enrolment_policy {
	const struct ppk_options *options; /* attestation, aaguids, synced */
	const struct ppk_trust_anchors *anchors; /* not used with attestation=none: may be NULL */
	int64_t now_s; /* seconds since 1970 */
};

/*
 * May this credential, that ppk_attestation_verify() made of object, be enrolled? In this order:
 * synced=deny and it is backup eligible (PPK_ERR_SYNCED); attestation=require and there is no
 * certificate (PPK_ERR_ATTESTATION_MISSING); attestation=verify or require and its certificates lead
 * to no anchor (PPK_ERR_ATTESTATION_UNTRUSTED); its AAGUID is none of aaguids= (PPK_ERR_MODEL). U2F
 * signs no AAGUID (WebAuthn Level 3, 8.6), so the one that comes with fido-u2f names no model.
 * Also PPK_ERR_NOMEM.
 */
PPK_MUST_CHECK enum ppk_err ppk_enrolment_policy_check(const struct ppk_enrolment_policy *policy,
	const struct ppk_attestation_object *object, const struct ppk_credential *credential);

#endif
