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
}

static void what_is_no_address_is_refused(void)
{
	static const char *const bad[] = { "", " 192.0.2.7", "192.0.2.7 ", "192.0.2.256", "192.0.2",
		"192.0.2.7:22", "[::1]", "fe80::1%eth0", "localhost", "::1, ::2", "0x7f.0.0.1",
		"1.2.3.4.5", "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555" };
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
	CHECK(!same_place("::1", "127.0.0.1"));
	CHECK(!same_place("::1", "::2"));
	CHECK(!same_place("::192.0.2.7", "192.0.2.7"));
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
		CHECK(data[i] != '\0' && strchr("0123456789abcdefABCDEF:.", data[i]) != NULL);
	++*(unsigned *)context;
}

static void a_changed_address_is_another_one_or_none(void)
{
	static const char *const texts[] = { "192.0.2.7", "2001:db8::a1:7", "::ffff:192.0.2.7",
		"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255" };
	unsigned taken = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		mutate_each(texts[i], strlen(texts[i]), check_changed, &taken);
	CHECK(taken > 4 * 10);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(addresses_have_one_spelling),
		CHECK_TEST(what_is_no_address_is_refused),
		CHECK_TEST(a_place_is_an_ipv4_address_or_an_ipv6_network),
		CHECK_TEST(a_socket_address_is_taken_or_refused),
		CHECK_TEST(a_changed_address_is_another_one_or_none));
}
