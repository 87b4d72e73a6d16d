/* SPDX-License-Identifier: BSD-2-Clause */
/* WebAuthn Level 3, 8.2 (packed) and 8.6 (FIDO U2F), and what formats with a signature share */
#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "crypto/public_key.h"
#include "crypto/spki.h"
#include "crypto/statement.h"

/*
 * Where the statement names no algorithm (libfido2 does not tell it; U2F and Apple have none) the key
 * alone says it; attestation.c has seen to it that it is there where a browser must send it.
 */
static bool algorithm_is(const struct ppk_attestation_object *object, enum ppk_algorithm alg)
{
	return !object->has_algorithm || object->algorithm == ppk_algorithm_cose(alg);
}

enum ppk_err ppk_statement_leaf_key(const struct ppk_statement *statement,
	enum ppk_algorithm *ret_alg, struct ppk_bytes *ret_key)
{
	const struct ppk_attestation_object *object = statement->object;
	enum ppk_algorithm alg;
	struct ppk_bytes key;
	enum ppk_err err = ppk_certificate_key(object->x5c[0], object->x5c_len[0], &alg, &key);

	if (err != PPK_OK)
		return err;
	if (!algorithm_is(object, alg)) {
		ppk_bytes_done(&key);
		return PPK_ERR_ATTESTATION;
	}
	*ret_alg = alg;
	*ret_key = key;
	return PPK_OK;
}

enum ppk_err ppk_statement_leaf_is_credential(const struct ppk_statement *statement)
{
	enum ppk_algorithm alg;
	struct ppk_bytes key;
	enum ppk_err err = ppk_statement_leaf_key(statement, &alg, &key);

	if (err != PPK_OK)
		return err;
	bool same = ppk_bytes_equal(statement->key, key.data, key.len);

	ppk_bytes_done(&key);
	return same ? PPK_OK : PPK_ERR_ATTESTATION;
}

static enum ppk_err verify(
	const struct ppk_statement *statement, enum ppk_algorithm alg, const struct ppk_bytes *key)
{
	const struct ppk_attestation_object *object = statement->object;
	uint8_t message[PPK_AUTHENTICATOR_DATA_MAX + PPK_SHA256_SIZE];
	struct ppk_writer writer = { .data = message, .size = sizeof(message) };

	ppk_writer_raw(&writer, object->authenticator_data, object->authenticator_data_len);
	ppk_writer_raw(&writer, statement->client_data_hash, PPK_SHA256_SIZE);
	if (writer.failed)
		return PPK_ERR_AUTHENTICATOR_DATA;
	return ppk_signature_verify(
		alg, key, message, writer.len, object->signature, object->signature_len);
}

enum ppk_err ppk_statement_verify_by_leaf(const struct ppk_statement *statement)
{
	enum ppk_algorithm alg;
	struct ppk_bytes key;
	enum ppk_err err = ppk_statement_leaf_key(statement, &alg, &key);

	if (err != PPK_OK)
		return err;
	err = verify(statement, alg, &key);
	ppk_bytes_done(&key);
	return err;
}

enum ppk_err ppk_statement_check_packed(const struct ppk_statement *statement)
{
	enum ppk_err err = ppk_certificate_check_packed(
		statement->object->x5c[0], statement->object->x5c_len[0], statement->data->aaguid);

	return err == PPK_OK ? ppk_statement_verify_by_leaf(statement) : err;
}

enum ppk_err ppk_statement_check_self(const struct ppk_statement *statement)
{
	if (!algorithm_is(statement->object, statement->alg))
		return PPK_ERR_ATTESTATION;
	return verify(statement, statement->alg, statement->key);
}

/* 8.6, steps 5 and 6: 0x00 || RP ID hash || client data hash || credential id || point */
static enum ppk_err verify_u2f(
	const struct ppk_statement *statement, const struct ppk_bytes *leaf_key)
{
	const struct ppk_authenticator_data *data = statement->data;
	uint8_t message[1 + 2 * PPK_SHA256_SIZE + PPK_CREDENTIAL_ID_MAX + 65];
	struct ppk_writer writer = { .data = message, .size = sizeof(message) };
	struct ppk_spki parts;
	enum ppk_err err =
		ppk_spki_parse(PPK_ALG_ES256, statement->key->data, statement->key->len, &parts);

	if (err != PPK_OK)
		return err;
	ppk_writer_u8(&writer, 0);
	ppk_writer_raw(&writer, data->rp_id_hash, PPK_SHA256_SIZE);
	ppk_writer_raw(&writer, statement->client_data_hash, PPK_SHA256_SIZE);
	ppk_writer_raw(&writer, data->credential_id, data->credential_id_len);
	ppk_writer_raw(&writer, parts.point, parts.point_len);
	if (writer.failed)
		return PPK_ERR_AUTHENTICATOR_DATA;
	return ppk_signature_verify(PPK_ALG_ES256, leaf_key, message, writer.len,
		statement->object->signature, statement->object->signature_len);
}

/* One certificate, whose key is an ES256 one like the credential's: 8.6, steps 2 and 3. */
enum ppk_err ppk_statement_check_u2f(const struct ppk_statement *statement)
{
	enum ppk_algorithm leaf_alg;
	struct ppk_bytes leaf_key;

	if (statement->alg != PPK_ALG_ES256 || statement->object->x5c_count != 1)
		return PPK_ERR_ATTESTATION;
	enum ppk_err err = ppk_statement_leaf_key(statement, &leaf_alg, &leaf_key);

	if (err != PPK_OK)
		return err;
	err = leaf_alg == PPK_ALG_ES256 ? verify_u2f(statement, &leaf_key) : PPK_ERR_ATTESTATION;
	ppk_bytes_done(&leaf_key);
	return err;
}
