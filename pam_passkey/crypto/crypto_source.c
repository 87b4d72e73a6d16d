/* SPDX-License-Identifier: BSD-2-Clause */
#include "crypto/crypto.h"

enum ppk_err ppk_crypto_sha256(const struct ppk_crypto_source *source, const void *data, size_t len,
	uint8_t ret[static PPK_SHA256_SIZE])
{
	const struct ppk_crypto *crypto = NULL;
	enum ppk_err err = source->open(source->context, &crypto);

	return err == PPK_OK ? crypto->sha256(data, len, ret) : err;
}

enum ppk_err ppk_crypto_assertion_verify(const struct ppk_crypto_source *source,
	const struct ppk_verification *verification, const struct ppk_assertion *assertion,
	struct ppk_verified *ret)
{
	const struct ppk_crypto *crypto = NULL;
	enum ppk_err err = source->open(source->context, &crypto);

	return err == PPK_OK ? crypto->assertion_verify(verification, assertion, ret) : err;
}

void ppk_crypto_signature_prepare(
	const struct ppk_crypto_source *source, enum ppk_algorithm alg, const struct ppk_bytes *key)
{
	const struct ppk_crypto *crypto = NULL;

	if (source->open(source->context, &crypto) == PPK_OK)
		crypto->signature_prepare(alg, key);
}
