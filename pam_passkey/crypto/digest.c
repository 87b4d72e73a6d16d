/* SPDX-License-Identifier: BSD-2-Clause */
#include "crypto/digest.h"

#include <openssl/evp.h>

#include "crypto/openssl_error.h"

enum ppk_err ppk_sha256(const void *data, size_t len, uint8_t ret[static PPK_SHA256_SIZE])
{
	bool was_empty;

	if (!ppk_openssl_enter(&was_empty))
		return PPK_ERR_NOMEM;
	int ok = EVP_Digest(data, len, ret, NULL, EVP_sha256(), NULL);

	return ppk_openssl_leave(was_empty, ok == 1 ? PPK_OK : PPK_ERR_NOMEM);
}
