/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The formats tpm, android-key and apple: a statement that holds, signed as its maker would, and for
 * each check of the format one that is signed just as well and fails that check alone.
 */
#include <stdlib.h>

#include "check.h"
#include "crypto/attestation.h"
#include "enrolment.h"

#define SAN "2.5.29.17"
#define EKU "2.5.29.37"
#define KEY_DESCRIPTION "1.3.6.1.4.1.11129.2.1.17"
#define NONCE "1.2.840.113635.100.8.2"

static struct enrolment *scene;
static struct ppk_attestation_object object;

static void begin(const char *format, bool one_key)
{
	scene = enrolment_new(format);
	if (one_key) { /* the certificate is the credential's */
		signer_free(scene->maker);
		scene->maker = scene->signer;
	}
	ppk_attestation_object_of_device(&scene->made, &object);
	object.device = NULL;
}

static void end(void)
{
	if (scene->maker == scene->signer)
		scene->maker = signer_new(PPK_ALG_ES256);
	enrolment_free(scene);
}

static void certify(const struct signer_certificate *certificate)
{
	enrolment_certify(scene, certificate);
	object.x5c[0] = scene->certificate.data;
	object.x5c_len[0] = scene->certificate.len;
	object.x5c_count = 1;
}

static void sign(const void *message, size_t len)
{
	ppk_bytes_done(&scene->signature);
	scene->signature = signer_sign(scene->maker, message, len);
	object.signature = scene->signature.data;
	object.signature_len = scene->signature.len;
	object.has_algorithm = true;
	object.algorithm = -7;
}

/* authenticator data || client data hash; the caller's */
static struct ppk_bytes to_be_signed(void)
{
	struct ppk_bytes message = { 0 };

	signer_append(&message, scene->data.data, scene->data.len);
	signer_append(&message, scene->hash, sizeof(scene->hash));
	return message;
}

static enum ppk_err verify(void)
{
	struct ppk_credential *credential = NULL;
	enum ppk_err err = ppk_attestation_verify(
		&object, ENROLMENT_RP_ID, PPK_UV_DISCOURAGED, scene->hash, &credential);

	if (err == PPK_OK)
		CHECK_STR(credential->attestation, scene->made.format);
	else
		CHECK(credential == NULL);
	ppk_credential_free(credential);
	return err;
}

/* TPM: what is in the two structures; WebAuthn's own example says the rest. */
struct tpm {
	uint32_t magic;
	uint16_t attest_type;
	bool other_extra, other_name, other_key, more_info, more_area;
	uint16_t key_type, name_alg, symmetric, scheme, curve, kdf;
	bool rsa; /* an RS256 credential, of these: */
	uint16_t bits;
	uint32_t exponent;
	const char *version;
	struct signer_certificate certificate;
};

#define MANUFACTURER                                                                               \
	"\x30\x14\x06\x05\x67\x81\x05\x02\x01\x0c\x0b"                                             \
	"id:0000000f"
#define NO_MANUFACTURER                                                                            \
	"\x30\x14\x06\x05\x67\x81\x05\x02\x01\x0c\x0b"                                             \
	"id:0000000g"
#define MODEL                                                                                      \
	"\x30\x0a\x06\x05\x67\x81\x05\x02\x02\x0c\x01"                                             \
	"m"
#define VERSION                                                                                    \
	"\x30\x0a\x06\x05\x67\x81\x05\x02\x03\x0c\x01"                                             \
	"1"
/* GeneralNames, [4] directoryName, RDNSequence, RelativeDistinguishedName */
#define NAME3 "\x30\x34\xa4\x32\x30\x30\x31\x2e"
#define NAME2 "\x30\x28\xa4\x26\x30\x24\x31\x22"
#define NAME2_SHORT "\x30\x1e\xa4\x1c\x30\x1a\x31\x18"

static const uint8_t san[] = NAME3 MANUFACTURER MODEL VERSION;

static struct tpm sound_tpm(void)
{
	return (struct tpm){
		.magic = 0xff544347,
		.attest_type = 0x8017,
		.key_type = 0x23,
		.name_alg = 0x0b,
		.symmetric = 0x10,
		.scheme = 0x10,
		.curve = 3,
		.kdf = 0x10,
		.version = "2.0",
		.certificate = {
			.version = 2,
			.constraints = "critical,CA:FALSE",
			.extensions = {
				{ SAN, true, san, sizeof(san) - 1, NULL },
				{ EKU, false, NULL, 0, "2.23.133.8.3" },
			},
		},
	};
}

/* The scheme, which has a hash unless it is none. */
static void put_scheme(struct ppk_writer *area, uint16_t scheme)
{
	ppk_writer_u16(area, scheme);
	if (scheme != 0x10)
		ppk_writer_u16(area, 0x0b);
}

static void put_ecc(struct ppk_writer *area, const struct tpm *tpm)
{
	put_scheme(area, tpm->scheme);
	ppk_writer_u16(area, tpm->curve);
	ppk_writer_u16(area, tpm->kdf);
	ppk_writer_block(area, scene->raw.data, 32);
	ppk_writer_block(area, scene->raw.data + (tpm->other_key ? 0 : 32), 32);
}

/* raw: two bytes of length, e, n */
static void put_rsa(struct ppk_writer *area, const struct tpm *tpm)
{
	size_t before = 2u + scene->raw.data[1];

	put_scheme(area, tpm->scheme);
	ppk_writer_u16(area, tpm->bits);
	ppk_writer_u32(area, tpm->exponent);
	ppk_writer_block(area, scene->raw.data + before - tpm->other_key, scene->raw.len - before);
}

static size_t write_area(const struct tpm *tpm, uint8_t *out, size_t size)
{
	struct ppk_writer area = { .data = out, .size = size };

	ppk_writer_u16(&area, tpm->key_type);
	ppk_writer_u16(&area, tpm->name_alg);
	ppk_writer_u32(&area, 0x00040000);
	ppk_writer_u16(&area, 0);
	ppk_writer_u16(&area, tpm->symmetric);
	if (tpm->rsa)
		put_rsa(&area, tpm);
	else
		put_ecc(&area, tpm);
	if (tpm->more_area)
		ppk_writer_u8(&area, 0);
	CHECK(!area.failed);
	return area.len;
}

/* The name of pub_area, by any of the hashes; returns its length. */
static size_t name_of(const struct tpm *tpm, const uint8_t *pub_area, size_t pub_area_len,
	uint8_t out[static PPK_HASH_MAX])
{
	const struct ppk_part part = { pub_area, pub_area_len };
	enum ppk_hash hash = tpm->name_alg == 0x0c   ? PPK_HASH_SHA384
			     : tpm->name_alg == 0x0d ? PPK_HASH_SHA512
						     : PPK_HASH_SHA256;
	size_t len = 0;

	CHECK_OK(ppk_hash_parts(hash, &part, 1, out, &len));
	out[0] ^= tpm->other_name;
	return len;
}

static size_t write_info(const struct tpm *tpm, const uint8_t *pub_area, size_t pub_area_len,
	uint8_t *out, size_t size)
{
	static const uint8_t zero[25];
	struct ppk_writer info = { .data = out, .size = size };
	struct ppk_bytes message = to_be_signed();
	uint8_t hash[PPK_SHA256_SIZE], name[PPK_HASH_MAX];
	size_t name_len = name_of(tpm, pub_area, pub_area_len, name);

	ppk_writer_u32(&info, tpm->magic);
	ppk_writer_u16(&info, tpm->attest_type);
	ppk_writer_block(&info, "signer", 6);
	CHECK_OK(ppk_sha256(message.data, message.len, hash));
	hash[0] ^= tpm->other_extra;
	ppk_writer_block(&info, hash, sizeof(hash));
	ppk_writer_raw(&info, zero, sizeof(zero));
	ppk_writer_u16(&info, (uint16_t)(name_len + 2));
	ppk_writer_u16(&info, tpm->name_alg);
	ppk_writer_raw(&info, name, name_len);
	ppk_writer_block(&info, "", 0);
	if (tpm->more_info)
		ppk_writer_u8(&info, 0);
	ppk_bytes_done(&message);
	CHECK(!info.failed);
	return info.len;
}

/* The credential becomes an RS256 one of 2048 bits: COSE_Key { 1: 3, 3: -257, -1: n, -2: e }. */
static void make_rsa(void)
{
	static const uint8_t before_n[] = { 0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20, 0x59,
		0x01, 0x00 };
	const uint8_t id_len[] = { 0, ID_LEN };
	struct ppk_bytes *data = &scene->data;

	signer_free(scene->signer);
	ppk_bytes_done(&scene->raw);
	ppk_bytes_done(data);
	scene->signer = signer_new(PPK_ALG_RS256);
	scene->raw = signer_raw(scene->signer);
	CHECK_INT(scene->raw.len, 2 + 3 + 256);
	const uint8_t before_e[] = { 0x21, 0x43 };

	*data = signer_authenticator_data(ENROLMENT_RP_ID, UP | UV | AT, 1);
	signer_append(data, enrolment_aaguid, PPK_AAGUID_SIZE);
	signer_append(data, id_len, sizeof(id_len));
	signer_append(data, ENROLMENT_ID, ID_LEN);
	signer_append(data, before_n, sizeof(before_n));
	signer_append(data, scene->raw.data + 5, 256);
	signer_append(data, before_e, sizeof(before_e));
	signer_append(data, scene->raw.data + 2, 3);
	object.authenticator_data = data->data;
	object.authenticator_data_len = data->len;
}

static enum ppk_err verify_tpm(const struct tpm *tpm)
{
	uint8_t area[512], info[256];

	begin("tpm", false);
	if (tpm->rsa)
		make_rsa();
	certify(&tpm->certificate);
	object.version = tpm->version;
	object.version_len = strlen(tpm->version);
	object.pub_area = area;
	object.pub_area_len = write_area(tpm, area, sizeof(area));
	object.cert_info = info;
	object.cert_info_len = write_info(tpm, area, object.pub_area_len, info, sizeof(info));
	sign(info, object.cert_info_len);
	enum ppk_err err = verify();

	end();
	return err;
}

/* A TPM statement with one statement of C changed in it. */
#define CHECK_TPM(change, expected)                                                                \
	do {                                                                                       \
		struct tpm tpm = sound_tpm();                                                      \
		change;                                                                            \
		CHECK_ERR(verify_tpm(&tpm), expected);                                             \
	} while (0)

static void a_tpm_statement_is_verified(void)
{
	CHECK_TPM((void)0, PPK_OK);
	CHECK_TPM(tpm.scheme = 0x18, PPK_OK); /* ECDSA, with a hash */
	CHECK_TPM(tpm.name_alg = 0x0c, PPK_OK);
	CHECK_TPM(tpm.name_alg = 0x0d, PPK_OK);
}

/* What Windows Hello makes on most machines. */
#define RSA (tpm.rsa = true, tpm.key_type = 1, tpm.bits = 2048)

static void an_rsa_key_of_a_tpm_is_verified(void)
{
	CHECK_TPM(RSA, PPK_OK);
	CHECK_TPM((RSA, tpm.exponent = 65537), PPK_OK);
	CHECK_TPM((RSA, tpm.scheme = 0x14), PPK_OK); /* RSASSA, with a hash */
	CHECK_TPM((RSA, tpm.exponent = 3), PPK_ERR_ATTESTATION);
	CHECK_TPM((RSA, tpm.bits = 3072), PPK_ERR_ATTESTATION);
	CHECK_TPM((RSA, tpm.key_type = 0x23), PPK_ERR_ATTESTATION);
	CHECK_TPM((RSA, tpm.scheme = 0x16), PPK_ERR_ATTESTATION); /* RSAPSS */
	CHECK_TPM((RSA, tpm.symmetric = 6), PPK_ERR_ATTESTATION);
	CHECK_TPM((RSA, tpm.other_key = true), PPK_ERR_ATTESTATION);
	CHECK_TPM((RSA, tpm.more_area = true), PPK_ERR_ATTESTATION);
}

static void each_part_of_cert_info_is_checked(void)
{
	CHECK_TPM(tpm.magic = 0xff544346, PPK_ERR_ATTESTATION);
	CHECK_TPM(tpm.attest_type = 0x8018, PPK_ERR_ATTESTATION);
	CHECK_TPM(tpm.other_extra = true, PPK_ERR_ATTESTATION);
	CHECK_TPM(tpm.other_name = true, PPK_ERR_ATTESTATION);
	CHECK_TPM(tpm.more_info = true, PPK_ERR_ATTESTATION);
	CHECK_TPM(tpm.version = "1.2", PPK_ERR_ATTESTATION);
	CHECK_TPM(tpm.version = "2.0.", PPK_ERR_ATTESTATION);
}

static void each_part_of_pub_area_is_checked(void)
{
	CHECK_TPM(tpm.key_type = 1, PPK_ERR_ATTESTATION);
	CHECK_TPM(tpm.name_alg = 4, PPK_ERR_ATTESTATION); /* SHA-1 */
	CHECK_TPM(tpm.symmetric = 6, PPK_ERR_ATTESTATION);
	CHECK_TPM(tpm.scheme = 0x1a, PPK_ERR_ATTESTATION);
	CHECK_TPM(tpm.curve = 4, PPK_ERR_ATTESTATION);
	CHECK_TPM(tpm.kdf = 7, PPK_ERR_ATTESTATION);
	CHECK_TPM(tpm.other_key = true, PPK_ERR_ATTESTATION);
	CHECK_TPM(tpm.more_area = true, PPK_ERR_ATTESTATION);
}

static const uint8_t without_manufacturer[] = NAME2_SHORT MODEL VERSION;
static const uint8_t without_model[] = NAME2 MANUFACTURER VERSION;
static const uint8_t without_version[] = NAME2 MANUFACTURER MODEL;
static const uint8_t bad_manufacturer[] = NAME3 NO_MANUFACTURER MODEL VERSION;

#define SET_SAN(der)                                                                               \
	tpm.certificate.extensions[0].value = der,                                                 \
	tpm.certificate.extensions[0].len = sizeof(der) - 1

static void each_requirement_on_a_tpm_certificate_is_checked(void)
{
	static uint8_t other_model[18] = { 0x04, 16 };

	CHECK_TPM(tpm.certificate.version = 1, PPK_ERR_ATTESTATION);
	CHECK_TPM(tpm.certificate.name = "a subject", PPK_ERR_ATTESTATION);
	CHECK_TPM(tpm.certificate.constraints = "critical,CA:TRUE", PPK_ERR_ATTESTATION);
	CHECK_TPM(tpm.certificate.constraints = NULL, PPK_ERR_ATTESTATION);
	CHECK_TPM(tpm.certificate.extensions[1].words = "serverAuth", PPK_ERR_ATTESTATION);
	CHECK_TPM(tpm.certificate.extensions[1].oid = NULL, PPK_ERR_ATTESTATION);
	CHECK_TPM(tpm.certificate.extensions[0].critical = false, PPK_ERR_ATTESTATION);
	CHECK_TPM(SET_SAN(without_manufacturer), PPK_ERR_ATTESTATION);
	CHECK_TPM(SET_SAN(without_model), PPK_ERR_ATTESTATION);
	CHECK_TPM(SET_SAN(without_version), PPK_ERR_ATTESTATION);
	CHECK_TPM(SET_SAN(bad_manufacturer), PPK_ERR_ATTESTATION);
	CHECK_TPM((tpm.certificate.aaguid = other_model, tpm.certificate.aaguid_len = 18),
		PPK_ERR_ATTESTATION);
}

static void a_tpm_statement_is_whole_and_signed(void)
{
	struct tpm tpm = sound_tpm();
	uint8_t area[256], info[256];

	begin("tpm", false);
	certify(&tpm.certificate);
	object.version = "2.0";
	object.version_len = 3;
	object.pub_area = area;
	object.pub_area_len = write_area(&tpm, area, sizeof(area));
	object.cert_info = info;
	object.cert_info_len = write_info(&tpm, area, object.pub_area_len, info, sizeof(info));
	sign(info, object.cert_info_len - 1);
	CHECK_ERR(verify(), PPK_ERR_SIGNATURE);
	sign(info, object.cert_info_len);
	CHECK_OK(verify());
	object.algorithm = -257;
	CHECK_ERR(verify(), PPK_ERR_ATTESTATION);
	object.has_algorithm = false;
	CHECK_ERR(verify(), PPK_ERR_ATTESTATION);
	object.has_algorithm = true;
	object.algorithm = -7;
	object.has_unknown = true;
	CHECK_ERR(verify(), PPK_ERR_ATTESTATION);
	end();
}

/* Android: KeyDescription around a challenge and two lists of authorisations. */
struct android {
	bool other_challenge, other_key, more;
	struct ppk_bytes software, tee;
};

#define PURPOSE(value) 0xa1, 5, 0x31, 3, 2, 1, value
#define ORIGIN(value) 0xbf, 0x85, 0x3e, 3, 2, 1, value

static void append_value(struct ppk_bytes *out, uint8_t tag, const void *value, size_t len)
{
	uint8_t head[] = { tag, (uint8_t)len };

	CHECK(len < 0x80);
	signer_append(out, head, sizeof(head));
	signer_append(out, value, len);
}

static struct ppk_bytes describe(const struct android *android)
{
	static const uint8_t versions[] = { 2, 2, 1, 0x2c, 10, 1, 1, 2, 1, 4, 10, 1, 1 };
	struct ppk_bytes inner = { 0 }, outer = { 0 };
	uint8_t challenge[PPK_SHA256_SIZE];

	memcpy(challenge, scene->hash, sizeof(challenge));
	challenge[31] ^= android->other_challenge;
	signer_append(&inner, versions, sizeof(versions));
	append_value(&inner, 4, challenge, sizeof(challenge));
	append_value(&inner, 4, "", 0);
	append_value(&inner, 0x30, android->software.data, android->software.len);
	append_value(&inner, 0x30, android->tee.data, android->tee.len);
	if (android->more)
		signer_append(&inner, "\5", 2);
	append_value(&outer, 0x30, inner.data, inner.len);
	ppk_bytes_done(&inner);
	return outer;
}

static enum ppk_err verify_android(struct android android)
{
	begin("android-key", !android.other_key);
	struct ppk_bytes description = describe(&android), message = to_be_signed();
	const struct signer_certificate certificate = {
		.version = 2,
		.name = "Android Keystore Key",
		.extensions = { { KEY_DESCRIPTION, false, description.data, description.len,
			NULL } },
	};

	certify(&certificate);
	sign(message.data, message.len);
	enum ppk_err err = verify();

	ppk_bytes_done(&message);
	ppk_bytes_done(&description);
	end();
	return err;
}

#define CHECK_ANDROID(expected, ...)                                                               \
	do {                                                                                       \
		struct android android = __VA_ARGS__;                                              \
		CHECK_ERR(verify_android(android), expected);                                      \
	} while (0)

static void an_android_key_is_verified(void)
{
	CHECK_ANDROID(PPK_OK, { .software = { 0 } });
	CHECK_OK(verify_android((struct android){ .software = { (uint8_t[]){ ORIGIN(0) }, 7 },
		.tee = { (uint8_t[]){ PURPOSE(2) }, 7 } }));
}

static enum ppk_err verify_lists(
	const uint8_t *software, size_t software_len, const uint8_t *tee, size_t tee_len)
{
	struct android android = { 0 };

	signer_append(&android.software, software, software_len);
	signer_append(&android.tee, tee, tee_len);
	enum ppk_err err = verify_android(android);

	ppk_bytes_done(&android.software);
	ppk_bytes_done(&android.tee);
	return err;
}

static void each_authorisation_of_an_android_key_is_checked(void)
{
	static const uint8_t bad[][12] = {
		{ PURPOSE(3) }, { 0xa1, 8, 0x31, 6, 2, 1, 2, 2, 1, 3 }, /* sign and verify */
		{ 0xa1, 2, 0x31, 0 }, /* none */
		{ ORIGIN(2) }, /* imported */
		{ 0xbf, 0x84, 0x58, 2, 5, 0 }, /* allApplications */
		{ 2, 1, 0 }, /* no authorisation */
		{ 0xbf, 0x85, 0x3e, 0x80, 2, 1, 0, 0, 0 }, /* a length that is left open */
		{ 0xbf, 0x85, 0x3e, 4, 2, 1, 0 }, /* cut */
	};
	static const size_t len[] = { 7, 10, 4, 7, 6, 3, 9, 7 };

	for (size_t i = 0; i < sizeof(len) / sizeof(len[0]); i++) {
		CHECK_ERR(verify_lists(bad[i], len[i], NULL, 0), PPK_ERR_ATTESTATION);
		CHECK_ERR(verify_lists(NULL, 0, bad[i], len[i]), PPK_ERR_ATTESTATION);
	}
}

static void an_android_key_attests_itself_and_this_challenge(void)
{
	CHECK_ANDROID(PPK_ERR_ATTESTATION, { .other_challenge = true });
	CHECK_ANDROID(PPK_ERR_ATTESTATION, { .other_key = true });
	CHECK_ANDROID(PPK_ERR_ATTESTATION, { .more = true });
	begin("android-key", true);
	const struct signer_certificate bare = { .version = 2, .name = "no description" };
	struct ppk_bytes message = to_be_signed();

	certify(&bare);
	sign(message.data, message.len);
	CHECK_ERR(verify(), PPK_ERR_ATTESTATION);
	ppk_bytes_done(&message);
	end();
}

/* Apple: the hash in the certificate is the signature. */
static enum ppk_err verify_apple(bool other_nonce, bool other_key, size_t len)
{
	uint8_t extension[38 + 1] = { 0x30, 0x24, 0xa1, 0x22, 0x04, 0x20 };

	begin("apple", !other_key);
	struct ppk_bytes message = to_be_signed();

	CHECK_OK(ppk_sha256(message.data, message.len, extension + 6));
	extension[37] ^= other_nonce;
	const struct signer_certificate certificate = {
		.version = 2,
		.name = "apple",
		.extensions = { { len == 0 ? SAN : NONCE, false, extension, len, NULL } },
	};

	certify(&certificate);
	enum ppk_err err = verify();

	ppk_bytes_done(&message);
	end();
	return err;
}

static void an_apple_certificate_is_for_this_credential(void)
{
	CHECK_OK(verify_apple(false, false, 38));
	CHECK_ERR(verify_apple(true, false, 38), PPK_ERR_ATTESTATION);
	CHECK_ERR(verify_apple(false, true, 38), PPK_ERR_ATTESTATION);
	CHECK_ERR(verify_apple(false, false, 39), PPK_ERR_ATTESTATION);
	CHECK_ERR(verify_apple(false, false, 37), PPK_ERR_ATTESTATION);
	CHECK_ERR(verify_apple(false, false, 0), PPK_ERR_ATTESTATION);
}

/* packed from a browser names its algorithm; one of passkey-device cannot. */
static void a_browser_says_with_which_algorithm_it_signed(void)
{
	scene = enrolment_packed();
	ppk_attestation_object_of_device(&scene->made, &object);
	CHECK_OK(verify());
	object.device = NULL;
	CHECK_ERR(verify(), PPK_ERR_ATTESTATION);
	object.has_algorithm = true;
	object.algorithm = -7;
	CHECK_OK(verify());
	object.algorithm = -8;
	CHECK_ERR(verify(), PPK_ERR_ATTESTATION);
	object.algorithm = -7;
	object.x5c_count = 0; /* self, by another key */
	CHECK_ERR(verify(), PPK_ERR_SIGNATURE);
	enrolment_free(scene);
}

int main(void)
{
	signer_seed(5);
	return CHECK_RUN(CHECK_TEST(a_tpm_statement_is_verified),
		CHECK_TEST(an_rsa_key_of_a_tpm_is_verified),
		CHECK_TEST(each_part_of_cert_info_is_checked),
		CHECK_TEST(each_part_of_pub_area_is_checked),
		CHECK_TEST(each_requirement_on_a_tpm_certificate_is_checked),
		CHECK_TEST(a_tpm_statement_is_whole_and_signed),
		CHECK_TEST(an_android_key_is_verified),
		CHECK_TEST(each_authorisation_of_an_android_key_is_checked),
		CHECK_TEST(an_android_key_attests_itself_and_this_challenge),
		CHECK_TEST(an_apple_certificate_is_for_this_credential),
		CHECK_TEST(a_browser_says_with_which_algorithm_it_signed));
}
