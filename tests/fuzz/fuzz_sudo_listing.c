/* SPDX-License-Identifier: BSD-2-Clause */
/* What sudo printed, or a program that stands in its place. */
#include <string.h>

#include "require.h"
#include "sudo_listing.h"

#define VARIABLE "SSH_AUTH_SOCK"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1);

	REQUIRE(text != NULL);
	memcpy(text, data, len); /* of its exact size, but for an empty one */
	switch (ppk_sudo_listing_read(text, len, VARIABLE)) {
	case PPK_SUDO_NO_COMMANDS:
		break;
	case PPK_SUDO_DROPS:
		REQUIRE(memmem(text, len, "may run", 7) != NULL);
		break;
	case PPK_SUDO_KEEPS:
		REQUIRE(memmem(text, len, "env_", 4) != NULL);
		/* no seed has a NUL in it */
		PLANT(memchr(text, '\0', len) != NULL);
		break;
	}
	free(text);
	return 0;
}
