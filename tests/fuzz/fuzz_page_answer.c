/* SPDX-License-Identifier: BSD-2-Clause */
/* What a browser, or whoever says that it is one, answers: nothing but a message reaches the program. */
#include <string.h>

#include "../unit/core/browser_sample.h"
#include "page_message.h"
#include "read_bytes.h"
#include "require.h"

static struct ppkd_ceremony *ceremony_of(struct ppk_browser_request request)
{
	uint8_t packet[PPK_BROWSER_REQUEST_MAX];
	struct ppkd_ceremony *ceremony;
	size_t len = 0;

	REQUIRE(ppk_browser_encode_request(&request, packet, sizeof(packet), &len) == PPK_OK);
	REQUIRE(ppk_browser_decode_request(packet, len, &request) == PPK_OK);
	ceremony = ppkd_ceremony_new(&request, packet, len);
	REQUIRE(ceremony != NULL);
	return ceremony;
}

static void try_answer(struct ppk_browser_request request, enum ppk_browser_message_type wanted,
	const uint8_t *data, size_t len)
{
	static uint8_t packet[PPK_BROWSER_MESSAGE_MAX];
	const struct ppk_ip_address address = { .bytes = { 0x20, 1, 0xd, 0xb8 } };
	struct ppkd_ceremony *ceremony = ceremony_of(request);
	struct ppk_browser_message message;
	const uint8_t *claim;
	size_t packet_len = 0;

	if (ppkd_page_answer(ceremony, &address, data, len, &claim, packet, &packet_len) ==
		PPK_OK) {
		REQUIRE(claim == data && len > PPKD_CLAIM_SIZE);
		REQUIRE(ppk_browser_decode_message(packet, packet_len, &message) == PPK_OK);
		REQUIRE(message.type == wanted && strcmp(message.address, "2001:db8::") == 0);
		read_bytes(packet, packet_len);
		/* the seed's client data and attestation object begin with the same bytes */
		PLANT(wanted == PPK_BROWSER_REGISTRATION &&
			message.registration.client_data_len >= 32 &&
			message.registration.attestation_object_len >= 32 &&
			memcmp(message.registration.client_data,
				message.registration.attestation_object, 32) != 0);
	}
	ppkd_ceremony_free(ceremony);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	try_answer(browser_sign_in(), PPK_BROWSER_ASSERTION, data, len);
	try_answer(browser_enrol(), PPK_BROWSER_REGISTRATION, data, len);
	return 0;
}
