/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ip_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static const uint8_t ipv4_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

#define NETWORK_LEN 8 /* bytes of an IPv6 network */

static struct ppk_ip_address from_ipv4(const void *four)
{
	struct ppk_ip_address address;

	memcpy(address.bytes, ipv4_prefix, sizeof(ipv4_prefix));
	memcpy(address.bytes + sizeof(ipv4_prefix), four, 4);
	return address;
}

static bool is_ipv4(const struct ppk_ip_address *address)
{
	return memcmp(address->bytes, ipv4_prefix, sizeof(ipv4_prefix)) == 0;
}

bool ppk_ip_address_parse(const char *text, size_t len, struct ppk_ip_address *ret)
{
	char copy[PPK_IP_ADDRESS_SIZE];
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
	memcpy(ret->bytes, &six, sizeof(ret->bytes));
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
		memcpy(ret->bytes, &six.sin6_addr, sizeof(ret->bytes));
		return true;
	}
	return false;
}

void ppk_ip_address_format(
	const struct ppk_ip_address *address, char out[static PPK_IP_ADDRESS_SIZE])
{
	bool ipv4 = is_ipv4(address);
	const void *bytes = ipv4 ? address->bytes + sizeof(ipv4_prefix) : address->bytes;

	if (inet_ntop(ipv4 ? AF_INET : AF_INET6, bytes, out, PPK_IP_ADDRESS_SIZE) == NULL)
		out[0] = '\0'; /* cannot be: the longest address fits */
}

bool ppk_ip_address_equal(const struct ppk_ip_address *a, const struct ppk_ip_address *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool ppk_ip_address_same_place(const struct ppk_ip_address *a, const struct ppk_ip_address *b)
{
	if (is_ipv4(a) || is_ipv4(b))
		return ppk_ip_address_equal(a, b);
	/* ::1 shares its first half with nothing that may call itself a neighbour */
	if (memcmp(a->bytes, ipv4_prefix, NETWORK_LEN) == 0)
		return ppk_ip_address_equal(a, b);
	return memcmp(a->bytes, b->bytes, NETWORK_LEN) == 0;
}
