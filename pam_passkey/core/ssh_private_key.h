/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_SSH_PRIVATE_KEY_H
#define PPK_CORE_SSH_PRIVATE_KEY_H

/*
 * The private file of an OpenSSH key of a security key ("id_ed25519_sk"): it holds no private key but
 * the handle, which WebAuthn calls the credential id (OpenSSH's PROTOCOL.key and PROTOCOL.u2f).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/diagnostic.h"
#include "core/error.h"
#include "core/ssh_key.h"

/* The flags of such a file (OpenSSH's sk-api.h). */
#define PPK_SSH_SK_PRESENCE 0x01 /* it signs with a touch alone */
#define PPK_SSH_SK_VERIFICATION 0x04 /* it signs with PIN or fingerprint alone */

/* Zeroed is empty; ppk_ssh_private_key_done(). Views into memory. */
struct ppk_ssh_private_key {
	struct ppk_ssh_key key;
	uint8_t flags;
	const uint8_t *handle; /* 1 to PPK_CREDENTIAL_ID_MAX bytes */
	size_t handle_len;
	const char *comment; /* not checked, not NUL-terminated */
	size_t comment_len;
	struct ppk_bytes memory;
};

/* Does text look like a private file, good or bad? Pure. */
bool ppk_ssh_is_private_key(const char *text, size_t len);

/*
 * The whole of text (len <= PPK_SSH_FILE_MAX) or nothing. PPK_ERR_ALGORITHM (a key that is in the file
 * itself) | PPK_ERR_UNSUPPORTED (encrypted with a passphrase) | PPK_ERR_SYNTAX | PPK_ERR_LIMIT |
 * PPK_ERR_NOMEM; *reterr has source and a sentence, and nothing of the text. What was read of a file
 * that turned out to be a secret is wiped. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_ssh_private_key_parse(const char *text, size_t len,
	const char *source, struct ppk_ssh_private_key *ret, struct ppk_diag *reterr);
void ppk_ssh_private_key_done(struct ppk_ssh_private_key *key);

#endif
