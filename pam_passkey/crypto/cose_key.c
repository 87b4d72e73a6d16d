/* SPDX-License-Identifier: BSD-2-Clause */
#include "crypto/cose_key.h"

#include <string.h>

#include "core/cbor.h"
#include "crypto/public_key.h"
#include "crypto/spki.h"

/* RFC 8949, 3.1: major types */
#define CBOR_UNSIGNED 0x00
#define CBOR_NEGATIVE 0x20
#define CBOR_BYTES 0x40
#define CBOR_MAP 0xa0

/* RFC 9052, 7.1 (kty, alg), RFC 9053, 7.1 and 7.2 (crv, x, y), RFC 8230, 4 (n, e) */
#define COSE_KTY 1
#define COSE_ALG 3
#define COSE_CRV (-1)
#define COSE_X (-2)
#define COSE_Y (-3)
#define COSE_N (-1)
#define COSE_E (-2)
#define COSE_KTY_OKP 1
#define COSE_KTY_EC2 2
#define COSE_KTY_RSA 3

/* n of PPK_RSA_BITS_MAX and e of PPK_RSA_EXPONENT_MAX, with 20 bytes around them */
#define COSE_KEY_MAX (PPK_RSA_BITS_MAX / 8 + PPK_RSA_EXPONENT_MAX + 32)

/* The first byte or bytes of an item, in their shortest form (CTAP 2.1, 8). */
static void put_head(struct ppk_writer *writer, uint8_t major, size_t value)
{
	if (value < 24) {
		ppk_writer_u8(writer, (uint8_t)(major | value));
	} else if (value <= UINT8_MAX) {
		ppk_writer_u8(writer, major | 24);
		ppk_writer_u8(writer, (uint8_t)value);
	} else {
		ppk_writer_u8(writer, major | 25);
		ppk_writer_u16(writer, (uint16_t)value);
	}
}

static void put_number(struct ppk_writer *writer, int value)
{
	if (value < 0)
		put_head(writer, CBOR_NEGATIVE, (size_t)(-1 - value));
	else
		put_head(writer, CBOR_UNSIGNED, (size_t)value);
}

static void put_pair(struct ppk_writer *writer, int label, int value)
{
	put_number(writer, label);
	put_number(writer, value);
}

static void put_bytes(struct ppk_writer *writer, int label, const uint8_t *data, size_t len)
{
	put_number(writer, label);
	put_head(writer, CBOR_BYTES, len);
	ppk_writer_raw(writer, data, len);
}

/* IANA, "COSE Elliptic Curves"; 0 for RSA, which has none */
static int curve_of(enum ppk_algorithm alg)
{
	switch (alg) {
	case PPK_ALG_ES256:
		return 1;
	case PPK_ALG_ES384:
		return 2;
	case PPK_ALG_ES512:
		return 3;
	case PPK_ALG_EDDSA:
		return 6;
	case PPK_ALG_ED448:
		return 7;
	case PPK_ALG_RS256:
		return 0;
	}
	return 0;
}

static void put_rsa(struct ppk_writer *writer, const struct ppk_spki *key)
{
	put_head(writer, CBOR_MAP, 4);
	put_pair(writer, COSE_KTY, COSE_KTY_RSA);
	put_pair(writer, COSE_ALG, ppk_algorithm_cose(PPK_ALG_RS256));
	put_bytes(writer, COSE_N, key->modulus, key->modulus_len);
	put_bytes(writer, COSE_E, key->exponent, key->exponent_len);
}

static void put_okp(struct ppk_writer *writer, enum ppk_algorithm alg, const struct ppk_spki *key)
{
	put_head(writer, CBOR_MAP, 4);
	put_pair(writer, COSE_KTY, COSE_KTY_OKP);
	put_pair(writer, COSE_ALG, ppk_algorithm_cose(alg));
	put_pair(writer, COSE_CRV, curve_of(alg));
	put_bytes(writer, COSE_X, key->point, key->point_len);
}

static void put_ec2(struct ppk_writer *writer, enum ppk_algorithm alg, const struct ppk_spki *key)
{
	size_t half = (key->point_len - 1) / 2; /* the first byte says "uncompressed" */

	put_head(writer, CBOR_MAP, 5);
	put_pair(writer, COSE_KTY, COSE_KTY_EC2);
	put_pair(writer, COSE_ALG, ppk_algorithm_cose(alg));
	put_pair(writer, COSE_CRV, curve_of(alg));
	put_bytes(writer, COSE_X, key->point + 1, half);
	put_bytes(writer, COSE_Y, key->point + 1 + half, half);
}

enum ppk_err ppk_cose_key_match(enum ppk_algorithm alg, const struct ppk_bytes *key,
	const uint8_t *cbor, size_t cbor_len, size_t *ret_len)
{
	uint8_t buffer[COSE_KEY_MAX];
	struct ppk_writer writer = { .data = buffer, .size = sizeof(buffer) };
	struct ppk_spki parts;
	enum ppk_err err = ppk_spki_parse(alg, key->data, key->len, &parts);

	if (err != PPK_OK)
		return err;
	if (parts.modulus != NULL)
		put_rsa(&writer, &parts);
	else if (alg == PPK_ALG_EDDSA || alg == PPK_ALG_ED448)
		put_okp(&writer, alg, &parts);
	else
		put_ec2(&writer, alg, &parts);
	if (writer.failed || cbor_len < writer.len || memcmp(cbor, writer.data, writer.len) != 0)
		return PPK_ERR_KEY;
	*ret_len = writer.len;
	return PPK_OK;
}

#define COSE_LABELS 5 /* of the longest COSE_Key: kty, alg, crv, x, y */

/* What a COSE_Key has under the labels -1 to -3, of which -1 is a curve or n. */
struct parts {
	int32_t alg;
	const uint8_t *bytes[3];
	size_t len[3];
};

/* The value of any label: what it must be is for ppk_cose_key_match() to say. */
static bool read_value(struct ppk_reader *reader, int32_t label, struct parts *parts)
{
	int32_t number;

	if (label == COSE_ALG)
		return ppk_cbor_int(reader, &parts->alg);
	if (label >= COSE_Y && label <= COSE_N &&
		ppk_cbor_bytes(reader, &parts->bytes[-1 - label], &parts->len[-1 - label]))
		return true;
	return ppk_cbor_int(reader, &number);
}

static bool read_parts(struct ppk_reader *reader, struct parts *parts)
{
	size_t labels;
	int32_t label;

	if (!ppk_cbor_map(reader, COSE_LABELS, &labels))
		return false;
	for (size_t i = 0; i < labels; i++) {
		if (!ppk_cbor_int(reader, &label) || !read_value(reader, label, parts))
			return false;
	}
	return true;
}

/* In the layout of struct ppk_device_credential.public_key. */
static void put_raw(struct ppk_writer *writer, const struct parts *parts)
{
	const size_t n = -1 - COSE_N, x_or_e = -1 - COSE_X, y = -1 - COSE_Y;

	if (parts->bytes[n] != NULL) {
		ppk_writer_block(writer, parts->bytes[x_or_e], parts->len[x_or_e]);
		ppk_writer_raw(writer, parts->bytes[n], parts->len[n]);
		return;
	}
	ppk_writer_raw(writer, parts->bytes[x_or_e], parts->len[x_or_e]);
	ppk_writer_raw(writer, parts->bytes[y], parts->len[y]);
}

enum ppk_err ppk_cose_key_read(const uint8_t *cbor, size_t cbor_len, enum ppk_algorithm *ret_alg,
	struct ppk_bytes *ret_key, size_t *ret_len)
{
	struct ppk_reader reader = { .next = cbor, .left = cbor_len };
	uint8_t raw[COSE_KEY_MAX];
	struct ppk_writer writer = { .data = raw, .size = sizeof(raw) };
	struct parts parts = { 0 };
	enum ppk_algorithm alg;
	struct ppk_bytes key;

	if (!read_parts(&reader, &parts))
		return PPK_ERR_KEY;
	enum ppk_err err = ppk_algorithm_from_cose(parts.alg, &alg);

	if (err != PPK_OK)
		return err;
	put_raw(&writer, &parts);
	if (writer.failed)
		return PPK_ERR_KEY;
	err = ppk_public_key_from_raw(alg, raw, writer.len, &key);
	if (err != PPK_OK)
		return err;
	err = ppk_cose_key_match(alg, &key, cbor, cbor_len, ret_len);
	if (err != PPK_OK) {
		ppk_bytes_done(&key);
		return err;
	}
	*ret_alg = alg;
	*ret_key = key;
	return PPK_OK;
}
