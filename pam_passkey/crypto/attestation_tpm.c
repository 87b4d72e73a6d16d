/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * WebAuthn Level 3, 8.3: TPM attestation. The TPM's attestation key signs certInfo (TPMS_ATTEST),
 * which names the credential's key (pubArea, TPMT_PUBLIC) and has the hash of what packed would sign.
 * Structures and constants: TPM 2.0 Library, Part 2.
 */
#include <string.h>

#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "crypto/public_key.h"
#include "crypto/spki.h"
#include "crypto/statement.h"

#define VERSION "2.0"
#define GENERATED_VALUE 0xff544347 /* TPM_GENERATED_VALUE */
#define ST_ATTEST_CERTIFY 0x8017
#define CLOCK_INFO_SIZE 17
#define FIRMWARE_VERSION_SIZE 8

/* TPM_ALG_ID */
#define ALG_RSA 0x0001
#define ALG_SHA256 0x000b
#define ALG_SHA384 0x000c
#define ALG_SHA512 0x000d
#define ALG_NULL 0x0010
#define ALG_RSASSA 0x0014
#define ALG_ECDSA 0x0018
#define ALG_ECC 0x0023

#define DEFAULT_EXPONENT 65537 /* is written as 0 */

/* The hash that COSE gives to the algorithm of an attestation key; TPMs have no EdDSA. */
static enum ppk_err hash_of(enum ppk_algorithm alg, enum ppk_hash *ret)
{
	switch (alg) {
	case PPK_ALG_ES256:
	case PPK_ALG_RS256:
		*ret = PPK_HASH_SHA256;
		return PPK_OK;
	case PPK_ALG_ES384:
		*ret = PPK_HASH_SHA384;
		return PPK_OK;
	case PPK_ALG_ES512:
		*ret = PPK_HASH_SHA512;
		return PPK_OK;
	case PPK_ALG_EDDSA:
	case PPK_ALG_ED448:
		break;
	}
	return PPK_ERR_ATTESTATION;
}

static enum ppk_err hash_of_tpm(uint16_t alg, enum ppk_hash *ret)
{
	switch (alg) {
	case ALG_SHA256:
		*ret = PPK_HASH_SHA256;
		return PPK_OK;
	case ALG_SHA384:
		*ret = PPK_HASH_SHA384;
		return PPK_OK;
	case ALG_SHA512:
		*ret = PPK_HASH_SHA512;
		return PPK_OK;
	}
	return PPK_ERR_ATTESTATION; /* SHA-1 too */
}

/* TPMI_ECC_CURVE, table 42; 0 for none */
static uint16_t curve_of(enum ppk_algorithm alg)
{
	switch (alg) {
	case PPK_ALG_ES256:
		return 0x0003;
	case PPK_ALG_ES384:
		return 0x0004;
	case PPK_ALG_ES512:
		return 0x0005;
	case PPK_ALG_EDDSA:
	case PPK_ALG_ED448:
	case PPK_ALG_RS256:
		return 0;
	}
	return 0;
}

/* The next 16 bits are this. */
static bool next_is(struct ppk_reader *reader, uint16_t wanted)
{
	uint16_t word;

	return ppk_reader_u16(reader, &word) && word == wanted;
}

/* TPMT_SIG_SCHEME or the like: none, or this one with any hash. */
static bool skip_scheme(struct ppk_reader *reader, uint16_t wanted)
{
	uint16_t scheme, hash;

	return ppk_reader_u16(reader, &scheme) &&
	       (scheme == ALG_NULL || (scheme == wanted && ppk_reader_u16(reader, &hash)));
}

/* TPM2B of a big-endian number, which may lack leading zeroes */
static bool number_is(struct ppk_reader *reader, const uint8_t *wanted, size_t len)
{
	const uint8_t *number;
	size_t number_len;

	if (!ppk_reader_block(reader, len, &number, &number_len))
		return false;
	for (; number_len < len; len--, wanted++) {
		if (*wanted != 0)
			return false;
	}
	return memcmp(number, wanted, len) == 0;
}

/* TPMS_ECC_PARMS and TPMS_ECC_POINT: the credential's curve and point. */
static bool ecc_is_credential(
	struct ppk_reader *area, enum ppk_algorithm alg, const struct ppk_spki *key)
{
	size_t half = (key->point_len - 1) / 2; /* the first byte says "uncompressed" */

	return curve_of(alg) != 0 && next_is(area, ALG_NULL) && skip_scheme(area, ALG_ECDSA) &&
	       next_is(area, curve_of(alg)) && next_is(area, ALG_NULL) &&
	       number_is(area, key->point + 1, half) &&
	       number_is(area, key->point + 1 + half, half);
}

static bool exponent_is(uint32_t exponent, const struct ppk_spki *key)
{
	uint64_t wanted = 0;

	for (size_t i = 0; i < key->exponent_len; i++)
		wanted = wanted << 8 | key->exponent[i];
	return wanted == (exponent == 0 ? DEFAULT_EXPONENT : exponent);
}

/* TPMS_RSA_PARMS and the modulus: the credential's. */
static bool rsa_is_credential(struct ppk_reader *area, const struct ppk_spki *key)
{
	uint16_t bits;
	uint32_t exponent;

	return key->modulus != NULL && next_is(area, ALG_NULL) && skip_scheme(area, ALG_RSASSA) &&
	       ppk_reader_u16(area, &bits) && bits == 8 * key->modulus_len &&
	       ppk_reader_u32(area, &exponent) && exponent_is(exponent, key) &&
	       number_is(area, key->modulus, key->modulus_len);
}

/* TPMT_PUBLIC. *ret_hash is the algorithm of its name. */
static enum ppk_err check_pub_area(const struct ppk_statement *statement, uint16_t *ret_hash)
{
	struct ppk_reader area = { .next = statement->object->pub_area,
		.left = statement->object->pub_area_len };
	uint16_t type;
	uint32_t attributes;
	const uint8_t *policy;
	size_t policy_len;
	struct ppk_spki key;
	enum ppk_err err =
		ppk_spki_parse(statement->alg, statement->key->data, statement->key->len, &key);

	if (err != PPK_OK)
		return err;
	if (!ppk_reader_u16(&area, &type) || !ppk_reader_u16(&area, ret_hash) ||
		!ppk_reader_u32(&area, &attributes) ||
		!ppk_reader_block(&area, PPK_HASH_MAX, &policy, &policy_len))
		return PPK_ERR_ATTESTATION;
	bool same = type == ALG_ECC ? ecc_is_credential(&area, statement->alg, &key)
				    : type == ALG_RSA && rsa_is_credential(&area, &key);

	return same && area.left == 0 ? PPK_OK : PPK_ERR_ATTESTATION;
}

/* TPM 2.0 Library, Part 1, 16: the name of a key is the hash algorithm and the hash of its public area. */
static enum ppk_err name_of_pub_area(
	const struct ppk_attestation_object *object, uint16_t alg, struct ppk_writer *ret)
{
	const struct ppk_part part = { object->pub_area, object->pub_area_len };
	uint8_t digest[PPK_HASH_MAX];
	size_t len;
	enum ppk_hash hash;
	enum ppk_err err = hash_of_tpm(alg, &hash);

	if (err == PPK_OK)
		err = ppk_hash_parts(hash, &part, 1, digest, &len);
	if (err != PPK_OK)
		return err;
	ppk_writer_u16(ret, alg);
	ppk_writer_raw(ret, digest, len);
	return PPK_OK;
}

/* TPM2B that is this, and no other. */
static bool block_is(struct ppk_reader *reader, const uint8_t *wanted, size_t len)
{
	const uint8_t *block;
	size_t block_len;

	return ppk_reader_block(reader, len, &block, &block_len) && block_len == len &&
	       memcmp(block, wanted, len) == 0;
}

/* TPMS_ATTEST, with TPMS_CERTIFY_INFO in it */
static bool cert_info_is_sound(const struct ppk_attestation_object *object, const uint8_t *extra,
	size_t extra_len, const struct ppk_writer *name)
{
	struct ppk_reader info = { .next = object->cert_info, .left = object->cert_info_len };
	uint32_t magic;
	const uint8_t *skipped;
	size_t len;

	return ppk_reader_u32(&info, &magic) && magic == GENERATED_VALUE &&
	       next_is(&info, ST_ATTEST_CERTIFY) &&
	       ppk_reader_block(&info, UINT16_MAX, &skipped, &len) && /* qualifiedSigner */
	       block_is(&info, extra, extra_len) &&
	       ppk_reader_raw(&info, CLOCK_INFO_SIZE + FIRMWARE_VERSION_SIZE, &skipped) &&
	       block_is(&info, name->data, name->len) &&
	       ppk_reader_block(&info, UINT16_MAX, &skipped, &len) && /* qualifiedName */
	       info.left == 0;
}

static enum ppk_err check_cert_info(
	const struct ppk_statement *statement, enum ppk_algorithm leaf_alg, uint16_t name_hash)
{
	const struct ppk_attestation_object *object = statement->object;
	const struct ppk_part parts[] = {
		{ object->authenticator_data, object->authenticator_data_len },
		{ statement->client_data_hash, PPK_SHA256_SIZE },
	};
	uint8_t name[sizeof(uint16_t) + PPK_HASH_MAX], extra[PPK_HASH_MAX];
	struct ppk_writer writer = { .data = name, .size = sizeof(name) };
	size_t extra_len = 0;
	enum ppk_hash hash;
	enum ppk_err err = hash_of(leaf_alg, &hash);

	if (err == PPK_OK)
		err = ppk_hash_parts(hash, parts, 2, extra, &extra_len);
	if (err == PPK_OK)
		err = name_of_pub_area(object, name_hash, &writer);
	if (err != PPK_OK)
		return err;
	return cert_info_is_sound(object, extra, extra_len, &writer) ? PPK_OK : PPK_ERR_ATTESTATION;
}

static enum ppk_err check_signed(const struct ppk_statement *statement, uint16_t name_hash,
	enum ppk_algorithm leaf_alg, const struct ppk_bytes *leaf_key)
{
	const struct ppk_attestation_object *object = statement->object;
	enum ppk_err err = check_cert_info(statement, leaf_alg, name_hash);

	if (err != PPK_OK)
		return err;
	return ppk_signature_verify(leaf_alg, leaf_key, object->cert_info, object->cert_info_len,
		object->signature, object->signature_len);
}

static bool is_version(const struct ppk_attestation_object *object)
{
	return object->version_len == strlen(VERSION) &&
	       memcmp(object->version, VERSION, strlen(VERSION)) == 0;
}

enum ppk_err ppk_statement_check_tpm(const struct ppk_statement *statement)
{
	const struct ppk_attestation_object *object = statement->object;
	enum ppk_algorithm leaf_alg;
	struct ppk_bytes leaf_key;
	uint16_t name_hash;

	if (!is_version(object))
		return PPK_ERR_ATTESTATION;
	enum ppk_err err = ppk_certificate_check_tpm(
		object->x5c[0], object->x5c_len[0], statement->data->aaguid);

	if (err == PPK_OK)
		err = check_pub_area(statement, &name_hash);
	if (err == PPK_OK)
		err = ppk_statement_leaf_key(statement, &leaf_alg, &leaf_key);
	if (err != PPK_OK)
		return err;
	err = check_signed(statement, name_hash, leaf_alg, &leaf_key);
	ppk_bytes_done(&leaf_key);
	return err;
}
