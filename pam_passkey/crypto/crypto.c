/* SPDX-License-Identifier: BSD-2-Clause */
#include "crypto/crypto.h"

#include "crypto/public_key.h"

__attribute__((visibility("default"))) const struct ppk_crypto ppk_crypto = {
	.version = PPK_VERSION,
	.sha256 = ppk_sha256,
	.assertion_verify = ppk_assertion_verify,
	.signature_prepare = ppk_signature_prepare,
};

static enum ppk_err open_linked(void *context, const struct ppk_crypto **ret)
{
	(void)context;
	*ret = &ppk_crypto;
	return PPK_OK;
}

const struct ppk_crypto_source ppk_crypto_linked = { .open = open_linked };
