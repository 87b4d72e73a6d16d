/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_IP_ADDRESS_H
#define PPK_CORE_IP_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sockaddr;

#define PPK_IP_ADDRESS_SIZE 57 /* bytes as text, with a link's number and NUL */

/*
 * An IPv6 address, or an IPv4 one as ::ffff:a.b.c.d: both spellings of one address are equal. A link-local
 * one (fe80::/10) says who somebody is on one link, so it needs the link too (RFC 4007, 6).
 */
struct ppk_ip_address {
	uint8_t bytes[16];
	uint32_t link; /* the number of its interface, link-local ones alone; 0: not known */
};

/* The whole of text, without brackets or port; "fe80::1%2" is at the link of number 2. Pure. */
bool ppk_ip_address_parse(const char *text, size_t len, struct ppk_ip_address *ret);

/*
 * The same where the link of a link-local address has a name ("fe80::1%eth0"): its link is not known then,
 * and *ret_name is the rest of text, which whoever has interfaces of that name can look up; len: there is
 * none. Pure.
 */
bool ppk_ip_address_parse_named(
	const char *text, size_t len, struct ppk_ip_address *ret, size_t *ret_name);

/* false: not an internet address (a Unix socket has none). Pure. */
bool ppk_ip_address_of_peer(const struct sockaddr *peer, struct ppk_ip_address *ret);

/* As inet_ntop(3), IPv4 with dots, a link that is known by its number. Pure. */
void ppk_ip_address_format(
	const struct ppk_ip_address *address, char out[static PPK_IP_ADDRESS_SIZE]);

/* The same 16 bytes, at the same link? Pure. */
bool ppk_ip_address_equal(const struct ppk_ip_address *a, const struct ppk_ip_address *b);

/* The same IPv4 address, or of one IPv6 network of 64 bits; link-local ones at one link. Pure. */
bool ppk_ip_address_same_network(const struct ppk_ip_address *a, const struct ppk_ip_address *b);

/*
 * Of the same place: of the same network. Behind an IPv4 router a person's computer and phone have one
 * address; with IPv6 they have one such network, and each computer changes its own half of the address
 * every day. But all neighbours share fe80::/64: link-local addresses are of the same place when they are
 * equal, at a link that is known. 127.0.0.1 and ::1 are one place: whoever names this machine may get
 * either. Pure.
 */
bool ppk_ip_address_same_place(const struct ppk_ip_address *a, const struct ppk_ip_address *b);

#endif
