/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ip_address.h"

#include <netinet/in.h>

#include "check.h"
#include "mutate.h"

static struct ppk_ip_address parsed(const char *text)
{
	struct ppk_ip_address address;

	CHECK(ppk_ip_address_parse(text, strlen(text), &address));
	return address;
}

static void check_text(const char *text, const char *want)
{
	struct ppk_ip_address address = parsed(text);
	char out[PPK_IP_ADDRESS_SIZE];

	ppk_ip_address_format(&address, out);
	CHECK_STR(out, want);
}

static bool same_place(const char *a, const char *b)
{
	struct ppk_ip_address one = parsed(a), other = parsed(b);

	CHECK_INT(ppk_ip_address_same_place(&one, &other), ppk_ip_address_same_place(&other, &one));
	return ppk_ip_address_same_place(&one, &other);
}

static void addresses_have_one_spelling(void)
{
	check_text("192.0.2.7", "192.0.2.7");
	check_text("::ffff:192.0.2.7", "192.0.2.7");
	check_text("2001:DB8:0:0::7", "2001:db8::7");
	check_text("::1", "::1");
	check_text("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	check_text("FE80::7%2", "fe80::7%2");
	check_text("febf:0000:0000:0000:0000:0000:255.255.255.255%4294967295",
		"febf::ffff:ffff%4294967295");
	check_text("fe80::7", "fe80::7");
}

static void what_is_no_address_is_refused(void)
{
	static const char *const bad[] = { "", " 192.0.2.7", "192.0.2.7 ", "192.0.2.256", "192.0.2",
		"192.0.2.7:22", "[::1]", "fe80::1%eth0", "fe80::1%", "fe80::1%0", "fe80::1%02",
		"fe80::1%4294967296", "fe80::1%2%2", "fe80::1%-1", "fe80::1% 2", "%2",
		"2001:db8::1%2", "192.0.2.7%2", "::ffff:192.0.2.7%2", "localhost", "::1, ::2",
		"0x7f.0.0.1", "1.2.3.4.5", "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555" };
	struct ppk_ip_address address;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (ppk_ip_address_parse(bad[i], strlen(bad[i]), &address))
			CHECK_FAIL("\"%s\" is no address", bad[i]);
	}
	CHECK(!ppk_ip_address_parse("192.0.2.7\0", 10, &address));
}

static void a_place_is_an_ipv4_address_or_an_ipv6_network(void)
{
	CHECK(same_place("192.0.2.7", "::ffff:192.0.2.7"));
	CHECK(!same_place("192.0.2.7", "192.0.2.8"));
	CHECK(same_place("2001:db8:1:2::7", "2001:db8:1:2:aaaa:bbbb:cccc:dddd"));
	CHECK(!same_place("2001:db8:1:2::7", "2001:db8:1:3::7"));
	CHECK(same_place("::1", "127.0.0.1"));
	CHECK(same_place("::1", "::ffff:127.0.0.1"));
	CHECK(!same_place("::1", "127.0.0.2"));
	CHECK(!same_place("::1", "192.0.2.7"));
	CHECK(!same_place("::1", "::2"));
	CHECK(!same_place("::192.0.2.7", "192.0.2.7"));
}

/* All neighbours on all links have fe80::/64, and each may take the address that it likes. */
static void a_link_local_address_is_a_place_at_its_link_alone(void)
{
	CHECK(same_place("fe80::7%2", "fe80:0::7%2"));
	CHECK(!same_place("fe80::7%2", "fe80::7%3"));
	CHECK(!same_place("fe80::7%2", "fe80::8%2"));
	CHECK(!same_place("fe80::7%2", "fe80::7"));
	CHECK(!same_place("fe80::7", "fe80::7"));
	CHECK(!same_place("fe80::7%2", "2001:db8::7"));
	CHECK(!same_place("febf::7", "febf::7"));
	CHECK(same_place("fec0::7", "fec0::8"));
}

static bool same_network(const char *a, const char *b)
{
	struct ppk_ip_address one = parsed(a), other = parsed(b);

	return ppk_ip_address_same_network(&one, &other);
}

static void a_network_has_all_its_addresses(void)
{
	CHECK(same_network("fe80::7%2", "fe80::8%2"));
	CHECK(!same_network("fe80::7%2", "fe80::7%3"));
	CHECK(same_network("2001:db8::7", "2001:db8::8"));
	CHECK(!same_network("::1", "127.0.0.1"));
}

static void check_named(const char *text, const char *name)
{
	struct ppk_ip_address address;
	size_t at = 0;

	CHECK(ppk_ip_address_parse_named(text, strlen(text), &address, &at));
	CHECK_STR(text + at, name);
	CHECK_INT(address.link, 0);
}

static void the_name_of_a_link_is_left_to_who_knows_it(void)
{
	struct ppk_ip_address address;
	size_t at;

	check_named("fe80::7%eth0", "eth0");
	check_named("fe80::7%2", "2");
	check_named("fe80::7", "");
	check_named("192.0.2.7", "");
	CHECK(!ppk_ip_address_parse_named("fe80::7%", 8, &address, &at));
	CHECK(!ppk_ip_address_parse_named("fe80::7%a23456789012345\0", 24, &address, &at));
	CHECK(!ppk_ip_address_parse_named("fe80::7%a234567890123456", 24, &address, &at));
	CHECK(!ppk_ip_address_parse_named("2001:db8::7%eth0", 16, &address, &at));
}

static void a_socket_address_is_taken_or_refused(void)
{
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0xc0000207) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr other = { .sa_family = AF_UNIX };
	struct ppk_ip_address address, want = parsed("192.0.2.7");

	CHECK(ppk_ip_address_of_peer((struct sockaddr *)&four, &address));
	CHECK(ppk_ip_address_equal(&address, &want));
	CHECK(ppk_ip_address_of_peer((struct sockaddr *)&six, &address));
	want = parsed("::1");
	CHECK(ppk_ip_address_equal(&address, &want));
	CHECK(!ppk_ip_address_of_peer(&other, &address));
	six.sin6_scope_id = 2;
	CHECK(ppk_ip_address_of_peer((struct sockaddr *)&six, &address));
	CHECK(ppk_ip_address_equal(&address, &want));
	memcpy(&six.sin6_addr, parsed("fe80::7").bytes, sizeof(six.sin6_addr));
	CHECK(ppk_ip_address_of_peer((struct sockaddr *)&six, &address));
	want = parsed("fe80::7%2");
	CHECK(ppk_ip_address_equal(&address, &want));
}

static void check_changed(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct ppk_ip_address address, again;
	char out[PPK_IP_ADDRESS_SIZE];

	if (!ppk_ip_address_parse((const char *)data, len, &address))
		return;
	ppk_ip_address_format(&address, out);
	if (!ppk_ip_address_parse(out, strlen(out), &again) ||
		!ppk_ip_address_equal(&address, &again))
		CHECK_FAIL("%s: %s is another address", how, out);
	for (size_t i = 0; i < len; i++)
		CHECK(data[i] != '\0' && strchr("0123456789abcdefABCDEF:.%", data[i]) != NULL);
	++*(unsigned *)context;
}

static void a_changed_address_is_another_one_or_none(void)
{
	static const char *const texts[] = { "192.0.2.7", "2001:db8::a1:7", "::ffff:192.0.2.7",
		"fe80::7%2", "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255" };
	unsigned taken = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		mutate_each(texts[i], strlen(texts[i]), check_changed, &taken);
	CHECK(taken > 5 * 10);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(addresses_have_one_spelling),
		CHECK_TEST(what_is_no_address_is_refused),
		CHECK_TEST(a_place_is_an_ipv4_address_or_an_ipv6_network),
		CHECK_TEST(a_link_local_address_is_a_place_at_its_link_alone),
		CHECK_TEST(a_network_has_all_its_addresses),
		CHECK_TEST(the_name_of_a_link_is_left_to_who_knows_it),
		CHECK_TEST(a_socket_address_is_taken_or_refused),
		CHECK_TEST(a_changed_address_is_another_one_or_none));
}
