/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ssh_agent.h"

#include <string.h>

#include "core/ssh_wire.h"

/* The agent protocol's numbers (draft-ietf-sshm-ssh-agent, 6.1); 30 and 102 are older failures. */
#define AGENT_FAILURE 5
#define AGENTC_REQUEST_IDENTITIES 11
#define AGENT_IDENTITIES_ANSWER 12
#define AGENTC_SIGN_REQUEST 13
#define AGENT_SIGN_RESPONSE 14
#define AGENT_FAILURE_SSH2 30
#define AGENT_FAILURE_SSHCOM 102

#define MESSAGE_HEADING "sign-in" /* what the message is about; another one would be another word */
#define HASH_SIZE 32

void ppk_sshsig_message_write(struct ppk_writer *writer, const struct ppk_sshsig_purpose *purpose)
{
	ppk_ssh_write_text(writer, MESSAGE_HEADING);
	ppk_ssh_write_text(writer, purpose->host);
	ppk_ssh_write_text(writer, purpose->user);
	ppk_ssh_write_text(writer, purpose->service);
	ppk_ssh_write_string(writer, purpose->challenge, PPK_CHALLENGE_SIZE);
}

void ppk_sshsig_write(struct ppk_writer *writer, const uint8_t message_hash[static 32])
{
	ppk_writer_raw(writer, "SSHSIG", 6);
	ppk_ssh_write_text(writer, PPK_SSHSIG_NAMESPACE);
	ppk_ssh_write_text(writer, ""); /* reserved */
	ppk_ssh_write_text(writer, "sha256");
	ppk_ssh_write_string(writer, message_hash, HASH_SIZE);
}

void ppk_ssh_agent_write_list(struct ppk_writer *writer)
{
	ppk_writer_u32(writer, 1);
	ppk_writer_u8(writer, AGENTC_REQUEST_IDENTITIES);
}

void ppk_ssh_agent_write_sign(struct ppk_writer *writer, const uint8_t *key, size_t key_len,
	const uint8_t *data, size_t data_len)
{
	size_t len = 1 + 4 + key_len + 4 + data_len + 4;

	ppk_writer_u32(writer, (uint32_t)len); /* what a writer of ours holds is far below 2^32 */
	ppk_writer_u8(writer, AGENTC_SIGN_REQUEST);
	ppk_ssh_write_string(writer, key, key_len);
	ppk_ssh_write_string(writer, data, data_len);
	ppk_writer_u32(writer, 0); /* flags: they are for RSA */
}

/* The type of an answer: the one that is wanted, or why not. */
static enum ppk_err read_type(struct ppk_reader *reader, uint8_t wanted)
{
	uint8_t type;

	if (!ppk_reader_u8(reader, &type))
		return PPK_ERR_AGENT;
	if (type == AGENT_FAILURE || type == AGENT_FAILURE_SSH2 || type == AGENT_FAILURE_SSHCOM)
		return PPK_ERR_AGENT_REFUSED;
	return type == wanted ? PPK_OK : PPK_ERR_AGENT;
}

bool ppk_ssh_agent_next_key(struct ppk_reader *keys, const uint8_t **ret_blob, size_t *ret_len)
{
	struct ppk_reader ahead = *keys;
	const uint8_t *blob, *comment;
	size_t blob_len, comment_len;

	if (!ppk_ssh_read_string(&ahead, PPK_SSH_AGENT_FRAME_MAX, &blob, &blob_len) ||
		!ppk_ssh_read_string(&ahead, PPK_SSH_AGENT_FRAME_MAX, &comment, &comment_len))
		return false;
	*ret_blob = blob;
	*ret_len = blob_len;
	*keys = ahead;
	return true;
}

enum ppk_err ppk_ssh_agent_parse_keys(const uint8_t *body, size_t len, struct ppk_reader *ret_keys)
{
	struct ppk_reader reader = { .next = body, .left = len };
	enum ppk_err err = read_type(&reader, AGENT_IDENTITIES_ANSWER);
	struct ppk_reader keys;
	const uint8_t *blob;
	size_t blob_len;
	uint32_t count;

	if (err != PPK_OK)
		return err;
	if (!ppk_reader_u32(&reader, &count) || count > PPK_SSH_AGENT_KEYS_MAX)
		return PPK_ERR_AGENT;
	keys = reader;
	for (uint32_t i = 0; i < count; i++)
		if (!ppk_ssh_agent_next_key(&reader, &blob, &blob_len))
			return PPK_ERR_AGENT;
	if (reader.left > 0)
		return PPK_ERR_AGENT;
	*ret_keys = keys;
	return PPK_OK;
}

enum ppk_err ppk_ssh_agent_parse_signature(
	const uint8_t *body, size_t len, const uint8_t **ret_blob, size_t *ret_len)
{
	struct ppk_reader reader = { .next = body, .left = len };
	enum ppk_err err = read_type(&reader, AGENT_SIGN_RESPONSE);
	const uint8_t *blob;
	size_t blob_len;

	if (err != PPK_OK)
		return err;
	if (!ppk_ssh_read_string(&reader, PPK_SSH_AGENT_FRAME_MAX, &blob, &blob_len) ||
		reader.left > 0)
		return PPK_ERR_AGENT;
	*ret_blob = blob;
	*ret_len = blob_len;
	return PPK_OK;
}
