/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What passkey-device says, read by a process that is often root, from a process that talks to
 * hardware of strangers.
 *
 * 1. MUST take a packet whole or not at all: no unknown type, flag or error, no byte left over.
 * 2. MUST NOT hand out a part that is longer than its limit, or a view outside of the packet.
 * 3. MUST NOT pass on text that a terminal could obey.
 */
#include "core/device_message.h"

#include <string.h>

#include "core/assertion.h"
#include "core/authenticator_data.h"
#include "core/text.h"

static bool get_text(struct ppk_reader *reader, size_t min, char *out, size_t size)
{
	const uint8_t *data;
	size_t len;

	if (!ppk_reader_block(reader, size - 1, &data, &len) || len < min)
		return false;
	ppk_text_sanitise(out, size, (const char *)data, len);
	return true;
}

static bool get_index(struct ppk_reader *reader, bool may_be_none, uint8_t *ret)
{
	uint8_t index;

	if (!ppk_reader_u8(reader, &index))
		return false;
	if (index >= PPK_DEVICE_AUTHENTICATORS_MAX &&
		!(may_be_none && index == PPK_DEVICE_INDEX_NONE))
		return false;
	*ret = index;
	return true;
}

/* Errors travel as their tokens: the numbers may differ between two versions of the programs. */
static bool get_error(struct ppk_reader *reader, enum ppk_err *ret)
{
	const uint8_t *token;
	size_t len;

	if (!ppk_reader_block(reader, PPK_DEVICE_NAME_MAX, &token, &len))
		return false;
	return ppk_err_parse((const char *)token, len, ret);
}

static bool get_event(
	struct ppk_reader *reader, enum ppk_device_message_type type, struct ppk_device_event *ret)
{
	bool may_be_none = type == PPK_DEVICE_INSERT || type == PPK_DEVICE_FAILED;

	return get_index(reader, may_be_none, &ret->index) &&
	       ppk_reader_u8(reader, &ret->retries) && get_error(reader, &ret->err) &&
	       (type != PPK_DEVICE_FAILED || ret->err != PPK_OK);
}

static bool get_authenticator(struct ppk_reader *reader, struct ppk_device_authenticator *ret)
{
	const uint8_t *aaguid;
	uint8_t flags;

	if (!get_index(reader, false, &ret->index) || !ppk_reader_value(reader, 0, 0xf, &flags))
		return false;
	ret->has_aaguid = (flags & 1) != 0;
	ret->fido2 = (flags & 2) != 0;
	ret->has_pin = (flags & 4) != 0;
	ret->has_uv = (flags & 8) != 0;
	if (ret->has_aaguid) {
		if (!ppk_reader_raw(reader, sizeof(ret->aaguid), &aaguid))
			return false;
		memcpy(ret->aaguid, aaguid, sizeof(ret->aaguid));
	}
	return get_text(reader, 0, ret->product, sizeof(ret->product));
}

static bool get_assertion(struct ppk_reader *reader, struct ppk_device_assertion *ret)
{
	return get_index(reader, false, &ret->index) &&
	       ppk_reader_part(reader, 1, PPK_CREDENTIAL_ID_MAX, &ret->credential_id,
		       &ret->credential_id_len) &&
	       ppk_reader_part(reader, 1, PPK_AUTHENTICATOR_DATA_MAX, &ret->authenticator_data,
		       &ret->authenticator_data_len) &&
	       ppk_reader_part(
		       reader, 1, PPK_SIGNATURE_MAX, &ret->signature, &ret->signature_len) &&
	       ppk_reader_part(
		       reader, 0, PPK_USER_HANDLE_MAX, &ret->user_handle, &ret->user_handle_len);
}

static bool get_certificates(struct ppk_reader *reader, struct ppk_device_credential *ret)
{
	uint8_t count;

	if (!ppk_reader_value(reader, 0, PPK_DEVICE_X5C_MAX, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!ppk_reader_part(
			    reader, 1, PPK_DEVICE_CERTIFICATE_MAX, &ret->x5c[i], &ret->x5c_len[i]))
			return false;
	}
	ret->x5c_count = count;
	return true;
}

static bool get_credential(struct ppk_reader *reader, struct ppk_device_credential *ret)
{
	uint32_t algorithm;

	if (!get_index(reader, false, &ret->index) ||
		!ppk_reader_part(reader, 1, PPK_CREDENTIAL_ID_MAX, &ret->credential_id,
			&ret->credential_id_len) ||
		!ppk_reader_part(reader, 1, PPK_AUTHENTICATOR_DATA_MAX, &ret->authenticator_data,
			&ret->authenticator_data_len) ||
		!ppk_reader_part(
			reader, 0, PPK_SIGNATURE_MAX, &ret->signature, &ret->signature_len) ||
		!ppk_reader_u32(reader, &algorithm) ||
		!ppk_reader_part(reader, 1, PPK_CREDENTIAL_KEY_MAX, &ret->public_key,
			&ret->public_key_len) ||
		!get_text(reader, 1, ret->format, sizeof(ret->format)))
		return false;
	ret->cose_algorithm = (int32_t)algorithm;
	return get_certificates(reader, ret);
}

/* type is a byte of the packet and may be none of the enumerators. */
static bool get_message(struct ppk_reader *reader, enum ppk_device_message_type type,
	struct ppk_device_message *ret)
{
	switch (type) {
	case PPK_DEVICE_INSERT:
	case PPK_DEVICE_TOUCH:
	case PPK_DEVICE_VERIFY:
	case PPK_DEVICE_PIN_NEEDED:
	case PPK_DEVICE_VERIFY_FAILED:
	case PPK_DEVICE_GONE:
	case PPK_DEVICE_FAILED:
		return get_event(reader, type, &ret->event);
	case PPK_DEVICE_AUTHENTICATOR:
		return get_authenticator(reader, &ret->authenticator);
	case PPK_DEVICE_ASSERTION:
		return get_assertion(reader, &ret->assertion);
	case PPK_DEVICE_CREDENTIAL:
		return get_credential(reader, &ret->credential);
	case PPK_DEVICE_LISTED:
		return true;
	case PPK_DEVICE_GET_ASSERTION: /* said by the program, never to it */
	case PPK_DEVICE_MAKE_CREDENTIAL:
	case PPK_DEVICE_LIST:
	case PPK_DEVICE_PIN:
	case PPK_DEVICE_CANCEL:
		return false;
	}
	return false;
}

enum ppk_err ppk_device_decode_message(
	const uint8_t *packet, size_t len, struct ppk_device_message *ret)
{
	struct ppk_reader reader = { .next = packet, .left = len };
	struct ppk_device_message message;
	uint8_t type;

	memset(&message, 0, sizeof(message));
	if (len > PPK_DEVICE_MESSAGE_MAX || !ppk_reader_u8(&reader, &type))
		return PPK_ERR_FRAME;
	message.type = (enum ppk_device_message_type)type;
	if (!get_message(&reader, message.type, &message) || reader.left != 0)
		return PPK_ERR_FRAME;
	*ret = message;
	return PPK_OK;
}
