/* SPDX-License-Identifier: BSD-2-Clause */
/* Authenticator data of an authenticator that may be anything. */
#include "core/authenticator_data.h"
#include "core/credential.h"
#include "read_bytes.h"
#include "require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ppk_authenticator_data parsed;
	size_t attested = 0;

	if (ppk_authenticator_data_parse(data, len, &parsed) != PPK_OK)
		return 0;
	REQUIRE(len >= PPK_AUTHENTICATOR_DATA_MIN && len <= PPK_AUTHENTICATOR_DATA_MAX);
	REQUIRE(parsed.rp_id_hash == data && parsed.flags == data[32]);
	REQUIRE(parsed.sign_count >> 24 == data[33] && (parsed.sign_count & 0xff) == data[36]);
	REQUIRE((parsed.aaguid != NULL) == ((parsed.flags & PPK_FLAG_AT) != 0));
	if (parsed.aaguid != NULL) {
		REQUIRE(parsed.credential_id_len >= 1);
		REQUIRE(parsed.credential_id_len <= PPK_CREDENTIAL_ID_MAX);
		read_bytes(parsed.aaguid, PPK_AAGUID_SIZE);
		read_bytes(parsed.credential_id, parsed.credential_id_len);
		attested = PPK_AAGUID_SIZE + 2 + parsed.credential_id_len;
	}
	REQUIRE(PPK_AUTHENTICATOR_DATA_MIN + attested + parsed.rest_len == len);
	read_bytes(parsed.rest, parsed.rest_len);
	PLANT(parsed.credential_id_len == 5 && (parsed.flags & PPK_FLAG_UV) != 0);
	return 0;
}
