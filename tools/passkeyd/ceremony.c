/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 1. A number MUST NOT be tried more than PPK_BROWSER_NUMBER_TRIES times, by all browsers together.
 * 2. Nobody but who entered the right number last MUST be able to answer.
 * 3. Nothing MUST be taken from a browser once the ceremony no longer waits.
 */
#include "ceremony.h"

#include <stdlib.h>
#include <string.h>

struct ppkd_ceremony *ppkd_ceremony_new(
	const struct ppk_browser_request *request, const uint8_t *packet, size_t len)
{
	struct ppkd_ceremony *ceremony = calloc(1, sizeof(*ceremony) + len);

	if (ceremony == NULL)
		return NULL;
	memcpy(ceremony->packet, packet, len);
	ceremony->packet_len = (uint16_t)len; /* it was decoded: PPK_BROWSER_REQUEST_MAX at most */
	ceremony->socket = -1;
	ceremony->tries_left = PPK_BROWSER_NUMBER_TRIES;
	ceremony->user = (const char *)ceremony->packet + (request->user - (const char *)packet);
	ceremony->client_address =
		(const char *)ceremony->packet + (request->client_address - (const char *)packet);
	ceremony->peer = request->peer;
	ceremony->number = request->number;
	return ceremony;
}

struct ppk_browser_request ppkd_ceremony_request(const struct ppkd_ceremony *ceremony)
{
	struct ppk_browser_request request;

	/* it was decoded once before it was kept */
	if (ppk_browser_decode_request(ceremony->packet, ceremony->packet_len, &request) != PPK_OK)
		abort();
	return request;
}

void ppkd_ceremony_free(struct ppkd_ceremony *ceremony)
{
	if (ceremony != NULL)
		free(ceremony->test);
	free(ceremony);
}

enum ppk_err ppkd_ceremony_begin_test(
	struct ppkd_ceremony *ceremony, const uint8_t *packet, size_t len)
{
	struct ppk_browser_test test;

	if (ceremony->state != PPKD_CHECKING || ceremony->packet[0] != PPK_BROWSER_ENROL ||
		ceremony->test != NULL || ppk_browser_decode_test(packet, len, &test) != PPK_OK)
		return PPK_ERR_FRAME;
	ceremony->test = malloc(len);
	if (ceremony->test == NULL)
		return PPK_ERR_NOMEM;
	memcpy(ceremony->test, packet, len);
	ceremony->test_len = (uint16_t)len;
	ceremony->state = PPKD_TESTING;
	return PPK_OK;
}

bool ppkd_ceremony_is_open(const struct ppkd_ceremony *ceremony)
{
	return ceremony->state == PPKD_WAITING || ceremony->state == PPKD_TESTING;
}

bool ppkd_ceremony_is_live(const struct ppkd_ceremony *ceremony)
{
	return ppkd_ceremony_is_open(ceremony) || ceremony->state == PPKD_CHECKING;
}

bool ppkd_ceremony_admits(
	const struct ppkd_ceremony *ceremony, const struct ppk_ip_address *address)
{
	struct ppk_ip_address client;

	if (ceremony->peer == PPK_BROWSER_PEER_ANY)
		return true;
	return ppk_ip_address_parse(
		       ceremony->client_address, strlen(ceremony->client_address), &client) &&
	       ppk_ip_address_same_place(&client, address);
}

bool ppkd_places_add(struct ppkd_places *places, const struct ppk_ip_address *address)
{
	for (size_t i = 0; i < places->count; i++) {
		if (ppk_ip_address_equal(&places->list[i], address))
			return false;
	}
	if (places->count == PPKD_PLACES_MAX)
		return false;
	places->list[places->count++] = *address;
	return true;
}

bool ppkd_ceremony_try_number(
	struct ppkd_ceremony *ceremony, uint8_t number, const uint8_t claim[static PPKD_CLAIM_SIZE])
{
	if (ceremony->state != PPKD_WAITING)
		return false;
	if (ceremony->number != PPK_BROWSER_NUMBER_NONE && ceremony->number != number) {
		if (--ceremony->tries_left == 0)
			ceremony->state = PPKD_LOCKED;
		return false;
	}
	memcpy(ceremony->claim, claim, sizeof(ceremony->claim));
	ceremony->is_claimed = true;
	return true;
}

bool ppkd_ceremony_holds(
	const struct ppkd_ceremony *ceremony, const uint8_t claim[static PPKD_CLAIM_SIZE])
{
	uint8_t difference = 0;

	for (size_t i = 0; i < PPKD_CLAIM_SIZE; i++)
		difference |= ceremony->claim[i] ^ claim[i];
	return ppkd_ceremony_is_open(ceremony) && ceremony->is_claimed && difference == 0;
}
