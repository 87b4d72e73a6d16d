/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ssh_challenge.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"

#define VERSION 1
#define PREFIX_LEN (sizeof(PPK_SSH_PREFIX) - 1)
#define AUTHENTICATOR_DATA_MIN 5 /* flags and sign count */
/* Bytes of a challenge: all ids as long as they may be, each with an RP ID of its own. */
#define CHALLENGE_MAX                                                                              \
	(1 + PPK_CHALLENGE_SIZE + 2 + 1 +                                                          \
		PPK_CREDENTIALS_MAX * (1 + PPK_RP_ID_MAX + 2 + 2 + PPK_CREDENTIAL_ID_MAX))
/* Bytes that fit into an answer's characters. */
#define ANSWER_MAX ((PPK_SSH_ANSWER_MAX - PREFIX_LEN) * 3 / 4)

/* PREFIX and base64url; *ret is the caller's (free()). */
static enum ppk_err format_text(const uint8_t *data, size_t len, char **ret)
{
	char *text = malloc(PREFIX_LEN + ppk_base64_size(PPK_BASE64URL, len));

	if (text == NULL)
		return PPK_ERR_NOMEM;
	memcpy(text, PPK_SSH_PREFIX, PREFIX_LEN);
	ppk_base64_encode(PPK_BASE64URL, data, len, text + PREFIX_LEN);
	*ret = text;
	return PPK_OK;
}

static enum ppk_err parse_text(const char *text, size_t len, size_t max, struct ppk_bytes *ret)
{
	if (len < PREFIX_LEN || memcmp(text, PPK_SSH_PREFIX, PREFIX_LEN) != 0)
		return PPK_ERR_SYNTAX;
	return ppk_base64_decode(PPK_BASE64URL, text + PREFIX_LEN, len - PREFIX_LEN, max, ret);
}

static enum ppk_err read_version(struct ppk_reader *reader)
{
	uint8_t version;

	if (!ppk_reader_u8(reader, &version))
		return PPK_ERR_SYNTAX;
	return version == VERSION ? PPK_OK : PPK_ERR_VERSION;
}

/* One byte of length and that many bytes. */
static void write_short(struct ppk_writer *writer, const void *data, size_t len)
{
	writer->failed = writer->failed || len > UINT8_MAX;
	ppk_writer_u8(writer, (uint8_t)len);
	ppk_writer_raw(writer, data, len);
}

static bool read_short(struct ppk_reader *reader, const uint8_t **ret, size_t *ret_len)
{
	uint8_t len;

	if (!ppk_reader_u8(reader, &len) || len == 0 || !ppk_reader_raw(reader, len, ret))
		return false;
	*ret_len = len;
	return true;
}

/*
 * The challenge.
 */

static void write_group(struct ppk_writer *writer, const struct ppk_device_group *group)
{
	write_short(writer, group->rp_id, strlen(group->rp_id));
	ppk_writer_u8(writer, (uint8_t)group->uv);
	ppk_writer_u8(writer, (uint8_t)group->id_count);
	for (size_t i = 0; i < group->id_count; i++)
		ppk_writer_block(writer, group->ids[i].data, group->ids[i].len);
}

enum ppk_err ppk_ssh_challenge_format(const uint8_t challenge[static PPK_CHALLENGE_SIZE],
	unsigned timeout_s, const struct ppk_credential_groups *groups, char **ret)
{
	struct ppk_writer writer = { .data = malloc(CHALLENGE_MAX), .size = CHALLENGE_MAX };
	enum ppk_err err = PPK_ERR_LIMIT;

	if (writer.data == NULL)
		return PPK_ERR_NOMEM;
	ppk_writer_u8(&writer, VERSION);
	ppk_writer_raw(&writer, challenge, PPK_CHALLENGE_SIZE);
	ppk_writer_u16(&writer, (uint16_t)timeout_s);
	ppk_writer_u8(&writer, (uint8_t)groups->group_count);
	for (size_t i = 0; i < groups->group_count; i++)
		write_group(&writer, &groups->groups[i]);
	if (!writer.failed && timeout_s >= 1 && timeout_s <= UINT16_MAX && groups->group_count > 0)
		err = format_text(writer.data, writer.len, ret);
	free(writer.data);
	return err;
}

/*
 * Text becomes NUL-terminated in place: an RP ID is moved over its length, which has been read, and the
 * NUL takes the place of its last character.
 */
static bool read_rp_id(struct ppk_reader *reader, struct ppk_bytes *memory, const char **ret)
{
	const uint8_t *view;
	uint8_t *text;
	size_t len;

	if (!read_short(reader, &view, &len) || !ppk_rp_id_is_valid((const char *)view, len))
		return false;
	text = memory->data + (view - memory->data) - 1;
	memmove(text, view, len);
	text[len] = '\0';
	*ret = (const char *)text;
	return true;
}

static bool read_id(struct ppk_reader *reader, struct ppk_bytes *memory, struct ppk_bytes *ret)
{
	const uint8_t *view;
	size_t len;

	if (!ppk_reader_block(reader, PPK_CREDENTIAL_ID_MAX, &view, &len) || len == 0)
		return false;
	*ret = (struct ppk_bytes){ .data = memory->data + (view - memory->data), .len = len };
	return true;
}

static bool read_group(struct ppk_reader *reader, struct ppk_ssh_challenge *ret)
{
	struct ppk_credential_groups *groups = &ret->groups;
	struct ppk_device_group *group = &groups->groups[groups->group_count];
	uint8_t uv, count;

	*group = (struct ppk_device_group){ .ids = &groups->ids[groups->id_count] };
	if (!read_rp_id(reader, &ret->memory, &group->rp_id) || !ppk_reader_u8(reader, &uv) ||
		uv > PPK_UV_REQUIRED || !ppk_reader_u8(reader, &count) || count == 0 ||
		count > PPK_CREDENTIALS_MAX - groups->id_count)
		return false;
	group->uv = (enum ppk_uv)uv;
	for (; group->id_count < count; group->id_count++) {
		if (!read_id(reader, &ret->memory, &groups->ids[groups->id_count]))
			return false;
		groups->id_count++;
	}
	groups->group_count++;
	return true;
}

static enum ppk_err read_challenge(struct ppk_ssh_challenge *ret)
{
	struct ppk_reader reader = { .next = ret->memory.data, .left = ret->memory.len };
	const uint8_t *challenge;
	uint16_t timeout_s;
	uint8_t count;
	enum ppk_err err = read_version(&reader);

	if (err != PPK_OK)
		return err;
	if (!ppk_reader_raw(&reader, PPK_CHALLENGE_SIZE, &challenge) ||
		!ppk_reader_u16(&reader, &timeout_s) || timeout_s == 0 ||
		!ppk_reader_u8(&reader, &count) || count == 0 || count > PPK_CREDENTIALS_MAX)
		return PPK_ERR_SYNTAX;
	memcpy(ret->challenge, challenge, PPK_CHALLENGE_SIZE);
	ret->timeout_s = timeout_s;
	while (ret->groups.group_count < count) {
		if (!read_group(&reader, ret))
			return PPK_ERR_SYNTAX;
	}
	return reader.left == 0 ? PPK_OK : PPK_ERR_SYNTAX;
}

enum ppk_err ppk_ssh_challenge_parse(const char *text, size_t len, struct ppk_ssh_challenge *ret)
{
	enum ppk_err err;

	memset(ret, 0, sizeof(*ret));
	err = parse_text(text, len, CHALLENGE_MAX, &ret->memory);
	if (err == PPK_OK)
		err = read_challenge(ret);
	if (err != PPK_OK)
		ppk_ssh_challenge_done(ret);
	return err;
}

void ppk_ssh_challenge_done(struct ppk_ssh_challenge *challenge)
{
	if (challenge == NULL)
		return;
	ppk_bytes_done(&challenge->memory);
	memset(challenge, 0, sizeof(*challenge));
}

/*
 * The answer.
 */

enum ppk_err ppk_ssh_answer_format(
	const struct ppk_ssh_answer *answer, char out[static PPK_SSH_ANSWER_MAX + 1])
{
	uint8_t data[ANSWER_MAX];
	struct ppk_writer writer = { .data = data, .size = sizeof(data) };

	if (answer->index >= PPK_CREDENTIALS_MAX)
		return PPK_ERR_LIMIT;
	ppk_writer_u8(&writer, VERSION);
	ppk_writer_u8(&writer, (uint8_t)answer->index);
	write_short(&writer, answer->host, answer->host_len);
	ppk_writer_block(&writer, answer->signature, answer->signature_len);
	ppk_writer_raw(&writer, answer->authenticator_data, answer->authenticator_data_len);
	if (writer.failed)
		return PPK_ERR_LIMIT;
	memcpy(out, PPK_SSH_PREFIX, PREFIX_LEN);
	ppk_base64_encode(PPK_BASE64URL, data, writer.len, out + PREFIX_LEN);
	return PPK_OK;
}

static enum ppk_err read_answer(const struct ppk_bytes *memory, struct ppk_ssh_answer *ret)
{
	struct ppk_reader reader = { .next = memory->data, .left = memory->len };
	struct ppk_ssh_answer answer;
	const uint8_t *host;
	uint8_t index;
	enum ppk_err err = read_version(&reader);

	if (err != PPK_OK)
		return err;
	if (!ppk_reader_u8(&reader, &index) || index >= PPK_CREDENTIALS_MAX ||
		!read_short(&reader, &host, &answer.host_len) ||
		!ppk_reader_block(
			&reader, PPK_SIGNATURE_MAX, &answer.signature, &answer.signature_len) ||
		answer.signature_len == 0 || reader.left < AUTHENTICATOR_DATA_MIN)
		return PPK_ERR_SYNTAX;
	answer.index = index;
	answer.host = (const char *)host;
	answer.authenticator_data = reader.next;
	answer.authenticator_data_len = reader.left;
	if (!ppk_ssh_host_is_valid(answer.host, answer.host_len))
		return PPK_ERR_SYNTAX;
	*ret = answer;
	return PPK_OK;
}

enum ppk_err ppk_ssh_answer_parse(
	const char *text, size_t len, struct ppk_ssh_answer *ret, struct ppk_bytes *ret_memory)
{
	struct ppk_bytes memory = { .data = NULL };
	enum ppk_err err;

	if (len > PPK_SSH_ANSWER_MAX)
		return PPK_ERR_LIMIT;
	err = parse_text(text, len, ANSWER_MAX, &memory);
	if (err == PPK_OK)
		err = read_answer(&memory, ret);
	if (err != PPK_OK) {
		ppk_bytes_done(&memory);
		return err;
	}
	*ret_memory = memory;
	return PPK_OK;
}
