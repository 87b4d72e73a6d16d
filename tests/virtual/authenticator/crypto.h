/* SPDX-License-Identifier: BSD-2-Clause */
/* The authenticator's cryptography, over OpenSSL. A failure here ends the program. */
#ifndef PPK_VIRTUAL_CRYPTO_H
#define PPK_VIRTUAL_CRYPTO_H

#include <openssl/types.h>

#include "bytes.h"

#define PPK_SHA256_LEN 32

/* COSE algorithm identifiers (RFC 8152, table 5; RFC 8812, section 2). */
enum ppk_cose_alg {
	PPK_COSE_ES256 = -7,
	PPK_COSE_EDDSA = -8,
	PPK_COSE_ECDH_ES_HKDF_256 = -25, /* what CTAP calls the key agreement key */
	PPK_COSE_RS256 = -257,
};

void ppk_random_fill(uint8_t *data, size_t len);
void ppk_sha256(const void *data, size_t len, uint8_t digest[static PPK_SHA256_LEN]);
void ppk_hmac_sha256(const uint8_t *key, size_t key_len, const void *data, size_t len,
    uint8_t mac[static PPK_SHA256_LEN]);
void ppk_hkdf_sha256(const uint8_t *secret, size_t secret_len, const char *info,
    uint8_t key[static 32]);
bool ppk_aes256_cbc(bool encrypt, const uint8_t key[static 32], const uint8_t iv[static 16],
    const uint8_t *data, size_t len, struct ppk_bytes *ret_result);

/* Private keys are kept as PKCS #8 DER. */
struct ppk_bytes ppk_key_new(enum ppk_cose_alg alg);
EVP_PKEY *ppk_key_parse(const struct ppk_bytes *pkcs8);
struct ppk_bytes ppk_key_sign(const struct ppk_bytes *pkcs8, const struct ppk_bytes *message);

/* The public point of a P-256 key. */
void ppk_p256_public(const struct ppk_bytes *pkcs8, uint8_t x[static 32], uint8_t y[static 32]);
void ppk_ed25519_public(const struct ppk_bytes *pkcs8, uint8_t x[static 32]);
void ppk_rsa_public(const struct ppk_bytes *pkcs8, struct ppk_bytes *ret_n,
    struct ppk_bytes *ret_e);
/* The x coordinate of ECDH with a peer's point; false where that is not on the curve. */
bool ppk_p256_ecdh(const struct ppk_bytes *pkcs8, const uint8_t x[static 32],
    const uint8_t y[static 32], uint8_t secret[static 32]);

#endif
