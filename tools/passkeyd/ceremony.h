/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYD_CEREMONY_H
#define PPK_TOOLS_PASSKEYD_CEREMONY_H

/*
 * One ceremony: what it waits for, and what a browser may do to it. No I/O here.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/browser_message.h"
#include "core/error.h"
#include "core/ip_address.h"
#include "secret_path.h"

#define PPKD_CLAIM_SIZE 16 /* random bytes that the browser holds which entered the number */
#define PPKD_PLACES_MAX 8 /* addresses that the program is told of, of each kind */
#define PPKD_CEREMONY_MAX 4096 /* bytes of memory of one that waits */

/* As the page knows it (page.md): the numbers are on the wire. */
enum ppkd_state {
	PPKD_WAITING = 0, /* for a browser */
	PPKD_CHECKING = 1, /* the program has the answer and verifies it */
	PPKD_ACCEPTED = 2,
	PPKD_REFUSED = 3, /* by the program; the reason is beside it */
	PPKD_CANCELLED = 4, /* at the terminal */
	PPKD_EXPIRED = 5,
	PPKD_LOCKED = 6, /* three wrong numbers */
	PPKD_NOT_REQUESTED = 7,
	PPKD_TESTING =
		9, /* waits for an assertion by what was just registered; 8: page_message.h */
	PPKD_STATES,
};

enum ppkd_index { PPKD_BY_PATH, PPKD_BY_USER, PPKD_BY_ADDRESS, PPKD_INDEXES };

/* What epoll hands out: whose turn it is. */
struct ppkd_source {
	void (*ready)(struct ppkd_source *source);
	void *context;
};

/* Addresses that the program was told of. */
struct ppkd_places {
	struct ppk_ip_address list[PPKD_PLACES_MAX];
	uint8_t count;
};

struct ppkd_ceremony {
	struct ppkd_source source; /* of the program's socket */
	struct ppkd_ceremony *next[PPKD_INDEXES]; /* in their chains */
	struct ppkd_ceremony *older, *newer; /* remembered: the ones that ended around it */
	bool is_remembered; /* it has ended */
	size_t heap_index;
	int64_t deadline_ms; /* WAITING: when it expires; at its end: when it is forgotten */
	int socket; /* of the program; -1 once it has ended */
	enum ppkd_state state;
	enum ppk_err reason; /* REFUSED: why */
	uint8_t tries_left;
	bool is_claimed;
	uint8_t claim[PPKD_CLAIM_SIZE];
	char path[PPKD_SECRET_PATH_SIZE];
	struct ppkd_places opened, turned_away;
	const char *user, *client_address; /* in packet */
	enum ppk_browser_peer peer;
	uint8_t number;
	uint16_t test_len, packet_len;
	uint8_t *test; /* TESTING: the packet that asked for it */
	uint8_t packet[]; /* the request, as it came */
};
_Static_assert(sizeof(struct ppkd_ceremony) + PPK_BROWSER_REQUEST_MAX <= PPKD_CEREMONY_MAX,
	"a ceremony that waits has its limit");

/*
 * A new one, waiting, of a request that was decoded from packet; the caller's (ppkd_ceremony_free()).
 * NULL: no memory. The path is still to be made.
 */
struct ppkd_ceremony *ppkd_ceremony_new(
	const struct ppk_browser_request *request, const uint8_t *packet, size_t len);

/* The request again; its views point into the ceremony. */
struct ppk_browser_request ppkd_ceremony_request(const struct ppkd_ceremony *ceremony);

/* Free it; NULL is fine. */
void ppkd_ceremony_free(struct ppkd_ceremony *ceremony);

/*
 * The program, which verifies a registration, asks for a test of it: the state is TESTING. PPK_ERR_FRAME: not
 * now, not twice, or malformed; PPK_ERR_NOMEM.
 */
PPK_MUST_CHECK enum ppk_err ppkd_ceremony_begin_test(
	struct ppkd_ceremony *ceremony, const uint8_t *packet, size_t len);

/* Does it wait for what a browser sends? */
bool ppkd_ceremony_is_open(const struct ppkd_ceremony *ceremony);

/* Does it still wait, for a browser or for its verdict? */
bool ppkd_ceremony_is_live(const struct ppkd_ceremony *ceremony);

/* May a browser at this address take part? */
bool ppkd_ceremony_admits(
	const struct ppkd_ceremony *ceremony, const struct ppk_ip_address *address);

/* Is the program to be told of this address? true once for each, at most PPKD_PLACES_MAX times. */
bool ppkd_places_add(struct ppkd_places *places, const struct ppk_ip_address *address);

/*
 * A number was entered while WAITING. true: it is right, or none is asked for, and who holds claim may
 * now answer, nobody else. false: one try less; with none left the state is LOCKED.
 */
bool ppkd_ceremony_try_number(struct ppkd_ceremony *ceremony, uint8_t number,
	const uint8_t claim[static PPKD_CLAIM_SIZE]);

/* Does it wait for an answer, and from who holds claim? Compared in constant time. */
bool ppkd_ceremony_holds(
	const struct ppkd_ceremony *ceremony, const uint8_t claim[static PPKD_CLAIM_SIZE]);

#endif
