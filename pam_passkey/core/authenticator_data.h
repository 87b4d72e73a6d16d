/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_AUTHENTICATOR_DATA_H
#define PPK_CORE_AUTHENTICATOR_DATA_H

#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

#define PPK_AUTHENTICATOR_DATA_MIN 37	/* bytes: hash, flags, count */
#define PPK_AUTHENTICATOR_DATA_MAX 4096 /* bytes that we accept */
#define PPK_AAGUID_SIZE 16

/* WebAuthn Level 3, 6.1 */
#define PPK_FLAG_UP 0x01
#define PPK_FLAG_UV 0x04
#define PPK_FLAG_BE 0x08
#define PPK_FLAG_BS 0x10
#define PPK_FLAG_AT 0x40
#define PPK_FLAG_ED 0x80

/* A view into authenticator data; pointers point into the bytes that were parsed. */
struct ppk_authenticator_data {
	const uint8_t *rp_id_hash; /* 32 bytes */
	uint8_t flags;
	uint32_t sign_count;
	/* attested credential data (6.5.2), when PPK_FLAG_AT is set; otherwise NULL and 0 */
	const uint8_t *aaguid; /* 16 bytes */
	const uint8_t *credential_id;
	size_t credential_id_len;
	/* COSE key and extensions: CBOR, which this program does not read; NULL and 0 without AT and ED */
	const uint8_t *rest;
	size_t rest_len;
};

/*
 * PPK_ERR_AUTHENTICATOR_DATA when too short, too long, when AT is set and the attested credential
 * data are cut or its id is empty or longer than PPK_CREDENTIAL_ID_MAX, when AT or ED is set and no
 * CBOR follows, or when neither is set and bytes follow the count. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_authenticator_data_parse(const uint8_t *data, size_t len,
							 struct ppk_authenticator_data *ret);

#endif
