/* SPDX-License-Identifier: BSD-2-Clause */
#include "page_message.h"

#include "../core/browser_sample.h"
#include "check.h"
#include "core/bytes.h"
#include "mutate.h"

static uint8_t out[PPKD_REPLY_MAX];
static const uint8_t claim[PPKD_CLAIM_SIZE] = { 7, 7, 7 };

static struct ppkd_ceremony *ceremony_of(struct ppk_browser_request request)
{
	uint8_t packet[PPK_BROWSER_REQUEST_MAX];
	struct ppkd_ceremony *ceremony;
	size_t len = 0;

	CHECK_OK(ppk_browser_encode_request(&request, packet, sizeof(packet), &len));
	CHECK_OK(ppk_browser_decode_request(packet, len, &request));
	ceremony = ppkd_ceremony_new(&request, packet, len);
	CHECK(ceremony != NULL);
	ceremony->deadline_ms = 60500;
	return ceremony;
}

static void expect_text(struct ppk_reader *reader, const char *want)
{
	const uint8_t *data;
	size_t len;

	CHECK(ppk_reader_block(reader, 255, &data, &len));
	CHECK_BYTES(data, len, want, strlen(want));
}

static void expect_u8(struct ppk_reader *reader, unsigned want)
{
	uint8_t got;

	CHECK(ppk_reader_u8(reader, &got));
	CHECK_INT(got, want);
}

static bool contains(const uint8_t *data, size_t len, const void *part, size_t part_len)
{
	return memmem(data, len, part, part_len) != NULL;
}

static void a_view_says_who_asks_for_what(void)
{
	struct ppkd_ceremony *ceremony = ceremony_of(browser_sign_in());
	struct ppk_reader reader = { out, ppkd_page_view(ceremony, true, 1000, out) };
	uint32_t number;

	expect_u8(&reader, PPKD_WAITING);
	expect_u8(&reader, PPK_BROWSER_SIGN_IN);
	expect_u8(&reader, 1);
	expect_u8(&reader, 3);
	CHECK(ppk_reader_u32(&reader, &number));
	CHECK_INT(number, 60); /* 59.5 */
	CHECK(ppk_reader_u32(&reader, &number));
	CHECK_INT(number, 0);
	CHECK(ppk_reader_u32(&reader, &number));
	CHECK_INT(number, 1795600000);
	expect_text(&reader, "alice");
	expect_text(&reader, "web1.example.org");
	expect_text(&reader, "sshd");
	expect_text(&reader, "192.0.2.7");
	expect_text(&reader, "example.org");
	CHECK_INT(reader.left, 0);
	ppkd_ceremony_free(ceremony);
}

/* Whoever opens the page learns neither the challenge nor the credentials. */
static void a_view_tells_no_more_than_that(void)
{
	struct ppkd_ceremony *ceremony = ceremony_of(browser_sign_in());
	struct ppk_browser_request request = ppkd_ceremony_request(ceremony);
	size_t len = ppkd_page_view(ceremony, true, 0, out);

	CHECK(!contains(out, len, request.challenge, 32));
	CHECK(!contains(out, len, request.credentials[0].id, request.credentials[0].len));
	CHECK(!contains(out, len, ceremony->path, PPKD_SECRET_PATH_LEN));
	len = ppkd_page_options(ceremony, out);
	CHECK(contains(out, len, request.challenge, 32));
	CHECK(contains(out, len, request.credentials[0].id, request.credentials[0].len));
	ppkd_ceremony_free(ceremony);
}

static void a_browser_elsewhere_is_told_so_while_it_matters(void)
{
	struct ppkd_ceremony *ceremony = ceremony_of(browser_sign_in());

	CHECK(ppkd_page_view(ceremony, false, 0, out) > 0);
	CHECK_INT(out[0], PPKD_PAGE_TURNED_AWAY);
	ceremony->state = PPKD_EXPIRED;
	CHECK(ppkd_page_view(ceremony, false, 0, out) > 0);
	CHECK_INT(out[0], PPKD_EXPIRED);
	ppkd_ceremony_free(ceremony);
}

static void a_refusal_has_its_reason(void)
{
	struct ppkd_ceremony *ceremony = ceremony_of(browser_sign_in());
	struct ppk_reader reader;

	ceremony->reason = PPK_ERR_SIGNATURE;
	reader = (struct ppk_reader){ out, ppkd_page_status(ceremony, out) };
	expect_u8(&reader, PPKD_WAITING);
	expect_text(&reader, "");
	ceremony->state = PPKD_REFUSED;
	reader = (struct ppk_reader){ out, ppkd_page_status(ceremony, out) };
	expect_u8(&reader, PPKD_REFUSED);
	expect_text(&reader, "signature");
	ppkd_ceremony_free(ceremony);
}

static void the_largest_ceremony_fits(void)
{
	struct ppk_browser_request request = browser_enrol();
	struct ppkd_ceremony *ceremony;

	for (size_t i = 0; i < 3; i++)
		request.credentials[i] =
			(struct ppk_browser_credential_id){ browser_filler, 1000, 1 };
	request.credential_count = 3;
	ceremony = ceremony_of(request);
	CHECK(ppkd_page_options(ceremony, out) > 3000);
	ppkd_ceremony_free(ceremony);
}

/* The body that a page sends for a message. */
static size_t make_body(const struct ppk_browser_message *message, uint8_t *body)
{
	uint8_t packet[8192];
	size_t len = 0, skip = 1 + 2 + strlen(message->address) + 1;

	CHECK_OK(ppk_browser_encode_message(message, packet, sizeof(packet), &len));
	memcpy(body, claim, sizeof(claim));
	body[sizeof(claim)] = packet[0];
	memcpy(body + sizeof(claim) + 1, packet + skip, len - skip);
	return sizeof(claim) + 1 + len - skip;
}

static void an_answer_becomes_the_message_with_the_address(void)
{
	struct ppkd_ceremony *ceremony = ceremony_of(browser_sign_in());
	struct ppk_browser_message message = browser_assertion(), got;
	static uint8_t body[8192], packet[PPK_BROWSER_MESSAGE_MAX];
	struct ppk_ip_address address;
	const uint8_t *held;
	size_t len = 0;

	CHECK(ppk_ip_address_parse("192.0.2.9", 9, &address));
	CHECK_OK(ppkd_page_answer(
		ceremony, &address, body, make_body(&message, body), &held, packet, &len));
	CHECK_BYTES(held, PPKD_CLAIM_SIZE, claim, PPKD_CLAIM_SIZE);
	CHECK_OK(ppk_browser_decode_message(packet, len, &got));
	CHECK_STR(got.address, "192.0.2.9");
	CHECK_BYTES(got.assertion.signature, got.assertion.signature_len,
		message.assertion.signature, message.assertion.signature_len);
	ppkd_ceremony_free(ceremony);
}

static void an_answer_of_the_other_kind_is_refused(void)
{
	struct ppkd_ceremony *sign_in = ceremony_of(browser_sign_in());
	struct ppkd_ceremony *enrol = ceremony_of(browser_enrol());
	struct ppk_browser_message assertion = browser_assertion();
	struct ppk_browser_message registration = browser_registration();
	static uint8_t body[8192], packet[PPK_BROWSER_MESSAGE_MAX];
	struct ppk_ip_address address = { .bytes = { 1 } };
	const uint8_t *held;
	size_t len = 77;

	CHECK_ERR(ppkd_page_answer(
			  enrol, &address, body, make_body(&assertion, body), &held, packet, &len),
		PPK_ERR_FRAME);
	CHECK_ERR(ppkd_page_answer(sign_in, &address, body, make_body(&registration, body), &held,
			  packet, &len),
		PPK_ERR_FRAME);
	CHECK_INT(len, 77);
	CHECK_OK(ppkd_page_answer(
		enrol, &address, body, make_body(&registration, body), &held, packet, &len));
	ppkd_ceremony_free(sign_in);
	ppkd_ceremony_free(enrol);
}

static void a_registration_may_be_tested_once(void)
{
	static const struct ppk_browser_test test = { .challenge = { 5, 5 },
		.credential = { browser_filler, 20, PPK_BROWSER_USB } };
	struct ppkd_ceremony *ceremony = ceremony_of(browser_enrol());
	struct ppk_browser_message assertion = browser_assertion();
	static uint8_t body[8192], packet[PPK_BROWSER_MESSAGE_MAX];
	struct ppk_ip_address address = { .bytes = { 1 } };
	uint8_t asked[256];
	const uint8_t *held;
	size_t asked_len = 0, len = 0;

	CHECK_OK(ppk_browser_encode_test(&test, asked, sizeof(asked), &asked_len));
	CHECK_ERR(ppkd_ceremony_begin_test(ceremony, asked, asked_len), PPK_ERR_FRAME);
	ceremony->state = PPKD_CHECKING;
	CHECK_ERR(ppkd_ceremony_begin_test(ceremony, asked, asked_len - 1), PPK_ERR_FRAME);
	CHECK_OK(ppkd_ceremony_begin_test(ceremony, asked, asked_len));
	CHECK_INT(ceremony->state, PPKD_TESTING);
	len = ppkd_page_test(ceremony, out);
	CHECK_BYTES(out, 32, test.challenge, 32);
	CHECK(contains(out, len, browser_filler, 20));
	CHECK_OK(ppkd_page_answer(
		ceremony, &address, body, make_body(&assertion, body), &held, packet, &len));
	ceremony->state = PPKD_CHECKING;
	CHECK_ERR(ppkd_ceremony_begin_test(ceremony, asked, asked_len), PPK_ERR_FRAME);
	ppkd_ceremony_free(ceremony);
}

static void damaged(const uint8_t *data, size_t len, const char *how, void *context)
{
	static uint8_t packet[PPK_BROWSER_MESSAGE_MAX];
	struct ppk_ip_address address = { .bytes = { 1 } };
	struct ppk_browser_message got;
	const uint8_t *held;
	size_t packet_len = 0;

	/* whatever reaches the program is a message of the protocol */
	if (ppkd_page_answer(context, &address, data, len, &held, packet, &packet_len) == PPK_OK &&
		(ppk_browser_decode_message(packet, packet_len, &got) != PPK_OK ||
			got.type != PPK_BROWSER_ASSERTION || held != data))
		CHECK_FAIL("nonsense goes on when %s", how);
}

static void a_damaged_answer_never_reaches_the_program_as_nonsense(void)
{
	struct ppkd_ceremony *ceremony = ceremony_of(browser_sign_in());
	struct ppk_browser_message message = browser_assertion();
	static uint8_t body[8192];

	mutate_each(body, make_body(&message, body), damaged, ceremony);
	ppkd_ceremony_free(ceremony);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(a_view_says_who_asks_for_what),
		CHECK_TEST(a_view_tells_no_more_than_that),
		CHECK_TEST(a_browser_elsewhere_is_told_so_while_it_matters),
		CHECK_TEST(a_refusal_has_its_reason), CHECK_TEST(the_largest_ceremony_fits),
		CHECK_TEST(an_answer_becomes_the_message_with_the_address),
		CHECK_TEST(an_answer_of_the_other_kind_is_refused),
		CHECK_TEST(a_registration_may_be_tested_once),
		CHECK_TEST(a_damaged_answer_never_reaches_the_program_as_nonsense));
}
