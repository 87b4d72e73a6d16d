/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_CRYPTO_SIGNER_H
#define TESTS_UNIT_CRYPTO_SIGNER_H

/*
 * The half of an authenticator that signs, for tests of the half that verifies. All randomness,
 * OpenSSL's too (key pairs, ECDSA's nonces), comes from one generator: a seed gives the same bytes
 * each time. Whatever fails in here ends the program.
 */

#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/credential.h"

/* Start the generator anew; OpenSSL draws from it from then on. */
void signer_seed(uint64_t seed);
uint64_t signer_number(uint64_t below); /* 0 to below - 1 */
void signer_random(void *out, size_t len);

/* A key pair. */
struct signer;
struct signer *signer_new(enum ppk_algorithm alg);
void signer_free(struct signer *signer);
const struct ppk_bytes *signer_spki(const struct signer *signer); /* as OpenSSL writes it */
/* The public key in the layout of struct ppk_device_credential.public_key; the caller's. */
struct ppk_bytes signer_raw(const struct signer *signer);
/* The caller's. */
struct ppk_bytes signer_sign(const struct signer *signer, const void *message, size_t len);

/* An extension that OpenSSL's configuration has no words for, or has: then value is NULL. */
struct signer_extension {
	const char *oid;
	bool critical;
	const uint8_t *value; /* DER */
	size_t len;
	const char *words; /* in the notation of OpenSSL's configuration */
};
#define SIGNER_EXTENSIONS_MAX 4

/* A self-signed certificate of the signer's key, DER; the caller's. */
struct signer_certificate {
	long version; /* X509_VERSION_3 */
	const char *country; /* NULL: left out, as all that follow */
	const char *organisation;
	const char *unit;
	const char *second_unit;
	const char *name;
	const char *constraints; /* in the notation of OpenSSL's configuration: "CA:FALSE" */
	bool constraints_twice;
	const uint8_t *aaguid; /* content of the AAGUID extension */
	size_t aaguid_len;
	bool aaguid_critical;
	bool aaguid_twice;
	struct signer_extension extensions[SIGNER_EXTENSIONS_MAX]; /* up to one without oid */
};
struct ppk_bytes signer_certify(
	const struct signer *signer, const struct signer_certificate *certificate);

/* 37 bytes of authenticator data (and room for more behind them); the caller's. */
struct ppk_bytes signer_authenticator_data(const char *rp_id, uint8_t flags, uint32_t count);

void signer_append(struct ppk_bytes *bytes, const void *data, size_t len);

/* authenticator data || SHA-256(client data), signed; the caller's. */
struct ppk_bytes signer_assert(const struct signer *signer,
	const struct ppk_bytes *authenticator_data, const struct ppk_bytes *client_data);

/* A record for the signer's key, with nothing optional set; ppk_credential_free(). */
struct ppk_credential *signer_credential(const struct signer *signer, enum ppk_algorithm alg,
	const void *id, size_t id_len, const char *rp_id);

#endif
