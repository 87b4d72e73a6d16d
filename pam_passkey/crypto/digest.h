/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CRYPTO_DIGEST_H
#define PPK_CRYPTO_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#define PPK_SHA256_SIZE 32

/* SHA-256 of len bytes. PPK_ERR_NOMEM when OpenSSL cannot. */
PPK_MUST_CHECK enum ppk_err ppk_sha256(
	const void *data, size_t len, uint8_t ret[static PPK_SHA256_SIZE]);

#endif
