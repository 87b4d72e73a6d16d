/* SPDX-License-Identifier: BSD-2-Clause */
#include "crypto/spki.h"

#include <string.h>

/* DER identifier octets (X.690, 8.1.2) */
#define TAG_INTEGER 0x02
#define TAG_BIT_STRING 0x03
#define TAG_SEQUENCE 0x30

#define POINT_UNCOMPRESSED 0x04 /* SEC 1, 2.3.3 */
#define ED25519_SIZE 32
#define ED448_SIZE 57

/* All bytes before the key, for the algorithms whose keys have one length. */
struct form {
	const uint8_t *prefix;
	size_t prefix_len;
	size_t raw_len; /* x || y for ECDSA, whose prefix ends with POINT_UNCOMPRESSED */
};

/* id-ecPublicKey with the curves secp256r1, secp384r1, secp521r1: RFC 5480, 2.1.1 */
static const uint8_t es256_prefix[] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce,
	0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42,
	0x00, POINT_UNCOMPRESSED };
static const uint8_t es384_prefix[] = { 0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce,
	0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00,
	POINT_UNCOMPRESSED };
static const uint8_t es512_prefix[] = { 0x30, 0x81, 0x9b, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48,
	0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x23, 0x03, 0x81, 0x86, 0x00,
	POINT_UNCOMPRESSED };
/* id-Ed25519, id-Ed448: RFC 8410, 3 */
static const uint8_t ed25519_prefix[] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70,
	0x03, 0x21, 0x00 };
static const uint8_t ed448_prefix[] = { 0x30, 0x43, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x71, 0x03,
	0x3a, 0x00 };
/* AlgorithmIdentifier of rsaEncryption: RFC 3279, 2.3.1 */
static const uint8_t rsa_algorithm[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
	0x01, 0x01, 0x01, 0x05, 0x00 };

static const struct form es256_form = { es256_prefix, sizeof(es256_prefix), 64 };
static const struct form es384_form = { es384_prefix, sizeof(es384_prefix), 96 };
static const struct form es512_form = { es512_prefix, sizeof(es512_prefix), 132 };
static const struct form ed25519_form = { ed25519_prefix, sizeof(ed25519_prefix), ED25519_SIZE };
static const struct form ed448_form = { ed448_prefix, sizeof(ed448_prefix), ED448_SIZE };

/* NULL: RSA, whose keys have many lengths. */
static const struct form *form_of(enum ppk_algorithm alg)
{
	switch (alg) {
	case PPK_ALG_ES256:
		return &es256_form;
	case PPK_ALG_ES384:
		return &es384_form;
	case PPK_ALG_ES512:
		return &es512_form;
	case PPK_ALG_EDDSA:
		return &ed25519_form;
	case PPK_ALG_ED448:
		return &ed448_form;
	case PPK_ALG_RS256:
		return NULL;
	}
	return NULL;
}

/*
 * The y coordinates of the points whose order divides the cofactor, little-endian: 0, 1, -1 and, on
 * edwards25519, the two of order 8. A key that was overwritten with zeroes is among them.
 */
static const uint8_t ed25519_small_order[][ED25519_SIZE] = { { 0x00 }, { 0x01 },
	{ 0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		0xff, 0xff, 0x7f },
	{ 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
		0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d,
		0x53, 0xfc, 0x05 },
	{ 0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
		0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92,
		0xac, 0x03, 0x7a } };
static const uint8_t ed448_small_order[][ED448_SIZE] = {
	{ 0x00 }, { 0x01 },
	/* clang-format off */
	{ 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0x00 },
	/* clang-format on */
};

/* Is a greater than b, both len bytes little-endian? */
static bool is_greater(const uint8_t *a, const uint8_t *b, size_t len)
{
	for (size_t i = len; i > 0; i--) {
		if (a[i - 1] != b[i - 1])
			return a[i - 1] > b[i - 1];
	}
	return false;
}

/* RFC 8032, 5.1.2 and 5.2.2: y without the sign of x, below the field's prime, of large order. */
static bool edwards_key_is_sound(
	const uint8_t *key, size_t len, const uint8_t *small_order, size_t small_order_count)
{
	const uint8_t *minus_one = small_order + 2 * len; /* the largest number of the field */
	uint8_t y[ED448_SIZE];

	memcpy(y, key, len);
	y[len - 1] &= 0x7f;
	if (is_greater(y, minus_one, len))
		return false;
	for (size_t i = 0; i < small_order_count; i++) {
		if (memcmp(y, small_order + i * len, len) == 0)
			return false;
	}
	return true;
}

/* The uncompressed form's first byte stands in the prefix, and belongs to the point. */
static enum ppk_err parse_form(
	const struct form *form, const uint8_t *der, size_t len, struct ppk_spki *ret)
{
	if (len != form->prefix_len + form->raw_len ||
		memcmp(der, form->prefix, form->prefix_len) != 0)
		return PPK_ERR_KEY;
	const uint8_t *raw = der + form->prefix_len;

	if (form == &ed25519_form &&
		!edwards_key_is_sound(raw, ED25519_SIZE, ed25519_small_order[0],
			sizeof(ed25519_small_order) / ED25519_SIZE))
		return PPK_ERR_KEY;
	if (form == &ed448_form && !edwards_key_is_sound(raw, ED448_SIZE, ed448_small_order[0],
					   sizeof(ed448_small_order) / ED448_SIZE))
		return PPK_ERR_KEY;
	size_t before = form == &ed25519_form || form == &ed448_form ? 0 : 1;

	*ret = (struct ppk_spki){ .point = raw - before, .point_len = form->raw_len + before };
	return PPK_OK;
}

/* A definite length in its shortest form (X.690, 10.1), at most 65535. */
static bool der_length(struct ppk_reader *reader, size_t *ret)
{
	uint8_t first, low;
	uint16_t two;

	if (!ppk_reader_u8(reader, &first))
		return false;
	if (first < 0x80) {
		*ret = first;
		return true;
	}
	if (first == 0x81 && ppk_reader_u8(reader, &low) && low >= 0x80) {
		*ret = low;
		return true;
	}
	if (first == 0x82 && ppk_reader_u16(reader, &two) && two >= 0x100) {
		*ret = two;
		return true;
	}
	return false;
}

static bool der_element(struct ppk_reader *reader, uint8_t tag, struct ppk_reader *ret)
{
	uint8_t found;
	size_t len;
	const uint8_t *content;

	if (!ppk_reader_u8(reader, &found) || found != tag || !der_length(reader, &len) ||
		!ppk_reader_raw(reader, len, &content))
		return false;
	*ret = (struct ppk_reader){ .next = content, .left = len };
	return true;
}

/* A positive INTEGER in its shortest form (X.690, 8.3.2), without the zero that marks it positive. */
static bool der_positive(struct ppk_reader *reader, const uint8_t **ret, size_t *ret_len)
{
	struct ppk_reader content = { .next = NULL };

	if (!der_element(reader, TAG_INTEGER, &content) || content.left == 0)
		return false;
	if (content.next[0] >= 0x80)
		return false;
	if (content.next[0] == 0) {
		if (content.left < 2 || content.next[1] < 0x80)
			return false;
		content.next++;
		content.left--;
	}
	*ret = content.next;
	*ret_len = content.left;
	return true;
}

/* RSAPublicKey (RFC 8017, A.1.1) inside of SubjectPublicKeyInfo */
static bool rsa_take_apart(const uint8_t *der, size_t len, struct ppk_spki *ret)
{
	struct ppk_reader reader = { .next = der, .left = len }, outer, bits, numbers;
	struct ppk_spki key = { 0 };
	const uint8_t *algorithm;
	uint8_t unused_bits;

	if (!der_element(&reader, TAG_SEQUENCE, &outer) || reader.left != 0 ||
		!ppk_reader_raw(&outer, sizeof(rsa_algorithm), &algorithm) ||
		memcmp(algorithm, rsa_algorithm, sizeof(rsa_algorithm)) != 0 ||
		!der_element(&outer, TAG_BIT_STRING, &bits) || outer.left != 0 ||
		!ppk_reader_u8(&bits, &unused_bits) || unused_bits != 0 ||
		!der_element(&bits, TAG_SEQUENCE, &numbers) || bits.left != 0 ||
		!der_positive(&numbers, &key.modulus, &key.modulus_len) ||
		!der_positive(&numbers, &key.exponent, &key.exponent_len) || numbers.left != 0)
		return false;
	*ret = key;
	return true;
}

static size_t bit_length(const uint8_t *number, size_t len)
{
	size_t bits = len * 8;

	for (uint8_t top = number[0]; (top & 0x80) == 0 && bits > 0; top = (uint8_t)(top << 1))
		bits--;
	return bits;
}

static enum ppk_err parse_rsa(const uint8_t *der, size_t len, struct ppk_spki *ret)
{
	struct ppk_spki key;

	if (!rsa_take_apart(der, len, &key))
		return PPK_ERR_KEY;
	size_t bits = bit_length(key.modulus, key.modulus_len);

	if (bits < PPK_RSA_BITS_MIN || bits > PPK_RSA_BITS_MAX ||
		(key.modulus[key.modulus_len - 1] & 1) == 0)
		return PPK_ERR_KEY;
	if (key.exponent_len > PPK_RSA_EXPONENT_MAX ||
		(key.exponent[key.exponent_len - 1] & 1) == 0 ||
		(key.exponent_len == 1 && key.exponent[0] < 3))
		return PPK_ERR_KEY;
	*ret = key;
	return PPK_OK;
}

enum ppk_err ppk_spki_parse(
	enum ppk_algorithm alg, const uint8_t *der, size_t len, struct ppk_spki *ret)
{
	const struct form *form = form_of(alg);

	if (form != NULL)
		return parse_form(form, der, len, ret);
	return alg == PPK_ALG_RS256 ? parse_rsa(der, len, ret) : PPK_ERR_KEY;
}

enum ppk_err ppk_spki_check(const struct ppk_credential *credential)
{
	struct ppk_spki parts;

	return ppk_spki_parse(credential->alg, credential->key.data, credential->key.len, &parts);
}

enum ppk_err ppk_spki_algorithm(const uint8_t *der, size_t len, enum ppk_algorithm *ret)
{
	static const enum ppk_algorithm all[] = { PPK_ALG_ES256, PPK_ALG_ES384, PPK_ALG_ES512,
		PPK_ALG_EDDSA, PPK_ALG_ED448, PPK_ALG_RS256 };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct ppk_spki key;

		if (ppk_spki_parse(all[i], der, len, &key) == PPK_OK) {
			*ret = all[i];
			return PPK_OK;
		}
	}
	return PPK_ERR_KEY;
}

static void der_write_head(struct ppk_writer *writer, uint8_t tag, size_t len)
{
	ppk_writer_u8(writer, tag);
	if (len >= 0x100)
		ppk_writer_u8(writer, 0x82);
	else if (len >= 0x80)
		ppk_writer_u8(writer, 0x81);
	if (len >= 0x100)
		ppk_writer_u16(writer, (uint16_t)len);
	else
		ppk_writer_u8(writer, (uint8_t)len);
}

static size_t der_size(size_t len)
{
	return len + (len >= 0x100 ? 4 : len >= 0x80 ? 3 : 2);
}

/* Bytes of the content of a positive INTEGER: one zero more when its first bit is set. */
static size_t der_positive_len(const uint8_t *number, size_t len)
{
	return len + (number[0] >= 0x80 ? 1 : 0);
}

static void der_write_positive(struct ppk_writer *writer, const uint8_t *number, size_t len)
{
	der_write_head(writer, TAG_INTEGER, der_positive_len(number, len));
	if (number[0] >= 0x80)
		ppk_writer_u8(writer, 0);
	ppk_writer_raw(writer, number, len);
}

/* e and n are not empty and n is no longer than PPK_CREDENTIAL_KEY_MAX. */
static void write_rsa(
	struct ppk_writer *writer, const uint8_t *e, size_t e_len, const uint8_t *n, size_t n_len)
{
	size_t numbers =
		der_size(der_positive_len(n, n_len)) + der_size(der_positive_len(e, e_len));
	size_t bits = 1 + der_size(numbers);

	der_write_head(writer, TAG_SEQUENCE, sizeof(rsa_algorithm) + der_size(bits));
	ppk_writer_raw(writer, rsa_algorithm, sizeof(rsa_algorithm));
	der_write_head(writer, TAG_BIT_STRING, bits);
	ppk_writer_u8(writer, 0); /* unused bits */
	der_write_head(writer, TAG_SEQUENCE, numbers);
	der_write_positive(writer, n, n_len);
	der_write_positive(writer, e, e_len);
}

static enum ppk_err write_raw_rsa(struct ppk_writer *writer, const uint8_t *raw, size_t len)
{
	struct ppk_reader reader = { .next = raw, .left = len };
	const uint8_t *exponent;
	size_t exponent_len;

	if (!ppk_reader_block(&reader, PPK_RSA_EXPONENT_MAX, &exponent, &exponent_len) ||
		exponent_len == 0 || reader.left == 0 || reader.left > PPK_RSA_BITS_MAX / 8)
		return PPK_ERR_KEY;
	write_rsa(writer, exponent, exponent_len, reader.next, reader.left);
	return PPK_OK;
}

enum ppk_err ppk_spki_from_raw(
	enum ppk_algorithm alg, const uint8_t *raw, size_t len, struct ppk_bytes *ret)
{
	const struct form *form = form_of(alg);
	uint8_t buffer[PPK_CREDENTIAL_KEY_MAX];
	struct ppk_writer writer = { .data = buffer, .size = sizeof(buffer) };
	struct ppk_spki key;
	enum ppk_err err = PPK_OK;

	if (form == NULL && alg != PPK_ALG_RS256)
		return PPK_ERR_ALGORITHM;
	if (form == NULL) {
		err = write_raw_rsa(&writer, raw, len);
	} else {
		ppk_writer_raw(&writer, form->prefix, form->prefix_len);
		ppk_writer_raw(&writer, raw, len);
	}
	if (err == PPK_OK && writer.failed)
		err = PPK_ERR_KEY;
	/* what is written must be read again: this refuses a wrong length and a leading zero */
	if (err == PPK_OK)
		err = ppk_spki_parse(alg, writer.data, writer.len, &key);
	return err == PPK_OK ? ppk_bytes_copy(writer.data, writer.len, ret) : err;
}
