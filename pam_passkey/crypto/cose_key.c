/* SPDX-License-Identifier: BSD-2-Clause */
#include "crypto/cose_key.h"

#include <string.h>

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
