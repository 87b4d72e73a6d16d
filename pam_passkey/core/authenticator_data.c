/* SPDX-License-Identifier: BSD-2-Clause */
/* WebAuthn Level 3, 6.1 (authenticator data) and 6.5.2 (attested credential data) */
#include "core/authenticator_data.h"

#include "core/bytes.h"
#include "core/credential.h"

#define RP_ID_HASH_SIZE 32

static bool read_attested(struct ppk_reader *reader, struct ppk_authenticator_data *data)
{
	return ppk_reader_raw(reader, PPK_AAGUID_SIZE, &data->aaguid) &&
	       ppk_reader_block(reader, PPK_CREDENTIAL_ID_MAX, &data->credential_id,
		       &data->credential_id_len) &&
	       data->credential_id_len > 0;
}

enum ppk_err ppk_authenticator_data_parse(
	const uint8_t *data, size_t len, struct ppk_authenticator_data *ret)
{
	struct ppk_reader reader = { .next = data, .left = len };
	struct ppk_authenticator_data parsed = { 0 };
	bool has_cbor;

	if (len > PPK_AUTHENTICATOR_DATA_MAX ||
		!ppk_reader_raw(&reader, RP_ID_HASH_SIZE, &parsed.rp_id_hash) ||
		!ppk_reader_u8(&reader, &parsed.flags) ||
		!ppk_reader_u32(&reader, &parsed.sign_count))
		return PPK_ERR_AUTHENTICATOR_DATA;
	if ((parsed.flags & PPK_FLAG_AT) != 0 && !read_attested(&reader, &parsed))
		return PPK_ERR_AUTHENTICATOR_DATA;
	/* A COSE key follows the attested data, a map of extensions the flag ED; else nothing may. */
	has_cbor = (parsed.flags & (PPK_FLAG_AT | PPK_FLAG_ED)) != 0;
	if (has_cbor != (reader.left > 0))
		return PPK_ERR_AUTHENTICATOR_DATA;
	if (has_cbor) {
		parsed.rest = reader.next;
		parsed.rest_len = reader.left;
	}
	*ret = parsed;
	return PPK_OK;
}
