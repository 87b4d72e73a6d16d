/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_ATTESTATION_OBJECT_H
#define PPK_CORE_ATTESTATION_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/device_message.h"
#include "core/error.h"

#define PPK_ATTESTATION_OBJECT_MAX (32 * 1024) /* bytes */
#define PPK_ATTESTATION_X5C_MAX 6 /* certificates */
#define PPK_ATTESTATION_FORMAT_SIZE 24 /* bytes, with NUL */

/*
 * What an authenticator answered to a registration, taken apart (WebAuthn Level 3, 6.5.4). A view:
 * pointers point into the bytes that were decoded, and are NULL where a member is absent. Claims,
 * until crypto/attestation.h said yes.
 */
struct ppk_attestation_object {
	const uint8_t *authenticator_data;
	size_t authenticator_data_len;
	char format[PPK_ATTESTATION_FORMAT_SIZE]; /* "none", "packed", ... */
	/* the attestation statement */
	bool has_algorithm;
	int32_t algorithm; /* COSE number */
	const uint8_t *signature;
	size_t signature_len;
	const uint8_t *x5c[PPK_ATTESTATION_X5C_MAX]; /* certificates, DER, leaf first */
	size_t x5c_len[PPK_ATTESTATION_X5C_MAX];
	size_t x5c_count;
	const char *version; /* TPM */
	size_t version_len;
	const uint8_t *cert_info;
	size_t cert_info_len;
	const uint8_t *pub_area;
	size_t pub_area_len;
	bool has_unknown; /* a member that is none of these */
	/* what passkey-device said beside it; NULL for a browser's */
	const struct ppk_device_credential *device;
};

/*
 * Decode an attestation object: the whole of it or PPK_ERR_ATTESTATION (not the three members, one
 * of them twice, a member of the statement twice or of another type, bytes behind it, over a limit).
 * Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_attestation_object_decode(
	const uint8_t *object, size_t len, struct ppk_attestation_object *ret);

/* The same view of what passkey-device brought; borrows made. Pure. */
void ppk_attestation_object_of_device(
	const struct ppk_device_credential *made, struct ppk_attestation_object *ret);

#endif
