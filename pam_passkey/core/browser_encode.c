/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/browser_message.h"

#include <string.h>

#include "core/assertion.h"
#include "core/authenticator_data.h"
#include "core/browser_value.h"
#include "core/bytes.h"
#include "core/text.h"

/* What the decoder would refuse is not sent: a mistake shows where it was made. */
static void put_text(struct ppk_writer *writer, const char *text, size_t min, size_t max)
{
	const char *sent = text == NULL ? "" : text;
	size_t len = strlen(sent);

	if (len > 0 && !ppk_text_is_printable(sent, len, max))
		writer->failed = true;
	ppk_writer_part(writer, sent, len + 1, min + 1, max + 1);
}

static void put_address(struct ppk_writer *writer, const char *address, bool may_be_empty)
{
	if (!ppk_browser_is_address(address == NULL ? "" : address, may_be_empty))
		writer->failed = true;
	put_text(writer, address, 0, PPK_BROWSER_ADDRESS_MAX);
}

static void put_error(struct ppk_writer *writer, enum ppk_err err)
{
	put_text(writer, ppk_err_token(err), 1, PPK_BROWSER_NAME_MAX);
}

static struct ppk_writer writer_begin(
	uint8_t *buffer, size_t size, size_t max, enum ppk_browser_message_type type)
{
	struct ppk_writer writer = { .data = buffer, .size = size < max ? size : max };

	ppk_writer_u8(&writer, (uint8_t)type);
	return writer;
}

static void put_time(struct ppk_writer *writer, int64_t time_s)
{
	if (time_s < 0 || time_s > PPK_BROWSER_TIME_MAX_S)
		writer->failed = true;
	ppk_writer_u32(writer, (uint32_t)((uint64_t)time_s >> 32));
	ppk_writer_u32(writer, (uint32_t)((uint64_t)time_s & UINT32_MAX));
}

static void put_subject(struct ppk_writer *writer, const struct ppk_browser_request *request)
{
	if (request->timeout_s < 1 || request->timeout_s > PPK_BROWSER_TIMEOUT_MAX_S ||
		!ppk_browser_is_number(request->type, request->number))
		writer->failed = true;
	ppk_writer_u32(writer, request->timeout_s);
	put_time(writer, request->since_s);
	ppk_writer_u8(writer, request->number);
	ppk_writer_value(writer, request->peer, 0, PPK_BROWSER_PEER_ANY);
	put_address(writer, request->client_address, request->peer == PPK_BROWSER_PEER_ANY);
	put_text(writer, request->user, 1, PPK_BROWSER_NAME_MAX);
	put_text(writer, request->host, 1, PPK_BROWSER_HOST_MAX);
	put_text(writer, request->service, 0, PPK_BROWSER_SERVICE_MAX);
}

static void put_credential(
	struct ppk_writer *writer, const struct ppk_browser_credential_id *credential)
{
	ppk_writer_value(writer, credential->transports, 0, PPK_BROWSER_TRANSPORTS_ALL);
	ppk_writer_part(writer, credential->id, credential->len, 1, PPK_CREDENTIAL_ID_MAX);
}

static void put_credentials(struct ppk_writer *writer, const struct ppk_browser_request *request)
{
	size_t count = request->credential_count;

	if (count > PPK_CREDENTIALS_MAX || (count == 0 && request->type == PPK_BROWSER_SIGN_IN)) {
		writer->failed = true;
		return;
	}
	ppk_writer_u8(writer, (uint8_t)count);
	for (size_t i = 0; i < count; i++)
		put_credential(writer, &request->credentials[i]);
}

static void put_enrolment(struct ppk_writer *writer, const struct ppk_browser_enrolment *enrolment)
{
	put_text(writer, enrolment->rp_name, 1, PPK_BROWSER_NAME_MAX);
	put_text(writer, enrolment->display_name, 0, PPK_BROWSER_NAME_MAX);
	ppk_writer_part(
		writer, enrolment->user_handle, enrolment->user_handle_len, 1, PPK_USER_HANDLE_MAX);
	if (enrolment->algorithm_count < 1 ||
		enrolment->algorithm_count > PPK_BROWSER_ALGORITHMS_MAX) {
		writer->failed = true;
		return;
	}
	ppk_writer_u8(writer, (uint8_t)enrolment->algorithm_count);
	for (size_t i = 0; i < enrolment->algorithm_count; i++)
		ppk_writer_u32(writer, (uint32_t)enrolment->algorithms[i]);
	ppk_writer_value(writer, enrolment->discoverable, 0, PPK_BROWSER_DISCOVERABLE_REQUIRED);
	ppk_writer_value(writer, enrolment->attestation, 0, PPK_BROWSER_ATTESTATION_DIRECT);
	put_text(writer, enrolment->path, 0, PPK_BROWSER_PATH_MAX);
}

enum ppk_err ppk_browser_encode_request(
	const struct ppk_browser_request *request, uint8_t *buffer, size_t size, size_t *ret_len)
{
	struct ppk_writer writer =
		writer_begin(buffer, size, PPK_BROWSER_REQUEST_MAX, request->type);

	if (request->type != PPK_BROWSER_SIGN_IN && request->type != PPK_BROWSER_ENROL)
		writer.failed = true;
	ppk_writer_u8(&writer, PPK_BROWSER_PROTOCOL_VERSION);
	put_subject(&writer, request);
	ppk_writer_raw(&writer, request->challenge, sizeof(request->challenge));
	put_text(&writer, request->rp_id, 1, PPK_RP_ID_MAX);
	ppk_writer_value(&writer, request->uv, 0, PPK_UV_REQUIRED);
	put_credentials(&writer, request);
	if (request->type == PPK_BROWSER_ENROL)
		put_enrolment(&writer, &request->enrolment);
	return ppk_writer_end(&writer, ret_len);
}

enum ppk_err ppk_browser_encode_verdict(
	enum ppk_err verdict, uint8_t *buffer, size_t size, size_t *ret_len)
{
	struct ppk_writer writer =
		writer_begin(buffer, size, PPK_BROWSER_MESSAGE_MAX, PPK_BROWSER_VERDICT);

	put_error(&writer, verdict);
	return ppk_writer_end(&writer, ret_len);
}

enum ppk_err ppk_browser_encode_test(
	const struct ppk_browser_test *test, uint8_t *buffer, size_t size, size_t *ret_len)
{
	struct ppk_writer writer =
		writer_begin(buffer, size, PPK_BROWSER_MESSAGE_MAX, PPK_BROWSER_TEST);

	ppk_writer_raw(&writer, test->challenge, sizeof(test->challenge));
	put_credential(&writer, &test->credential);
	return ppk_writer_end(&writer, ret_len);
}

enum ppk_err ppk_browser_encode_draw(const char *url, uint8_t *buffer, size_t size, size_t *ret_len)
{
	struct ppk_writer writer =
		writer_begin(buffer, size, PPK_BROWSER_REQUEST_MAX, PPK_BROWSER_DRAW);

	ppk_writer_u8(&writer, PPK_BROWSER_PROTOCOL_VERSION);
	put_text(&writer, url, 1, PPK_BROWSER_URL_MAX);
	return ppk_writer_end(&writer, ret_len);
}

static void put_assertion(struct ppk_writer *writer, const struct ppk_browser_assertion *assertion)
{
	ppk_writer_part(writer, assertion->credential_id, assertion->credential_id_len, 1,
		PPK_CREDENTIAL_ID_MAX);
	ppk_writer_part(
		writer, assertion->client_data, assertion->client_data_len, 1, PPK_CLIENT_DATA_MAX);
	ppk_writer_part(writer, assertion->authenticator_data, assertion->authenticator_data_len, 1,
		PPK_AUTHENTICATOR_DATA_MAX);
	ppk_writer_part(
		writer, assertion->signature, assertion->signature_len, 1, PPK_SIGNATURE_MAX);
	ppk_writer_part(
		writer, assertion->user_handle, assertion->user_handle_len, 0, PPK_USER_HANDLE_MAX);
}

static void put_registration(
	struct ppk_writer *writer, const struct ppk_browser_registration *registration)
{
	ppk_writer_part(writer, registration->client_data, registration->client_data_len, 1,
		PPK_CLIENT_DATA_MAX);
	ppk_writer_part(writer, registration->attestation_object,
		registration->attestation_object_len, 1, PPK_BROWSER_ATTESTATION_MAX);
	ppk_writer_value(writer, registration->transports, 0, PPK_BROWSER_TRANSPORTS_ALL);
	ppk_writer_value(
		writer, registration->attachment, 0, PPK_BROWSER_ATTACHMENT_CROSS_PLATFORM);
	put_text(writer, registration->name, 1, PPK_CREDENTIAL_NAME_MAX);
}

static void put_failure(struct ppk_writer *writer, const struct ppk_browser_message *message)
{
	if (message->err == PPK_OK)
		writer->failed = true; /* an end without assertion has a reason */
	put_error(writer, message->err);
	put_address(writer, message->address, true);
}

static void put_qr_code(struct ppk_writer *writer, const struct ppk_qr_code *code)
{
	ppk_writer_u8(writer, code->width);
	if (code->width == 0)
		return;
	if (ppk_qr_width_is_valid(code->width))
		ppk_writer_raw(writer, code->bits, ppk_qr_bytes(code->width));
	else
		writer->failed = true;
}

static void put_message(struct ppk_writer *writer, const struct ppk_browser_message *message)
{
	switch (message->type) {
	case PPK_BROWSER_STARTED:
		put_text(writer, message->url, 1, PPK_BROWSER_URL_MAX);
		return;
	case PPK_BROWSER_DRAWN:
		put_qr_code(writer, &message->qr_code);
		return;
	case PPK_BROWSER_FAILED:
		put_failure(writer, message);
		return;
	case PPK_BROWSER_OPENED:
	case PPK_BROWSER_TURNED_AWAY:
	case PPK_BROWSER_NUMBER_WRONG:
	case PPK_BROWSER_ASSERTION:
	case PPK_BROWSER_REGISTRATION:
		put_address(writer, message->address, false);
		break;
	case PPK_BROWSER_SIGN_IN: /* the program's own messages have encoders of their own */
	case PPK_BROWSER_ENROL:
	case PPK_BROWSER_DRAW:
	case PPK_BROWSER_VERDICT:
	case PPK_BROWSER_TEST:
		writer->failed = true;
		return;
	}
	if (message->type == PPK_BROWSER_NUMBER_WRONG)
		ppk_writer_value(writer, message->tries_left, 1, PPK_BROWSER_NUMBER_TRIES - 1);
	else if (message->type == PPK_BROWSER_ASSERTION)
		put_assertion(writer, &message->assertion);
	else if (message->type == PPK_BROWSER_REGISTRATION)
		put_registration(writer, &message->registration);
}

enum ppk_err ppk_browser_encode_message(
	const struct ppk_browser_message *message, uint8_t *buffer, size_t size, size_t *ret_len)
{
	struct ppk_writer writer =
		writer_begin(buffer, size, PPK_BROWSER_MESSAGE_MAX, message->type);

	put_message(&writer, message);
	return ppk_writer_end(&writer, ret_len);
}
