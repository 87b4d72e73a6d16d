/* SPDX-License-Identifier: BSD-2-Clause */
/* Signatures: right ones of every algorithm, and everything near them. */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "check.h"
#include "core/assertion.h"
#include "crypto/public_key.h"
#include "signer.h"

static const enum ppk_algorithm all[] = { PPK_ALG_ES256, PPK_ALG_ES384, PPK_ALG_ES512,
	PPK_ALG_EDDSA, PPK_ALG_ED448, PPK_ALG_RS256 };
#define ALL_COUNT (sizeof(all) / sizeof(all[0]))

static const char message[] = "authenticator data and the hash of client data";
#define MESSAGE ((const uint8_t *)message)
#define MESSAGE_LEN (sizeof(message) - 1)

static void a_right_signature_verifies(void)
{
	for (size_t i = 0; i < ALL_COUNT; i++) {
		struct signer *signer = signer_new(all[i]);
		struct ppk_bytes signature = signer_sign(signer, message, MESSAGE_LEN);

		CHECK_OK(ppk_signature_verify(all[i], signer_spki(signer), MESSAGE, MESSAGE_LEN,
			signature.data, signature.len));
		CHECK_ERR(ppk_signature_verify(all[i], signer_spki(signer), MESSAGE,
				  MESSAGE_LEN - 1, signature.data, signature.len),
			PPK_ERR_SIGNATURE);
		ppk_bytes_done(&signature);
		signer_free(signer);
	}
}

static void a_signature_by_another_key_is_refused(void)
{
	for (size_t i = 0; i < ALL_COUNT; i++) {
		struct signer *signer = signer_new(all[i]), *other = signer_new(all[i]);
		struct ppk_bytes signature = signer_sign(other, message, MESSAGE_LEN);

		CHECK_ERR(ppk_signature_verify(all[i], signer_spki(signer), MESSAGE, MESSAGE_LEN,
				  signature.data, signature.len),
			PPK_ERR_SIGNATURE);
		ppk_bytes_done(&signature);
		signer_free(signer);
		signer_free(other);
	}
}

static void a_signature_of_length_zero_or_beyond_the_limit_is_refused(void)
{
	static const uint8_t zeroes[PPK_SIGNATURE_MAX + 1];

	for (size_t i = 0; i < ALL_COUNT; i++) {
		struct signer *signer = signer_new(all[i]);
		static const size_t len[] = { 0, 1, PPK_SIGNATURE_MAX, PPK_SIGNATURE_MAX + 1 };

		for (size_t j = 0; j < sizeof(len) / sizeof(len[0]); j++)
			CHECK_ERR(ppk_signature_verify(all[i], signer_spki(signer), MESSAGE,
					  MESSAGE_LEN, zeroes, len[j]),
				PPK_ERR_SIGNATURE);
		signer_free(signer);
	}
}

/* The same (r, s) in another encoding: BER's long form, a leading zero, bytes after the end. */
static void an_ecdsa_signature_has_one_encoding(void)
{
	struct signer *signer = signer_new(PPK_ALG_ES256);
	struct ppk_bytes signature = signer_sign(signer, message, MESSAGE_LEN);
	const struct ppk_bytes *key = signer_spki(signer);
	struct ppk_bytes changed = { 0 };

	signer_append(&changed, signature.data, signature.len);
	signer_append(&changed, "\0", 1);
	CHECK_ERR(ppk_signature_verify(
			  PPK_ALG_ES256, key, MESSAGE, MESSAGE_LEN, changed.data, changed.len),
		PPK_ERR_SIGNATURE);
	ppk_bytes_done(&changed);
	signer_append(&changed, "\x30\x81", 2);
	signer_append(&changed, signature.data + 1, signature.len - 1);
	CHECK_ERR(ppk_signature_verify(
			  PPK_ALG_ES256, key, MESSAGE, MESSAGE_LEN, changed.data, changed.len),
		PPK_ERR_SIGNATURE);
	ppk_bytes_done(&changed);
	uint8_t head[] = { 0x30, (uint8_t)(signature.data[1] + 1), 0x02,
		(uint8_t)(signature.data[3] + 1), 0x00 };

	signer_append(&changed, head, sizeof(head));
	signer_append(&changed, signature.data + 4, signature.len - 4);
	CHECK_ERR(ppk_signature_verify(
			  PPK_ALG_ES256, key, MESSAGE, MESSAGE_LEN, changed.data, changed.len),
		PPK_ERR_SIGNATURE);
	ppk_bytes_done(&changed);
	ppk_bytes_done(&signature);
	signer_free(signer);
}

/* CVE-2022-21449 of another library: r and s of zero fit any message and any key. */
static void an_ecdsa_signature_of_zeroes_is_refused(void)
{
	static const uint8_t zeroes[] = { 0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00 };
	struct signer *signer = signer_new(PPK_ALG_ES256);

	CHECK_ERR(ppk_signature_verify(PPK_ALG_ES256, signer_spki(signer), MESSAGE, MESSAGE_LEN,
			  zeroes, sizeof(zeroes)),
		PPK_ERR_SIGNATURE);
	signer_free(signer);
}

/* RSASSA-PSS instead of PKCS1-v1_5: right key, right digest, another scheme. */
static void an_rsa_pss_signature_is_refused(void)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *key_ctx;
	uint8_t signature[256];
	size_t signature_len = sizeof(signature);
	struct ppk_bytes spki = { 0 };
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key, &der);

	signer_append(&spki, der, (size_t)len);
	CHECK(EVP_DigestSignInit_ex(ctx, &key_ctx, "SHA256", NULL, NULL, key, NULL) == 1);
	CHECK(EVP_PKEY_CTX_ctrl_str(key_ctx, "rsa_padding_mode", "pss") == 1);
	CHECK(EVP_DigestSign(ctx, signature, &signature_len, MESSAGE, MESSAGE_LEN) == 1);
	CHECK_ERR(ppk_signature_verify(
			  PPK_ALG_RS256, &spki, MESSAGE, MESSAGE_LEN, signature, signature_len),
		PPK_ERR_SIGNATURE);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	OPENSSL_free(der);
	ppk_bytes_done(&spki);
}

static void the_error_queue_is_left_empty(void)
{
	struct signer *signer = signer_new(PPK_ALG_ES256);
	struct ppk_credential credential = { .alg = PPK_ALG_ES256 };
	struct ppk_bytes *key = &credential.key;

	ERR_clear_error();
	CHECK_ERR(ppk_signature_verify(PPK_ALG_ES256, signer_spki(signer), MESSAGE, MESSAGE_LEN,
			  (const uint8_t *)"x", 1),
		PPK_ERR_SIGNATURE);
	CHECK_INT(ERR_peek_error(), 0);
	signer_append(key, signer_spki(signer)->data, signer_spki(signer)->len);
	key->data[key->len - 1] ^= 1;
	CHECK_ERR(ppk_public_key_check(&credential), PPK_ERR_KEY);
	CHECK_INT(ERR_peek_error(), 0);
	ppk_bytes_done(key);
	signer_free(signer);
}

static void errors_of_the_host_stay_in_the_queue(void)
{
	struct signer *signer = signer_new(PPK_ALG_ES256);
	unsigned long before;

	ERR_clear_error();
	ERR_raise(ERR_LIB_USER, 42);
	before = ERR_peek_error();
	CHECK_ERR(ppk_signature_verify(PPK_ALG_ES256, signer_spki(signer), MESSAGE, MESSAGE_LEN,
			  (const uint8_t *)"x", 1),
		PPK_ERR_SIGNATURE);
	CHECK(before != 0 && ERR_get_error() == before);
	CHECK_INT(ERR_peek_error(), 0);
	signer_free(signer);
}

int main(void)
{
	signer_seed(5);
	return CHECK_RUN(CHECK_TEST(a_right_signature_verifies),
		CHECK_TEST(a_signature_by_another_key_is_refused),
		CHECK_TEST(a_signature_of_length_zero_or_beyond_the_limit_is_refused),
		CHECK_TEST(an_ecdsa_signature_has_one_encoding),
		CHECK_TEST(an_ecdsa_signature_of_zeroes_is_refused),
		CHECK_TEST(an_rsa_pss_signature_is_refused),
		CHECK_TEST(the_error_queue_is_left_empty),
		CHECK_TEST(errors_of_the_host_stay_in_the_queue));
}
