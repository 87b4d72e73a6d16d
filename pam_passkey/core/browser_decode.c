/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What passkeyd says, read by a process that is often root, from a process that talks to the whole
 * network; and what the program says, read by passkeyd.
 *
 * 1. MUST take a packet whole or not at all: no unknown type, flag or error, no byte left over.
 * 2. MUST NOT hand out a part that is longer than its limit, or a view outside of the packet.
 * 3. MUST NOT pass on text that a terminal could obey, or that has no NUL within the packet.
 */
#include "core/browser_message.h"

#include <string.h>

#include "core/assertion.h"
#include "core/authenticator_data.h"
#include "core/browser_value.h"
#include "core/bytes.h"
#include "core/text.h"

static bool get_text(struct ppk_reader *reader, size_t min, size_t max, const char **ret)
{
	const uint8_t *data;
	size_t len;

	if (!ppk_reader_part(reader, min + 1, max + 1, &data, &len) || data[len - 1] != '\0')
		return false;
	if (len > 1 && !ppk_text_is_printable((const char *)data, len - 1, max))
		return false;
	*ret = (const char *)data;
	return true;
}

static bool get_address(struct ppk_reader *reader, bool may_be_empty, const char **ret)
{
	return get_text(reader, 0, PPK_BROWSER_ADDRESS_MAX, ret) &&
	       ppk_browser_is_address(*ret, may_be_empty);
}

/* Errors travel as their tokens: the numbers may differ between two versions of the programs. */
static bool get_error(struct ppk_reader *reader, enum ppk_err *ret)
{
	const char *token;

	if (!get_text(reader, 1, PPK_BROWSER_NAME_MAX, &token))
		return false;
	return ppk_err_parse(token, strlen(token), ret);
}

static bool get_time(struct ppk_reader *reader, int64_t *ret)
{
	uint32_t high, low;
	uint64_t time_s;

	if (!ppk_reader_u32(reader, &high) || !ppk_reader_u32(reader, &low))
		return false;
	time_s = (uint64_t)high << 32 | low;
	if (time_s > (uint64_t)PPK_BROWSER_TIME_MAX_S)
		return false;
	*ret = (int64_t)time_s;
	return true;
}

static bool get_peer(struct ppk_reader *reader, struct ppk_browser_request *ret)
{
	uint8_t peer;

	if (!ppk_reader_value(reader, 0, PPK_BROWSER_PEER_ANY, &peer))
		return false;
	ret->peer = (enum ppk_browser_peer)peer;
	return get_address(reader, ret->peer == PPK_BROWSER_PEER_ANY, &ret->client_address);
}

static bool get_subject(struct ppk_reader *reader, struct ppk_browser_request *ret)
{
	return ppk_reader_u32(reader, &ret->timeout_s) && ret->timeout_s >= 1 &&
	       ret->timeout_s <= PPK_BROWSER_TIMEOUT_MAX_S && get_time(reader, &ret->since_s) &&
	       ppk_reader_u8(reader, &ret->number) &&
	       ppk_browser_is_number(ret->type, ret->number) && get_peer(reader, ret) &&
	       get_text(reader, 1, PPK_BROWSER_NAME_MAX, &ret->user) &&
	       get_text(reader, 1, PPK_BROWSER_HOST_MAX, &ret->host) &&
	       get_text(reader, 0, PPK_BROWSER_SERVICE_MAX, &ret->service);
}

static bool get_credential(struct ppk_reader *reader, struct ppk_browser_credential_id *ret)
{
	return ppk_reader_value(reader, 0, PPK_BROWSER_TRANSPORTS_ALL, &ret->transports) &&
	       ppk_reader_part(reader, 1, PPK_CREDENTIAL_ID_MAX, &ret->id, &ret->len);
}

static bool get_credentials(struct ppk_reader *reader, struct ppk_browser_request *ret)
{
	uint8_t count;

	if (!ppk_reader_value(
		    reader, ret->type == PPK_BROWSER_SIGN_IN, PPK_CREDENTIALS_MAX, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!get_credential(reader, &ret->credentials[i]))
			return false;
	}
	ret->credential_count = count;
	return true;
}

/* What the browser is asked for. */
static bool get_asked(struct ppk_reader *reader, struct ppk_browser_request *ret)
{
	const uint8_t *challenge;
	uint8_t uv;

	if (!ppk_reader_raw(reader, sizeof(ret->challenge), &challenge) ||
		!get_text(reader, 1, PPK_RP_ID_MAX, &ret->rp_id) ||
		!ppk_reader_value(reader, 0, PPK_UV_REQUIRED, &uv))
		return false;
	memcpy(ret->challenge, challenge, sizeof(ret->challenge));
	ret->uv = (enum ppk_uv)uv;
	return get_credentials(reader, ret);
}

static bool get_algorithms(struct ppk_reader *reader, struct ppk_browser_enrolment *ret)
{
	uint8_t count;

	if (!ppk_reader_value(reader, 1, PPK_BROWSER_ALGORITHMS_MAX, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		uint32_t algorithm;

		if (!ppk_reader_u32(reader, &algorithm))
			return false;
		ret->algorithms[i] = (int32_t)algorithm;
	}
	ret->algorithm_count = count;
	return true;
}

static bool get_enrolment(struct ppk_reader *reader, struct ppk_browser_enrolment *ret)
{
	uint8_t discoverable, attestation;

	if (!get_text(reader, 1, PPK_BROWSER_NAME_MAX, &ret->rp_name) ||
		!get_text(reader, 0, PPK_BROWSER_NAME_MAX, &ret->display_name) ||
		!ppk_reader_part(
			reader, 1, PPK_USER_HANDLE_MAX, &ret->user_handle, &ret->user_handle_len) ||
		!get_algorithms(reader, ret) ||
		!ppk_reader_value(reader, 0, PPK_BROWSER_DISCOVERABLE_REQUIRED, &discoverable) ||
		!ppk_reader_value(reader, 0, PPK_BROWSER_ATTESTATION_DIRECT, &attestation) ||
		!get_text(reader, 0, PPK_BROWSER_PATH_MAX, &ret->path))
		return false;
	ret->discoverable = (enum ppk_browser_discoverable)discoverable;
	ret->attestation = (enum ppk_browser_attestation)attestation;
	return true;
}

enum ppk_err ppk_browser_decode_request(
	const uint8_t *packet, size_t len, struct ppk_browser_request *ret)
{
	struct ppk_reader reader = { .next = packet, .left = len };
	struct ppk_browser_request request;
	uint8_t type, version;

	if (len > PPK_BROWSER_REQUEST_MAX)
		return PPK_ERR_LIMIT;
	memset(&request, 0, sizeof(request));
	if (!ppk_reader_value(&reader, PPK_BROWSER_SIGN_IN, PPK_BROWSER_ENROL, &type) ||
		!ppk_reader_u8(&reader, &version))
		return PPK_ERR_FRAME;
	if (version != PPK_BROWSER_PROTOCOL_VERSION)
		return PPK_ERR_VERSION;
	request.type = (enum ppk_browser_message_type)type;
	if (!get_subject(&reader, &request) || !get_asked(&reader, &request) ||
		(request.type == PPK_BROWSER_ENROL &&
			!get_enrolment(&reader, &request.enrolment)) ||
		reader.left != 0)
		return PPK_ERR_FRAME;
	*ret = request;
	return PPK_OK;
}

enum ppk_err ppk_browser_decode_verdict(
	const uint8_t *packet, size_t len, enum ppk_err *ret_verdict)
{
	struct ppk_reader reader = { .next = packet, .left = len };
	enum ppk_err verdict;
	uint8_t type;

	if (!ppk_reader_value(&reader, PPK_BROWSER_VERDICT, PPK_BROWSER_VERDICT, &type) ||
		!get_error(&reader, &verdict) || reader.left != 0)
		return PPK_ERR_FRAME;
	*ret_verdict = verdict;
	return PPK_OK;
}

enum ppk_err ppk_browser_decode_test(
	const uint8_t *packet, size_t len, struct ppk_browser_test *ret)
{
	struct ppk_reader reader = { .next = packet, .left = len };
	struct ppk_browser_test test = { .credential = { .id = NULL } };
	const uint8_t *challenge;
	uint8_t type;

	if (!ppk_reader_value(&reader, PPK_BROWSER_TEST, PPK_BROWSER_TEST, &type) ||
		!ppk_reader_raw(&reader, sizeof(test.challenge), &challenge) ||
		!get_credential(&reader, &test.credential) || reader.left != 0)
		return PPK_ERR_FRAME;
	memcpy(test.challenge, challenge, sizeof(test.challenge));
	*ret = test;
	return PPK_OK;
}

enum ppk_err ppk_browser_decode_draw(const uint8_t *packet, size_t len, const char **ret_url)
{
	struct ppk_reader reader = { .next = packet, .left = len };
	uint8_t type, version;
	const char *url;

	if (!ppk_reader_value(&reader, PPK_BROWSER_DRAW, PPK_BROWSER_DRAW, &type) ||
		!ppk_reader_u8(&reader, &version))
		return PPK_ERR_FRAME;
	if (version != PPK_BROWSER_PROTOCOL_VERSION)
		return PPK_ERR_VERSION;
	if (!get_text(&reader, 1, PPK_BROWSER_URL_MAX, &url) || reader.left != 0)
		return PPK_ERR_FRAME;
	*ret_url = url;
	return PPK_OK;
}

static bool get_assertion(struct ppk_reader *reader, struct ppk_browser_assertion *ret)
{
	return ppk_reader_part(reader, 1, PPK_CREDENTIAL_ID_MAX, &ret->credential_id,
		       &ret->credential_id_len) &&
	       ppk_reader_part(
		       reader, 1, PPK_CLIENT_DATA_MAX, &ret->client_data, &ret->client_data_len) &&
	       ppk_reader_part(reader, 1, PPK_AUTHENTICATOR_DATA_MAX, &ret->authenticator_data,
		       &ret->authenticator_data_len) &&
	       ppk_reader_part(
		       reader, 1, PPK_SIGNATURE_MAX, &ret->signature, &ret->signature_len) &&
	       ppk_reader_part(
		       reader, 0, PPK_USER_HANDLE_MAX, &ret->user_handle, &ret->user_handle_len);
}

static bool get_registration(struct ppk_reader *reader, struct ppk_browser_registration *ret)
{
	uint8_t attachment;

	if (!ppk_reader_part(
		    reader, 1, PPK_CLIENT_DATA_MAX, &ret->client_data, &ret->client_data_len) ||
		!ppk_reader_part(reader, 1, PPK_BROWSER_ATTESTATION_MAX, &ret->attestation_object,
			&ret->attestation_object_len) ||
		!ppk_reader_value(reader, 0, PPK_BROWSER_TRANSPORTS_ALL, &ret->transports) ||
		!ppk_reader_value(reader, 0, PPK_BROWSER_ATTACHMENT_CROSS_PLATFORM, &attachment))
		return false;
	ret->attachment = (enum ppk_browser_attachment)attachment;
	return get_text(reader, 1, PPK_CREDENTIAL_NAME_MAX, &ret->name);
}

/* One spelling: what is behind the last module is 0. */
static bool get_qr_code(struct ppk_reader *reader, struct ppk_qr_code *ret)
{
	const uint8_t *bits;
	uint8_t width;
	size_t len, unused;

	if (!ppk_reader_u8(reader, &width))
		return false;
	if (width == 0)
		return true;
	len = ppk_qr_bytes(width);
	unused = len * 8 - (size_t)width * width;
	if (!ppk_qr_width_is_valid(width) || !ppk_reader_raw(reader, len, &bits) ||
		(bits[len - 1] & ((1u << unused) - 1)) != 0)
		return false;
	*ret = (struct ppk_qr_code){ .width = width, .bits = bits };
	return true;
}

/* type is a byte of the packet and may be none of the enumerators. */
static bool get_message(struct ppk_reader *reader, struct ppk_browser_message *ret)
{
	switch (ret->type) {
	case PPK_BROWSER_STARTED:
		return get_text(reader, 1, PPK_BROWSER_URL_MAX, &ret->url);
	case PPK_BROWSER_DRAWN:
		return get_qr_code(reader, &ret->qr_code);
	case PPK_BROWSER_OPENED:
	case PPK_BROWSER_TURNED_AWAY:
		return get_address(reader, false, &ret->address);
	case PPK_BROWSER_NUMBER_WRONG:
		return get_address(reader, false, &ret->address) &&
		       ppk_reader_value(reader, 1, PPK_BROWSER_NUMBER_TRIES - 1, &ret->tries_left);
	case PPK_BROWSER_ASSERTION:
		return get_address(reader, false, &ret->address) &&
		       get_assertion(reader, &ret->assertion);
	case PPK_BROWSER_REGISTRATION:
		return get_address(reader, false, &ret->address) &&
		       get_registration(reader, &ret->registration);
	case PPK_BROWSER_FAILED:
		return get_error(reader, &ret->err) && ret->err != PPK_OK &&
		       get_address(reader, true, &ret->address);
	case PPK_BROWSER_SIGN_IN: /* said by the program, never to it */
	case PPK_BROWSER_ENROL:
	case PPK_BROWSER_DRAW:
	case PPK_BROWSER_VERDICT:
	case PPK_BROWSER_TEST:
		return false;
	}
	return false;
}

enum ppk_err ppk_browser_decode_message(
	const uint8_t *packet, size_t len, struct ppk_browser_message *ret)
{
	struct ppk_reader reader = { .next = packet, .left = len };
	struct ppk_browser_message message;
	uint8_t type;

	memset(&message, 0, sizeof(message));
	if (len > PPK_BROWSER_MESSAGE_MAX || !ppk_reader_u8(&reader, &type))
		return PPK_ERR_FRAME;
	message.type = (enum ppk_browser_message_type)type;
	if (!get_message(&reader, &message) || reader.left != 0)
		return PPK_ERR_FRAME;
	*ret = message;
	return PPK_OK;
}
