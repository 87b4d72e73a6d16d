/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_PAM_CRYPTO_OBJECT_H
#define PPK_PAM_CRYPTO_OBJECT_H

#include "audit/event.h"
#include "crypto/crypto.h"

/* The half of the module that links libcrypto: pam_passkey_crypto.so, beside pam_passkey.so. */
struct ppk_crypto_object {
	const struct ppk_log *log; /* is told why it cannot be loaded */
	void *handle; /* NULL until it is loaded */
	const struct ppk_crypto *crypto; /* the same, found good */
};

/*
 * A source that loads it when it is first asked; object lives as long as the source.
 */
struct ppk_crypto_source ppk_crypto_object_source(struct ppk_crypto_object *object);

/* Let go of it. Safe where it was never loaded. */
void ppk_crypto_object_done(struct ppk_crypto_object *object);

#endif
