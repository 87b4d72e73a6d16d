/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/secret.h"

#include <string.h>

#include "core/wipe.h"

enum ppk_err ppk_secret_set(struct ppk_secret *secret, const char *text, size_t len)
{
	ppk_secret_wipe(secret);
	if (len >= sizeof(secret->text))
		return PPK_ERR_LIMIT;
	/* A NUL inside would make a shorter PIN of it wherever it is used as a string. */
	if (len > 0 && memchr(text, '\0', len) != NULL)
		return PPK_ERR_SYNTAX;
	if (len > 0)
		memcpy(secret->text, text, len);
	secret->len = len;
	return PPK_OK;
}

void ppk_secret_wipe(struct ppk_secret *secret)
{
	if (secret != NULL)
		ppk_wipe(secret, sizeof(*secret));
}
