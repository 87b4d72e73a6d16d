/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_CLIENT_DATA_H
#define PPK_CORE_CLIENT_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/error.h"

#define PPK_CHALLENGE_SIZE 32   /* bytes of getrandom(2) */
#define PPK_CHALLENGE_MIN 16	/* bytes; WebAuthn Level 3, 13.4.3 */
#define PPK_CHALLENGE_MAX 64	/* bytes */
#define PPK_CLIENT_DATA_MAX 4096 /* bytes of clientDataJSON that we look at */

enum ppk_client_data_type {
	PPK_CLIENT_DATA_GET,    /* "webauthn.get" */
	PPK_CLIENT_DATA_CREATE, /* "webauthn.create" */
};

/*
 * Serialise client data as WebAuthn Level 3, 5.8.1.1 says: type, challenge, origin, crossOrigin
 * (false), in this order, without white space. *ret is the caller's. origin is UTF-8, not empty.
 * PPK_ERR_NOMEM | PPK_ERR_LIMIT (also a challenge shorter than PPK_CHALLENGE_MIN). Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_client_data_make(enum ppk_client_data_type type,
						 const uint8_t *challenge, size_t challenge_len,
						 const char *origin, struct ppk_bytes *ret);

/* What client data must be. Exactly one of the two forms: */
struct ppk_client_data_expected {
	/* (1) made by this program: these bytes and no others. exact.data is NULL for form (2). */
	struct ppk_bytes exact;
	/*
	 * (2) made by a browser: the limited verification of WebAuthn Level 3, 5.8.1.2. A prefix of
	 * the serialisation is compared; what follows it is ignored, since clients may add members.
	 * A challenge outside PPK_CHALLENGE_MIN and _MAX, or no origin, matches nothing.
	 */
	enum ppk_client_data_type type;
	const uint8_t *challenge;
	size_t challenge_len;
	const char *const *origins; /* any of these */
	size_t origin_count;
};

/*
 * PPK_ERR_CLIENT_DATA (form 1: not the same bytes; form 2: cut, too long, not so serialised) |
 * PPK_ERR_CLIENT_DATA_TYPE | PPK_ERR_CHALLENGE | PPK_ERR_ORIGIN | PPK_ERR_CROSS_ORIGIN (crossOrigin is
 * true or a topOrigin is named, so the page was inside another site's: always refused). The first
 * part that differs decides. Comparison only, no JSON parser. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_client_data_check(const struct ppk_client_data_expected *expected,
						  const uint8_t *json, size_t len);

#endif
