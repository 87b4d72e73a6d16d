/* SPDX-License-Identifier: BSD-2-Clause */
/* What the authenticator remembers between two plug-ins: one text file, replaced atomically. */
#ifndef PPK_VIRTUAL_STATE_H
#define PPK_VIRTUAL_STATE_H

#include "bytes.h"
#include "crypto.h"

#define PPK_PIN_HASH_LEN 16 /* left half of SHA-256 (CTAP 2.1, 6.5.5.5) */
#define PPK_PIN_RETRIES_MAX 8
#define PPK_UV_RETRIES_MAX 5

/* CTAP 2.1, 12.1: when a credential may be found and used. */
enum ppk_protection {
	PPK_UV_OPTIONAL = 1,
	PPK_UV_OPTIONAL_WITH_ID = 2,
	PPK_UV_REQUIRED = 3,
};

struct ppk_credential {
	struct ppk_bytes id;
	struct ppk_bytes key; /* PKCS #8 */
	struct ppk_bytes user_id;
	char *rp_id; /* NULL where U2F made it: only the hash is known */
	char *user_name;
	char *user_display_name;
	uint8_t rp_id_hash[PPK_SHA256_LEN];
	enum ppk_cose_alg alg;
	enum ppk_protection protection;
	bool discoverable;
};

struct ppk_state {
	const char *path;
	struct ppk_bytes pin_hash; /* empty: no PIN set */
	unsigned pin_len;          /* in code points */
	unsigned pin_retries;
	unsigned uv_retries;
	uint32_t counter;
	struct ppk_bytes attestation_key;
	struct ppk_bytes attestation_certificate;
	struct ppk_credential *credentials;
	size_t credentials_len;
};

/* A file that is not there is a new authenticator. Prints what is wrong and returns false. */
bool ppk_state_load(const char *path, struct ppk_state *ret_state);
/* A state that cannot be kept ends the program: a count that falls would look like a copy. */
void ppk_state_save(const struct ppk_state *state);
void ppk_state_done(struct ppk_state *state);
/* Forgets PIN, credentials and counts; the attestation key stays (CTAP 2.1, 6.6). */
void ppk_state_reset(struct ppk_state *state);

void ppk_state_add(struct ppk_state *state, const struct ppk_credential *moved);
void ppk_state_remove(struct ppk_state *state, size_t i);
struct ppk_credential *ppk_state_find(struct ppk_state *state, const struct ppk_bytes *id,
    const uint8_t rp_id_hash[static PPK_SHA256_LEN]);
void ppk_credential_done(struct ppk_credential *credential);

#endif
