/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an authenticator answered at enrolment.
 *
 *  1. A credential MUST NOT come out of an answer of which any check failed.
 *  2. The key that is recorded MUST be the key in the authenticator data, which is what the
 *     attestation signs; the copy beside it is not believed.
 *  3. A format that is not known here MUST be refused and not be taken for "none".
 *  4. A statement of the format "none" MUST be empty.
 */
#include "crypto/attestation.h"

#include <stdlib.h>
#include <string.h>

#include "core/authenticator_data.h"
#include "crypto/certificate.h"
#include "crypto/cose_key.h"
#include "crypto/digest.h"
#include "crypto/public_key.h"
#include "crypto/spki.h"

/* What the statement of each format is checked against. Borrowed. */
struct statement {
	const struct ppk_device_credential *made;
	const struct ppk_authenticator_data *data;
	const uint8_t *client_data_hash;
	enum ppk_algorithm alg;
	const struct ppk_bytes *key;
};

static enum ppk_err check_flags(uint8_t flags, enum ppk_uv uv)
{
	if ((flags & PPK_FLAG_UP) == 0)
		return PPK_ERR_USER_PRESENCE;
	if (uv == PPK_UV_REQUIRED && (flags & PPK_FLAG_UV) == 0)
		return PPK_ERR_USER_VERIFICATION;
	if ((flags & PPK_FLAG_BS) != 0 && (flags & PPK_FLAG_BE) == 0)
		return PPK_ERR_BACKUP_FLAGS;
	return PPK_OK;
}

static enum ppk_err check_rp_id(const struct ppk_authenticator_data *data, const char *rp_id)
{
	uint8_t hash[PPK_SHA256_SIZE];
	enum ppk_err err = ppk_sha256(rp_id, strlen(rp_id), hash);

	if (err != PPK_OK)
		return err;
	return memcmp(hash, data->rp_id_hash, sizeof(hash)) == 0 ? PPK_OK : PPK_ERR_RP_ID;
}

static enum ppk_err check_data(const struct ppk_device_credential *made, const char *rp_id,
	enum ppk_uv uv, struct ppk_authenticator_data *ret)
{
	struct ppk_authenticator_data data;
	enum ppk_err err = ppk_authenticator_data_parse(
		made->authenticator_data, made->authenticator_data_len, &data);

	if (err == PPK_OK)
		err = check_rp_id(&data, rp_id);
	if (err == PPK_OK)
		err = check_flags(data.flags, uv);
	if (err != PPK_OK)
		return err;
	if ((data.flags & PPK_FLAG_AT) == 0 || data.credential_id_len == 0 ||
		data.credential_id_len != made->credential_id_len ||
		memcmp(data.credential_id, made->credential_id, made->credential_id_len) != 0)
		return PPK_ERR_AUTHENTICATOR_DATA;
	*ret = data;
	return PPK_OK;
}

/* The key of the authenticator data as SubjectPublicKeyInfo. *ret_key is the caller's. */
static enum ppk_err read_key(const struct ppk_device_credential *made,
	const struct ppk_authenticator_data *data, enum ppk_algorithm *ret_alg,
	struct ppk_bytes *ret_key)
{
	enum ppk_algorithm alg;
	struct ppk_bytes key;
	size_t cose_len = 0;
	enum ppk_err err = ppk_algorithm_from_cose(made->cose_algorithm, &alg);

	if (err == PPK_OK)
		err = ppk_public_key_from_raw(alg, made->public_key, made->public_key_len, &key);
	if (err != PPK_OK)
		return err;
	err = ppk_cose_key_match(alg, &key, data->rest, data->rest_len, &cose_len);
	/* after the key come extensions, when ED says so, and nothing otherwise */
	if (err == PPK_OK && (data->rest_len > cose_len) != ((data->flags & PPK_FLAG_ED) != 0))
		err = PPK_ERR_AUTHENTICATOR_DATA;
	if (err != PPK_OK) {
		ppk_bytes_done(&key);
		return err;
	}
	*ret_alg = alg;
	*ret_key = key;
	return PPK_OK;
}

/* Both packed forms sign authenticator data || client data hash (8.2). */
static enum ppk_err verify_packed(
	const struct statement *statement, enum ppk_algorithm alg, const struct ppk_bytes *key)
{
	const struct ppk_device_credential *made = statement->made;
	uint8_t message[PPK_AUTHENTICATOR_DATA_MAX + PPK_SHA256_SIZE];
	struct ppk_writer writer = { .data = message, .size = sizeof(message) };

	ppk_writer_raw(&writer, made->authenticator_data, made->authenticator_data_len);
	ppk_writer_raw(&writer, statement->client_data_hash, PPK_SHA256_SIZE);
	if (writer.failed)
		return PPK_ERR_AUTHENTICATOR_DATA;
	return ppk_signature_verify(
		alg, key, message, writer.len, made->signature, made->signature_len);
}

static enum ppk_err check_none(const struct statement *statement, const char **ret_name)
{
	if (statement->made->signature_len != 0 || statement->made->x5c_count != 0)
		return PPK_ERR_ATTESTATION;
	*ret_name = "none";
	return PPK_OK;
}

static enum ppk_err check_packed_x5c(const struct statement *statement)
{
	const struct ppk_device_credential *made = statement->made;
	enum ppk_algorithm alg;
	struct ppk_bytes key;
	enum ppk_err err = ppk_certificate_check_packed(
		made->x5c[0], made->x5c_len[0], statement->data->aaguid);

	if (err == PPK_OK)
		err = ppk_certificate_key(made->x5c[0], made->x5c_len[0], &alg, &key);
	if (err != PPK_OK)
		return err;
	err = verify_packed(statement, alg, &key);
	ppk_bytes_done(&key);
	return err;
}

static enum ppk_err check_packed(const struct statement *statement, const char **ret_name)
{
	bool self = statement->made->x5c_count == 0;
	enum ppk_err err = self ? verify_packed(statement, statement->alg, statement->key)
				: check_packed_x5c(statement);

	if (err == PPK_OK)
		*ret_name = self ? "self" : "packed";
	return err;
}

/* 8.6, steps 5 and 6: 0x00 || RP ID hash || client data hash || credential id || point */
static enum ppk_err verify_u2f(const struct statement *statement, const struct ppk_bytes *leaf_key)
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
		statement->made->signature, statement->made->signature_len);
}

/* One certificate, whose key is an ES256 one like the credential's: 8.6, steps 2 and 3. */
static enum ppk_err check_u2f(const struct statement *statement, const char **ret_name)
{
	const struct ppk_device_credential *made = statement->made;
	enum ppk_algorithm leaf_alg;
	struct ppk_bytes leaf_key;

	if (statement->alg != PPK_ALG_ES256 || made->x5c_count != 1)
		return PPK_ERR_ATTESTATION;
	enum ppk_err err =
		ppk_certificate_key(made->x5c[0], made->x5c_len[0], &leaf_alg, &leaf_key);

	if (err != PPK_OK)
		return err;
	err = leaf_alg == PPK_ALG_ES256 ? verify_u2f(statement, &leaf_key) : PPK_ERR_ATTESTATION;
	ppk_bytes_done(&leaf_key);
	if (err == PPK_OK)
		*ret_name = "fido-u2f";
	return err;
}

/* *ret_name is what was checked, static. */
static enum ppk_err check_statement(const struct statement *statement, const char **ret_name)
{
	const char *format = statement->made->format;

	if (strcmp(format, "none") == 0)
		return check_none(statement, ret_name);
	if (strcmp(format, "packed") == 0)
		return check_packed(statement, ret_name);
	if (strcmp(format, "fido-u2f") == 0)
		return check_u2f(statement, ret_name);
	return PPK_ERR_ATTESTATION;
}

static enum ppk_backup backup_of(uint8_t flags)
{
	if ((flags & PPK_FLAG_BE) == 0)
		return PPK_BACKUP_NO;
	return (flags & PPK_FLAG_BS) != 0 ? PPK_BACKUP_STATE : PPK_BACKUP_ELIGIBLE;
}

/* An AAGUID of zeroes names no model: authenticators that do not want to say, and U2F. */
static bool names_a_model(const uint8_t *aaguid)
{
	static const uint8_t zero[PPK_AAGUID_SIZE];

	return memcmp(aaguid, zero, sizeof(zero)) != 0;
}

/* Takes the key over from *key when it succeeds. */
static enum ppk_err make_credential(const struct statement *statement, const char *rp_id,
	const char *name, struct ppk_bytes *key, struct ppk_credential **ret)
{
	const struct ppk_authenticator_data *data = statement->data;
	struct ppk_credential *credential = calloc(1, sizeof(*credential));

	if (credential == NULL)
		return PPK_ERR_NOMEM;
	enum ppk_err err =
		ppk_bytes_copy(data->credential_id, data->credential_id_len, &credential->id);

	credential->alg = statement->alg;
	credential->rp_id = strdup(rp_id);
	credential->attestation = strdup(name);
	credential->backup = backup_of(data->flags);
	credential->has_aaguid = names_a_model(data->aaguid);
	if (credential->has_aaguid)
		memcpy(credential->aaguid, data->aaguid, PPK_AAGUID_SIZE);
	if (err != PPK_OK || credential->rp_id == NULL || credential->attestation == NULL) {
		ppk_credential_free(credential);
		return PPK_ERR_NOMEM;
	}
	credential->key = *key;
	*key = (struct ppk_bytes){ 0 };
	*ret = credential;
	return PPK_OK;
}

enum ppk_err ppk_attestation_verify(const struct ppk_device_credential *made, const char *rp_id,
	enum ppk_uv uv, const uint8_t client_data_hash[static 32], struct ppk_credential **ret)
{
	struct ppk_authenticator_data data;
	struct ppk_bytes key;
	enum ppk_algorithm alg;
	const char *name;
	enum ppk_err err = check_data(made, rp_id, uv, &data);

	if (err == PPK_OK)
		err = read_key(made, &data, &alg, &key);
	if (err != PPK_OK)
		return err;
	struct statement statement = { made, &data, client_data_hash, alg, &key };

	err = check_statement(&statement, &name);
	if (err == PPK_OK)
		err = make_credential(&statement, rp_id, name, &key, ret);
	ppk_bytes_done(&key);
	return err;
}
