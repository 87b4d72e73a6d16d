/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_SSH_KEY_H
#define PPK_CORE_SSH_KEY_H

/*
 * OpenSSH's keys of security keys ("sk-" keys) and their signatures, as its agent and its files have
 * them (ssh_agent.md; OpenSSH's PROTOCOL.u2f).
 */

#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/credential.h"
#include "core/error.h"

#define PPK_SSH_POINT_MAX 65 /* bytes: an uncompressed point of P-256 */
#define PPK_SSH_KEY_BLOB_MAX 512 /* bytes: the longest name, curve, point and application fit */
#define PPK_SSH_SIGNATURE_MAX 72 /* bytes: ECDSA with P-256 in DER; Ed25519 has 64 */

/* A public key; views. */
struct ppk_ssh_key {
	enum ppk_algorithm alg; /* PPK_ALG_ES256 or PPK_ALG_EDDSA */
	const uint8_t *point; /* 0x04 || x || y, 65 bytes; Ed25519: 32 bytes */
	size_t point_len;
	const char *application; /* what WebAuthn calls the RP ID: "ssh:"; a valid RP ID */
	size_t application_len;
};

/* A signature in the form that crypto/verify.h wants. */
struct ppk_ssh_signature {
	uint8_t bytes[PPK_SSH_SIGNATURE_MAX]; /* ECDSA: DER */
	size_t len;
	uint8_t flags; /* of the authenticator data */
	uint32_t sign_count;
};

/* "sk-ssh-ed25519@openssh.com" and the other; NULL for an algorithm that no sk- key has. Static. Pure. */
const char *ppk_ssh_key_type(enum ppk_algorithm alg);

/*
 * The whole of blob or nothing; *ret points into it. PPK_ERR_ALGORITHM (another kind of key) |
 * PPK_ERR_SYNTAX (also an application that is no RP ID). Whether the point is on its curve is not
 * looked at. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_ssh_key_parse(
	const uint8_t *blob, size_t len, struct ppk_ssh_key *ret);

/*
 * From the cursor on, what stands in a key between its type and its application, and that. For a
 * private file, where more follows. PPK_ERR_SYNTAX. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_ssh_key_read_parts(
	struct ppk_reader *reader, enum ppk_algorithm alg, struct ppk_ssh_key *ret);

/* The blob of a key; fails for an algorithm that no sk- key has. Pure. */
void ppk_ssh_key_write(struct ppk_writer *writer, const struct ppk_ssh_key *key);

/*
 * The whole of blob, a signature by a key of this algorithm, or nothing. PPK_ERR_ALGORITHM (of another
 * kind of key) | PPK_ERR_SYNTAX. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_ssh_signature_parse(
	const uint8_t *blob, size_t len, enum ppk_algorithm alg, struct ppk_ssh_signature *ret);

#endif
