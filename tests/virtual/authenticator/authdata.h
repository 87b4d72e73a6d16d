/* SPDX-License-Identifier: BSD-2-Clause */
/* Authenticator data (WebAuthn Level 3, 6.1) and the signature over it. */
#ifndef PPK_VIRTUAL_AUTHDATA_H
#define PPK_VIRTUAL_AUTHDATA_H

#include "cbor_util.h"
#include "state.h"

struct ppk_authenticator;

#define PPK_FLAG_UP 0x01u
#define PPK_FLAG_UV 0x04u
#define PPK_FLAG_BE 0x08u
#define PPK_FLAG_BS 0x10u
#define PPK_FLAG_AT 0x40u
#define PPK_FLAG_ED 0x80u

/* The next count, kept on disk before anybody sees it. */
uint32_t ppk_counter_next(struct ppk_authenticator *authenticator);
/* RP ID hash, flags and count, with the misbehaviours that are in force. */
struct ppk_bytes ppk_authdata_start(struct ppk_authenticator *authenticator,
    const uint8_t rp_id_hash[static PPK_SHA256_LEN], unsigned flags);
void ppk_authdata_append_credential(struct ppk_authenticator *authenticator,
    struct ppk_bytes *authdata, const struct ppk_credential *credential);
cbor_item_t *ppk_cose_public_key(const struct ppk_credential *credential);
/* Over authenticator data and client data hash. */
struct ppk_bytes ppk_authdata_sign(const struct ppk_authenticator *authenticator,
    const struct ppk_bytes *key, const struct ppk_bytes *authdata,
    const struct ppk_bytes *client_data_hash);

#endif
