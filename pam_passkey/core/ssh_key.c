/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ssh_key.h"

#include <string.h>

#include "core/ssh_wire.h"

#define CURVE "nistp256"
#define POINT_ES256 65 /* bytes: 0x04 || x || y */
#define POINT_EDDSA 32
#define SIGNATURE_EDDSA 64
#define NUMBER_ES256_MAX 33 /* bytes of r or s, with the zero that keeps it positive */
#define TAG_SEQUENCE 0x30
#define TAG_INTEGER 0x02

static const struct {
	enum ppk_algorithm alg;
	const char *type;
	size_t point_len;
} kinds[] = {
	{ PPK_ALG_ES256, "sk-ecdsa-sha2-nistp256@openssh.com", POINT_ES256 },
	{ PPK_ALG_EDDSA, "sk-ssh-ed25519@openssh.com", POINT_EDDSA },
};
#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

const char *ppk_ssh_key_type(enum ppk_algorithm alg)
{
	for (size_t i = 0; i < KIND_COUNT; i++)
		if (kinds[i].alg == alg)
			return kinds[i].type;
	return NULL;
}

static size_t point_len(enum ppk_algorithm alg)
{
	for (size_t i = 0; i < KIND_COUNT; i++)
		if (kinds[i].alg == alg)
			return kinds[i].point_len;
	return 0;
}

static bool read_type(struct ppk_reader *reader, enum ppk_algorithm *ret)
{
	for (size_t i = 0; i < KIND_COUNT; i++) {
		if (ppk_ssh_read_word(reader, kinds[i].type)) {
			*ret = kinds[i].alg;
			return true;
		}
	}
	return false;
}

enum ppk_err ppk_ssh_key_read_parts(
	struct ppk_reader *reader, enum ppk_algorithm alg, struct ppk_ssh_key *ret)
{
	struct ppk_ssh_key key = { .alg = alg };
	const uint8_t *application;

	if (alg == PPK_ALG_ES256 && !ppk_ssh_read_word(reader, CURVE))
		return PPK_ERR_SYNTAX;
	if (!ppk_ssh_read_string(reader, PPK_SSH_POINT_MAX, &key.point, &key.point_len) ||
		key.point_len == 0 || key.point_len != point_len(alg) ||
		(alg == PPK_ALG_ES256 && key.point[0] != 0x04))
		return PPK_ERR_SYNTAX;
	if (!ppk_ssh_read_string(reader, PPK_RP_ID_MAX, &application, &key.application_len))
		return PPK_ERR_SYNTAX;
	key.application = (const char *)application;
	if (!ppk_rp_id_is_valid(key.application, key.application_len))
		return PPK_ERR_SYNTAX;
	*ret = key;
	return PPK_OK;
}

enum ppk_err ppk_ssh_key_parse(const uint8_t *blob, size_t len, struct ppk_ssh_key *ret)
{
	struct ppk_reader reader = { .next = blob, .left = len };
	struct ppk_ssh_key key;
	enum ppk_algorithm alg;
	enum ppk_err err;

	if (!read_type(&reader, &alg))
		return PPK_ERR_ALGORITHM;
	err = ppk_ssh_key_read_parts(&reader, alg, &key);
	if (err == PPK_OK && reader.left > 0)
		err = PPK_ERR_SYNTAX;
	if (err == PPK_OK)
		*ret = key;
	return err;
}

void ppk_ssh_key_write(struct ppk_writer *writer, const struct ppk_ssh_key *key)
{
	const char *type = ppk_ssh_key_type(key->alg);

	if (type == NULL) {
		writer->failed = true;
		return;
	}
	ppk_ssh_write_text(writer, type);
	if (key->alg == PPK_ALG_ES256)
		ppk_ssh_write_text(writer, CURVE);
	ppk_ssh_write_string(writer, key->point, key->point_len);
	ppk_ssh_write_string(writer, key->application, key->application_len);
}

static void write_der(struct ppk_writer *writer, uint8_t tag, const uint8_t *bytes, size_t len)
{
	ppk_writer_u8(writer, tag);
	ppk_writer_u8(writer, (uint8_t)len); /* below 0x80 */
	ppk_writer_raw(writer, bytes, len);
}

/* Ecdsa-Sig-Value (RFC 3279, 2.2.3): an mpint has the bytes of a DER INTEGER. */
static enum ppk_err take_ecdsa(const uint8_t *sig, size_t len, struct ppk_ssh_signature *ret)
{
	struct ppk_reader reader = { .next = sig, .left = len };
	struct ppk_writer writer = { .data = ret->bytes, .size = sizeof(ret->bytes) };
	const uint8_t *r, *s;
	size_t r_len, s_len;

	if (!ppk_ssh_read_positive(&reader, NUMBER_ES256_MAX, &r, &r_len) ||
		!ppk_ssh_read_positive(&reader, NUMBER_ES256_MAX, &s, &s_len) || reader.left > 0)
		return PPK_ERR_SYNTAX;
	ppk_writer_u8(&writer, TAG_SEQUENCE);
	ppk_writer_u8(&writer, (uint8_t)(2 + r_len + 2 + s_len)); /* at most 70 */
	write_der(&writer, TAG_INTEGER, r, r_len);
	write_der(&writer, TAG_INTEGER, s, s_len);
	ret->len = writer.len;
	return writer.failed ? PPK_ERR_SYNTAX : PPK_OK;
}

static enum ppk_err take_eddsa(const uint8_t *sig, size_t len, struct ppk_ssh_signature *ret)
{
	if (len != SIGNATURE_EDDSA)
		return PPK_ERR_SYNTAX;
	memcpy(ret->bytes, sig, len);
	ret->len = len;
	return PPK_OK;
}

enum ppk_err ppk_ssh_signature_parse(
	const uint8_t *blob, size_t len, enum ppk_algorithm alg, struct ppk_ssh_signature *ret)
{
	struct ppk_reader reader = { .next = blob, .left = len };
	struct ppk_ssh_signature signature = { .len = 0 };
	enum ppk_algorithm got;
	const uint8_t *sig;
	size_t sig_len;
	enum ppk_err err;

	if (!read_type(&reader, &got) || got != alg)
		return PPK_ERR_ALGORITHM;
	if (!ppk_ssh_read_string(&reader, 2 * (4 + NUMBER_ES256_MAX), &sig, &sig_len) ||
		!ppk_reader_u8(&reader, &signature.flags) ||
		!ppk_reader_u32(&reader, &signature.sign_count) || reader.left > 0)
		return PPK_ERR_SYNTAX;
	err = alg == PPK_ALG_ES256 ? take_ecdsa(sig, sig_len, &signature)
				   : take_eddsa(sig, sig_len, &signature);
	if (err == PPK_OK)
		*ret = signature;
	return err;
}
