/* SPDX-License-Identifier: BSD-2-Clause */
/* Public keys: one encoding each, a point on its curve. */
#include "crypto/public_key.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include "check.h"
#include "crypto/digest.h"
#include "crypto/edwards.h"
#include "crypto/spki.h"
#include "mutate.h"
#include "signer.h"

static const enum ppk_algorithm all[] = { PPK_ALG_ES256, PPK_ALG_ES384, PPK_ALG_ES512,
	PPK_ALG_EDDSA, PPK_ALG_ED448, PPK_ALG_RS256 };
#define ALL_COUNT (sizeof(all) / sizeof(all[0]))

static enum ppk_err check(enum ppk_algorithm alg, const void *der, size_t len)
{
	struct ppk_credential credential = { .alg = alg };

	CHECK_OK(ppk_bytes_copy(der, len, &credential.key));
	enum ppk_err err = ppk_public_key_check(&credential);

	ppk_bytes_done(&credential.key);
	return err;
}

static enum ppk_err check_form(enum ppk_algorithm alg, const void *der, size_t len)
{
	struct ppk_credential credential = { .alg = alg };

	CHECK_OK(ppk_bytes_copy(der, len, &credential.key));
	enum ppk_err err = ppk_spki_check(&credential);

	ppk_bytes_done(&credential.key);
	return err;
}

static void a_key_that_openssl_wrote_is_accepted(void)
{
	for (size_t i = 0; i < ALL_COUNT; i++) {
		struct signer *signer = signer_new(all[i]);
		const struct ppk_bytes *key = signer_spki(signer);

		CHECK_OK(check(all[i], key->data, key->len));
		CHECK_OK(check_form(all[i], key->data, key->len));
		signer_free(signer);
	}
}

static void a_key_of_another_algorithm_is_refused(void)
{
	for (size_t i = 0; i < ALL_COUNT; i++) {
		struct signer *signer = signer_new(all[i]);
		const struct ppk_bytes *key = signer_spki(signer);
		enum ppk_algorithm alg;

		for (size_t j = 0; j < ALL_COUNT; j++)
			CHECK_ERR(
				check(all[j], key->data, key->len), i == j ? PPK_OK : PPK_ERR_KEY);
		CHECK_OK(ppk_spki_algorithm(key->data, key->len, &alg));
		CHECK_INT(alg, all[i]);
		signer_free(signer);
	}
}

static void a_key_with_bytes_after_it_is_refused(void)
{
	for (size_t i = 0; i < ALL_COUNT; i++) {
		struct signer *signer = signer_new(all[i]);
		struct ppk_bytes key = { 0 };

		signer_append(&key, signer_spki(signer)->data, signer_spki(signer)->len);
		signer_append(&key, "\0", 1);
		CHECK_ERR(check(all[i], key.data, key.len), PPK_ERR_KEY);
		CHECK_ERR(check_form(all[i], key.data, key.len), PPK_ERR_KEY);
		ppk_bytes_done(&key);
		signer_free(signer);
	}
}

static void an_empty_key_is_refused(void)
{
	for (size_t i = 0; i < ALL_COUNT; i++)
		CHECK_ERR(check(all[i], "", 0), PPK_ERR_KEY);
}

static void raw_parts_become_the_key_that_openssl_writes(void)
{
	for (size_t i = 0; i < ALL_COUNT; i++) {
		struct signer *signer = signer_new(all[i]);
		struct ppk_bytes raw = signer_raw(signer), key;

		CHECK_OK(ppk_public_key_from_raw(all[i], raw.data, raw.len, &key));
		CHECK_BYTES(key.data, key.len, signer_spki(signer)->data, signer_spki(signer)->len);
		ppk_bytes_done(&key);
		ppk_bytes_done(&raw);
		signer_free(signer);
	}
}

struct raw_change {
	enum ppk_algorithm alg;
	size_t keys; /* that a changed one still was */
};

/* What comes out must be a key by all other means: no form that one function takes and another not. */
static void read_raw(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct raw_change *change = context;
	struct ppk_bytes key;

	if (ppk_public_key_from_raw(change->alg, data, len, &key) != PPK_OK)
		return;
	enum ppk_err err = check(change->alg, key.data, key.len);
	const unsigned char *next = key.data;
	EVP_PKEY *pkey = d2i_PUBKEY(NULL, &next, (long)key.len);
	bool whole = pkey != NULL && next == key.data + key.len;

	EVP_PKEY_free(pkey);
	ppk_bytes_done(&key);
	change->keys++;
	if (err != PPK_OK || !whole)
		CHECK_FAIL("%s, %s: %s", ppk_algorithm_name(change->alg), how, ppk_err_token(err));
}

static void changed_raw_parts_are_refused_or_another_sound_key(void)
{
	for (size_t i = 0; i < ALL_COUNT; i++) {
		struct signer *signer = signer_new(all[i]);
		struct ppk_bytes raw = signer_raw(signer);
		struct raw_change change = { .alg = all[i] };

		mutate_each(raw.data, raw.len, read_raw, &change);
		/* no neighbour of a point in the plane is on the curve; of y alone, half are */
		if (all[i] == PPK_ALG_ES256 || all[i] == PPK_ALG_ES384 || all[i] == PPK_ALG_ES512)
			CHECK_INT(change.keys, 0);
		ppk_bytes_done(&raw);
		signer_free(signer);
	}
}

static void der_of_a_key(const uint8_t *data, size_t len, const char *how, void *context)
{
	const struct raw_change *change = context;
	enum ppk_err err = check(change->alg, data, len);
	const unsigned char *next = data;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &next, (long)len);
	unsigned char *again = NULL;
	int again_len = key == NULL ? 0 : i2d_PUBKEY(key, &again);
	bool same = again_len > 0 && (size_t)again_len == len && memcmp(again, data, len) == 0;

	OPENSSL_free(again);
	EVP_PKEY_free(key);
	if (err == PPK_OK && !same)
		CHECK_FAIL("%s, %s: accepted, and OpenSSL writes it otherwise",
			ppk_algorithm_name(change->alg), how);
}

static void what_is_accepted_is_what_openssl_would_write(void)
{
	for (size_t i = 0; i < ALL_COUNT; i++) {
		struct signer *signer = signer_new(all[i]);
		const struct ppk_bytes *key = signer_spki(signer);
		struct raw_change change = { .alg = all[i] };

		mutate_each(key->data, key->len, der_of_a_key, &change);
		signer_free(signer);
	}
}

static void a_compressed_point_is_refused(void)
{
	struct signer *signer = signer_new(PPK_ALG_ES256);
	const unsigned char *next = signer_spki(signer)->data;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &next, (long)signer_spki(signer)->len);
	unsigned char *der = NULL;

	CHECK(EVP_PKEY_set_utf8_string_param(key, "point-format", "compressed") == 1);
	int len = i2d_PUBKEY(key, &der);

	CHECK_INT(len, 59);
	CHECK_ERR(check(PPK_ALG_ES256, der, (size_t)len), PPK_ERR_KEY);
	CHECK_ERR(check_form(PPK_ALG_ES256, der, (size_t)len), PPK_ERR_KEY);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	signer_free(signer);
}

static void a_point_that_is_not_on_the_curve_is_refused_by_the_full_check(void)
{
	for (size_t i = 0; i < 3; i++) {
		struct signer *signer = signer_new(all[i]);
		struct ppk_bytes key = { 0 };

		signer_append(&key, signer_spki(signer)->data, signer_spki(signer)->len);
		key.data[key.len - 1] ^= 1;
		CHECK_OK(check_form(all[i], key.data, key.len));
		CHECK_ERR(check(all[i], key.data, key.len), PPK_ERR_KEY);
		CHECK_ERR(ppk_signature_verify(
				  all[i], &key, (const uint8_t *)"m", 1, (const uint8_t *)"s", 1),
			PPK_ERR_KEY);
		ppk_bytes_done(&key);
		signer_free(signer);
	}
}

/* SubjectPublicKeyInfo with a point of zeroes or of ones. */
static void a_point_outside_of_the_field_is_refused(void)
{
	for (size_t i = 0; i < 5; i++) {
		struct signer *signer = signer_new(all[i]);
		struct ppk_bytes raw = signer_raw(signer), key = { 0 };

		signer_append(&key, signer_spki(signer)->data, signer_spki(signer)->len);
		memset(key.data + key.len - raw.len, 0xff, raw.len);
		CHECK_ERR(check(all[i], key.data, key.len), PPK_ERR_KEY);
		memset(key.data + key.len - raw.len, 0, raw.len);
		CHECK_ERR(check(all[i], key.data, key.len), PPK_ERR_KEY);
		ppk_bytes_done(&key);
		ppk_bytes_done(&raw);
		signer_free(signer);
	}
}

#define FF3 0xff, 0xff, 0xff
#define FF9 FF3, FF3, FF3
#define FF27 FF9, FF9, FF9

/* With these anybody can sign: 0, 1, -1 and the two of order 8, each with both signs of x. */
static void an_eddsa_key_of_small_order_is_refused(void)
{
	static const uint8_t small[][32] = {
		{ 0x00 },
		{ 0x01 },
		{ 0xec, FF3, FF27, 0x7f },
		{ 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2,
			0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1,
			0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05 },
		{ 0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d,
			0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e,
			0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a },
	};
	struct ppk_bytes key;

	for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++) {
		uint8_t raw[32];

		/* each is a point of the curve: its order alone is what is wrong */
		CHECK_OK(ppk_edwards_point_check(PPK_ALG_EDDSA, small[i], 32));
		memcpy(raw, small[i], 32);
		CHECK_ERR(ppk_public_key_from_raw(PPK_ALG_EDDSA, raw, 32, &key), PPK_ERR_KEY);
		raw[31] |= 0x80;
		CHECK_ERR(ppk_public_key_from_raw(PPK_ALG_EDDSA, raw, 32, &key), PPK_ERR_KEY);
	}
}

static void an_ed448_key_of_small_order_is_refused(void)
{
	static const uint8_t small[][57] = {
		{ 0x00 },
		{ 0x01 },
		{ 0xfe, FF27, 0xfe, FF27, 0x00 },
	};
	struct ppk_bytes key;

	for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++) {
		uint8_t raw[57];

		CHECK_OK(ppk_edwards_point_check(PPK_ALG_ED448, small[i], 57));
		memcpy(raw, small[i], 57);
		CHECK_ERR(ppk_public_key_from_raw(PPK_ALG_ED448, raw, 57, &key), PPK_ERR_KEY);
		raw[56] |= 0x80;
		CHECK_ERR(ppk_public_key_from_raw(PPK_ALG_ED448, raw, 57, &key), PPK_ERR_KEY);
	}
}

static void an_eddsa_key_that_is_not_reduced_is_refused(void)
{
	/* p + 3, which is 3 again */
	const uint8_t raw[32] = { 0xf0, FF3, FF27, 0x7f };
	struct ppk_bytes key;

	CHECK_ERR(ppk_public_key_from_raw(PPK_ALG_EDDSA, raw, 32, &key), PPK_ERR_KEY);
}

/* About half of all y belong to a point: both answers occur, and a real key has the right one. */
static void half_of_all_eddsa_keys_are_no_points(void)
{
	static const size_t len[] = { 32, 57 };

	for (size_t i = 0; i < 2; i++) {
		enum ppk_algorithm alg = i == 0 ? PPK_ALG_EDDSA : PPK_ALG_ED448;
		size_t points = 0;

		for (int round = 0; round < 200; round++) {
			uint8_t y[57] = { 0 };

			signer_random(y, len[i] - 1);
			points += ppk_edwards_point_check(alg, y, len[i]) == PPK_OK;
		}
		CHECK(points > 60 && points < 140);
	}
	for (int round = 0; round < 20; round++) {
		struct signer *signer = signer_new(PPK_ALG_ED448);

		CHECK_OK(check(PPK_ALG_ED448, signer_spki(signer)->data, signer_spki(signer)->len));
		signer_free(signer);
	}
}

static struct ppk_bytes rsa_raw(const uint8_t *e, size_t e_len, size_t n_len)
{
	uint8_t head[2] = { 0, (uint8_t)e_len };
	uint8_t n[1100];
	struct ppk_bytes raw = { 0 };

	signer_random(n, sizeof(n));
	n[0] |= 0x80;
	n[n_len - 1] |= 1;
	signer_append(&raw, head, 2);
	signer_append(&raw, e, e_len);
	signer_append(&raw, n, n_len);
	return raw;
}

static enum ppk_err rsa(const uint8_t *e, size_t e_len, size_t n_len)
{
	struct ppk_bytes raw = rsa_raw(e, e_len, n_len), key;
	enum ppk_err err = ppk_public_key_from_raw(PPK_ALG_RS256, raw.data, raw.len, &key);

	if (err == PPK_OK)
		ppk_bytes_done(&key);
	ppk_bytes_done(&raw);
	return err;
}

static void an_rsa_key_has_2048_to_8192_bits(void)
{
	static const uint8_t e[] = { 1, 0, 1 };
	struct ppk_bytes key;

	CHECK_ERR(rsa(e, 3, 255), PPK_ERR_KEY);
	CHECK_OK(rsa(e, 3, 256));
	CHECK_OK(rsa(e, 3, 1024));
	CHECK_ERR(rsa(e, 3, 1025), PPK_ERR_KEY);
	/* 2047 bits */
	struct ppk_bytes raw = rsa_raw(e, 3, 256);

	raw.data[5] = 0x7f;
	CHECK_ERR(ppk_public_key_from_raw(PPK_ALG_RS256, raw.data, raw.len, &key), PPK_ERR_KEY);
	ppk_bytes_done(&raw);
}

static void an_rsa_exponent_is_odd_and_at_least_3(void)
{
	CHECK_OK(rsa((const uint8_t[]){ 3 }, 1, 256));
	CHECK_ERR(rsa((const uint8_t[]){ 1 }, 1, 256), PPK_ERR_KEY);
	CHECK_ERR(rsa((const uint8_t[]){ 2 }, 1, 256), PPK_ERR_KEY);
	CHECK_ERR(rsa((const uint8_t[]){ 1, 0, 0 }, 3, 256), PPK_ERR_KEY);
	CHECK_ERR(rsa((const uint8_t[]){ 0, 1, 1 }, 3, 256), PPK_ERR_KEY);
	CHECK_ERR(rsa((const uint8_t[]){ 0 }, 1, 256), PPK_ERR_KEY);
	CHECK_ERR(rsa(NULL, 0, 256), PPK_ERR_KEY);
	CHECK_OK(rsa((const uint8_t[]){ 1, 2, 3, 4, 5, 6, 7, 9 }, 8, 256));
	CHECK_ERR(rsa((const uint8_t[]){ 1, 2, 3, 4, 5, 6, 7, 8, 9 }, 9, 256), PPK_ERR_KEY);
}

static void an_even_rsa_modulus_is_refused(void)
{
	struct ppk_bytes raw = rsa_raw((const uint8_t[]){ 1, 0, 1 }, 3, 256), key;

	raw.data[raw.len - 1] &= 0xfe;
	CHECK_ERR(ppk_public_key_from_raw(PPK_ALG_RS256, raw.data, raw.len, &key), PPK_ERR_KEY);
	ppk_bytes_done(&raw);
}

/* Insert bytes into the SubjectPublicKeyInfo of an RSA key without mending its lengths or with. */
static void an_rsa_key_in_longer_der_is_refused(void)
{
	struct ppk_bytes raw = rsa_raw((const uint8_t[]){ 1, 0, 1 }, 3, 256), key;

	CHECK_OK(ppk_public_key_from_raw(PPK_ALG_RS256, raw.data, raw.len, &key));
	/* outer length 0x0122 written in three bytes: 30 83 00 01 22 */
	struct ppk_bytes longer = { 0 };

	CHECK(key.data[1] == 0x82);
	signer_append(&longer, "\x30\x83\x00", 3);
	signer_append(&longer, key.data + 2, key.len - 2);
	CHECK_ERR(check(PPK_ALG_RS256, longer.data, longer.len), PPK_ERR_KEY);
	ppk_bytes_done(&longer);
	/* a parameter that is not NULL: 05 00 becomes 04 00 */
	key.data[17] = 4;
	CHECK_ERR(check(PPK_ALG_RS256, key.data, key.len), PPK_ERR_KEY);
	ppk_bytes_done(&key);
	ppk_bytes_done(&raw);
}

/* How a damaged encoder could write the length of an element. */
enum length { SHORTEST, LONG_81, LONG_82 };

/* Put head and length before what bytes holds. */
static void wrap(struct ppk_bytes *bytes, uint8_t tag, enum length length)
{
	struct ppk_bytes whole = { 0 };
	size_t len = bytes->len;
	uint8_t high = (uint8_t)(len >> 8), low = (uint8_t)len;

	if (length == SHORTEST)
		length = len >= 0x100 ? LONG_82 : len >= 0x80 ? LONG_81 : SHORTEST;
	signer_append(&whole, &tag, 1);
	if (length == LONG_82)
		signer_append(&whole, (const uint8_t[]){ 0x82, high }, 2);
	else if (length == LONG_81)
		signer_append(&whole, "\x81", 1);
	signer_append(&whole, &low, 1);
	signer_append(&whole, bytes->data, len);
	ppk_bytes_done(bytes);
	*bytes = whole;
}

/* An RSA key, and one thing that is wrong in it; all lengths are right. */
struct rsa_der {
	size_t n_len, e_len;
	enum length e_length;
	const char *after_numbers, *after_bits; /* one byte each, or NULL */
	uint8_t unused_bits;
};

static enum ppk_err check_rsa_der(const struct rsa_der *rsa)
{
	static const uint8_t algorithm[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
		0x0d, 0x01, 0x01, 0x01, 0x05, 0x00 };
	struct ppk_bytes n = { 0 }, e = { 0 }, numbers = { 0 }, outer = { 0 };
	uint8_t number[2000];

	memset(number, 0x55, sizeof(number));
	number[0] = 0x00;
	number[1] = 0x81;
	signer_append(&n, number, rsa->n_len + 1);
	wrap(&n, 0x02, SHORTEST);
	signer_append(&e, number + 2, rsa->e_len);
	wrap(&e, 0x02, rsa->e_length);
	signer_append(&numbers, n.data, n.len);
	signer_append(&numbers, e.data, e.len);
	wrap(&numbers, 0x30, SHORTEST);
	if (rsa->after_numbers != NULL)
		signer_append(&numbers, rsa->after_numbers, 1);
	struct ppk_bytes bits = { 0 };

	signer_append(&bits, &rsa->unused_bits, 1);
	signer_append(&bits, numbers.data, numbers.len);
	wrap(&bits, 0x03, SHORTEST);
	signer_append(&outer, algorithm, sizeof(algorithm));
	signer_append(&outer, bits.data, bits.len);
	if (rsa->after_bits != NULL)
		signer_append(&outer, rsa->after_bits, 1);
	wrap(&outer, 0x30, SHORTEST);
	enum ppk_err err = check_form(PPK_ALG_RS256, outer.data, outer.len);

	ppk_bytes_done(&n);
	ppk_bytes_done(&e);
	ppk_bytes_done(&numbers);
	ppk_bytes_done(&bits);
	ppk_bytes_done(&outer);
	return err;
}

static void an_rsa_key_has_one_encoding_of_every_length(void)
{
	const struct rsa_der sound = { .n_len = 256, .e_len = 3 };
	struct rsa_der rsa = sound;

	CHECK_OK(check_rsa_der(&rsa));
	rsa.e_length = LONG_81;
	CHECK_ERR(check_rsa_der(&rsa), PPK_ERR_KEY);
	rsa.e_length = LONG_82;
	CHECK_ERR(check_rsa_der(&rsa), PPK_ERR_KEY);
}

static void bytes_inside_of_an_rsa_key_but_behind_its_parts_are_refused(void)
{
	const struct rsa_der sound = { .n_len = 256, .e_len = 3 };
	struct rsa_der rsa = sound;

	rsa.after_numbers = "\x00";
	CHECK_ERR(check_rsa_der(&rsa), PPK_ERR_KEY);
	rsa = sound;
	rsa.after_bits = "\x00";
	CHECK_ERR(check_rsa_der(&rsa), PPK_ERR_KEY);
	rsa = sound;
	rsa.unused_bits = 1;
	CHECK_ERR(check_rsa_der(&rsa), PPK_ERR_KEY);
}

static void the_bounds_of_an_rsa_key_hold_for_der_too(void)
{
	struct rsa_der rsa = { .n_len = 1024, .e_len = 8 };

	CHECK_OK(check_rsa_der(&rsa));
	rsa.n_len = 1025;
	CHECK_ERR(check_rsa_der(&rsa), PPK_ERR_KEY);
	rsa.n_len = 255;
	CHECK_ERR(check_rsa_der(&rsa), PPK_ERR_KEY);
	rsa.n_len = 256;
	CHECK_OK(check_rsa_der(&rsa));
	rsa.e_len = 9;
	CHECK_ERR(check_rsa_der(&rsa), PPK_ERR_KEY);
}

static void sha256_of_nothing_and_of_abc(void)
{
	static const uint8_t nothing[] = { 0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a,
		0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93,
		0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55 };
	static const uint8_t abc[] = { 0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41,
		0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c,
		0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad };
	uint8_t hash[PPK_SHA256_SIZE];

	CHECK_OK(ppk_sha256(NULL, 0, hash));
	CHECK_BYTES(hash, sizeof(hash), nothing, sizeof(nothing));
	CHECK_OK(ppk_sha256("abc", 3, hash));
	CHECK_BYTES(hash, sizeof(hash), abc, sizeof(abc));
}

int main(void)
{
	signer_seed(1);
	return CHECK_RUN(CHECK_TEST(a_key_that_openssl_wrote_is_accepted),
		CHECK_TEST(a_key_of_another_algorithm_is_refused),
		CHECK_TEST(a_key_with_bytes_after_it_is_refused),
		CHECK_TEST(an_empty_key_is_refused),
		CHECK_TEST(raw_parts_become_the_key_that_openssl_writes),
		CHECK_TEST(changed_raw_parts_are_refused_or_another_sound_key),
		CHECK_TEST(what_is_accepted_is_what_openssl_would_write),
		CHECK_TEST(a_compressed_point_is_refused),
		CHECK_TEST(a_point_that_is_not_on_the_curve_is_refused_by_the_full_check),
		CHECK_TEST(a_point_outside_of_the_field_is_refused),
		CHECK_TEST(an_eddsa_key_of_small_order_is_refused),
		CHECK_TEST(an_ed448_key_of_small_order_is_refused),
		CHECK_TEST(an_eddsa_key_that_is_not_reduced_is_refused),
		CHECK_TEST(half_of_all_eddsa_keys_are_no_points),
		CHECK_TEST(an_rsa_key_has_2048_to_8192_bits),
		CHECK_TEST(an_rsa_exponent_is_odd_and_at_least_3),
		CHECK_TEST(an_even_rsa_modulus_is_refused),
		CHECK_TEST(an_rsa_key_in_longer_der_is_refused),
		CHECK_TEST(an_rsa_key_has_one_encoding_of_every_length),
		CHECK_TEST(bytes_inside_of_an_rsa_key_but_behind_its_parts_are_refused),
		CHECK_TEST(the_bounds_of_an_rsa_key_hold_for_der_too),
		CHECK_TEST(sha256_of_nothing_and_of_abc));
}
