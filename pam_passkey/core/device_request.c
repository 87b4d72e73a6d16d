/* SPDX-License-Identifier: BSD-2-Clause */
/* The side of passkey-device: what the program asks of it. Its caller may be any user. */
#include "core/device_message.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"

/* All that a decoded request points to. Counts are bounded, so the arrays need no arithmetic. */
struct request_memory {
	struct ppk_device_group groups[PPK_CREDENTIALS_MAX];
	struct ppk_bytes ids[PPK_CREDENTIALS_MAX]; /* of all groups, or to exclude */
	size_t id_count;
	char rp_ids[PPK_CREDENTIALS_MAX][PPK_RP_ID_MAX + 1];
	char rp_name[PPK_DEVICE_NAME_MAX + 1];
	char user_name[PPK_DEVICE_NAME_MAX + 1];
	char user_display_name[PPK_DEVICE_NAME_MAX + 1];
	int algorithms[PPK_DEVICE_ALGORITHMS_MAX];
	uint8_t packet[]; /* a copy, which ids and user handle point into */
};

static enum ppk_err get_string(struct ppk_reader *reader, bool may_be_empty, char *out, size_t size)
{
	const uint8_t *data;
	size_t len;

	if (!ppk_reader_block(reader, size - 1, &data, &len))
		return PPK_ERR_FRAME;
	if (len == 0 ? !may_be_empty : !ppk_text_is_printable((const char *)data, len, size - 1))
		return PPK_ERR_FRAME;
	memcpy(out, data, len);
	out[len] = '\0';
	return PPK_OK;
}

static enum ppk_err get_uv(struct ppk_reader *reader, enum ppk_uv *ret)
{
	uint8_t uv;

	if (!ppk_reader_value(reader, 0, PPK_UV_REQUIRED, &uv))
		return PPK_ERR_FRAME;
	*ret = (enum ppk_uv)uv;
	return PPK_OK;
}

/* Append ids to memory->ids; *ret points at the first of them. */
static enum ppk_err get_ids(struct ppk_reader *reader, struct request_memory *memory, size_t min,
	const struct ppk_bytes **ret, size_t *ret_count)
{
	struct ppk_bytes *first = &memory->ids[memory->id_count];
	uint8_t count;

	if (!ppk_reader_u8(reader, &count) || count < min)
		return PPK_ERR_FRAME;
	if (count > PPK_CREDENTIALS_MAX - memory->id_count)
		return PPK_ERR_LIMIT;
	for (size_t i = 0; i < count; i++) {
		const uint8_t *id;
		size_t len;

		if (!ppk_reader_block(reader, PPK_CREDENTIAL_ID_MAX, &id, &len) || len == 0)
			return PPK_ERR_FRAME;
		first[i].data = memory->packet + (id - memory->packet);
		first[i].len = len;
	}
	memory->id_count += count;
	*ret = count == 0 ? NULL : first;
	*ret_count = count;
	return PPK_OK;
}

static enum ppk_err get_hash(struct ppk_reader *reader, uint8_t hash[static 32])
{
	const uint8_t *data;

	if (!ppk_reader_raw(reader, 32, &data))
		return PPK_ERR_FRAME;
	memcpy(hash, data, 32);
	return PPK_OK;
}

/* What every request begins with. */
static enum ppk_err get_terms(struct ppk_reader *reader, uint32_t *ret_timeout_ms, bool *ret_nfc)
{
	uint8_t nfc;

	if (!ppk_reader_u32(reader, ret_timeout_ms) || !ppk_reader_value(reader, 0, 1, &nfc))
		return PPK_ERR_FRAME;
	*ret_nfc = nfc == 1;
	return PPK_OK;
}

static enum ppk_err get_groups(struct ppk_reader *reader, struct request_memory *memory,
	struct ppk_device_get_assertion *ret)
{
	uint8_t count;

	if (!ppk_reader_u8(reader, &count) || count == 0)
		return PPK_ERR_FRAME;
	if (count > PPK_CREDENTIALS_MAX)
		return PPK_ERR_LIMIT;
	for (size_t i = 0; i < count; i++) {
		struct ppk_device_group *group = &memory->groups[i];
		enum ppk_err err;

		if ((err = get_string(reader, false, memory->rp_ids[i],
			     sizeof(memory->rp_ids[i]))) != PPK_OK ||
			(err = get_uv(reader, &group->uv)) != PPK_OK ||
			(err = get_ids(reader, memory, 1, &group->ids, &group->id_count)) != PPK_OK)
			return err;
		group->rp_id = memory->rp_ids[i];
	}
	ret->groups = memory->groups;
	ret->group_count = count;
	return PPK_OK;
}

static enum ppk_err get_get_assertion(struct ppk_reader *reader, struct request_memory *memory,
	struct ppk_device_get_assertion *ret)
{
	enum ppk_err err;

	if ((err = get_terms(reader, &ret->timeout_ms, &ret->nfc)) != PPK_OK ||
		(err = get_hash(reader, ret->client_data_hash)) != PPK_OK)
		return err;
	return get_groups(reader, memory, ret);
}

static enum ppk_err get_names(struct ppk_reader *reader, struct request_memory *memory,
	struct ppk_device_make_credential *ret)
{
	enum ppk_err err;

	if ((err = get_string(reader, false, memory->rp_ids[0], sizeof(memory->rp_ids[0]))) !=
			PPK_OK ||
		(err = get_string(reader, true, memory->rp_name, sizeof(memory->rp_name))) !=
			PPK_OK ||
		(err = get_string(reader, true, memory->user_name, sizeof(memory->user_name))) !=
			PPK_OK ||
		(err = get_string(reader, true, memory->user_display_name,
			 sizeof(memory->user_display_name))) != PPK_OK)
		return err;
	ret->rp_id = memory->rp_ids[0];
	ret->rp_name = memory->rp_name;
	ret->user_name = memory->user_name;
	ret->user_display_name = memory->user_display_name;
	return PPK_OK;
}

static enum ppk_err get_algorithms(struct ppk_reader *reader, struct request_memory *memory,
	struct ppk_device_make_credential *ret)
{
	uint8_t count;

	if (!ppk_reader_u8(reader, &count) || count == 0)
		return PPK_ERR_FRAME;
	if (count > PPK_DEVICE_ALGORITHMS_MAX)
		return PPK_ERR_LIMIT;
	for (size_t i = 0; i < count; i++) {
		uint32_t algorithm;

		if (!ppk_reader_u32(reader, &algorithm))
			return PPK_ERR_FRAME;
		memory->algorithms[i] = (int32_t)algorithm;
	}
	ret->algorithms = memory->algorithms;
	ret->algorithm_count = count;
	return PPK_OK;
}

static enum ppk_err get_policy(struct ppk_reader *reader, struct ppk_device_make_credential *ret)
{
	uint8_t discoverable, cred_protect;
	enum ppk_err err = get_uv(reader, &ret->uv);

	if (err != PPK_OK)
		return err;
	if (!ppk_reader_value(reader, 0, 1, &discoverable) ||
		!ppk_reader_value(reader, 0, 3, &cred_protect))
		return PPK_ERR_FRAME;
	ret->discoverable = discoverable == 1;
	ret->cred_protect = cred_protect;
	return PPK_OK;
}

static enum ppk_err get_make_credential(struct ppk_reader *reader, struct request_memory *memory,
	struct ppk_device_make_credential *ret)
{
	enum ppk_err err;

	if ((err = get_terms(reader, &ret->timeout_ms, &ret->nfc)) != PPK_OK ||
		(err = get_hash(reader, ret->client_data_hash)) != PPK_OK ||
		(err = get_names(reader, memory, ret)) != PPK_OK)
		return err;
	if (!ppk_reader_block(
		    reader, PPK_USER_HANDLE_MAX, &ret->user_handle, &ret->user_handle_len) ||
		ret->user_handle_len == 0)
		return PPK_ERR_FRAME;
	if ((err = get_algorithms(reader, memory, ret)) != PPK_OK ||
		(err = get_policy(reader, ret)) != PPK_OK)
		return err;
	return get_ids(reader, memory, 0, &ret->exclude_ids, &ret->exclude_count);
}

/* After the type: the version, then what the type says. */
static enum ppk_err get_request(
	struct ppk_reader *reader, struct request_memory *memory, struct ppk_device_request *ret)
{
	uint8_t version;
	enum ppk_err err;

	if (!ppk_reader_u8(reader, &version))
		return PPK_ERR_FRAME;
	if (version != PPK_DEVICE_PROTOCOL_VERSION)
		return PPK_ERR_VERSION;
	if (ret->type == PPK_DEVICE_GET_ASSERTION) {
		err = get_get_assertion(reader, memory, &ret->get_assertion);
		ret->timeout_ms = ret->get_assertion.timeout_ms;
		ret->nfc = ret->get_assertion.nfc;
	} else if (ret->type == PPK_DEVICE_MAKE_CREDENTIAL) {
		err = get_make_credential(reader, memory, &ret->make_credential);
		ret->timeout_ms = ret->make_credential.timeout_ms;
		ret->nfc = ret->make_credential.nfc;
	} else {
		err = get_terms(reader, &ret->timeout_ms, &ret->nfc);
	}
	if (err == PPK_OK && reader->left != 0)
		return PPK_ERR_FRAME;
	return err;
}

enum ppk_err ppk_device_decode_request(
	const uint8_t *packet, size_t len, struct ppk_device_request *ret)
{
	struct ppk_device_request request;
	struct request_memory *memory;
	struct ppk_reader reader;
	enum ppk_err err;

	if (len > PPK_DEVICE_MESSAGE_MAX)
		return PPK_ERR_LIMIT;
	if (len == 0 || packet[0] < PPK_DEVICE_GET_ASSERTION || packet[0] > PPK_DEVICE_LIST)
		return PPK_ERR_FRAME;
	memory = calloc(1, sizeof(*memory) + len);
	if (memory == NULL)
		return PPK_ERR_NOMEM;
	memcpy(memory->packet, packet, len);
	reader = (struct ppk_reader){ .next = memory->packet + 1, .left = len - 1 };
	memset(&request, 0, sizeof(request));
	request.memory = memory;
	request.type = (enum ppk_device_message_type)packet[0];
	err = get_request(&reader, memory, &request);
	if (err != PPK_OK) {
		ppk_device_request_done(&request);
		return err;
	}
	*ret = request;
	return PPK_OK;
}

void ppk_device_request_done(struct ppk_device_request *request)
{
	if (request == NULL)
		return;
	free(request->memory);
	memset(request, 0, sizeof(*request));
}

enum ppk_err ppk_device_decode_command(const uint8_t *packet, size_t len,
	enum ppk_device_message_type *ret_type, uint8_t *ret_index, struct ppk_secret *ret_pin)
{
	struct ppk_reader reader = { .next = packet, .left = len };
	const uint8_t *pin;
	size_t pin_len;
	uint8_t type, index;

	if (!ppk_reader_u8(&reader, &type))
		return PPK_ERR_FRAME;
	if (type == PPK_DEVICE_CANCEL && reader.left == 0) {
		*ret_type = PPK_DEVICE_CANCEL;
		return PPK_OK;
	}
	if (type != PPK_DEVICE_PIN ||
		!ppk_reader_value(&reader, 0, PPK_DEVICE_AUTHENTICATORS_MAX - 1, &index) ||
		!ppk_reader_block(&reader, PPK_SECRET_SIZE - 1, &pin, &pin_len) || pin_len == 0 ||
		reader.left != 0)
		return PPK_ERR_FRAME;
	if (ppk_secret_set(ret_pin, (const char *)pin, pin_len) != PPK_OK)
		return PPK_ERR_FRAME;
	*ret_type = PPK_DEVICE_PIN;
	*ret_index = index;
	return PPK_OK;
}
