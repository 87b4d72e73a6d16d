/* SPDX-License-Identifier: BSD-2-Clause */
#include "browser_sample.h"
#include "check.h"
#include "mutate.h"

static uint8_t buffer[PPK_BROWSER_MESSAGE_MAX];

static size_t encode(const struct ppk_browser_message *message)
{
	size_t len = 0;

	CHECK_OK(ppk_browser_encode_message(message, buffer, sizeof(buffer), &len));
	return len;
}

static void refuse_to_encode(const struct ppk_browser_message *message)
{
	size_t len = 77;

	CHECK_ERR(ppk_browser_encode_message(message, buffer, sizeof(buffer), &len), PPK_ERR_LIMIT);
	CHECK_INT(len, 77);
}

static void the_url_comes_through(void)
{
	struct ppk_browser_message sent = { .type = PPK_BROWSER_STARTED,
		.url = "https://login.example.org/0123456789abcdefghjkmnpqrs" };
	struct ppk_browser_message got;

	CHECK_OK(ppk_browser_decode_message(buffer, encode(&sent), &got));
	CHECK_INT(got.type, PPK_BROWSER_STARTED);
	CHECK_STR(got.url, sent.url);
	sent.url = "";
	refuse_to_encode(&sent);
	sent.url = "https://example.org/\033[2J";
	refuse_to_encode(&sent);
}

static void a_qr_code_comes_through(void)
{
	struct ppk_browser_message sent = { .type = PPK_BROWSER_DRAWN,
		.qr_code = { .width = 29, .bits = browser_filler } };
	struct ppk_browser_message got;
	size_t len = encode(&sent);

	CHECK_OK(ppk_browser_decode_message(buffer, len, &got));
	CHECK_BYTES(got.qr_code.bits, ppk_qr_bytes(got.qr_code.width), browser_filler,
		(29 * 29 + 7) / 8);
	buffer[len - 1] = 1; /* behind the last module */
	CHECK_ERR(ppk_browser_decode_message(buffer, len, &got), PPK_ERR_FRAME);
	for (unsigned width = 1; width < 256; width++) {
		bool is_one = width >= 21 && width <= 69 && width % 4 == 1;

		sent.qr_code.width = (uint8_t)width;
		if (!is_one)
			refuse_to_encode(&sent);
		else
			CHECK_OK(ppk_browser_decode_message(buffer, encode(&sent), &got));
	}
	sent.qr_code.width = 0;
	CHECK_OK(ppk_browser_decode_message(buffer, encode(&sent), &got));
	CHECK_INT(got.qr_code.width, 0);
	sent.qr_code.width = 21;
	len = encode(&sent);
	buffer[len - ppk_qr_bytes(21) - 1] = 22;
	CHECK_ERR(ppk_browser_decode_message(buffer, len, &got), PPK_ERR_FRAME);
}

static void who_opened_the_page_comes_through(void)
{
	static const enum ppk_browser_message_type types[] = { PPK_BROWSER_OPENED,
		PPK_BROWSER_TURNED_AWAY };
	struct ppk_browser_message sent = { 0 }, got;

	for (size_t i = 0; i < 2; i++) {
		sent.type = types[i];
		sent.address = "2001:db8::ffff:192.0.2.7";
		CHECK_OK(ppk_browser_decode_message(buffer, encode(&sent), &got));
		CHECK_INT(got.type, types[i]);
		CHECK_STR(got.address, sent.address);
		sent.address = NULL;
		refuse_to_encode(&sent);
		sent.address = "mallory.example.org";
		refuse_to_encode(&sent);
	}
}

static void a_wrong_number_leaves_one_or_two_tries(void)
{
	struct ppk_browser_message sent = {
		.type = PPK_BROWSER_NUMBER_WRONG, .address = "192.0.2.7", .tries_left = 1
	};
	struct ppk_browser_message got;
	size_t len;

	for (; sent.tries_left < PPK_BROWSER_NUMBER_TRIES; sent.tries_left++) {
		CHECK_OK(ppk_browser_decode_message(buffer, encode(&sent), &got));
		CHECK_INT(got.tries_left, sent.tries_left);
	}
	refuse_to_encode(&sent);
	sent.tries_left = 1;
	len = encode(&sent);
	buffer[len - 1] = 0;
	CHECK_ERR(ppk_browser_decode_message(buffer, len, &got), PPK_ERR_FRAME);
	buffer[len - 1] = PPK_BROWSER_NUMBER_TRIES;
	CHECK_ERR(ppk_browser_decode_message(buffer, len, &got), PPK_ERR_FRAME);
}

static void an_assertion_comes_through(void)
{
	struct ppk_browser_message sent = browser_assertion(), got;
	const struct ppk_browser_assertion *want = &sent.assertion, *have = &got.assertion;

	CHECK_OK(ppk_browser_decode_message(buffer, encode(&sent), &got));
	CHECK_INT(got.type, PPK_BROWSER_ASSERTION);
	CHECK_STR(got.address, "2001:db8::7");
	CHECK_BYTES(have->credential_id, have->credential_id_len, want->credential_id, 16);
	CHECK_BYTES(have->client_data, have->client_data_len, want->client_data, 134);
	CHECK_BYTES(have->authenticator_data, have->authenticator_data_len,
		want->authenticator_data, 37);
	CHECK_BYTES(have->signature, have->signature_len, want->signature, 71);
	CHECK_BYTES(have->user_handle, have->user_handle_len, want->user_handle, 32);
	sent.assertion.user_handle_len = 0;
	CHECK_OK(ppk_browser_decode_message(buffer, encode(&sent), &got));
	CHECK(have->user_handle == NULL && have->user_handle_len == 0);
}

static void the_parts_of_an_assertion_have_limits(void)
{
	static uint8_t large[PPK_CLIENT_DATA_MAX + 1];
	struct ppk_browser_message sent = browser_assertion(), got;

	sent.assertion.signature_len = 0;
	refuse_to_encode(&sent);
	sent = browser_assertion();
	sent.assertion.client_data = large;
	sent.assertion.client_data_len = sizeof(large);
	refuse_to_encode(&sent);
	sent.assertion.client_data_len--;
	CHECK_OK(ppk_browser_decode_message(buffer, encode(&sent), &got));
	CHECK_INT(got.assertion.client_data_len, PPK_CLIENT_DATA_MAX);
}

static void a_registration_comes_through(void)
{
	struct ppk_browser_message sent = browser_registration(), got;
	const struct ppk_browser_registration *have = &got.registration;

	CHECK_OK(ppk_browser_decode_message(buffer, encode(&sent), &got));
	CHECK_INT(got.type, PPK_BROWSER_REGISTRATION);
	CHECK_BYTES(have->client_data, have->client_data_len, sent.registration.client_data, 134);
	CHECK_BYTES(have->attestation_object, have->attestation_object_len,
		sent.registration.attestation_object, 300);
	CHECK_INT(have->transports, PPK_BROWSER_INTERNAL | PPK_BROWSER_HYBRID);
	CHECK_INT(have->attachment, PPK_BROWSER_ATTACHMENT_PLATFORM);
	CHECK_STR(have->name, "Alice’s phone");
}

static void a_registration_has_a_name_that_a_terminal_can_show(void)
{
	struct ppk_browser_message sent = browser_registration();

	sent.registration.name = "";
	refuse_to_encode(&sent);
	sent.registration.name = "a\nb";
	refuse_to_encode(&sent);
	sent.registration.name = "\xe2\x80\xae"; /* right-to-left override */
	refuse_to_encode(&sent);
}

static void an_attestation_of_the_largest_size_fits(void)
{
	static uint8_t large[PPK_BROWSER_ATTESTATION_MAX];
	struct ppk_browser_message sent = browser_registration(), got;

	sent.registration.attestation_object = large;
	sent.registration.attestation_object_len = sizeof(large);
	CHECK_OK(ppk_browser_decode_message(buffer, encode(&sent), &got));
	CHECK_INT(got.registration.attestation_object_len, sizeof(large));
}

static void each_error_comes_through(void)
{
	struct ppk_browser_message sent = { .type = PPK_BROWSER_FAILED }, got;
	enum ppk_err verdict = PPK_ERR_INTERNAL;
	size_t len = 0;

	for (enum ppk_err err = PPK_OK; err < PPK_ERR_COUNT; err++) {
		CHECK_OK(ppk_browser_encode_verdict(err, buffer, sizeof(buffer), &len));
		CHECK_OK(ppk_browser_decode_verdict(buffer, len, &verdict));
		CHECK_INT(verdict, err);
		sent.err = err;
		if (err == PPK_OK) {
			refuse_to_encode(&sent); /* an end without assertion has a reason */
			continue;
		}
		CHECK_OK(ppk_browser_decode_message(buffer, encode(&sent), &got));
		CHECK_INT(got.err, err);
		CHECK_STR(got.address, "");
	}
}

static void a_verdict_is_taken_whole(void)
{
	enum ppk_err verdict;
	size_t len;

	CHECK_OK(ppk_browser_encode_verdict(PPK_OK, buffer, sizeof(buffer), &len));
	buffer[len] = 0;
	CHECK_ERR(ppk_browser_decode_verdict(buffer, len + 1, &verdict), PPK_ERR_FRAME);
	for (size_t cut = 0; cut < len; cut++)
		CHECK_ERR(ppk_browser_decode_verdict(buffer, cut, &verdict), PPK_ERR_FRAME);
	buffer[3] = 'x'; /* "xk" is no token */
	CHECK_ERR(ppk_browser_decode_verdict(buffer, len, &verdict), PPK_ERR_FRAME);
}

static void a_test_is_taken_whole(void)
{
	const struct ppk_browser_test sent = {
		.challenge = { 1, 2, 3 },
		.credential = { browser_filler, 1023, PPK_BROWSER_HYBRID },
	};
	struct ppk_browser_test got;
	size_t len;

	CHECK_OK(ppk_browser_encode_test(&sent, buffer, sizeof(buffer), &len));
	CHECK_OK(ppk_browser_decode_test(buffer, len, &got));
	CHECK_BYTES(got.challenge, sizeof(got.challenge), sent.challenge, sizeof(sent.challenge));
	CHECK_BYTES(got.credential.id, got.credential.len, browser_filler, 1023);
	CHECK_INT(got.credential.transports, PPK_BROWSER_HYBRID);
	buffer[len] = 0;
	CHECK_ERR(ppk_browser_decode_test(buffer, len + 1, &got), PPK_ERR_FRAME);
	for (size_t cut = 0; cut < len; cut++)
		CHECK_ERR(ppk_browser_decode_test(buffer, cut, &got), PPK_ERR_FRAME);
	buffer[33] = 0x40; /* no transport */
	CHECK_ERR(ppk_browser_decode_test(buffer, len, &got), PPK_ERR_FRAME);
}

static void a_test_names_a_credential(void)
{
	struct ppk_browser_test test = { .credential = { browser_filler, 0, 0 } };
	size_t len;

	CHECK_ERR(ppk_browser_encode_test(&test, buffer, sizeof(buffer), &len), PPK_ERR_LIMIT);
	test.credential.len = 1024;
	CHECK_ERR(ppk_browser_encode_test(&test, buffer, sizeof(buffer), &len), PPK_ERR_LIMIT);
}

static void a_text_without_its_nul_is_refused(void)
{
	struct ppk_browser_message sent = { .type = PPK_BROWSER_OPENED, .address = "192.0.2.7" };
	struct ppk_browser_message got;
	size_t len = encode(&sent);

	buffer[len - 1] = '1';
	CHECK_ERR(ppk_browser_decode_message(buffer, len, &got), PPK_ERR_FRAME);
	buffer[len - 1] = '\0';
	buffer[len - 2] = '\0'; /* one inside is no end either */
	CHECK_ERR(ppk_browser_decode_message(buffer, len, &got), PPK_ERR_FRAME);
}

static void what_only_the_program_says_is_no_message(void)
{
	struct ppk_browser_message got;

	for (unsigned type = 0; type < 256; type++) {
		const uint8_t packet[] = { (uint8_t)type, 0, 2, '1', 0 };
		enum ppk_err want = type >= PPK_BROWSER_STARTED && type <= PPK_BROWSER_TURNED_AWAY
					    ? PPK_OK
					    : PPK_ERR_FRAME;

		CHECK_ERR(ppk_browser_decode_message(packet, sizeof(packet), &got), want);
	}
	CHECK_ERR(ppk_browser_decode_message(buffer, 0, &got), PPK_ERR_FRAME);
}

static void transports_have_names(void)
{
	char text[PPK_BROWSER_TRANSPORTS_SIZE];

	ppk_browser_transports_format(PPK_BROWSER_TRANSPORTS_ALL, text);
	CHECK_STR(text, "usb,nfc,ble,hybrid,internal,smart-card");
	CHECK_INT(ppk_browser_transports_parse(text), PPK_BROWSER_TRANSPORTS_ALL);
	ppk_browser_transports_format(0, text);
	CHECK_STR(text, "");
	CHECK_INT(ppk_browser_transports_parse(NULL), 0);
	CHECK_INT(ppk_browser_transports_parse("telepathy,usb,,us,usbb,nfc,"),
		PPK_BROWSER_USB | PPK_BROWSER_NFC);
}

static void damaged_message(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct ppk_browser_message got;
	uint8_t *again = malloc(len == 0 ? 1 : len);
	size_t again_len = 0, *accepted = context;

	CHECK(again != NULL);
	if (ppk_browser_decode_message(data, len, &got) == PPK_OK) {
		/* one meaning, one spelling */
		if (ppk_browser_encode_message(&got, again, len, &again_len) != PPK_OK ||
			again_len != len || memcmp(again, data, len) != 0)
			CHECK_FAIL("another meaning when %s", how);
		(*accepted)++;
	}
	free(again);
}

static void a_damaged_message_is_refused_or_means_what_it_says(void)
{
	struct ppk_browser_message sent[] = {
		browser_assertion(),
		browser_registration(),
		{ .type = PPK_BROWSER_STARTED, .url = "http://x/y" },
		{ .type = PPK_BROWSER_DRAWN, .qr_code = { .width = 21, .bits = browser_filler } },
		{ .type = PPK_BROWSER_FAILED, .err = PPK_ERR_TIMEOUT, .address = "192.0.2.7" },
		{ .type = PPK_BROWSER_NUMBER_WRONG, .address = "192.0.2.7", .tries_left = 2 },
	};
	size_t accepted = 0;

	for (size_t i = 0; i < sizeof(sent) / sizeof(sent[0]); i++) {
		static uint8_t packet[PPK_BROWSER_MESSAGE_MAX];
		size_t len = encode(&sent[i]);

		memcpy(packet, buffer, len);
		mutate_each(packet, len, damaged_message, &accepted);
	}
	CHECK(accepted > 0); /* bits of a signature, for one, are not the frame's business */
}

static void damaged_verdict(const uint8_t *data, size_t len, const char *how, void *context)
{
	enum ppk_err verdict;
	uint8_t again[64];
	size_t again_len = 0, *accepted = context;

	if (ppk_browser_decode_verdict(data, len, &verdict) != PPK_OK)
		return;
	CHECK_OK(ppk_browser_encode_verdict(verdict, again, sizeof(again), &again_len));
	if (again_len != len || memcmp(again, data, len) != 0)
		CHECK_FAIL("another verdict when %s", how);
	(*accepted)++;
}

/* One that was changed is another verdict's whole token, which no flipped bit makes. */
static void a_damaged_verdict_is_refused(void)
{
	size_t len, accepted = 0;

	for (size_t err = 0; err < PPK_ERR_COUNT; err++) {
		uint8_t packet[64];

		CHECK_OK(ppk_browser_encode_verdict(
			(enum ppk_err)err, packet, sizeof(packet), &len));
		mutate_each(packet, len, damaged_verdict, &accepted);
	}
	CHECK_INT(accepted, 0);
}

static void damaged_test(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct ppk_browser_test test;
	uint8_t again[128];
	size_t again_len = 0, *accepted = context;

	if (ppk_browser_decode_test(data, len, &test) != PPK_OK)
		return;
	CHECK_OK(ppk_browser_encode_test(&test, again, sizeof(again), &again_len));
	if (again_len != len || memcmp(again, data, len) != 0)
		CHECK_FAIL("another test when %s", how);
	(*accepted)++;
}

static void a_damaged_test_is_refused_or_means_what_it_says(void)
{
	const struct ppk_browser_test sent = {
		.challenge = { 1, 2, 3 },
		.credential = { browser_filler, 20, PPK_BROWSER_HYBRID },
	};
	size_t len, accepted = 0;

	CHECK_OK(ppk_browser_encode_test(&sent, buffer, sizeof(buffer), &len));
	CHECK_INT(mutate_each(buffer, len, damaged_test, &accepted), len * 9);
	CHECK(accepted >= (32 + 20) * 8); /* another challenge, and another credential */
}

static void the_address_to_draw_comes_through(void)
{
	char longest[PPK_BROWSER_URL_MAX + 2];
	const char *got = NULL;
	size_t len = 0;

	CHECK_OK(ppk_browser_encode_draw(
		"https://login.example.org/x", buffer, sizeof(buffer), &len));
	CHECK_OK(ppk_browser_decode_draw(buffer, len, &got));
	CHECK_STR(got, "https://login.example.org/x");
	buffer[1]++;
	CHECK_ERR(ppk_browser_decode_draw(buffer, len, &got), PPK_ERR_VERSION);
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	CHECK_ERR(ppk_browser_encode_draw(longest, buffer, sizeof(buffer), &len), PPK_ERR_LIMIT);
	longest[sizeof(longest) - 2] = '\0';
	CHECK_OK(ppk_browser_encode_draw(longest, buffer, sizeof(buffer), &len));
	CHECK_ERR(ppk_browser_encode_draw("", buffer, sizeof(buffer), &len), PPK_ERR_LIMIT);
	CHECK_ERR(ppk_browser_encode_draw("\033[2J", buffer, sizeof(buffer), &len), PPK_ERR_LIMIT);
}

static void damaged_draw(const uint8_t *data, size_t len, const char *how, void *context)
{
	uint8_t again[128];
	size_t again_len = 0, *accepted = context;
	const char *url;

	if (ppk_browser_decode_draw(data, len, &url) != PPK_OK)
		return;
	CHECK_OK(ppk_browser_encode_draw(url, again, sizeof(again), &again_len));
	if (again_len != len || memcmp(again, data, len) != 0)
		CHECK_FAIL("another address when %s", how);
	(*accepted)++;
}

static void a_damaged_address_to_draw_is_refused_or_means_what_it_says(void)
{
	size_t len, accepted = 0;

	CHECK_OK(ppk_browser_encode_draw("http://x/y", buffer, sizeof(buffer), &len));
	CHECK_INT(mutate_each(buffer, len, damaged_draw, &accepted), len * 9);
	CHECK(accepted > 0); /* another address */
}

static void damaged_transports(const uint8_t *data, size_t len, const char *how, void *context)
{
	char text[64], again[PPK_BROWSER_TRANSPORTS_SIZE];
	uint8_t transports;

	CHECK(len < sizeof(text));
	memcpy(text, data, len);
	text[len] = '\0';
	transports = ppk_browser_transports_parse(text);
	if ((transports & ~PPK_BROWSER_TRANSPORTS_ALL) != 0)
		CHECK_FAIL("a transport that is none when %s", how);
	ppk_browser_transports_format(transports, again);
	CHECK_INT(ppk_browser_transports_parse(again), transports);
	*(unsigned *)context += transports == PPK_BROWSER_TRANSPORTS_ALL;
}

static void a_damaged_name_is_no_transport(void)
{
	static const char text[] = "usb,nfc,ble,hybrid,internal,smart-card";
	unsigned whole = 0;

	CHECK_INT(mutate_each(text, sizeof(text) - 1, damaged_transports, &whole),
		(sizeof(text) - 1) * 9);
	CHECK_INT(whole, 0);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(the_url_comes_through), CHECK_TEST(a_qr_code_comes_through),
		CHECK_TEST(the_address_to_draw_comes_through),
		CHECK_TEST(a_damaged_address_to_draw_is_refused_or_means_what_it_says),
		CHECK_TEST(who_opened_the_page_comes_through),
		CHECK_TEST(a_wrong_number_leaves_one_or_two_tries),
		CHECK_TEST(an_assertion_comes_through),
		CHECK_TEST(the_parts_of_an_assertion_have_limits),
		CHECK_TEST(a_registration_comes_through),
		CHECK_TEST(a_registration_has_a_name_that_a_terminal_can_show),
		CHECK_TEST(an_attestation_of_the_largest_size_fits),
		CHECK_TEST(each_error_comes_through), CHECK_TEST(a_verdict_is_taken_whole),
		CHECK_TEST(a_test_is_taken_whole), CHECK_TEST(a_test_names_a_credential),
		CHECK_TEST(a_text_without_its_nul_is_refused),
		CHECK_TEST(what_only_the_program_says_is_no_message),
		CHECK_TEST(transports_have_names),
		CHECK_TEST(a_damaged_message_is_refused_or_means_what_it_says),
		CHECK_TEST(a_damaged_verdict_is_refused),
		CHECK_TEST(a_damaged_test_is_refused_or_means_what_it_says),
		CHECK_TEST(a_damaged_name_is_no_transport));
}
