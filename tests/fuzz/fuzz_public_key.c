/* SPDX-License-Identifier: BSD-2-Clause */
/* The key of a credential line: an algorithm (one byte) and what should be a SubjectPublicKeyInfo. */
#include <openssl/x509.h>
#include <string.h>

#include "crypto/public_key.h"
#include "crypto/spki.h"
#include "require.h"

/* What is accepted is what OpenSSL reads as a whole and would write again. */
static void check_with_openssl(const struct ppk_bytes *key)
{
	const unsigned char *next = key->data;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &next, (long)key->len);
	unsigned char *again = NULL;

	REQUIRE(pkey != NULL && next == key->data + key->len);
	int len = i2d_PUBKEY(pkey, &again);

	REQUIRE(len > 0 && ppk_bytes_equal(key, again, (size_t)len));
	OPENSSL_free(again);
	EVP_PKEY_free(pkey);
}

static void check_key(const struct ppk_credential *credential)
{
	static const uint8_t signature[70] = { 0x30, 0x44, 0x02, 0x20 };
	enum ppk_algorithm alg;
	enum ppk_err form = ppk_spki_check(credential);
	enum ppk_err whole = ppk_public_key_check(credential);

	REQUIRE(form == PPK_OK || whole == PPK_ERR_KEY);
	REQUIRE(whole == PPK_OK || whole == PPK_ERR_KEY);
	if (whole == PPK_OK)
		check_with_openssl(&credential->key);
	if (form == PPK_OK) {
		REQUIRE(ppk_spki_algorithm(credential->key.data, credential->key.len, &alg) ==
			PPK_OK);
		REQUIRE(alg == credential->alg);
	}
	REQUIRE(ppk_signature_verify(credential->alg, &credential->key, signature, 1, signature,
			sizeof(signature)) != PPK_OK);
	PLANT(form == PPK_OK && whole != PPK_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ppk_credential credential = { 0 };

	if (len == 0)
		return 0;
	credential.alg = (enum ppk_algorithm)data[0];
	REQUIRE(ppk_bytes_copy(data + 1, len - 1, &credential.key) == PPK_OK);
	check_key(&credential);
	ppk_bytes_done(&credential.key);
	return 0;
}
