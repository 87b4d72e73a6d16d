/* SPDX-License-Identifier: BSD-2-Clause */
/* What a lying passkeyd could send to a root process, and what anybody could send to passkeyd. */
#include <string.h>

#include "core/assertion.h"
#include "core/authenticator_data.h"
#include "core/browser_message.h"
#include "read_bytes.h"
#include "require.h"

static void check_view(const uint8_t *data, size_t len, size_t max)
{
	REQUIRE(len <= max);
	read_bytes(data, len);
}

static void check_text(const char *text, size_t max)
{
	size_t len = strlen(text);

	REQUIRE(len <= max);
	for (size_t i = 0; i < len; i++)
		REQUIRE((unsigned char)text[i] >= 0x20 && text[i] != 0x7f);
}

static void check_assertion(const struct ppk_browser_assertion *assertion)
{
	check_view(assertion->credential_id, assertion->credential_id_len, PPK_CREDENTIAL_ID_MAX);
	check_view(assertion->client_data, assertion->client_data_len, PPK_CLIENT_DATA_MAX);
	check_view(assertion->authenticator_data, assertion->authenticator_data_len,
		PPK_AUTHENTICATOR_DATA_MAX);
	check_view(assertion->signature, assertion->signature_len, PPK_SIGNATURE_MAX);
	check_view(assertion->user_handle, assertion->user_handle_len, PPK_USER_HANDLE_MAX);
}

static void check_registration(const struct ppk_browser_registration *registration)
{
	check_view(registration->client_data, registration->client_data_len, PPK_CLIENT_DATA_MAX);
	check_view(registration->attestation_object, registration->attestation_object_len,
		PPK_BROWSER_ATTESTATION_MAX);
	check_text(registration->name, PPK_CREDENTIAL_NAME_MAX);
}

static void check_drawn(const struct ppk_browser_message *message)
{
	static char drawing[PPK_QR_DRAWING_SIZE];

	if (message->qr_code.width == 0)
		return;
	check_view(message->qr_code.bits, ppk_qr_bytes(message->qr_code.width),
		ppk_qr_bytes(PPK_QR_WIDTH_MAX));
	ppk_qr_draw(&message->qr_code, PPK_QR_COLOURED, drawing);
	ppk_qr_draw(&message->qr_code, PPK_QR_PLAIN, drawing);
}

static void try_message(const uint8_t *data, size_t len)
{
	struct ppk_browser_message message;
	uint8_t again[4096];
	size_t again_len = 0;

	if (ppk_browser_decode_message(data, len, &message) != PPK_OK)
		return;
	if (message.type == PPK_BROWSER_ASSERTION)
		check_assertion(&message.assertion);
	if (message.type == PPK_BROWSER_REGISTRATION)
		check_registration(&message.registration);
	if (message.type == PPK_BROWSER_STARTED)
		check_text(message.url, PPK_BROWSER_URL_MAX);
	else if (message.type == PPK_BROWSER_DRAWN)
		check_drawn(&message);
	else
		check_text(message.address, PPK_BROWSER_ADDRESS_MAX);
	/* one meaning, one spelling */
	REQUIRE(ppk_browser_encode_message(&message, again, sizeof(again), &again_len) == PPK_OK &&
		again_len == len && memcmp(again, data, len) == 0);
	/* those of the seeds begin with these */
	PLANT(message.type == PPK_BROWSER_OPENED && strcmp(message.address, "192.0.2.7") != 0);
}

static void check_request(const struct ppk_browser_request *request)
{
	check_text(request->client_address, PPK_BROWSER_ADDRESS_MAX);
	check_text(request->user, PPK_BROWSER_NAME_MAX);
	check_text(request->host, PPK_BROWSER_HOST_MAX);
	check_text(request->service, PPK_BROWSER_SERVICE_MAX);
	check_text(request->rp_id, PPK_RP_ID_MAX);
	REQUIRE(request->credential_count <= PPK_CREDENTIALS_MAX);
	for (size_t i = 0; i < request->credential_count; i++)
		check_view(request->credentials[i].id, request->credentials[i].len,
			PPK_CREDENTIAL_ID_MAX);
	if (request->type == PPK_BROWSER_SIGN_IN)
		return;
	check_text(request->enrolment.rp_name, PPK_BROWSER_NAME_MAX);
	check_text(request->enrolment.display_name, PPK_BROWSER_NAME_MAX);
	check_view(request->enrolment.user_handle, request->enrolment.user_handle_len,
		PPK_USER_HANDLE_MAX);
	REQUIRE(request->enrolment.algorithm_count <= PPK_BROWSER_ALGORITHMS_MAX);
}

static void try_request(const uint8_t *data, size_t len)
{
	struct ppk_browser_request request;
	uint8_t again[PPK_BROWSER_REQUEST_MAX];
	size_t again_len = 0;

	if (ppk_browser_decode_request(data, len, &request) != PPK_OK)
		return;
	check_request(&request);
	REQUIRE(ppk_browser_encode_request(&request, again, sizeof(again), &again_len) == PPK_OK &&
		again_len == len && memcmp(again, data, len) == 0);
}

static void try_test(const uint8_t *data, size_t len)
{
	struct ppk_browser_test test;

	if (ppk_browser_decode_test(data, len, &test) != PPK_OK)
		return;
	REQUIRE(test.credential.len > 0 && test.credential.len <= PPK_CREDENTIAL_ID_MAX);
	read_bytes(test.credential.id, test.credential.len);
}

static void try_draw(const uint8_t *data, size_t len)
{
	uint8_t again[PPK_BROWSER_REQUEST_MAX];
	size_t again_len = 0;
	const char *url;

	if (ppk_browser_decode_draw(data, len, &url) != PPK_OK)
		return;
	check_text(url, PPK_BROWSER_URL_MAX);
	REQUIRE(ppk_browser_encode_draw(url, again, sizeof(again), &again_len) == PPK_OK &&
		again_len == len && memcmp(again, data, len) == 0);
}

static void try_verdict(const uint8_t *data, size_t len)
{
	enum ppk_err verdict;

	if (ppk_browser_decode_verdict(data, len, &verdict) == PPK_OK)
		REQUIRE(verdict < PPK_ERR_COUNT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	try_message(data, len);
	try_request(data, len);
	try_verdict(data, len);
	try_test(data, len);
	try_draw(data, len);
	return 0;
}
