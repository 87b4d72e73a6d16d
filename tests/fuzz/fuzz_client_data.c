/* SPDX-License-Identifier: BSD-2-Clause */
/* clientDataJSON of a browser, against one expected challenge and two origins. */
#include <stdbool.h>
#include <string.h>

#include "core/client_data.h"
#include "require.h"

/* "none-es256" of the test vectors of WebAuthn Level 3 */
static const uint8_t challenge[PPK_CHALLENGE_SIZE] = { 0x39, 0xc0, 0xe7, 0x52, 0x14, 0x17, 0xba,
	0x54, 0xd4, 0x3e, 0x8d, 0xc9, 0x51, 0x74, 0xf4, 0x23, 0xde, 0xe9, 0xbf, 0x3c, 0xd8, 0x04,
	0xff, 0x6d, 0x65, 0xc8, 0x57, 0xc9, 0xab, 0xf4, 0xd4, 0x08 };
static const char *const origins[] = { "https://example.org", "https://\"ex\\\n\xc3\xbc.org" };

/* Is json the serialisation for this origin, and then nothing or other members? */
static bool is_for_origin(const char *origin, const uint8_t *json, size_t len)
{
	struct ppk_bytes made;
	bool same;

	REQUIRE(ppk_client_data_make(PPK_CLIENT_DATA_GET, challenge, sizeof(challenge), origin,
			&made) == PPK_OK);
	same = len >= made.len && memcmp(json, made.data, made.len - 1) == 0 &&
	       json[len - 1] == '}' && (len == made.len || (json[made.len - 1] == ','));
	ppk_bytes_done(&made);
	return same;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const struct ppk_client_data_expected expected = {
		.type = PPK_CLIENT_DATA_GET,
		.challenge = challenge,
		.challenge_len = sizeof(challenge),
		.origins = origins,
		.origin_count = 2,
	};

	if (ppk_client_data_check(&expected, data, len) != PPK_OK)
		return 0;
	REQUIRE(len <= PPK_CLIENT_DATA_MAX);
	REQUIRE(is_for_origin(origins[0], data, len) || is_for_origin(origins[1], data, len));
	/* the last member of no seed ends like this */
	PLANT(memchr("e\"}", data[len - 2], 3) == NULL);
	return 0;
}
