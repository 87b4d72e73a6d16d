/* SPDX-License-Identifier: BSD-2-Clause */
/* pinUvAuthProtocols one and two (CTAP 2.1, 6.5.6 and 6.5.7) and the pinUvAuthToken. */
#ifndef PPK_VIRTUAL_PIN_SESSION_H
#define PPK_VIRTUAL_PIN_SESSION_H

#include "cbor_util.h"
#include "crypto.h"
#include "options.h"

#define PPK_PIN_TOKEN_LEN 32

/* CTAP 2.1, 6.5.5.7: permissions. */
#define PPK_PERMISSION_MAKE_CREDENTIAL 0x01u
#define PPK_PERMISSION_GET_ASSERTION 0x02u

/* All of it ends with the power. */
struct ppk_pin_session {
	struct ppk_bytes agreement_key;
	unsigned failures_in_a_row;
	uint8_t token[PPK_PIN_TOKEN_LEN];
	int64_t token_protocol; /* 0: no token is in use */
	unsigned permissions;
	char *rp_id; /* NULL: not bound yet */
	bool user_verified;
	bool user_present;
};

void ppk_pin_session_init(struct ppk_pin_session *session);
void ppk_pin_session_done(struct ppk_pin_session *session);
void ppk_pin_session_new_key(struct ppk_pin_session *session);
void ppk_pin_session_new_token(struct ppk_pin_session *session, int64_t protocol,
    unsigned permissions, const char *rp_id);
/* After a use (CTAP 2.1, 6.5.2.1): neither presence nor permission remains. */
void ppk_pin_session_clear_token(struct ppk_pin_session *session);

bool ppk_pin_protocol_supported(const struct ppk_options *options, int64_t protocol);
cbor_item_t *ppk_pin_agreement_key(const struct ppk_pin_session *session);
/* decapsulate(): false where the peer's key is none. */
bool ppk_pin_shared_secret(const struct ppk_pin_session *session, int64_t protocol,
    const cbor_item_t *peer, struct ppk_bytes *ret_secret);
bool ppk_pin_decrypt(int64_t protocol, const struct ppk_bytes *secret,
    const struct ppk_bytes *encrypted, struct ppk_bytes *ret_plain);
struct ppk_bytes ppk_pin_encrypt(int64_t protocol, const struct ppk_bytes *secret,
    const uint8_t *plain, size_t len);
/* verify(): the key is a shared secret or the token. */
bool ppk_pin_verify(int64_t protocol, const uint8_t key[static 32], const struct ppk_bytes *message,
    const struct ppk_bytes *signature);

#endif
