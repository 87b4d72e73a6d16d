/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CRYPTO_EDWARDS_H
#define PPK_CRYPTO_EDWARDS_H

#include <stddef.h>
#include <stdint.h>

#include "core/credential.h"
#include "core/error.h"

/*
 * Is this EdDSA public key (alg is PPK_ALG_EDDSA or PPK_ALG_ED448, point as in RFC 8032, of the
 * right length) a point on its curve? OpenSSL looks at that only when it verifies a signature.
 * PPK_ERR_KEY | PPK_ERR_NOMEM.
 */
PPK_MUST_CHECK enum ppk_err ppk_edwards_point_check(
	enum ppk_algorithm alg, const uint8_t *point, size_t len);

#endif
