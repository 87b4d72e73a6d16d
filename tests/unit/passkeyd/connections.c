/* SPDX-License-Identifier: BSD-2-Clause */
#include "connections.h"

#include "check.h"

static struct ppkd_connections connections;
static struct ppkd_connection all[8];

/* count connections, one a millisecond, each from an address of its own. */
static void begin(size_t max, size_t count)
{
	connections = (struct ppkd_connections){ .max = max, .max_per_address = 2 };
	memset(all, 0, sizeof(all));
	for (size_t i = 0; i < count; i++) {
		all[i].since_ms = (int64_t)i;
		all[i].address.bytes[0] = (uint8_t)(i + 1);
		ppkd_connections_add(&connections, &all[i]);
	}
}

static void room_ends_the_oldest_that_asked_for_nothing(void)
{
	begin(3, 5);
	all[0].is_proven = true;
	CHECK(ppkd_connections_next_to_end(&connections, 10) == &all[1]);
	CHECK(ppkd_connections_next_to_end(&connections, 10) == &all[2]);
	CHECK(ppkd_connections_next_to_end(&connections, 10) == NULL);
	CHECK_INT(connections.count, 3);
	ppkd_connections_remove(&connections, &all[1]); /* it has ended now */
	CHECK_INT(connections.count, 3);
}

static void proven_ones_and_proxies_stay(void)
{
	begin(1, 3);
	all[0].is_proven = all[2].is_proven = true;
	all[1].is_proxy = true;
	CHECK(ppkd_connections_next_to_end(&connections, 10) == NULL);
}

static void a_first_request_has_its_time(void)
{
	begin(8, 2);
	CHECK(ppkd_connections_next_to_end(&connections, PPKD_UNPROVEN_MS) == NULL);
	CHECK(ppkd_connections_next_to_end(&connections, PPKD_UNPROVEN_MS + 1) == &all[0]);
	all[1].is_proven = true;
	CHECK(ppkd_connections_next_to_end(&connections, PPKD_PROVEN_MS + 1) == NULL);
	CHECK(ppkd_connections_next_to_end(&connections, PPKD_PROVEN_MS + 2) == &all[1]);
	begin(8, 1);
	all[0].is_proxy = true;
	CHECK(ppkd_connections_next_to_end(&connections, INT64_MAX) == NULL);
}

static void one_address_has_its_share(void)
{
	begin(8, 3);
	CHECK(ppkd_connections_admit(&connections, &all[0].address));
	all[1].address = all[0].address;
	CHECK(!ppkd_connections_admit(&connections, &all[0].address));
	CHECK(ppkd_connections_admit(&connections, &all[2].address));
	all[1].is_ended = true; /* on its way out */
	CHECK(ppkd_connections_admit(&connections, &all[0].address));
}

static void any_of_them_can_go(void)
{
	static const size_t orders[][3] = { { 0, 1, 2 }, { 1, 0, 2 }, { 2, 1, 0 } };

	for (size_t i = 0; i < 3; i++) {
		begin(8, 3);
		for (size_t k = 0; k < 3; k++)
			ppkd_connections_remove(&connections, &all[orders[i][k]]);
		CHECK(connections.newest == NULL && connections.oldest == NULL);
		CHECK_INT(connections.count, 0);
	}
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(room_ends_the_oldest_that_asked_for_nothing),
		CHECK_TEST(proven_ones_and_proxies_stay), CHECK_TEST(a_first_request_has_its_time),
		CHECK_TEST(one_address_has_its_share), CHECK_TEST(any_of_them_can_go));
}
