/* SPDX-License-Identifier: BSD-2-Clause */
#include "crypto.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void
must(bool success, const char *what)
{
	if (success)
		return;
	fprintf(stderr, "passkey-authenticator: %s failed\n", what);
	ERR_print_errors_fp(stderr);
	abort();
}

void
ppk_random_fill(uint8_t *data, size_t len)
{
	must(RAND_bytes(data, (int)len) == 1, "RAND_bytes");
}

void
ppk_sha256(const void *data, size_t len, uint8_t digest[static PPK_SHA256_LEN])
{
	must(EVP_Digest(data, len, digest, NULL, EVP_sha256(), NULL) == 1, "SHA-256");
}

void
ppk_hmac_sha256(const uint8_t *key, size_t key_len, const void *data, size_t len,
    uint8_t mac[static PPK_SHA256_LEN])
{
	size_t mac_len = 0;

	must(EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, key_len, data, len, mac,
	         PPK_SHA256_LEN, &mac_len) != NULL,
	    "HMAC-SHA-256");
}

/* Salt of 32 zero bytes, as pinUvAuthProtocol two says (CTAP 2.1, 6.5.7). */
void
ppk_hkdf_sha256(const uint8_t *secret, size_t secret_len, const char *info, uint8_t key[static 32])
{
	static const uint8_t salt[32] = { 0 };
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, NULL);
	size_t key_len = 32;

	must(ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 &&
	         EVP_PKEY_CTX_set_hkdf_md(ctx, EVP_sha256()) == 1 &&
	         EVP_PKEY_CTX_set1_hkdf_salt(ctx, salt, sizeof(salt)) == 1 &&
	         EVP_PKEY_CTX_set1_hkdf_key(ctx, secret, (int)secret_len) == 1 &&
	         EVP_PKEY_CTX_add1_hkdf_info(ctx, (const uint8_t *)info, (int)strlen(info)) == 1 &&
	         EVP_PKEY_derive(ctx, key, &key_len) == 1,
	    "HKDF-SHA-256");
	EVP_PKEY_CTX_free(ctx);
}

/* Without padding: false where the length is no multiple of a block. */
bool
ppk_aes256_cbc(bool encrypt, const uint8_t key[static 32], const uint8_t iv[static 16],
    const uint8_t *data, size_t len, struct ppk_bytes *ret_result)
{
	EVP_CIPHER_CTX *ctx;
	uint8_t *out;
	int written = 0;

	if (len == 0 || len % 16 != 0)
		return false;
	ctx = EVP_CIPHER_CTX_new();
	out = ppk_alloc(len + 16);
	must(ctx != NULL &&
	         EVP_CipherInit_ex(ctx, EVP_aes_256_cbc(), NULL, key, iv, encrypt ? 1 : 0) == 1 &&
	         EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
	         EVP_CipherUpdate(ctx, out, &written, data, (int)len) == 1 &&
	         (size_t)written == len,
	    "AES-256-CBC");
	EVP_CIPHER_CTX_free(ctx);
	*ret_result = (struct ppk_bytes){ out, len };
	return true;
}

static EVP_PKEY *
generate(enum ppk_cose_alg alg)
{
	switch (alg) {
	case PPK_COSE_ES256:
	case PPK_COSE_ECDH_ES_HKDF_256:
		return EVP_EC_gen("P-256");
	case PPK_COSE_EDDSA:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	case PPK_COSE_RS256:
		return EVP_RSA_gen(2048);
	}
	return NULL;
}

struct ppk_bytes
ppk_key_new(enum ppk_cose_alg alg)
{
	EVP_PKEY *key = generate(alg);
	PKCS8_PRIV_KEY_INFO *info;
	struct ppk_bytes pkcs8;
	uint8_t *der = NULL;
	int len;

	must(key != NULL, "key generation");
	info = EVP_PKEY2PKCS8(key);
	must(info != NULL, "PKCS #8");
	len = i2d_PKCS8_PRIV_KEY_INFO(info, &der);
	must(len > 0, "PKCS #8");
	pkcs8 = ppk_bytes_copy(der, (size_t)len);
	OPENSSL_free(der);
	PKCS8_PRIV_KEY_INFO_free(info);
	EVP_PKEY_free(key);
	return pkcs8;
}

EVP_PKEY *
ppk_key_parse(const struct ppk_bytes *pkcs8)
{
	const uint8_t *der = pkcs8->data;
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &der, (long)pkcs8->len);

	must(key != NULL, "reading a private key");
	return key;
}

struct ppk_bytes
ppk_key_sign(const struct ppk_bytes *pkcs8, const struct ppk_bytes *message)
{
	EVP_PKEY *key = ppk_key_parse(pkcs8);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	const EVP_MD *digest = EVP_PKEY_is_a(key, "ED25519") ? NULL : EVP_sha256();
	uint8_t signature[512];
	size_t len = sizeof(signature);

	must(ctx != NULL && EVP_DigestSignInit(ctx, NULL, digest, NULL, key) == 1 &&
	         EVP_DigestSign(ctx, signature, &len, message->data, message->len) == 1,
	    "signing");
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return ppk_bytes_copy(signature, len);
}

static struct ppk_bytes
number_parameter(const struct ppk_bytes *pkcs8, const char *name, int width)
{
	EVP_PKEY *key = ppk_key_parse(pkcs8);
	BIGNUM *number = NULL;
	uint8_t data[512];
	int len;

	must(EVP_PKEY_get_bn_param(key, name, &number) == 1, name);
	len = width != 0 ? width : BN_num_bytes(number);
	must(BN_bn2binpad(number, data, len) == len, name);
	BN_free(number);
	EVP_PKEY_free(key);
	return ppk_bytes_copy(data, (size_t)len);
}

void
ppk_p256_public(const struct ppk_bytes *pkcs8, uint8_t x[static 32], uint8_t y[static 32])
{
	struct ppk_bytes number = number_parameter(pkcs8, OSSL_PKEY_PARAM_EC_PUB_X, 32);

	memcpy(x, number.data, 32);
	ppk_bytes_done(&number);
	number = number_parameter(pkcs8, OSSL_PKEY_PARAM_EC_PUB_Y, 32);
	memcpy(y, number.data, 32);
	ppk_bytes_done(&number);
}

void
ppk_ed25519_public(const struct ppk_bytes *pkcs8, uint8_t x[static 32])
{
	EVP_PKEY *key = ppk_key_parse(pkcs8);
	size_t len = 32;

	must(EVP_PKEY_get_raw_public_key(key, x, &len) == 1, "Ed25519 public key");
	EVP_PKEY_free(key);
}

void
ppk_rsa_public(const struct ppk_bytes *pkcs8, struct ppk_bytes *ret_n, struct ppk_bytes *ret_e)
{
	*ret_n = number_parameter(pkcs8, OSSL_PKEY_PARAM_RSA_N, 0);
	*ret_e = number_parameter(pkcs8, OSSL_PKEY_PARAM_RSA_E, 0);
}

/* NULL where the point is not on the curve. */
static EVP_PKEY *
p256_peer(const uint8_t x[static 32], const uint8_t y[static 32])
{
	char curve[] = "P-256";
	uint8_t point[65] = { 4 };
	OSSL_PARAM parameters[3];
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *key = NULL;

	memcpy(point + 1, x, 32);
	memcpy(point + 33, y, 32);
	parameters[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, curve, 0);
	parameters[1] =
	    OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point));
	parameters[2] = OSSL_PARAM_construct_end();
	must(ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1, "EC");
	if (EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

bool
ppk_p256_ecdh(const struct ppk_bytes *pkcs8, const uint8_t x[static 32],
    const uint8_t y[static 32], uint8_t secret[static 32])
{
	EVP_PKEY *peer = p256_peer(x, y);
	EVP_PKEY *key;
	EVP_PKEY_CTX *ctx;
	size_t len = 32;
	bool valid;

	if (peer == NULL)
		return false;
	key = ppk_key_parse(pkcs8);
	ctx = EVP_PKEY_CTX_new(key, NULL);
	must(ctx != NULL && EVP_PKEY_derive_init(ctx) == 1, "ECDH");
	valid = EVP_PKEY_derive_set_peer(ctx, peer) == 1 &&
	    EVP_PKEY_derive(ctx, secret, &len) == 1 && len == 32;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	EVP_PKEY_free(peer);
	return valid;
}
