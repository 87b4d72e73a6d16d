/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_SSH_CHALLENGE_H
#define PPK_CORE_SSH_CHALLENGE_H

/*
 * What the module and passkey-askpass say to each other in the prompts of an SSH sign-in (wire
 * format: ssh_challenge.md). Text, since it passes through prompts and may be pasted.
 */

#include <stddef.h>
#include <stdint.h>

#include "core/assertion.h"
#include "core/client_data.h"
#include "core/credential_groups.h"
#include "core/error.h"
#include "core/ssh_host.h"

/* The end of the first question, by which the program knows it, and the program's answer. */
#define PPK_SSH_QUESTION_END "[passkey1]: "
#define PPK_SSH_HELLO "passkey1"
/* What the challenge and the answer begin with. */
#define PPK_SSH_PREFIX "passkey1:"

/* Bytes of an answer; OpenSSH cuts what its askpass program says after 1,023. */
#define PPK_SSH_ANSWER_MAX 1023

/* A challenge that was received. Zeroed is empty; ppk_ssh_challenge_done(). */
struct ppk_ssh_challenge {
	uint8_t challenge[PPK_CHALLENGE_SIZE];
	unsigned timeout_s;
	struct ppk_credential_groups groups; /* the ids and RP IDs point into memory */
	struct ppk_bytes memory;
};

/* What an answer says about the assertion; the rest is known to who asked. Views. */
struct ppk_ssh_answer {
	size_t index; /* of the credential id among the ids of the groups */
	const char *host; /* as the person's ssh calls the machine: the origin is ssh://HOST */
	size_t host_len;
	const uint8_t *authenticator_data; /* from the flags on: without the RP ID hash */
	size_t authenticator_data_len;
	const uint8_t *signature;
	size_t signature_len;
};

/*
 * The challenge as text, NUL-terminated, in *ret, owned by the caller (free()). timeout_s: 1 to 65535.
 * PPK_ERR_NOMEM | PPK_ERR_LIMIT. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_ssh_challenge_format(
	const uint8_t challenge[static PPK_CHALLENGE_SIZE], unsigned timeout_s,
	const struct ppk_credential_groups *groups, char **ret);

/*
 * The whole of text or nothing. *ret (not to be moved afterwards) is the caller's:
 * ppk_ssh_challenge_done(). PPK_ERR_SYNTAX | PPK_ERR_VERSION | PPK_ERR_LIMIT | PPK_ERR_NOMEM; *ret is
 * then empty. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_ssh_challenge_parse(
	const char *text, size_t len, struct ppk_ssh_challenge *ret);
void ppk_ssh_challenge_done(struct ppk_ssh_challenge *challenge);

/*
 * The answer as text into out (PPK_SSH_ANSWER_MAX + 1 bytes), NUL-terminated. PPK_ERR_LIMIT when it
 * would be longer. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_ssh_answer_format(
	const struct ppk_ssh_answer *answer, char out[static PPK_SSH_ANSWER_MAX + 1]);

/*
 * The whole of text or nothing; *ret's views point into *ret_memory, which is the caller's
 * (ppk_bytes_done). The host is a host name or an address (ppk_ssh_host_is_valid()).
 * PPK_ERR_SYNTAX | PPK_ERR_VERSION | PPK_ERR_LIMIT | PPK_ERR_NOMEM. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_ssh_answer_parse(
	const char *text, size_t len, struct ppk_ssh_answer *ret, struct ppk_bytes *ret_memory);

#endif
