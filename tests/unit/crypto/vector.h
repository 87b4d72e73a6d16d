/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_CRYPTO_VECTOR_H
#define TESTS_UNIT_CRYPTO_VECTOR_H

/* The examples of WebAuthn Level 3 (tests/vectors/README.md), and what passkey-device makes of one. */

#include <stddef.h>
#include <stdint.h>

#include "core/client_data.h"
#include "core/device_message.h"
#include "core/error.h"

struct vector_bytes {
	const uint8_t *data;
	size_t len;
};

struct vector_ceremony {
	struct vector_bytes challenge;
	struct vector_bytes client_data;
};

struct vector {
	const char *id;
	const char *rp_id;
	struct vector_bytes root; /* certificate of the attestation root, DER; the same in each */
	struct vector_bytes credential_id;
	struct vector_bytes aaguid;
	struct vector_ceremony created;
	struct vector_bytes attestation_object;
	struct vector_ceremony got;
	struct vector_bytes authenticator_data;
	struct vector_bytes signature;
};

#define VECTOR_ORIGIN "https://example.org"

extern const struct vector vectors[];
extern const size_t vector_count;

/* What the limited verification of a browser's client data expects of this ceremony. */
struct ppk_client_data_expected vector_expected(
	enum ppk_client_data_type type, const struct vector_ceremony *ceremony);

/*
 * By libcbor, which shares nothing with core/cbor.h: an attestation object (6.5.4) as the message that passkey-device sends. *ret
 * points into *ret_memory, which is one block: free(). PPK_ERR_SYNTAX for what does not parse.
 */
PPK_MUST_CHECK enum ppk_err vector_credential(
	const uint8_t *object, size_t len, struct ppk_device_credential *ret, void **ret_memory);

#endif
