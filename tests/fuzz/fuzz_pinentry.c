/* SPDX-License-Identifier: BSD-2-Clause */
/* What pinentry says to passkey-askpass: the data of a line. */
#include <string.h>

#include "pinentry.h"
#include "require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ppk_secret secret = { .text = "before", .len = 6 };

	if (ppk_pinentry_decode((const char *)data, len, &secret) != PPK_OK) {
		REQUIRE(secret.len == 0 && secret.text[0] == '\0');
		return 0;
	}
	REQUIRE(secret.len < PPK_SECRET_SIZE && strlen(secret.text) == secret.len);
	REQUIRE(secret.len <= len);
	PLANT(secret.len == 6 && secret.text[2] == '\n');
	return 0;
}
