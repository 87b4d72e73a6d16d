/* SPDX-License-Identifier: BSD-2-Clause */
#include "connections.h"

#include <stddef.h>

bool ppkd_connections_admit(
	const struct ppkd_connections *connections, const struct ppk_ip_address *address)
{
	size_t count = 0;

	for (const struct ppkd_connection *at = connections->newest; at != NULL; at = at->older)
		count += !at->is_proxy && !at->is_ended &&
			 ppk_ip_address_same_network(&at->address, address);
	return count < connections->max_per_address;
}

void ppkd_connections_add(struct ppkd_connections *connections, struct ppkd_connection *connection)
{
	connection->newer = NULL;
	connection->older = connections->newest;
	if (connections->newest != NULL)
		connections->newest->newer = connection;
	else
		connections->oldest = connection;
	connections->newest = connection;
	connections->count++;
}

void ppkd_connections_remove(
	struct ppkd_connections *connections, struct ppkd_connection *connection)
{
	if (connection->newer != NULL)
		connection->newer->older = connection->older;
	else
		connections->newest = connection->older;
	if (connection->older != NULL)
		connection->older->newer = connection->newer;
	else
		connections->oldest = connection->newer;
	connections->count -= !connection->is_ended;
}

static bool is_late(const struct ppkd_connection *connection, int64_t now_ms)
{
	return now_ms - connection->since_ms >
	       (connection->is_proven ? PPKD_PROVEN_MS : PPKD_UNPROVEN_MS);
}

struct ppkd_connection *ppkd_connections_next_to_end(
	struct ppkd_connections *connections, int64_t now_ms)
{
	bool crowded = connections->count > connections->max;

	for (struct ppkd_connection *at = connections->oldest; at != NULL; at = at->newer) {
		if (at->is_proxy || at->is_ended)
			continue;
		if (is_late(at, now_ms) || (crowded && !at->is_proven)) {
			at->is_ended = true;
			connections->count--;
			return at;
		}
	}
	return NULL;
}
