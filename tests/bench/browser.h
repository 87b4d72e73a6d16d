/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_BENCH_BROWSER_H
#define TESTS_BENCH_BROWSER_H

/*
 * A browser that costs next to nothing, with an ES256 authenticator: what a page's script asks passkeyd
 * for, in its order, on one connection (tools/passkeyd/page.md). Whatever fails ends the program.
 */

#include <stdbool.h>
#include <stdint.h>

#include "../unit/crypto/signer.h"

#define BROWSER_RP "localhost"
#define BROWSER_ID "credential of the bench"
#define BROWSER_ID_LEN (sizeof(BROWSER_ID) - 1)

struct browser {
	const char *origin; /* of the page: http://localhost:PORT */
	uint16_t port;
	const struct signer *signer;
	int socket; /* -1: no connection */
	char path[64]; /* of the page that is open */
	uint8_t answer[65536]; /* the last one's body */
	size_t answer_len;
};

/* The page with all its parts, the number, the assertion; afterwards the connection stays open. */
void browser_answer(struct browser *browser, const char *url, unsigned number);

/* The page's last question: does it say that the person is signed in? Closes the connection. */
bool browser_is_accepted(struct browser *browser);

#endif
