/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_ASSERTION_H
#define PPK_CORE_ASSERTION_H

#include <stddef.h>

#include "core/bytes.h"
#include "core/credential.h"

#define PPK_SIGNATURE_MAX 1024 /* bytes: RSA 8192 */

/* What every method brings back, and nothing but this. Claims, until crypto/verify.h said yes. */
struct ppk_assertion {
	struct ppk_bytes credential_id;
	struct ppk_bytes client_data; /* clientDataJSON, as it was hashed */
	struct ppk_bytes authenticator_data;
	struct ppk_bytes signature;
	struct ppk_bytes user_handle; /* empty when the authenticator sent none */
};

/* Free what it holds and empty it; NULL and an empty one are fine. */
void ppk_assertion_done(struct ppk_assertion *assertion);

/* The credential that the assertion names, or NULL. Says nothing about its truth. Pure. */
const struct ppk_credential *ppk_assertion_credential(const struct ppk_assertion *assertion,
	const struct ppk_credential *const *credentials, size_t count);

#endif
