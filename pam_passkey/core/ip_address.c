/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ip_address.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"

static const uint8_t ipv4_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

#define NETWORK_LEN 8 /* bytes of an IPv6 network */

static struct ppk_ip_address from_ipv4(const void *four)
{
	struct ppk_ip_address address = { .link = 0 };

	memcpy(address.bytes, ipv4_prefix, sizeof(ipv4_prefix));
	memcpy(address.bytes + sizeof(ipv4_prefix), four, 4);
	return address;
}

static bool is_ipv4(const struct ppk_ip_address *address)
{
	return memcmp(address->bytes, ipv4_prefix, sizeof(ipv4_prefix)) == 0;
}

static struct ppk_ip_address from_ipv6(const struct in6_addr *six)
{
	struct ppk_ip_address address = { .link = 0 };

	memcpy(address.bytes, six, sizeof(address.bytes));
	return address;
}

/* RFC 4291, 2.5.6 */
static bool is_link_local(const struct ppk_ip_address *address)
{
	return address->bytes[0] == 0xfe && (address->bytes[1] & 0xc0) == 0x80;
}

static bool parse_bare(const char *text, size_t len, struct ppk_ip_address *ret)
{
	char copy[INET6_ADDRSTRLEN];
	struct in_addr four;
	struct in6_addr six;

	if (len >= sizeof(copy) || memchr(text, '\0', len) != NULL)
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (inet_pton(AF_INET, copy, &four) == 1) {
		*ret = from_ipv4(&four);
		return true;
	}
	if (inet_pton(AF_INET6, copy, &six) != 1)
		return false;
	*ret = from_ipv6(&six);
	return true;
}

bool ppk_ip_address_parse_named(
	const char *text, size_t len, struct ppk_ip_address *ret, size_t *ret_name)
{
	const char *percent = memchr(text, '%', len);
	size_t bare = percent == NULL ? len : (size_t)(percent - text);
	size_t name = percent == NULL ? 0 : len - bare - 1;
	struct ppk_ip_address address;

	if (!parse_bare(text, bare, &address))
		return false;
	if (percent != NULL && (!is_link_local(&address) || name == 0 || name >= IF_NAMESIZE ||
				       memchr(percent, '\0', name) != NULL))
		return false;
	*ret = address;
	*ret_name = len - name;
	return true;
}

bool ppk_ip_address_parse(const char *text, size_t len, struct ppk_ip_address *ret)
{
	struct ppk_ip_address address;
	uint64_t link = 0;
	size_t name;

	if (!ppk_ip_address_parse_named(text, len, &address, &name))
		return false;
	if (name < len &&
		ppk_text_to_number(text + name, len - name, 1, UINT32_MAX, &link) != PPK_OK)
		return false;
	address.link = (uint32_t)link;
	*ret = address;
	return true;
}

bool ppk_ip_address_of_peer(const struct sockaddr *peer, struct ppk_ip_address *ret)
{
	if (peer->sa_family == AF_INET) {
		struct sockaddr_in four;

		memcpy(&four, peer, sizeof(four));
		*ret = from_ipv4(&four.sin_addr);
		return true;
	}
	if (peer->sa_family == AF_INET6) {
		struct sockaddr_in6 six;

		memcpy(&six, peer, sizeof(six));
		*ret = from_ipv6(&six.sin6_addr);
		if (is_link_local(ret))
			ret->link = six.sin6_scope_id;
		return true;
	}
	return false;
}

void ppk_ip_address_format(
	const struct ppk_ip_address *address, char out[static PPK_IP_ADDRESS_SIZE])
{
	bool ipv4 = is_ipv4(address);
	const void *bytes = ipv4 ? address->bytes + sizeof(ipv4_prefix) : address->bytes;

	size_t len;

	if (inet_ntop(ipv4 ? AF_INET : AF_INET6, bytes, out, PPK_IP_ADDRESS_SIZE) == NULL)
		out[0] = '\0'; /* cannot be: the longest address fits */
	len = strlen(out);
	if (address->link != 0)
		snprintf(out + len, PPK_IP_ADDRESS_SIZE - len, "%%%" PRIu32, address->link);
}

bool ppk_ip_address_equal(const struct ppk_ip_address *a, const struct ppk_ip_address *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0 && a->link == b->link;
}

bool ppk_ip_address_same_network(const struct ppk_ip_address *a, const struct ppk_ip_address *b)
{
	if (is_ipv4(a) || is_ipv4(b))
		return ppk_ip_address_equal(a, b);
	/* ::1 shares its first half with nothing that may call itself a neighbour */
	if (memcmp(a->bytes, ipv4_prefix, NETWORK_LEN) == 0)
		return ppk_ip_address_equal(a, b);
	return memcmp(a->bytes, b->bytes, NETWORK_LEN) == 0 && a->link == b->link;
}

/* One of the two that localhost is. */
static bool is_this_machine(const struct ppk_ip_address *address)
{
	static const uint8_t four[4] = { 127, 0, 0, 1 };

	return (is_ipv4(address) &&
		       memcmp(address->bytes + sizeof(ipv4_prefix), four, sizeof(four)) == 0) ||
	       memcmp(address->bytes, &in6addr_loopback, sizeof(address->bytes)) == 0;
}

bool ppk_ip_address_same_place(const struct ppk_ip_address *a, const struct ppk_ip_address *b)
{
	if (is_link_local(a))
		return a->link != 0 && ppk_ip_address_equal(a, b);
	return ppk_ip_address_same_network(a, b) || (is_this_machine(a) && is_this_machine(b));
}
