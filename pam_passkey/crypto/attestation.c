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
#include "crypto/cose_key.h"
#include "crypto/digest.h"
#include "crypto/public_key.h"
#include "crypto/statement.h"

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

/* What passkey-device said beside the data says the same. */
static bool id_fits(
	const struct ppk_device_credential *made, const struct ppk_authenticator_data *data)
{
	return made == NULL || (data->credential_id_len == made->credential_id_len &&
				       memcmp(data->credential_id, made->credential_id,
					       made->credential_id_len) == 0);
}

static enum ppk_err check_data(const struct ppk_attestation_object *object, const char *rp_id,
	enum ppk_uv uv, struct ppk_authenticator_data *ret)
{
	struct ppk_authenticator_data data;
	enum ppk_err err = ppk_authenticator_data_parse(
		object->authenticator_data, object->authenticator_data_len, &data);

	if (err == PPK_OK)
		err = check_rp_id(&data, rp_id);
	if (err == PPK_OK)
		err = check_flags(data.flags, uv);
	if (err != PPK_OK)
		return err;
	if ((data.flags & PPK_FLAG_AT) == 0 || !id_fits(object->device, &data))
		return PPK_ERR_AUTHENTICATOR_DATA;
	*ret = data;
	return PPK_OK;
}

/* The copy of the key that passkey-device sent beside the data is the same key. */
static enum ppk_err check_copy(const struct ppk_device_credential *made, enum ppk_algorithm alg,
	const struct ppk_bytes *key)
{
	enum ppk_algorithm copy_alg;
	struct ppk_bytes copy;
	enum ppk_err err = ppk_algorithm_from_cose(made->cose_algorithm, &copy_alg);

	if (err == PPK_OK)
		err = ppk_public_key_from_raw(
			copy_alg, made->public_key, made->public_key_len, &copy);
	if (err != PPK_OK)
		return err;
	bool same = copy_alg == alg && ppk_bytes_equal(key, copy.data, copy.len);

	ppk_bytes_done(&copy);
	return same ? PPK_OK : PPK_ERR_KEY;
}

/* The key of the authenticator data as SubjectPublicKeyInfo. *ret_key is the caller's. */
static enum ppk_err read_key(const struct ppk_attestation_object *object,
	const struct ppk_authenticator_data *data, enum ppk_algorithm *ret_alg,
	struct ppk_bytes *ret_key)
{
	enum ppk_algorithm alg;
	struct ppk_bytes key;
	size_t cose_len = 0;
	enum ppk_err err = ppk_cose_key_read(data->rest, data->rest_len, &alg, &key, &cose_len);

	if (err != PPK_OK)
		return err;
	if (object->device != NULL)
		err = check_copy(object->device, alg, &key);
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

static enum ppk_err check_none(const struct ppk_statement *statement)
{
	(void)statement;
	return PPK_OK;
}

/* Members of a statement. */
#define ALG 0x01u
#define SIG 0x02u
#define X5C 0x04u
#define VER 0x08u
#define CERT_INFO 0x10u
#define PUB_AREA 0x20u
#define UNKNOWN 0x40u

/* The formats that are known here: the members of a statement, and who checks them. */
static const struct format {
	const char *format;
	const char *name; /* in the record */
	unsigned demanded;
	unsigned allowed; /* besides */
	enum ppk_err (*check)(const struct ppk_statement *statement);
} formats[] = {
	{ "none", "none", 0, 0, check_none },
	{ "packed", "packed", ALG | SIG | X5C, 0, ppk_statement_check_packed },
	{ "packed", "self", ALG | SIG, 0, ppk_statement_check_self },
	{ "fido-u2f", "fido-u2f", SIG | X5C, 0, ppk_statement_check_u2f },
	{ "tpm", "tpm", ALG | SIG | X5C | VER | CERT_INFO | PUB_AREA, 0, ppk_statement_check_tpm },
	{ "android-key", "android-key", ALG | SIG | X5C, 0, ppk_statement_check_android },
	/* alg was in it before WebAuthn Level 2, and is still sent */
	{ "apple", "apple", X5C, ALG, ppk_statement_check_apple },
};

static unsigned members_of(const struct ppk_attestation_object *object)
{
	return (object->has_algorithm ? ALG : 0) | (object->signature_len != 0 ? SIG : 0) |
	       (object->x5c_count != 0 ? X5C : 0) | (object->version != NULL ? VER : 0) |
	       (object->cert_info != NULL ? CERT_INFO : 0) |
	       (object->pub_area != NULL ? PUB_AREA : 0) | (object->has_unknown ? UNKNOWN : 0);
}

static const struct format *format_of(const struct ppk_attestation_object *object)
{
	/* libfido2 keeps alg for itself */
	unsigned members = members_of(object) | (object->device != NULL ? ALG : 0);

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		const struct format *format = &formats[i];
		unsigned beside = format->allowed | (object->device != NULL ? ALG : 0);

		if (strcmp(object->format, format->format) == 0 &&
			(members | beside) == (format->demanded | beside))
			return format;
	}
	return NULL;
}

/* *ret_name is what was checked, static. */
static enum ppk_err check_statement(const struct ppk_statement *statement, const char **ret_name)
{
	const struct format *format = format_of(statement->object);

	if (strcmp(statement->object->format, "android-safetynet") == 0)
		return PPK_ERR_ATTESTATION_OUTDATED;
	if (format == NULL)
		return PPK_ERR_ATTESTATION;
	enum ppk_err err = format->check(statement);

	if (err == PPK_OK)
		*ret_name = format->name;
	return err;
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
static enum ppk_err make_credential(const struct ppk_statement *statement, const char *rp_id,
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

enum ppk_err ppk_attestation_verify(const struct ppk_attestation_object *object, const char *rp_id,
	enum ppk_uv uv, const uint8_t client_data_hash[static 32], struct ppk_credential **ret)
{
	struct ppk_authenticator_data data;
	struct ppk_bytes key;
	enum ppk_algorithm alg;
	const char *name;
	enum ppk_err err = check_data(object, rp_id, uv, &data);

	if (err == PPK_OK)
		err = read_key(object, &data, &alg, &key);
	if (err != PPK_OK)
		return err;
	struct ppk_statement statement = { object, &data, client_data_hash, alg, &key };

	err = check_statement(&statement, &name);
	if (err == PPK_OK)
		err = make_credential(&statement, rp_id, name, &key, ret);
	ppk_bytes_done(&key);
	return err;
}
