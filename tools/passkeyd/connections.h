/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYD_CONNECTIONS_H
#define PPK_TOOLS_PASSKEYD_CONNECTIONS_H

/*
 * Browsers' connections, so that many of them, idle or slow, do not keep out a person who signs in. A
 * connection is worth something once it asked for a ceremony that exists; until then it can be ended at any
 * time, the oldest first. A proxy's connections carry many browsers and are left to the proxy. Pure; the
 * caller ends what it is told to.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/ip_address.h"

#define PPKD_UNPROVEN_MS 10000 /* to finish a first good request, the TLS handshake with it */
#define PPKD_PROVEN_MS 75000 /* between two good requests */

struct ppkd_connection {
	struct ppkd_connection *newer, *older;
	struct ppk_ip_address address;
	bool is_proxy;
	bool is_proven;
	bool is_ended; /* was told to end, and has not yet */
	int64_t since_ms; /* of its beginning, or of its last good request */
	int fd;
};

struct ppkd_connections {
	struct ppkd_connection *newest, *oldest;
	size_t count; /* without those that are ended */
	size_t max, max_per_address;
};

/* Is there room for another one from this address? */
bool ppkd_connections_admit(
	const struct ppkd_connections *connections, const struct ppk_ip_address *address);

/* connection has address, is_proxy, fd and since_ms; it stays where it is until ppkd_connections_remove(). */
void ppkd_connections_add(struct ppkd_connections *connections, struct ppkd_connection *connection);
void ppkd_connections_remove(
	struct ppkd_connections *connections, struct ppkd_connection *connection);

/* One that has to end now, and is from now on not counted; NULL: none. */
struct ppkd_connection *ppkd_connections_next_to_end(
	struct ppkd_connections *connections, int64_t now_ms);

#endif
