/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CRYPTO_CRYPTO_H
#define PPK_CRYPTO_CRYPTO_H

/*
 * What a sign-in needs of OpenSSL, behind a table: loading libcrypto costs more than all else that an
 * application does with a PAM stack, so that the module loads it only for a person who has a passkey,
 * and while passkey-device starts. Tools have it linked.
 */

#include <stddef.h>
#include <stdint.h>

#include "core/assertion.h"
#include "core/error.h"
#include "crypto/digest.h"
#include "crypto/verify.h"

struct ppk_crypto {
	const char *version; /* PPK_VERSION of what was built: both halves are of one package */
	/* ppk_sha256() */
	enum ppk_err (*sha256)(const void *data, size_t len, uint8_t ret[static PPK_SHA256_SIZE]);
	/* ppk_assertion_verify() */
	enum ppk_err (*assertion_verify)(const struct ppk_verification *verification,
		const struct ppk_assertion *assertion, struct ppk_verified *ret);
	/* ppk_signature_prepare() */
	void (*signature_prepare)(enum ppk_algorithm alg, const struct ppk_bytes *key);
};

/* Where a sign-in takes it from. */
struct ppk_crypto_source {
	void *context;
	/*
	 * *ret is the source's, and lives as long as it. Costs nothing after the first time.
	 * PPK_ERR_NOT_FOUND | PPK_ERR_VERSION (of another build) | PPK_ERR_NOMEM.
	 */
	enum ppk_err (*open)(void *context, const struct ppk_crypto **ret);
};

/*
 * ppk_sha256(), ppk_assertion_verify() and ppk_signature_prepare() of a source. Also what its open
 * returns.
 */
PPK_MUST_CHECK enum ppk_err ppk_crypto_sha256(const struct ppk_crypto_source *source,
	const void *data, size_t len, uint8_t ret[static PPK_SHA256_SIZE]);
PPK_MUST_CHECK enum ppk_err ppk_crypto_assertion_verify(const struct ppk_crypto_source *source,
	const struct ppk_verification *verification, const struct ppk_assertion *assertion,
	struct ppk_verified *ret);
void ppk_crypto_signature_prepare(const struct ppk_crypto_source *source, enum ppk_algorithm alg,
	const struct ppk_bytes *key);

/* Every table is this one. Only for a program that links OpenSSL, or loads the object that does. */
extern const struct ppk_crypto ppk_crypto;

/* The source of a program that links OpenSSL. */
extern const struct ppk_crypto_source ppk_crypto_linked;

#endif
