/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Public keys and signatures.
 *
 *  1. A key MUST have the one encoding of crypto/spki.h before OpenSSL sees it.
 *  2. The algorithm MUST be the caller's (the record's). Nothing that came with a signature chooses
 *     key type, curve or digest.
 *  3. Only the return value 1 of EVP_DigestVerify() is a right signature. Every other one, its
 *     negative errors among them, MUST NOT be PPK_OK.
 *  4. OpenSSL's error queue MUST be left as it was found.
 */
#include "crypto/public_key.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "core/assertion.h"
#include "crypto/edwards.h"
#include "crypto/openssl_error.h"
#include "crypto/spki.h"

/* What OpenSSL calls things. group and digest are NULL where there is none. */
struct scheme {
	const char *key_type;
	const char *group;
	const char *digest;
};

static const struct scheme es256 = { "EC", "P-256", "SHA2-256" };
static const struct scheme es384 = { "EC", "P-384", "SHA2-384" };
static const struct scheme es512 = { "EC", "P-521", "SHA2-512" };
static const struct scheme ed25519 = { "ED25519", NULL, NULL };
static const struct scheme ed448 = { "ED448", NULL, NULL };
static const struct scheme rs256 = { "RSA", NULL, "SHA2-256" };

static const struct scheme *scheme_of(enum ppk_algorithm alg)
{
	switch (alg) {
	case PPK_ALG_ES256:
		return &es256;
	case PPK_ALG_ES384:
		return &es384;
	case PPK_ALG_ES512:
		return &es512;
	case PPK_ALG_EDDSA:
		return &ed25519;
	case PPK_ALG_ED448:
		return &ed448;
	case PPK_ALG_RS256:
		return &rs256;
	}
	return NULL;
}

/*
 * EVP_PKEY_fromdata() costs a fifth of d2i_PUBKEY(), which goes through OSSL_DECODER, and refuses a
 * point that is not on the curve just the same.
 */
static EVP_PKEY *key_from_params(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
		EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static EVP_PKEY *key_from_params_builder(const char *type, OSSL_PARAM_BLD *builder)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
	EVP_PKEY *key = params == NULL ? NULL : key_from_params(type, params);

	OSSL_PARAM_free(params);
	return key;
}

static EVP_PKEY *ec_key(const struct scheme *scheme, const struct ppk_spki *parts)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY *key = NULL;

	if (builder != NULL &&
		OSSL_PARAM_BLD_push_utf8_string(
			builder, OSSL_PKEY_PARAM_GROUP_NAME, scheme->group, 0) == 1 &&
		OSSL_PARAM_BLD_push_octet_string(
			builder, OSSL_PKEY_PARAM_PUB_KEY, parts->point, parts->point_len) == 1)
		key = key_from_params_builder(scheme->key_type, builder);
	OSSL_PARAM_BLD_free(builder);
	return key;
}

static EVP_PKEY *rsa_key(const struct scheme *scheme, const struct ppk_spki *parts)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(parts->modulus, (int)parts->modulus_len, NULL);
	BIGNUM *e = BN_bin2bn(parts->exponent, (int)parts->exponent_len, NULL);
	EVP_PKEY *key = NULL;

	if (builder != NULL && n != NULL && e != NULL &&
		OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
		OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1)
		key = key_from_params_builder(scheme->key_type, builder);
	BN_free(e);
	BN_free(n);
	OSSL_PARAM_BLD_free(builder);
	return key;
}

static EVP_PKEY *key_of_parts(const struct scheme *scheme, const struct ppk_spki *parts)
{
	if (scheme == NULL)
		return NULL;
	if (scheme->group != NULL)
		return ec_key(scheme, parts);
	if (parts->point != NULL)
		return EVP_PKEY_new_raw_public_key_ex(
			NULL, scheme->key_type, NULL, parts->point, parts->point_len);
	return rsa_key(scheme, parts);
}

static enum ppk_err key_check(enum ppk_algorithm alg, const struct ppk_spki *parts)
{
	bool was_empty;

	if (!ppk_openssl_enter(&was_empty))
		return PPK_ERR_NOMEM;
	EVP_PKEY *key = key_of_parts(scheme_of(alg), parts);
	enum ppk_err err = key == NULL ? PPK_ERR_KEY : PPK_OK;

	EVP_PKEY_free(key);
	err = ppk_openssl_leave(was_empty, err);
	if (err == PPK_OK && (alg == PPK_ALG_EDDSA || alg == PPK_ALG_ED448))
		err = ppk_edwards_point_check(alg, parts->point, parts->point_len);
	return err;
}

enum ppk_err ppk_public_key_check(const struct ppk_credential *credential)
{
	struct ppk_spki parts;
	enum ppk_err err =
		ppk_spki_parse(credential->alg, credential->key.data, credential->key.len, &parts);

	return err == PPK_OK ? key_check(credential->alg, &parts) : err;
}

enum ppk_err ppk_public_key_from_raw(
	enum ppk_algorithm alg, const uint8_t *raw, size_t len, struct ppk_bytes *ret)
{
	struct ppk_bytes der;
	enum ppk_err err = ppk_spki_from_raw(alg, raw, len, &der);

	if (err != PPK_OK)
		return err;
	struct ppk_spki parts;

	err = ppk_spki_parse(alg, der.data, der.len, &parts);
	if (err == PPK_OK)
		err = key_check(alg, &parts);
	if (err == PPK_OK)
		*ret = der;
	else
		ppk_bytes_done(&der);
	return err;
}

static enum ppk_err verify_with(EVP_PKEY *key, const char *digest, const uint8_t *message,
	size_t message_len, const uint8_t *signature, size_t signature_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	enum ppk_err err = PPK_ERR_NOMEM;

	if (ctx != NULL) {
		err = PPK_ERR_ALGORITHM;
		if (EVP_DigestVerifyInit_ex(ctx, NULL, digest, NULL, NULL, key, NULL) == 1)
			err = EVP_DigestVerify(
				      ctx, signature, signature_len, message, message_len) == 1
				      ? PPK_OK
				      : PPK_ERR_SIGNATURE;
	}
	EVP_MD_CTX_free(ctx);
	return err;
}

enum ppk_err ppk_signature_verify(enum ppk_algorithm alg, const struct ppk_bytes *key,
	const uint8_t *message, size_t message_len, const uint8_t *signature, size_t signature_len)
{
	const struct scheme *scheme = scheme_of(alg);
	struct ppk_spki parts;
	enum ppk_err err = ppk_spki_parse(alg, key->data, key->len, &parts);

	if (err != PPK_OK)
		return err;
	if (signature_len == 0 || signature_len > PPK_SIGNATURE_MAX)
		return PPK_ERR_SIGNATURE;
	bool was_empty;

	if (!ppk_openssl_enter(&was_empty))
		return PPK_ERR_NOMEM;
	EVP_PKEY *public_key = key_of_parts(scheme, &parts);

	err = public_key == NULL ? PPK_ERR_KEY
				 : verify_with(public_key, scheme->digest, message, message_len,
					   signature, signature_len);
	EVP_PKEY_free(public_key);
	return ppk_openssl_leave(was_empty, err);
}

/* A signature that is none goes the whole way but the arithmetic. */
void ppk_signature_prepare(enum ppk_algorithm alg, const struct ppk_bytes *key)
{
	static const uint8_t none[] = { 0 };

	(void)!ppk_signature_verify(alg, key, none, sizeof(none), none, sizeof(none));
}
