/* SPDX-License-Identifier: BSD-2-Clause */
/* Ceremonies, one and many. */
#include "table.h"

#include "../core/browser_sample.h"
#include "check.h"

static const struct ppkd_limits limits = { .total = 8, .per_user = 3, .per_address = 4 };
static struct ppkd_table table;

static struct ppkd_ceremony *new_ceremony(const char *user, const char *address)
{
	struct ppk_browser_request request = browser_sign_in();
	uint8_t packet[PPK_BROWSER_REQUEST_MAX];
	struct ppkd_ceremony *ceremony;
	size_t len = 0;

	request.user = user;
	request.client_address = address;
	request.peer = address[0] == '\0' ? PPK_BROWSER_PEER_ANY : PPK_BROWSER_PEER_SAME_ADDRESS;
	CHECK_OK(ppk_browser_encode_request(&request, packet, sizeof(packet), &len));
	CHECK_OK(ppk_browser_decode_request(packet, len, &request));
	ceremony = ppkd_ceremony_new(&request, packet, len);
	CHECK(ceremony != NULL);
	memset(packet, 0xee, sizeof(packet)); /* what is kept no longer needs it */
	return ceremony;
}

static struct ppkd_ceremony *added(const char *user, const char *address, int64_t deadline_ms)
{
	struct ppkd_ceremony *ceremony = new_ceremony(user, address);

	CHECK_OK(ppkd_table_add(&table, ceremony, "", deadline_ms));
	return ceremony;
}

/* One that has this path from before. */
static enum ppk_err add_again(const char *path, struct ppkd_ceremony **ret)
{
	enum ppk_err err;

	*ret = new_ceremony("alice", "192.0.2.7");
	err = ppkd_table_add(&table, *ret, path, 1000);
	if (err != PPK_OK)
		ppkd_ceremony_free(*ret);
	return err;
}

static void refused(const char *user, const char *address)
{
	struct ppkd_ceremony *ceremony = new_ceremony(user, address);

	CHECK_ERR(ppkd_table_add(&table, ceremony, "", 1), PPK_ERR_BUSY);
	ppkd_ceremony_free(ceremony);
}

static void begin(void)
{
	ppkd_table_done(&table);
	CHECK_OK(ppkd_table_init(&table, &limits));
}

static void a_ceremony_keeps_its_request(void)
{
	struct ppkd_ceremony *ceremony = new_ceremony("alice", "192.0.2.7");
	struct ppk_browser_request request = ppkd_ceremony_request(ceremony);

	CHECK_STR(request.user, "alice");
	CHECK_STR(ceremony->user, "alice");
	CHECK_STR(ceremony->client_address, "192.0.2.7");
	CHECK_INT(request.credential_count, 2);
	ppkd_ceremony_free(ceremony);
}

static void each_is_found_by_its_path_alone(void)
{
	struct ppkd_ceremony *first, *second;
	char path[PPKD_SECRET_PATH_SIZE];

	begin();
	first = added("alice", "192.0.2.7", 10);
	second = added("alice", "192.0.2.7", 20);
	CHECK(ppkd_table_find(&table, first->path) == first);
	CHECK(ppkd_table_find(&table, second->path) == second);
	memcpy(path, first->path, sizeof(path));
	path[0] = path[0] == '0' ? '1' : '0';
	CHECK(ppkd_table_find(&table, path) == NULL);
	memcpy(path, first->path, sizeof(path));
	ppkd_table_forget(&table, first);
	CHECK(ppkd_table_find(&table, path) == NULL);
	CHECK(ppkd_table_find(&table, second->path) == second);
}

static void the_soonest_comes_first(void)
{
	static const int64_t order[] = { 50, 20, 90, 10, 70, 30 };
	struct ppkd_ceremony *all[6];
	int64_t last = 0;

	begin();
	for (size_t i = 0; i < 6; i++)
		all[i] = added(i < 3 ? "alice" : "bob", "", order[i]);
	ppkd_table_postpone(&table, all[3], 60); /* 10 becomes 60 */
	ppkd_table_postpone(&table, all[2], 5); /* 90 becomes 5 */
	ppkd_table_forget(&table, all[5]);
	for (size_t i = 0; i < 5; i++) {
		struct ppkd_ceremony *first = ppkd_table_first(&table);

		CHECK(first->deadline_ms >= last);
		last = first->deadline_ms;
		ppkd_table_forget(&table, first);
	}
	CHECK_INT(last, 70);
	CHECK(ppkd_table_first(&table) == NULL);
}

static void one_may_have_the_path_that_it_had_before(void)
{
	static const char *const none[] = { "0123456789abcdefghjkmnpqr",
		"0123456789abcdefghjkmnpqrst", "0123456789ABCDEFGHJKMNPQRS",
		"O123456789abcdefghjkmnpqrs", "../3456789abcdefghjkmnpqrs" };
	const char *path = "0123456789abcdefghjkmnpqrs";
	struct ppkd_ceremony *ceremony, *other;

	begin();
	CHECK_OK(add_again(path, &ceremony));
	CHECK(ppkd_table_find(&table, path) == ceremony);
	CHECK_ERR(add_again(path, &other), PPK_ERR_BUSY);
	ceremony->state = PPKD_CANCELLED;
	ppkd_table_end(&table, ceremony, 1000);
	CHECK_ERR(add_again(path, &other), PPK_ERR_BUSY); /* its page still says how it ended */
	ppkd_table_forget(&table, ceremony);
	CHECK_OK(add_again(path, &ceremony));
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		CHECK_ERR(add_again(none[i], &other), PPK_ERR_FRAME);
	CHECK_INT(table.live, 1);
}

static void users_addresses_and_all_together_have_limits(void)
{
	begin();
	for (size_t i = 0; i < 3; i++)
		added("alice", "192.0.2.7", 1);
	refused("alice", "192.0.2.8");
	added("bob", "192.0.2.7", 1);
	refused("bob", "192.0.2.7");
	for (size_t i = 0; i < 2; i++)
		added("bob", "", 1);
	for (size_t i = 0; i < 2; i++)
		added("carol", "", 1); /* no address, no limit of one */
	refused("dave", "192.0.2.9");
	CHECK_INT(table.live, 8);
}

static void what_has_ended_is_not_counted(void)
{
	struct ppkd_ceremony *ceremony;

	begin();
	for (size_t i = 0; i < 3; i++)
		ceremony = added("alice", "192.0.2.7", 1);
	refused("alice", "192.0.2.7");
	ceremony->state = PPKD_EXPIRED;
	ppkd_table_end(&table, ceremony, 100);
	CHECK_INT(table.live, 2);
	CHECK(ppkd_table_find(&table, ceremony->path) == ceremony);
	added("alice", "192.0.2.7", 1);
	refused("alice", "192.0.2.7");
	ppkd_table_forget(&table, ceremony);
	CHECK_INT(table.live, 3);
}

/* No more are remembered than may wait, and those are the last: their pages still ask how it ended. */
static void of_ended_ones_the_last_are_remembered(void)
{
	struct ppkd_ceremony *ended[20];

	begin();
	for (size_t i = 0; i < 20; i++) {
		ended[i] = added("alice", "192.0.2.7", 1);
		ended[i]->state = PPKD_CANCELLED;
		ppkd_table_end(&table, ended[i], 1000);
		for (size_t j = 0; j <= i; j++)
			CHECK_INT(ended[j]->deadline_ms, j + limits.total > i ? 1000 : 0);
	}
	CHECK_INT(table.live, 0);
	for (size_t i = 0; i < 12; i++) {
		CHECK_INT(ppkd_table_first(&table)->deadline_ms, 0);
		ppkd_table_forget(&table, ppkd_table_first(&table));
	}
	CHECK_INT(table.remembered, limits.total);
	ppkd_table_forget(&table, ended[15]); /* between others */
	ppkd_table_forget(&table, ended[19]);
	ppkd_table_forget(&table, ended[12]);
	CHECK(table.oldest == ended[13] && table.newest == ended[18]);
	CHECK(ended[14]->newer == ended[16] && ended[16]->older == ended[14]);
	CHECK_INT(table.remembered, limits.total - 3);
}

static void three_wrong_numbers_lock_it(void)
{
	static const uint8_t claim[PPKD_CLAIM_SIZE] = { 1 };
	struct ppkd_ceremony *ceremony = new_ceremony("alice", "");

	CHECK(!ppkd_ceremony_try_number(ceremony, 8, claim));
	CHECK(!ppkd_ceremony_try_number(ceremony, PPK_BROWSER_NUMBER_NONE, claim));
	CHECK_INT(ceremony->tries_left, 1);
	CHECK_INT(ceremony->state, PPKD_WAITING);
	CHECK(!ppkd_ceremony_try_number(ceremony, 9, claim));
	CHECK_INT(ceremony->state, PPKD_LOCKED);
	CHECK(!ppkd_ceremony_try_number(ceremony, 7, claim)); /* too late for the right one */
	CHECK(!ppkd_ceremony_holds(ceremony, claim));
	ppkd_ceremony_free(ceremony);
}

static void who_entered_the_number_last_may_answer(void)
{
	static const uint8_t none[PPKD_CLAIM_SIZE] = { 0 };
	static const uint8_t first[PPKD_CLAIM_SIZE] = { 1 }, second[PPKD_CLAIM_SIZE] = { 2 };
	struct ppkd_ceremony *ceremony = new_ceremony("alice", "");

	CHECK(!ppkd_ceremony_holds(ceremony, none)); /* nobody has entered it yet */
	CHECK(ppkd_ceremony_try_number(ceremony, 7, first));
	CHECK(ppkd_ceremony_holds(ceremony, first));
	CHECK(ppkd_ceremony_try_number(ceremony, 7, second));
	CHECK(!ppkd_ceremony_holds(ceremony, first));
	CHECK(ppkd_ceremony_holds(ceremony, second));
	ceremony->state = PPKD_CHECKING;
	CHECK(!ppkd_ceremony_holds(ceremony, second));
	ppkd_ceremony_free(ceremony);
}

static void the_address_counts_where_it_has_to_be_the_same(void)
{
	struct ppkd_ceremony *same = new_ceremony("alice", "192.0.2.7");
	struct ppkd_ceremony *any = new_ceremony("alice", "");
	struct ppk_ip_address here, there;

	CHECK(ppk_ip_address_parse("::ffff:192.0.2.7", 16, &here));
	CHECK(ppk_ip_address_parse("192.0.2.8", 9, &there));
	CHECK(ppkd_ceremony_admits(same, &here) && !ppkd_ceremony_admits(same, &there));
	CHECK(ppkd_ceremony_admits(any, &here) && ppkd_ceremony_admits(any, &there));
	ppkd_ceremony_free(same);
	ppkd_ceremony_free(any);
}

static void a_program_is_told_of_an_address_once(void)
{
	struct ppkd_places places = { .count = 0 };
	struct ppk_ip_address address = { .bytes = { 1 } };

	for (uint8_t i = 0; i < PPKD_PLACES_MAX; i++) {
		address.bytes[15] = i;
		CHECK(ppkd_places_add(&places, &address));
		CHECK(!ppkd_places_add(&places, &address));
	}
	address.bytes[15] = 99;
	CHECK(!ppkd_places_add(&places, &address));
}

int main(void)
{
	int status = CHECK_RUN(CHECK_TEST(a_ceremony_keeps_its_request),
		CHECK_TEST(each_is_found_by_its_path_alone), CHECK_TEST(the_soonest_comes_first),
		CHECK_TEST(one_may_have_the_path_that_it_had_before),
		CHECK_TEST(users_addresses_and_all_together_have_limits),
		CHECK_TEST(what_has_ended_is_not_counted),
		CHECK_TEST(of_ended_ones_the_last_are_remembered),
		CHECK_TEST(three_wrong_numbers_lock_it),
		CHECK_TEST(who_entered_the_number_last_may_answer),
		CHECK_TEST(the_address_counts_where_it_has_to_be_the_same),
		CHECK_TEST(a_program_is_told_of_an_address_once));

	ppkd_table_done(&table);
	return status;
}
