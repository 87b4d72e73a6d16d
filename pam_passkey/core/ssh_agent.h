/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_SSH_AGENT_H
#define PPK_CORE_SSH_AGENT_H

/*
 * What the agent method and an ssh-agent say to each other, and what the agent is asked to sign
 * (wire format: ssh_agent.md).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/client_data.h"
#include "core/error.h"

/* Bytes of a frame behind its length, as OpenSSH's agent limits them. */
#define PPK_SSH_AGENT_FRAME_MAX ((size_t)256 * 1024)
#define PPK_SSH_AGENT_KEYS_MAX 2048 /* keys that one agent may list */
#define PPK_SSH_AGENT_REQUEST_MAX 1024 /* bytes: each request of ours fits */

#define PPK_SSHSIG_NAMESPACE "pam_passkey"
#define PPK_SSHSIG_SIZE 96 /* bytes: what is signed fits */
#define PPK_SSHSIG_MESSAGE_MAX 1024 /* bytes: names of host, user and service of 255 each fit */

/* What a signature is for. Borrowed. */
struct ppk_sshsig_purpose {
	const char *host;
	const char *user;
	const char *service;
	const uint8_t *challenge; /* PPK_CHALLENGE_SIZE bytes */
};

/* The message of an SSHSIG: its hash stands in what is signed. Fails when it does not fit. Pure. */
void ppk_sshsig_message_write(struct ppk_writer *writer, const struct ppk_sshsig_purpose *purpose);

/* What is signed: the blob of OpenSSH's PROTOCOL.sshsig over the SHA-256 of a message. Pure. */
void ppk_sshsig_write(struct ppk_writer *writer, const uint8_t message_hash[static 32]);

/* A whole frame: the question for the keys. Pure. */
void ppk_ssh_agent_write_list(struct ppk_writer *writer);

/* A whole frame: the request to sign data with the key of this blob. Pure. */
void ppk_ssh_agent_write_sign(struct ppk_writer *writer, const uint8_t *key, size_t key_len,
	const uint8_t *data, size_t data_len);

/*
 * An answer that lists keys; body is the frame without its length. The whole of it or nothing;
 * *ret_keys is a cursor for ppk_ssh_agent_next_key(). PPK_ERR_AGENT_REFUSED (the agent says that it
 * failed) | PPK_ERR_AGENT. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_ssh_agent_parse_keys(
	const uint8_t *body, size_t len, struct ppk_reader *ret_keys);

/* The blob of the next key, any kind of key; false: there is no other. Pure. */
bool ppk_ssh_agent_next_key(struct ppk_reader *keys, const uint8_t **ret_blob, size_t *ret_len);

/* An answer with a signature, its blob a view into body. Errors as above. Pure. */
PPK_MUST_CHECK enum ppk_err ppk_ssh_agent_parse_signature(
	const uint8_t *body, size_t len, const uint8_t **ret_blob, size_t *ret_len);

#endif
