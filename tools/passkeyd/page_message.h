/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYD_PAGE_MESSAGE_H
#define PPK_TOOLS_PASSKEYD_PAGE_MESSAGE_H

/* What passkeyd and its page say to each other (wire format: page.md). Pure. */

#include <stddef.h>
#include <stdint.h>

#include "ceremony.h"

#define PPKD_PAGE_TURNED_AWAY 8 /* besides enum ppkd_state: this browser is at another address */
#define PPKD_REPLY_MAX (8 * 1024) /* bytes of what the page is told */
#define PPKD_NUMBER_LEN 1 /* bytes of the body that brings a number */
/* bytes of the body that brings an answer: what a message to the program has room for */
#define PPKD_ANSWER_MAX (PPK_BROWSER_MESSAGE_MAX - 256)

/*
 * What the page is told, written into out (PPKD_REPLY_MAX bytes); returns the length.
 * view: who asks for what; status: how it stands; wrong: a number was wrong; options: it was right, and
 * this is what the browser is to be asked for; test (of one that is TESTING): the same for the test.
 */
size_t ppkd_page_view(const struct ppkd_ceremony *ceremony, bool admitted, int64_t now_ms,
	uint8_t out[static PPKD_REPLY_MAX]);
size_t ppkd_page_status(const struct ppkd_ceremony *ceremony, uint8_t out[static PPKD_REPLY_MAX]);
size_t ppkd_page_wrong(const struct ppkd_ceremony *ceremony, uint8_t out[static PPKD_REPLY_MAX]);
size_t ppkd_page_options(const struct ppkd_ceremony *ceremony, uint8_t out[static PPKD_REPLY_MAX]);
size_t ppkd_page_test(const struct ppkd_ceremony *ceremony, uint8_t out[static PPKD_REPLY_MAX]);

/*
 * The body of an answer, from a browser at address, as the packet for the program: into out
 * (PPK_BROWSER_MESSAGE_MAX bytes), its length in *ret_len; *ret_claim points into body. PPK_ERR_FRAME:
 * malformed, or not what this ceremony asks for.
 */
PPK_MUST_CHECK enum ppk_err ppkd_page_answer(const struct ppkd_ceremony *ceremony,
	const struct ppk_ip_address *address, const uint8_t *body, size_t len,
	const uint8_t **ret_claim, uint8_t *out, size_t *ret_len);

#endif
