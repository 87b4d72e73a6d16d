/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verifier agrees with libfido2's fido_assert_verify() on generated assertions, right and
 * damaged.  Usage: agreement FIRST COUNT: the cases FIRST to FIRST + COUNT - 1; each case depends on
 * its number alone.
 *
 * They differ by design in one thing: "backed up" without "eligible for backup" (WebAuthn Level 3,
 * 6.1.3) is refused here alone. Such cases are counted apart and must be refused with that error.
 */
#include <fido.h>
#include <fido/eddsa.h>
#include <fido/es256.h>
#include <fido/rs256.h>
#include <stdlib.h>

#include "check.h"
#include "core/authenticator_data.h"
#include "core/text.h"
#include "crypto/digest.h"
#include "crypto/verify.h"
#include "signer.h"

#define KEYS_MAX 6

enum damage {
	NOTHING,
	NO_UP,
	NO_UV,
	OTHER_RP_ID,
	WITH_EXTENSIONS,
	BACKUP_FLAGS,
	BACKED_UP_NOT_ELIGIBLE,
	/* until here before signing, from here after it */
	FLAG_SET_LATER,
	RP_ID_HASH_BIT,
	COUNT_CHANGED,
	DATA_BIT,
	DATA_CUT,
	DATA_LONGER,
	CLIENT_DATA_BIT,
	CLIENT_DATA_OTHER,
	SIGNATURE_BIT,
	SIGNATURE_BYTE,
	SIGNATURE_CUT,
	SIGNATURE_LONGER,
	SIGNATURE_RANDOM,
	SIGNATURE_NEGATED,
	SIGNATURE_OF_ANOTHER,
	OTHER_KEY,
	KEY_BIT,
	DAMAGES,
};

static const char *const damage_names[DAMAGES] = {
	[NOTHING] = "nothing",
	[NO_UP] = "no user presence",
	[NO_UV] = "no user verification",
	[OTHER_RP_ID] = "another RP ID",
	[WITH_EXTENSIONS] = "extensions",
	[BACKUP_FLAGS] = "backup flags",
	[BACKED_UP_NOT_ELIGIBLE] = "backed up and not eligible",
	[FLAG_SET_LATER] = "flags changed after signing",
	[RP_ID_HASH_BIT] = "bit of the RP ID hash",
	[COUNT_CHANGED] = "count changed after signing",
	[DATA_BIT] = "bit of authenticator data",
	[DATA_CUT] = "authenticator data cut",
	[DATA_LONGER] = "authenticator data longer",
	[CLIENT_DATA_BIT] = "bit of client data",
	[CLIENT_DATA_OTHER] = "other client data",
	[SIGNATURE_BIT] = "bit of the signature",
	[SIGNATURE_BYTE] = "byte of the signature",
	[SIGNATURE_CUT] = "signature cut",
	[SIGNATURE_LONGER] = "signature longer",
	[SIGNATURE_RANDOM] = "random signature",
	[SIGNATURE_NEGATED] = "s of the signature negated",
	[SIGNATURE_OF_ANOTHER] = "signature of another message",
	[OTHER_KEY] = "another key",
	[KEY_BIT] = "bit of the key",
};

struct kind {
	enum ppk_algorithm alg;
	int cose;
	size_t key_count; /* an RSA key takes half a second to make */
	struct signer *signers[KEYS_MAX];
};

/* One generated assertion, as both are given it. */
struct generated {
	uint64_t number;
	enum damage damage;
	const struct kind *kind;
	struct ppk_credential *credential;
	const char *rp_id;
	bool uv_required;
	struct ppk_assertion assertion;
};

struct tally {
	size_t compared;
	size_t both_accept;
	size_t both_refuse;
	size_t stricter;
	size_t by_damage[DAMAGES];
	size_t accepted_by_damage[DAMAGES];
};

static struct kind kinds[] = {
	{ .alg = PPK_ALG_ES256, .cose = COSE_ES256, .key_count = 6 },
	{ .alg = PPK_ALG_EDDSA, .cose = COSE_EDDSA, .key_count = 6 },
	{ .alg = PPK_ALG_RS256, .cose = COSE_RS256, .key_count = 2 },
};

static uint64_t first_case = 0, case_count = 200;

static uint8_t one_bit(void)
{
	return (uint8_t)(1u << signer_number(8));
}

static void flip_in(struct ppk_bytes *bytes, size_t from, size_t to)
{
	bytes->data[from + signer_number(to - from)] ^= one_bit();
}

/* RS256 costs a hundred times as much to sign: a fifth of the cases. */
static const struct kind *choose_kind(void)
{
	uint64_t number = signer_number(10);

	return &kinds[number < 4 ? 0 : number < 8 ? 1 : 2];
}

static struct ppk_bytes make_data(struct generated *g)
{
	static const uint8_t extensions[] = { 0xa1, 0x6b, 'c', 'r', 'e', 'd', 'P', 'r', 'o', 't',
		'e', 'c', 't', 0x02 };
	uint8_t flags = PPK_FLAG_UP | PPK_FLAG_UV;

	if (signer_number(2) == 0 && !g->uv_required)
		flags = PPK_FLAG_UP;
	if (g->damage == NO_UP)
		flags &= (uint8_t)~PPK_FLAG_UP;
	if (g->damage == NO_UV)
		flags &= (uint8_t)~PPK_FLAG_UV;
	if (g->damage == WITH_EXTENSIONS)
		flags |= PPK_FLAG_ED;
	if (g->damage == BACKUP_FLAGS)
		flags |= signer_number(2) == 0 ? PPK_FLAG_BE : PPK_FLAG_BE | PPK_FLAG_BS;
	if (g->damage == BACKED_UP_NOT_ELIGIBLE)
		flags |= PPK_FLAG_BS;
	struct ppk_bytes data =
		signer_authenticator_data(g->damage == OTHER_RP_ID ? "example.com" : g->rp_id,
			flags, (uint32_t)signer_number(UINT32_MAX) + 1);

	if (g->damage == WITH_EXTENSIONS)
		signer_append(&data, extensions, sizeof(extensions));
	return data;
}

static struct ppk_bytes make_client_data(void)
{
	uint8_t challenge[PPK_CHALLENGE_SIZE];
	struct ppk_bytes client_data;

	signer_random(challenge, sizeof(challenge));
	CHECK_OK(ppk_client_data_make(PPK_CLIENT_DATA_GET, challenge, sizeof(challenge),
		"pam://host.example.org", &client_data));
	return client_data;
}

/* The order of P-256: FIPS 186-5 and SP 800-186, 3.2.1.3 */
static const uint8_t p256_order[32] = { 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3,
	0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51 };

/* (r, s) to (r, n - s): the other signature that is as right. Of other algorithms, a wrong one. */
static void negate(struct ppk_bytes *signature, enum ppk_algorithm alg)
{
	if (alg != PPK_ALG_ES256) {
		flip_in(signature, signature->len / 2, signature->len);
		return;
	}
	size_t at = 4 + signature->data[3]; /* the INTEGER s */
	size_t len = signature->data[at + 1];
	uint8_t s[33] = { 0 }, result[33] = { 0 };
	int borrow = 0;

	memcpy(s + 33 - len, signature->data + at + 2, len);
	for (size_t i = 33; i > 1; i--) {
		int digit = p256_order[i - 2] - s[i - 1] - borrow;

		borrow = digit < 0;
		result[i - 1] = (uint8_t)(digit & 0xff);
	}
	size_t skip = 1;

	while (result[skip] == 0)
		skip++;
	if (result[skip] >= 0x80)
		skip--;
	signature->len = at + 1;
	signature->data[1] = (uint8_t)(at + 33 - skip);
	signer_append(signature, &(uint8_t){ (uint8_t)(33 - skip) }, 1);
	signer_append(signature, result + skip, 33 - skip);
}

static void damage_data(struct generated *g)
{
	struct ppk_bytes *data = &g->assertion.authenticator_data;

	if (g->damage == FLAG_SET_LATER)
		flip_in(data, 32, 33);
	else if (g->damage == RP_ID_HASH_BIT)
		flip_in(data, 0, 32);
	else if (g->damage == COUNT_CHANGED)
		flip_in(data, 33, 37);
	else if (g->damage == DATA_BIT)
		flip_in(data, 0, data->len);
	else if (g->damage == DATA_CUT)
		data->len = signer_number(data->len);
	else if (g->damage == DATA_LONGER)
		signer_append(data, "\0\0\0\0\0\0\0\0", 1 + signer_number(8));
}

static void damage_signature(struct generated *g)
{
	struct ppk_bytes *signature = &g->assertion.signature;

	if (g->damage == SIGNATURE_BIT)
		flip_in(signature, 0, signature->len);
	else if (g->damage == SIGNATURE_BYTE)
		signature->data[signer_number(signature->len)] = (uint8_t)signer_number(256);
	else if (g->damage == SIGNATURE_CUT)
		signature->len = signer_number(signature->len);
	else if (g->damage == SIGNATURE_LONGER)
		signer_append(signature, "\0\1\2\3", 1 + signer_number(4));
	else if (g->damage == SIGNATURE_RANDOM)
		signer_random(signature->data, signature->len);
	else if (g->damage == SIGNATURE_NEGATED)
		negate(signature, g->kind->alg);
}

static void damage_the_rest(struct generated *g, const struct signer *signer)
{
	struct ppk_bytes *json = &g->assertion.client_data, *key = &g->credential->key;

	if (g->damage == CLIENT_DATA_BIT) {
		flip_in(json, 0, json->len);
	} else if (g->damage == CLIENT_DATA_OTHER) {
		ppk_bytes_done(json);
		*json = make_client_data();
	} else if (g->damage == SIGNATURE_OF_ANOTHER) {
		ppk_bytes_done(&g->assertion.signature);
		g->assertion.signature = signer_sign(signer, "hello", 5);
	} else if (g->damage == OTHER_KEY) {
		const struct signer *other = signer;

		while (other == signer)
			other = g->kind->signers[signer_number(g->kind->key_count)];
		ppk_bytes_done(key);
		CHECK_OK(ppk_bytes_copy(signer_spki(other)->data, signer_spki(other)->len, key));
	} else if (g->damage == KEY_BIT && g->kind->alg == PPK_ALG_RS256) {
		flip_in(key, 40, key->len - 5); /* libfido2 knows the exponent 65537 alone */
	} else if (g->damage == KEY_BIT) {
		flip_in(key, key->len - 32, key->len);
	}
}

static void generate(uint64_t number, struct generated *g)
{
	static const char *const rp_ids[] = { "example.org", "localhost", "web1.prod.example.net" };
	static const char id[] = "credential";

	signer_seed(number * 0x9e3779b97f4a7c15 + 1);
	*g = (struct generated){ .number = number, .kind = choose_kind() };
	/* a third is right */
	g->damage = signer_number(3) == 0 ? NOTHING : (enum damage)signer_number(DAMAGES);
	g->rp_id = rp_ids[signer_number(3)];
	g->uv_required = g->damage == NO_UV ? signer_number(4) != 0 : signer_number(2) == 0;
	const struct signer *signer = g->kind->signers[signer_number(g->kind->key_count)];

	g->credential = signer_credential(signer, g->kind->alg, id, sizeof(id) - 1, g->rp_id);
	CHECK_OK(ppk_bytes_copy(id, sizeof(id) - 1, &g->assertion.credential_id));
	g->assertion.client_data = make_client_data();
	g->assertion.authenticator_data = make_data(g);
	g->assertion.signature =
		signer_assert(signer, &g->assertion.authenticator_data, &g->assertion.client_data);
	damage_data(g);
	damage_signature(g);
	damage_the_rest(g, signer);
}

static enum ppk_err ours(const struct generated *g)
{
	const struct ppk_credential *credential = g->credential;
	struct ppk_client_data_expected expected = { .exact = g->assertion.client_data };
	struct ppk_verification verification = {
		.credentials = &credential,
		.credential_count = 1,
		.client_data = &expected,
		.rp_id = g->rp_id,
		.uv = g->uv_required ? PPK_UV_REQUIRED : PPK_UV_DISCOURAGED,
		.sign_count = PPK_SIGN_COUNT_OFF, /* libfido2 leaves it to its caller */
	};
	struct ppk_verified verified;

	return ppk_assertion_verify(&verification, &g->assertion, &verified);
}

/* The raw key that libfido2 wants stands at a fixed place of the SubjectPublicKeyInfo. */
static void *fido_key(const struct generated *g)
{
	const struct ppk_bytes *key = &g->credential->key;
	uint8_t rsa[256 + 3];
	int r = FIDO_ERR_INTERNAL;
	void *pk = NULL;

	if (g->kind->alg == PPK_ALG_ES256) {
		pk = es256_pk_new();
		r = es256_pk_from_ptr(pk, key->data + key->len - 64, 64);
	} else if (g->kind->alg == PPK_ALG_EDDSA) {
		pk = eddsa_pk_new();
		r = eddsa_pk_from_ptr(pk, key->data + key->len - 32, 32);
	} else {
		memcpy(rsa, key->data + key->len - 5 - 256, 256);
		memcpy(rsa + 256, key->data + key->len - 3, 3);
		pk = rs256_pk_new();
		r = rs256_pk_from_ptr(pk, rsa, sizeof(rsa));
	}
	CHECK(r == FIDO_OK || r == FIDO_ERR_INVALID_ARGUMENT);
	return pk;
}

static void fido_key_free(const struct generated *g, void *key)
{
	if (g->kind->alg == PPK_ALG_ES256)
		es256_pk_free((es256_pk_t **)&key);
	else if (g->kind->alg == PPK_ALG_EDDSA)
		eddsa_pk_free((eddsa_pk_t **)&key);
	else
		rs256_pk_free((rs256_pk_t **)&key);
}

static bool fido_fill(fido_assert_t *assertion, const struct generated *g)
{
	const struct ppk_assertion *from = &g->assertion;
	uint8_t hash[PPK_SHA256_SIZE];

	CHECK_OK(ppk_sha256(from->client_data.data, from->client_data.len, hash));
	return fido_assert_set_clientdata_hash(assertion, hash, sizeof(hash)) == FIDO_OK &&
	       fido_assert_set_rp(assertion, g->rp_id) == FIDO_OK &&
	       fido_assert_set_up(assertion, FIDO_OPT_TRUE) == FIDO_OK &&
	       fido_assert_set_uv(assertion, g->uv_required ? FIDO_OPT_TRUE : FIDO_OPT_OMIT) ==
		       FIDO_OK &&
	       fido_assert_set_count(assertion, 1) == FIDO_OK &&
	       fido_assert_set_authdata_raw(assertion, 0, from->authenticator_data.data,
		       from->authenticator_data.len) == FIDO_OK &&
	       fido_assert_set_sig(assertion, 0, from->signature.data, from->signature.len) ==
		       FIDO_OK;
}

static bool theirs(const struct generated *g)
{
	fido_assert_t *assertion = fido_assert_new();
	void *key = fido_key(g);

	CHECK(assertion != NULL && key != NULL);
	bool verified = fido_fill(assertion, g) &&
			fido_assert_verify(assertion, 0, g->kind->cose, key) == FIDO_OK;

	fido_key_free(g, key);
	fido_assert_free(&assertion);
	return verified;
}

static void print_hex(const char *name, const struct ppk_bytes *bytes)
{
	printf("#   %s ", name);
	for (size_t i = 0; i < bytes->len; i++)
		printf("%02x", bytes->data[i]);
	printf("\n");
}

static void print_case(const struct generated *g)
{
	printf("#   case %llu: %s, %s, RP ID %s, user verification %s\n",
		(unsigned long long)g->number, ppk_algorithm_name(g->kind->alg),
		damage_names[g->damage], g->rp_id, g->uv_required ? "required" : "not required");
	print_hex("key", &g->credential->key);
	print_hex("authenticator data", &g->assertion.authenticator_data);
	print_hex("client data", &g->assertion.client_data);
	print_hex("signature", &g->assertion.signature);
}

/* What this program refuses besides what libfido2 refuses. */
static bool is_stricter_by_design(enum ppk_err err, const struct generated *g)
{
	const struct ppk_bytes *data = &g->assertion.authenticator_data;

	return err == PPK_ERR_BACKUP_FLAGS && g->damage == BACKED_UP_NOT_ELIGIBLE &&
	       (data->data[32] & PPK_FLAG_BE) == 0;
}

static void compare(uint64_t number, struct tally *tally)
{
	struct generated g;

	generate(number, &g);
	enum ppk_err err = ours(&g);
	bool fido = theirs(&g);

	tally->compared++;
	tally->by_damage[g.damage]++;
	if (err == PPK_OK && fido) {
		tally->both_accept++;
		tally->accepted_by_damage[g.damage]++;
	} else if (err != PPK_OK && !fido) {
		tally->both_refuse++;
	} else if (is_stricter_by_design(err, &g)) {
		tally->stricter++;
	} else {
		print_case(&g);
		CHECK_FAIL("ours: %s; libfido2: %s", ppk_err_token(err),
			fido ? "verified" : "refused");
	}
	ppk_credential_free(g.credential);
	ppk_assertion_done(&g.assertion);
}

static void print_tally(const struct tally *tally)
{
	printf("# compared with fido_assert_verify: %zu assertions (cases %llu to %llu)\n",
		tally->compared, (unsigned long long)first_case,
		(unsigned long long)(first_case + case_count - 1));
	printf("# both verified %zu, both refused %zu, refused by us alone as designed %zu, "
	       "disagreed 0\n",
		tally->both_accept, tally->both_refuse, tally->stricter);
	for (size_t i = 0; i < DAMAGES; i++)
		printf("#   %-28s %6zu, verified %zu\n", damage_names[i], tally->by_damage[i],
			tally->accepted_by_damage[i]);
}

static void make_keys(void)
{
	signer_seed(3);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		for (size_t j = 0; j < kinds[i].key_count; j++)
			kinds[i].signers[j] = signer_new(kinds[i].alg);
	}
}

static void free_keys(void)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		for (size_t j = 0; j < kinds[i].key_count; j++)
			signer_free(kinds[i].signers[j]);
	}
}

static void the_verifier_agrees_with_libfido2(void)
{
	struct tally tally = { 0 };

	make_keys();
	for (uint64_t i = 0; i < case_count; i++)
		compare(first_case + i, &tally);
	free_keys();
	print_tally(&tally);
	CHECK_INT(tally.compared, case_count);
	/* what is right is verified, what is damaged is not: agreement alone would not say that */
	CHECK_INT(tally.accepted_by_damage[NOTHING], tally.by_damage[NOTHING]);
	CHECK_INT(tally.accepted_by_damage[WITH_EXTENSIONS], tally.by_damage[WITH_EXTENSIONS]);
	CHECK_INT(tally.accepted_by_damage[BACKUP_FLAGS], tally.by_damage[BACKUP_FLAGS]);
	CHECK_INT(tally.accepted_by_damage[NO_UP], 0);
	CHECK_INT(tally.accepted_by_damage[OTHER_RP_ID], 0);
	for (size_t i = FLAG_SET_LATER; i < DAMAGES; i++) {
		if (i != SIGNATURE_NEGATED && i != SIGNATURE_BYTE)
			CHECK_INT(tally.accepted_by_damage[i], 0);
	}
}

int main(int argc, char **argv)
{
	if (argc == 3 && (ppk_text_to_number(
				  argv[1], strlen(argv[1]), 0, UINT32_MAX, &first_case) != PPK_OK ||
				 ppk_text_to_number(argv[2], strlen(argv[2]), 1, UINT32_MAX,
					 &case_count) != PPK_OK))
		return 2;
	fido_init(0);
	return CHECK_RUN(CHECK_TEST(the_verifier_agrees_with_libfido2));
}
