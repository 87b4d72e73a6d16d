/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CRYPTO_TRUST_ANCHORS_H
#define PPK_CRYPTO_TRUST_ANCHORS_H

#include <stddef.h>
#include <stdint.h>

#include "core/attestation_object.h"
#include "core/error.h"

#define PPK_TRUST_ANCHOR_FILE_MAX (256 * 1024) /* bytes of a file of certificates */

/* The certificates that vouch for makers of authenticators. */
struct ppk_trust_anchors;

/* *ret is the caller's: ppk_trust_anchors_free(). It trusts nobody yet. PPK_ERR_NOMEM. */
PPK_MUST_CHECK enum ppk_err ppk_trust_anchors_new(struct ppk_trust_anchors **ret);
/* NULL is fine. */
void ppk_trust_anchors_free(struct ppk_trust_anchors *anchors);

/*
 * Trust the certificates of a file: one in DER, or any number in PEM, with any text around them.
 * PPK_ERR_SYNTAX (none, or one of them malformed; some may have been added) | PPK_ERR_NOMEM.
 */
PPK_MUST_CHECK enum ppk_err ppk_trust_anchors_add(
	struct ppk_trust_anchors *anchors, const uint8_t *file, size_t len);

/*
 * Does one of anchors vouch for the leaf of object's certificates, through the others (RFC 5280, 6)?
 * A leaf or an intermediate certificate may itself be an anchor. now_s (seconds since 1970) is within
 * the dates of each. Revocation is not looked at: this program asks nobody on a network.
 * PPK_ERR_ATTESTATION_UNTRUSTED (no certificates, a malformed one) | PPK_ERR_NOMEM.
 */
PPK_MUST_CHECK enum ppk_err ppk_trust_anchors_check(const struct ppk_trust_anchors *anchors,
	const struct ppk_attestation_object *object, int64_t now_s);

#endif
