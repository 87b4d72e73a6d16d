/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * WebAuthn Level 3, 8.8: Apple anonymous attestation. There is no signature: the certificate is made
 * for this one credential and has the hash of what would be signed.
 */
#include <string.h>

#include "crypto/certificate.h"
#include "crypto/digest.h"
#include "crypto/statement.h"

#define NONCE_EXTENSION "1.2.840.113635.100.8.2"

/* SEQUENCE { [1] { OCTET STRING of 32 bytes } }, DER */
static const uint8_t nonce_head[] = { 0x30, 0x24, 0xa1, 0x22, 0x04, PPK_SHA256_SIZE };

static enum ppk_err check_nonce(
	const struct ppk_statement *statement, const struct ppk_bytes *extension)
{
	const struct ppk_attestation_object *object = statement->object;
	const struct ppk_part parts[] = {
		{ object->authenticator_data, object->authenticator_data_len },
		{ statement->client_data_hash, PPK_SHA256_SIZE },
	};
	uint8_t nonce[PPK_HASH_MAX];
	size_t len;
	enum ppk_err err = ppk_hash_parts(PPK_HASH_SHA256, parts, 2, nonce, &len);

	if (err != PPK_OK)
		return err;
	if (extension->len != sizeof(nonce_head) + len ||
		memcmp(extension->data, nonce_head, sizeof(nonce_head)) != 0 ||
		memcmp(extension->data + sizeof(nonce_head), nonce, len) != 0)
		return PPK_ERR_ATTESTATION;
	return PPK_OK;
}

enum ppk_err ppk_statement_check_apple(const struct ppk_statement *statement)
{
	struct ppk_bytes extension;
	enum ppk_err err = ppk_certificate_extension(statement->object->x5c[0],
		statement->object->x5c_len[0], NONCE_EXTENSION, &extension);

	if (err != PPK_OK)
		return err;
	err = check_nonce(statement, &extension);
	ppk_bytes_done(&extension);
	return err == PPK_OK ? ppk_statement_leaf_is_credential(statement) : err;
}
