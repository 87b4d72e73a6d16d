/* SPDX-License-Identifier: BSD-2-Clause */
#include "crypto/digest.h"

#include <openssl/evp.h>

#include "crypto/openssl_error.h"

enum ppk_err ppk_sha256(const void *data, size_t len, uint8_t ret[static PPK_SHA256_SIZE])
{
	bool was_empty;

	if (!ppk_openssl_enter(&was_empty))
		return PPK_ERR_NOMEM;
	int ok = EVP_Digest(data, len, ret, NULL, EVP_sha256(), NULL);

	return ppk_openssl_leave(was_empty, ok == 1 ? PPK_OK : PPK_ERR_NOMEM);
}

static const EVP_MD *digest_of(enum ppk_hash hash)
{
	switch (hash) {
	case PPK_HASH_SHA256:
		return EVP_sha256();
	case PPK_HASH_SHA384:
		return EVP_sha384();
	case PPK_HASH_SHA512:
		return EVP_sha512();
	}
	return NULL;
}

static bool hash_parts(EVP_MD_CTX *ctx, enum ppk_hash hash, const struct ppk_part *parts,
	size_t part_count, uint8_t *ret, unsigned *ret_len)
{
	if (ctx == NULL || EVP_DigestInit_ex(ctx, digest_of(hash), NULL) != 1)
		return false;
	for (size_t i = 0; i < part_count; i++) {
		if (EVP_DigestUpdate(ctx, parts[i].data, parts[i].len) != 1)
			return false;
	}
	return EVP_DigestFinal_ex(ctx, ret, ret_len) == 1;
}

enum ppk_err ppk_hash_parts(enum ppk_hash hash, const struct ppk_part *parts, size_t part_count,
	uint8_t ret[static PPK_HASH_MAX], size_t *ret_len)
{
	bool was_empty;
	unsigned len = 0;

	if (!ppk_openssl_enter(&was_empty))
		return PPK_ERR_NOMEM;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = hash_parts(ctx, hash, parts, part_count, ret, &len);

	EVP_MD_CTX_free(ctx);
	if (ok)
		*ret_len = len;
	return ppk_openssl_leave(was_empty, ok ? PPK_OK : PPK_ERR_NOMEM);
}
