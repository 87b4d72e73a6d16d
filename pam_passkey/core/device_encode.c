/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/device_message.h"

#include <string.h>

#include "core/assertion.h"
#include "core/authenticator_data.h"

/* What the decoder would refuse is not sent: a mistake shows where it was made. */
static void put_string(struct ppk_writer *writer, const char *text, size_t min, size_t max)
{
	ppk_writer_part(
		writer, text == NULL ? "" : text, text == NULL ? 0 : strlen(text), min, max);
}

static void put_index(struct ppk_writer *writer, uint8_t index, bool may_be_none)
{
	if (index >= PPK_DEVICE_AUTHENTICATORS_MAX &&
		!(may_be_none && index == PPK_DEVICE_INDEX_NONE))
		writer->failed = true;
	ppk_writer_u8(writer, index);
}

static void put_ids(
	struct ppk_writer *writer, const struct ppk_bytes *ids, size_t count, size_t min)
{
	ppk_writer_value(writer, count, min, PPK_CREDENTIALS_MAX);
	for (size_t i = 0; i < count && !writer->failed; i++)
		ppk_writer_part(writer, ids[i].data, ids[i].len, 1, PPK_CREDENTIAL_ID_MAX);
}

static struct ppk_writer writer_begin(
	uint8_t *buffer, size_t size, enum ppk_device_message_type type)
{
	struct ppk_writer writer = {
		.data = buffer,
		.size = size < PPK_DEVICE_MESSAGE_MAX ? size : PPK_DEVICE_MESSAGE_MAX,
	};

	ppk_writer_u8(&writer, (uint8_t)type);
	return writer;
}

enum ppk_err ppk_device_encode_get_assertion(const struct ppk_device_get_assertion *request,
	uint8_t *buffer, size_t size, size_t *ret_len)
{
	struct ppk_writer writer = writer_begin(buffer, size, PPK_DEVICE_GET_ASSERTION);
	size_t total = 0;

	ppk_writer_u8(&writer, PPK_DEVICE_PROTOCOL_VERSION);
	ppk_writer_u32(&writer, request->timeout_ms);
	ppk_writer_u8(&writer, request->nfc);
	ppk_writer_raw(&writer, request->client_data_hash, sizeof(request->client_data_hash));
	ppk_writer_value(&writer, request->group_count, 1, PPK_CREDENTIALS_MAX);
	for (size_t i = 0; i < request->group_count && !writer.failed; i++) {
		const struct ppk_device_group *group = &request->groups[i];

		put_string(&writer, group->rp_id, 1, PPK_RP_ID_MAX);
		ppk_writer_value(&writer, group->uv, 0, PPK_UV_REQUIRED);
		put_ids(&writer, group->ids, group->id_count, 1);
		total += group->id_count;
	}
	if (total > PPK_CREDENTIALS_MAX)
		writer.failed = true;
	return ppk_writer_end(&writer, ret_len);
}

static void put_algorithms(struct ppk_writer *writer, const int *algorithms, size_t count)
{
	ppk_writer_value(writer, count, 1, PPK_DEVICE_ALGORITHMS_MAX);
	for (size_t i = 0; i < count && !writer->failed; i++)
		ppk_writer_u32(writer, (uint32_t)algorithms[i]);
}

enum ppk_err ppk_device_encode_make_credential(const struct ppk_device_make_credential *request,
	uint8_t *buffer, size_t size, size_t *ret_len)
{
	struct ppk_writer writer = writer_begin(buffer, size, PPK_DEVICE_MAKE_CREDENTIAL);

	ppk_writer_u8(&writer, PPK_DEVICE_PROTOCOL_VERSION);
	ppk_writer_u32(&writer, request->timeout_ms);
	ppk_writer_u8(&writer, request->nfc);
	ppk_writer_raw(&writer, request->client_data_hash, sizeof(request->client_data_hash));
	put_string(&writer, request->rp_id, 1, PPK_RP_ID_MAX);
	put_string(&writer, request->rp_name, 0, PPK_DEVICE_NAME_MAX);
	put_string(&writer, request->user_name, 0, PPK_DEVICE_NAME_MAX);
	put_string(&writer, request->user_display_name, 0, PPK_DEVICE_NAME_MAX);
	ppk_writer_part(
		&writer, request->user_handle, request->user_handle_len, 1, PPK_USER_HANDLE_MAX);
	put_algorithms(&writer, request->algorithms, request->algorithm_count);
	ppk_writer_value(&writer, request->uv, 0, PPK_UV_REQUIRED);
	ppk_writer_u8(&writer, request->discoverable);
	ppk_writer_value(&writer, request->cred_protect, 0, 3);
	put_ids(&writer, request->exclude_ids, request->exclude_count, 0);
	return ppk_writer_end(&writer, ret_len);
}

enum ppk_err ppk_device_encode_list(
	uint32_t timeout_ms, bool nfc, uint8_t *buffer, size_t size, size_t *ret_len)
{
	struct ppk_writer writer = writer_begin(buffer, size, PPK_DEVICE_LIST);

	ppk_writer_u8(&writer, PPK_DEVICE_PROTOCOL_VERSION);
	ppk_writer_u32(&writer, timeout_ms);
	ppk_writer_u8(&writer, nfc);
	return ppk_writer_end(&writer, ret_len);
}

enum ppk_err ppk_device_encode_pin(
	uint8_t index, const struct ppk_secret *pin, uint8_t *buffer, size_t size, size_t *ret_len)
{
	struct ppk_writer writer = writer_begin(buffer, size, PPK_DEVICE_PIN);

	put_index(&writer, index, false);
	ppk_writer_part(&writer, pin->text, pin->len, 1, PPK_SECRET_SIZE - 1);
	return ppk_writer_end(&writer, ret_len);
}

enum ppk_err ppk_device_encode_cancel(uint8_t *buffer, size_t size, size_t *ret_len)
{
	struct ppk_writer writer = writer_begin(buffer, size, PPK_DEVICE_CANCEL);

	return ppk_writer_end(&writer, ret_len);
}

static void put_event(struct ppk_writer *writer, enum ppk_device_message_type type,
	const struct ppk_device_event *event)
{
	if (type == PPK_DEVICE_FAILED && event->err == PPK_OK)
		writer->failed = true; /* an end without assertion has a reason */
	put_index(writer, event->index, type == PPK_DEVICE_INSERT || type == PPK_DEVICE_FAILED);
	ppk_writer_u8(writer, event->retries);
	put_string(writer, ppk_err_token(event->err), 1, PPK_DEVICE_NAME_MAX);
}

static void put_authenticator(
	struct ppk_writer *writer, const struct ppk_device_authenticator *authenticator)
{
	unsigned flags = (authenticator->has_aaguid ? 1u : 0) | (authenticator->fido2 ? 2u : 0) |
			 (authenticator->has_pin ? 4u : 0) | (authenticator->has_uv ? 8u : 0);

	put_index(writer, authenticator->index, false);
	ppk_writer_u8(writer, (uint8_t)flags);
	if (authenticator->has_aaguid)
		ppk_writer_raw(writer, authenticator->aaguid, sizeof(authenticator->aaguid));
	ppk_writer_part(writer, authenticator->product,
		strnlen(authenticator->product, sizeof(authenticator->product)), 0,
		sizeof(authenticator->product) - 1);
}

static void put_assertion(struct ppk_writer *writer, const struct ppk_device_assertion *assertion)
{
	put_index(writer, assertion->index, false);
	ppk_writer_part(writer, assertion->credential_id, assertion->credential_id_len, 1,
		PPK_CREDENTIAL_ID_MAX);
	ppk_writer_part(writer, assertion->authenticator_data, assertion->authenticator_data_len, 1,
		PPK_AUTHENTICATOR_DATA_MAX);
	ppk_writer_part(
		writer, assertion->signature, assertion->signature_len, 1, PPK_SIGNATURE_MAX);
	ppk_writer_part(
		writer, assertion->user_handle, assertion->user_handle_len, 0, PPK_USER_HANDLE_MAX);
}

static void put_credential(
	struct ppk_writer *writer, const struct ppk_device_credential *credential)
{
	put_index(writer, credential->index, false);
	ppk_writer_part(writer, credential->credential_id, credential->credential_id_len, 1,
		PPK_CREDENTIAL_ID_MAX);
	ppk_writer_part(writer, credential->authenticator_data, credential->authenticator_data_len,
		1, PPK_AUTHENTICATOR_DATA_MAX);
	ppk_writer_part(
		writer, credential->signature, credential->signature_len, 0, PPK_SIGNATURE_MAX);
	ppk_writer_u32(writer, (uint32_t)credential->cose_algorithm);
	ppk_writer_part(writer, credential->public_key, credential->public_key_len, 1,
		PPK_CREDENTIAL_KEY_MAX);
	ppk_writer_part(writer, credential->format,
		strnlen(credential->format, sizeof(credential->format)), 1,
		sizeof(credential->format) - 1);
	ppk_writer_value(writer, credential->x5c_count, 0, PPK_DEVICE_X5C_MAX);
	for (size_t i = 0; i < credential->x5c_count && !writer->failed; i++)
		ppk_writer_part(writer, credential->x5c[i], credential->x5c_len[i], 1,
			PPK_DEVICE_CERTIFICATE_MAX);
}

enum ppk_err ppk_device_encode_message(
	const struct ppk_device_message *message, uint8_t *buffer, size_t size, size_t *ret_len)
{
	struct ppk_writer writer = writer_begin(buffer, size, message->type);

	switch (message->type) {
	case PPK_DEVICE_INSERT:
	case PPK_DEVICE_TOUCH:
	case PPK_DEVICE_VERIFY:
	case PPK_DEVICE_PIN_NEEDED:
	case PPK_DEVICE_VERIFY_FAILED:
	case PPK_DEVICE_GONE:
	case PPK_DEVICE_FAILED:
		put_event(&writer, message->type, &message->event);
		break;
	case PPK_DEVICE_AUTHENTICATOR:
		put_authenticator(&writer, &message->authenticator);
		break;
	case PPK_DEVICE_ASSERTION:
		put_assertion(&writer, &message->assertion);
		break;
	case PPK_DEVICE_CREDENTIAL:
		put_credential(&writer, &message->credential);
		break;
	case PPK_DEVICE_LISTED:
		break;
	case PPK_DEVICE_GET_ASSERTION: /* the program's own messages have encoders of their own */
	case PPK_DEVICE_MAKE_CREDENTIAL:
	case PPK_DEVICE_LIST:
	case PPK_DEVICE_PIN:
	case PPK_DEVICE_CANCEL:
		writer.failed = true;
		break;
	}
	return ppk_writer_end(&writer, ret_len);
}
