/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 1. The number MUST NOT be told to the page.
 * 2. The challenge and the credential ids MUST NOT be told before the number was right.
 * 3. What a browser says MUST reach the program only in the form that browser_message.md allows.
 */
#include "page_message.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"

#define FLAG_NUMBER 1 /* the page asks for a number */

static void put_text(struct ppk_writer *writer, const char *text)
{
	ppk_writer_block(writer, text, strlen(text));
}

static struct ppk_writer writer_begin(uint8_t *out)
{
	return (struct ppk_writer){ .data = out, .size = PPKD_REPLY_MAX };
}

static uint32_t seconds_left(const struct ppkd_ceremony *ceremony, int64_t now_ms)
{
	int64_t left_ms = ceremony->deadline_ms - now_ms;

	return left_ms <= 0 ? 0 : (uint32_t)((left_ms + 999) / 1000);
}

size_t ppkd_page_view(const struct ppkd_ceremony *ceremony, bool admitted, int64_t now_ms,
	uint8_t out[static PPKD_REPLY_MAX])
{
	struct ppk_writer writer = writer_begin(out);
	struct ppk_browser_request request = ppkd_ceremony_request(ceremony);
	bool turned_away = !admitted && ppkd_ceremony_is_live(ceremony);

	ppk_writer_u8(&writer, turned_away ? PPKD_PAGE_TURNED_AWAY : (uint8_t)ceremony->state);
	ppk_writer_u8(&writer, (uint8_t)request.type);
	ppk_writer_u8(&writer, request.number == PPK_BROWSER_NUMBER_NONE ? 0 : FLAG_NUMBER);
	ppk_writer_u8(&writer, ceremony->tries_left);
	ppk_writer_u32(&writer, seconds_left(ceremony, now_ms));
	ppk_writer_u32(&writer, (uint32_t)(request.since_s >> 32));
	ppk_writer_u32(&writer, (uint32_t)(request.since_s & UINT32_MAX));
	put_text(&writer, request.user);
	put_text(&writer, request.host);
	put_text(&writer, request.service);
	put_text(&writer, request.client_address);
	put_text(&writer, request.rp_id);
	return writer.len;
}

size_t ppkd_page_status(const struct ppkd_ceremony *ceremony, uint8_t out[static PPKD_REPLY_MAX])
{
	struct ppk_writer writer = writer_begin(out);

	ppk_writer_u8(&writer, (uint8_t)ceremony->state);
	put_text(&writer, ceremony->state == PPKD_REFUSED ? ppk_err_token(ceremony->reason) : "");
	return writer.len;
}

size_t ppkd_page_wrong(const struct ppkd_ceremony *ceremony, uint8_t out[static PPKD_REPLY_MAX])
{
	struct ppk_writer writer = writer_begin(out);

	ppk_writer_u8(&writer, 0);
	ppk_writer_u8(&writer, (uint8_t)ceremony->state);
	ppk_writer_u8(&writer, ceremony->tries_left);
	return writer.len;
}

static void put_credential(
	struct ppk_writer *writer, const struct ppk_browser_credential_id *credential)
{
	ppk_writer_u8(writer, credential->transports);
	ppk_writer_block(writer, credential->id, credential->len);
}

static void put_enrolment(struct ppk_writer *writer, const struct ppk_browser_request *request)
{
	const struct ppk_browser_enrolment *enrolment = &request->enrolment;

	put_text(writer, enrolment->rp_name);
	put_text(writer, enrolment->display_name);
	ppk_writer_block(writer, enrolment->user_handle, enrolment->user_handle_len);
	ppk_writer_u8(writer, (uint8_t)enrolment->algorithm_count);
	for (size_t i = 0; i < enrolment->algorithm_count; i++)
		ppk_writer_u32(writer, (uint32_t)enrolment->algorithms[i]);
	ppk_writer_u8(writer, (uint8_t)enrolment->discoverable);
	ppk_writer_u8(writer, (uint8_t)enrolment->attestation);
}

size_t ppkd_page_options(const struct ppkd_ceremony *ceremony, uint8_t out[static PPKD_REPLY_MAX])
{
	struct ppk_writer writer = writer_begin(out);
	struct ppk_browser_request request = ppkd_ceremony_request(ceremony);

	ppk_writer_u8(&writer, 1);
	ppk_writer_raw(&writer, ceremony->claim, sizeof(ceremony->claim));
	ppk_writer_raw(&writer, request.challenge, sizeof(request.challenge));
	put_text(&writer, request.rp_id);
	ppk_writer_u8(&writer, (uint8_t)request.uv);
	ppk_writer_u8(&writer, (uint8_t)request.credential_count);
	for (size_t i = 0; i < request.credential_count; i++)
		put_credential(&writer, &request.credentials[i]);
	if (request.type == PPK_BROWSER_ENROL)
		put_enrolment(&writer, &request);
	return writer.len;
}

size_t ppkd_page_test(const struct ppkd_ceremony *ceremony, uint8_t out[static PPKD_REPLY_MAX])
{
	struct ppk_writer writer = writer_begin(out);
	struct ppk_browser_request request = ppkd_ceremony_request(ceremony);
	struct ppk_browser_test test;

	/* it was decoded once before it was kept */
	if (ppk_browser_decode_test(ceremony->test, ceremony->test_len, &test) != PPK_OK)
		abort();
	ppk_writer_raw(&writer, test.challenge, sizeof(test.challenge));
	put_text(&writer, request.rp_id);
	ppk_writer_u8(&writer, (uint8_t)request.uv);
	ppk_writer_u8(&writer, 1);
	put_credential(&writer, &test.credential);
	return writer.len;
}

/* What the program waits for now. */
static uint8_t wanted(const struct ppkd_ceremony *ceremony)
{
	bool enrols = ceremony->packet[0] == PPK_BROWSER_ENROL && ceremony->state != PPKD_TESTING;

	return enrols ? PPK_BROWSER_REGISTRATION : PPK_BROWSER_ASSERTION;
}

/* The page says what the program is to be told, but for the address, which it does not know. */
enum ppk_err ppkd_page_answer(const struct ppkd_ceremony *ceremony,
	const struct ppk_ip_address *address, const uint8_t *body, size_t len,
	const uint8_t **ret_claim, uint8_t *out, size_t *ret_len)
{
	struct ppk_reader reader = { .next = body, .left = len };
	struct ppk_writer writer = { .data = out, .size = PPK_BROWSER_MESSAGE_MAX };
	struct ppk_browser_message message;
	char text[PPK_IP_ADDRESS_SIZE];
	const uint8_t *claim;
	uint8_t type;

	if (!ppk_reader_raw(&reader, PPKD_CLAIM_SIZE, &claim) || !ppk_reader_u8(&reader, &type) ||
		type != wanted(ceremony))
		return PPK_ERR_FRAME;
	ppk_ip_address_format(address, text);
	ppk_writer_u8(&writer, type);
	ppk_writer_block(&writer, text, strlen(text) + 1);
	ppk_writer_raw(&writer, reader.next, reader.left);
	if (writer.failed || ppk_browser_decode_message(out, writer.len, &message) != PPK_OK)
		return PPK_ERR_FRAME;
	*ret_claim = claim;
	*ret_len = writer.len;
	return PPK_OK;
}
