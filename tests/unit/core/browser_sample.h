/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_CORE_BROWSER_SAMPLE_H
#define TESTS_UNIT_CORE_BROWSER_SAMPLE_H

/* One ceremony of each kind, and one message of each kind, for tests. */

#include "core/browser_message.h"

static const uint8_t browser_filler[1024] = { 3, 1, 4, 1, 5, 9, 2, 6 };

static inline struct ppk_browser_request browser_sign_in(void)
{
	return (struct ppk_browser_request){
		.type = PPK_BROWSER_SIGN_IN,
		.timeout_s = 60,
		.since_s = 1795600000,
		.number = 7,
		.peer = PPK_BROWSER_PEER_SAME_ADDRESS,
		.client_address = "192.0.2.7",
		.user = "alice",
		.host = "web1.example.org",
		.service = "sshd",
		.challenge = { 9, 8, 7 },
		.rp_id = "example.org",
		.uv = PPK_UV_PREFERRED,
		.credentials = { { browser_filler, 16, PPK_BROWSER_USB | PPK_BROWSER_NFC },
			{ browser_filler + 1, 64, 0 } },
		.credential_count = 2,
	};
}

static inline struct ppk_browser_request browser_enrol(void)
{
	struct ppk_browser_request request = browser_sign_in();

	request.type = PPK_BROWSER_ENROL;
	request.number = PPK_BROWSER_NUMBER_NONE;
	request.enrolment = (struct ppk_browser_enrolment){
		.rp_name = "Example",
		.display_name = "Alice Ångström",
		.user_handle = browser_filler,
		.user_handle_len = 32,
		.algorithms = { -7, -8, -257 },
		.algorithm_count = 3,
		.discoverable = PPK_BROWSER_DISCOVERABLE_PREFERRED,
		.attestation = PPK_BROWSER_ATTESTATION_DIRECT,
		.path = "0123456789abcdefghjkmnpqrs",
	};
	return request;
}

static inline struct ppk_browser_message browser_assertion(void)
{
	return (struct ppk_browser_message){
		.type = PPK_BROWSER_ASSERTION,
		.address = "2001:db8::7",
		.assertion = { browser_filler, 16, browser_filler + 1, 134, browser_filler + 2, 37,
			browser_filler + 3, 71, browser_filler + 4, 32 },
	};
}

static inline struct ppk_browser_message browser_registration(void)
{
	return (struct ppk_browser_message){
		.type = PPK_BROWSER_REGISTRATION,
		.address = "192.0.2.7",
		.registration = { browser_filler, 134, browser_filler + 1, 300,
			PPK_BROWSER_INTERNAL | PPK_BROWSER_HYBRID, PPK_BROWSER_ATTACHMENT_PLATFORM,
			"Alice’s phone" },
	};
}

#endif
