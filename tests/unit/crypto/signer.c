/* SPDX-License-Identifier: BSD-2-Clause */
/* RAND_set_rand_method() is what makes OpenSSL repeat itself; it is deprecated, and for tests. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "signer.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/authenticator_data.h"

struct signer {
	enum ppk_algorithm alg;
	EVP_PKEY *key;
	struct ppk_bytes spki;
};

static uint64_t state;

static void must(bool condition, const char *what)
{
	if (!condition) {
		fprintf(stderr, "signer: %s\n", what);
		abort();
	}
}

/* splitmix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014 */
static uint64_t next(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

void signer_random(void *out, size_t len)
{
	uint8_t *bytes = out;

	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)next();
}

uint64_t signer_number(uint64_t below)
{
	return next() % below;
}

static int rand_bytes(unsigned char *out, int len)
{
	signer_random(out, (size_t)len);
	return 1;
}

static int rand_status(void)
{
	return 1;
}

void signer_seed(uint64_t seed)
{
	static const RAND_METHOD method = {
		.bytes = rand_bytes, .pseudorand = rand_bytes, .status = rand_status
	};

	state = seed;
	must(RAND_set_rand_method(&method) == 1, "RAND_set_rand_method");
}

static EVP_PKEY *generate(enum ppk_algorithm alg)
{
	switch (alg) {
	case PPK_ALG_ES256:
		return EVP_EC_gen("P-256");
	case PPK_ALG_ES384:
		return EVP_EC_gen("P-384");
	case PPK_ALG_ES512:
		return EVP_EC_gen("P-521");
	case PPK_ALG_EDDSA:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	case PPK_ALG_ED448:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED448");
	case PPK_ALG_RS256:
		return EVP_RSA_gen(2048);
	}
	return NULL;
}

static const char *digest_of(enum ppk_algorithm alg)
{
	switch (alg) {
	case PPK_ALG_ES256:
	case PPK_ALG_RS256:
		return "SHA256";
	case PPK_ALG_ES384:
		return "SHA384";
	case PPK_ALG_ES512:
		return "SHA512";
	case PPK_ALG_EDDSA:
	case PPK_ALG_ED448:
		return NULL;
	}
	return NULL;
}

struct signer *signer_new(enum ppk_algorithm alg)
{
	struct signer *signer = calloc(1, sizeof(*signer));
	unsigned char *der = NULL;

	must(signer != NULL, "memory");
	signer->alg = alg;
	signer->key = generate(alg);
	must(signer->key != NULL, "no key pair");
	int len = i2d_PUBKEY(signer->key, &der);

	must(len > 0, "i2d_PUBKEY");
	signer_append(&signer->spki, der, (size_t)len);
	OPENSSL_free(der);
	return signer;
}

void signer_free(struct signer *signer)
{
	if (signer == NULL)
		return;
	EVP_PKEY_free(signer->key);
	ppk_bytes_done(&signer->spki);
	free(signer);
}

const struct ppk_bytes *signer_spki(const struct signer *signer)
{
	return &signer->spki;
}

static struct ppk_bytes raw_rsa(EVP_PKEY *key)
{
	BIGNUM *n = NULL, *e = NULL;
	uint8_t buffer[2 + 8 + 1024];

	must(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) == 1, "n");
	must(EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) == 1, "e");
	int e_len = BN_bn2bin(e, buffer + 2);

	buffer[0] = 0;
	buffer[1] = (uint8_t)e_len;
	int n_len = BN_bn2bin(n, buffer + 2 + e_len);
	struct ppk_bytes raw = { 0 };

	signer_append(&raw, buffer, (size_t)(2 + e_len + n_len));
	BN_free(n);
	BN_free(e);
	return raw;
}

struct ppk_bytes signer_raw(const struct signer *signer)
{
	/* what stands before the key in a SubjectPublicKeyInfo of its algorithm */
	static const size_t before[] = { [PPK_ALG_ES256] = 27,
		[PPK_ALG_ES384] = 24,
		[PPK_ALG_ES512] = 26,
		[PPK_ALG_EDDSA] = 12,
		[PPK_ALG_ED448] = 12 };
	struct ppk_bytes raw = { 0 };

	if (signer->alg == PPK_ALG_RS256)
		return raw_rsa(signer->key);
	size_t skipped = before[signer->alg];

	signer_append(&raw, signer->spki.data + skipped, signer->spki.len - skipped);
	return raw;
}

struct ppk_bytes signer_sign(const struct signer *signer, const void *message, size_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t signature_len = 0;

	must(EVP_DigestSignInit_ex(
		     ctx, NULL, digest_of(signer->alg), NULL, NULL, signer->key, NULL) == 1,
		"EVP_DigestSignInit_ex");
	must(EVP_DigestSign(ctx, NULL, &signature_len, message, len) == 1, "signature length");
	struct ppk_bytes signature = { .data = malloc(signature_len), .len = signature_len };

	must(signature.data != NULL, "memory");
	must(EVP_DigestSign(ctx, signature.data, &signature.len, message, len) == 1, "sign");
	EVP_MD_CTX_free(ctx);
	return signature;
}

static void add_text(X509_NAME *name, const char *field, const char *text)
{
	if (text != NULL)
		must(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
			     (const unsigned char *)text, -1, -1, 0) == 1,
			"subject");
}

static void add_extension(X509 *x509, X509_EXTENSION *extension, bool twice)
{
	must(extension != NULL && X509_add_ext(x509, extension, -1) == 1, "extension");
	if (twice)
		must(X509_add_ext(x509, extension, -1) == 1, "extension");
	X509_EXTENSION_free(extension);
}

static void add_aaguid(X509 *x509, const struct signer_certificate *certificate)
{
	ASN1_OBJECT *oid = OBJ_txt2obj("1.3.6.1.4.1.45724.1.1.4", 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();

	must(ASN1_OCTET_STRING_set(value, certificate->aaguid, (int)certificate->aaguid_len) == 1,
		"AAGUID");
	add_extension(x509,
		X509_EXTENSION_create_by_OBJ(NULL, oid, certificate->aaguid_critical, value),
		certificate->aaguid_twice);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(oid);
}

static X509_EXTENSION *extension_of(const struct signer_extension *wanted)
{
	ASN1_OBJECT *oid = OBJ_txt2obj(wanted->oid, 1);
	X509_EXTENSION *extension;

	if (wanted->words != NULL) {
		extension = X509V3_EXT_conf_nid(NULL, NULL, OBJ_obj2nid(oid), wanted->words);
	} else {
		ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();

		must(ASN1_OCTET_STRING_set(value, wanted->value, (int)wanted->len) == 1,
			"extension");
		extension = X509_EXTENSION_create_by_OBJ(NULL, oid, wanted->critical, value);
		ASN1_OCTET_STRING_free(value);
	}
	ASN1_OBJECT_free(oid);
	return extension;
}

/* X509_sign() of newer OpenSSL makes version 3 of what has extensions. Here a version may be wrong. */
static X509 *with_version(X509 *x509, const struct signer *signer, long version)
{
	static const uint8_t field[] = { 0xa0, 3, 2, 1, X509_VERSION_3 };
	const char *digest = digest_of(signer->alg);
	const ASN1_BIT_STRING *signature;
	unsigned char *der = NULL, *tbs = NULL;
	uint8_t made[1024];
	size_t made_len = sizeof(made);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	int len = i2d_X509(x509, &der);
	unsigned char *at = memmem(der, (size_t)len, field, sizeof(field));
	const unsigned char *next = der;

	must(at != NULL, "version");
	at[4] = (unsigned char)version;
	X509_free(x509);
	x509 = d2i_X509(NULL, &next, len);
	len = i2d_re_X509_tbs(x509, &tbs);
	must(EVP_DigestSignInit(context, NULL, digest == NULL ? NULL : EVP_get_digestbyname(digest),
		     NULL, signer->key) == 1 &&
			EVP_DigestSign(context, made, &made_len, tbs, (size_t)len) == 1,
		"signature");
	X509_get0_signature(&signature, NULL, x509);
	must(ASN1_BIT_STRING_set((ASN1_BIT_STRING *)(uintptr_t)signature, made, (int)made_len) == 1,
		"signature");
	EVP_MD_CTX_free(context);
	OPENSSL_free(tbs);
	OPENSSL_free(der);
	return x509;
}

struct ppk_bytes signer_certify(
	const struct signer *signer, const struct signer_certificate *certificate)
{
	X509 *x509 = X509_new();
	X509_NAME *subject = X509_get_subject_name(x509);
	const char *digest = digest_of(signer->alg);
	unsigned char *der = NULL;
	struct ppk_bytes result = { 0 };

	X509_set_version(x509, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
	ASN1_TIME_set(X509_getm_notBefore(x509), 1700000000);
	ASN1_TIME_set(X509_getm_notAfter(x509), 2000000000);
	add_text(subject, "C", certificate->country);
	add_text(subject, "O", certificate->organisation);
	add_text(subject, "OU", certificate->unit);
	add_text(subject, "OU", certificate->second_unit);
	add_text(subject, "CN", certificate->name);
	must(X509_set_issuer_name(x509, subject) == 1, "issuer");
	must(X509_set_pubkey(x509, signer->key) == 1, "key");
	if (certificate->constraints != NULL)
		add_extension(x509,
			X509V3_EXT_conf_nid(
				NULL, NULL, NID_basic_constraints, certificate->constraints),
			certificate->constraints_twice);
	if (certificate->aaguid != NULL)
		add_aaguid(x509, certificate);
	for (size_t i = 0; i < SIGNER_EXTENSIONS_MAX && certificate->extensions[i].oid != NULL; i++)
		add_extension(x509, extension_of(&certificate->extensions[i]), false);
	must(X509_sign(x509, signer->key, digest == NULL ? NULL : EVP_get_digestbyname(digest)) > 0,
		"X509_sign");
	if (certificate->version != X509_VERSION_3)
		x509 = with_version(x509, signer, certificate->version);
	int len = i2d_X509(x509, &der);

	must(len > 0, "i2d_X509");
	signer_append(&result, der, (size_t)len);
	OPENSSL_free(der);
	X509_free(x509);
	return result;
}

void signer_append(struct ppk_bytes *bytes, const void *data, size_t len)
{
	bytes->data = realloc(bytes->data, bytes->len + len + 1);
	must(bytes->data != NULL, "memory");
	if (len > 0)
		memcpy(bytes->data + bytes->len, data, len);
	bytes->len += len;
}

struct ppk_bytes signer_authenticator_data(const char *rp_id, uint8_t flags, uint32_t count)
{
	uint8_t data[PPK_AUTHENTICATOR_DATA_MIN];
	struct ppk_bytes result = { 0 };

	must(EVP_Digest(rp_id, strlen(rp_id), data, NULL, EVP_sha256(), NULL) == 1, "hash");
	data[32] = flags;
	for (size_t i = 0; i < 4; i++)
		data[33 + i] = (uint8_t)(count >> (24 - 8 * i));
	signer_append(&result, data, sizeof(data));
	return result;
}

struct ppk_bytes signer_assert(const struct signer *signer,
	const struct ppk_bytes *authenticator_data, const struct ppk_bytes *client_data)
{
	struct ppk_bytes message = { 0 };
	uint8_t hash[32];

	must(EVP_Digest(client_data->data, client_data->len, hash, NULL, EVP_sha256(), NULL) == 1,
		"hash");
	signer_append(&message, authenticator_data->data, authenticator_data->len);
	signer_append(&message, hash, sizeof(hash));
	struct ppk_bytes signature = signer_sign(signer, message.data, message.len);

	ppk_bytes_done(&message);
	return signature;
}

struct ppk_credential *signer_credential(const struct signer *signer, enum ppk_algorithm alg,
	const void *id, size_t id_len, const char *rp_id)
{
	struct ppk_credential *credential = calloc(1, sizeof(*credential));

	must(credential != NULL, "memory");
	signer_append(&credential->id, id, id_len);
	signer_append(&credential->key, signer->spki.data, signer->spki.len);
	credential->alg = alg;
	credential->rp_id = strdup(rp_id);
	must(credential->rp_id != NULL, "memory");
	return credential;
}
