/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_IP_ADDRESS_H
#define PPK_CORE_IP_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sockaddr;

#define PPK_IP_ADDRESS_SIZE 46 /* bytes as text, with NUL */

/* An IPv6 address, or an IPv4 one as ::ffff:a.b.c.d: both spellings of one address are equal. */
struct ppk_ip_address {
	uint8_t bytes[16];
};

/* The whole of text, without scope, brackets or port. Pure. */
bool ppk_ip_address_parse(const char *text, size_t len, struct ppk_ip_address *ret);

/* false: not an internet address (a Unix socket has none). Pure. */
bool ppk_ip_address_of_peer(const struct sockaddr *peer, struct ppk_ip_address *ret);

/* As inet_ntop(3), IPv4 with dots. Pure. */
void ppk_ip_address_format(
	const struct ppk_ip_address *address, char out[static PPK_IP_ADDRESS_SIZE]);

/* The same 16 bytes? Pure. */
bool ppk_ip_address_equal(const struct ppk_ip_address *a, const struct ppk_ip_address *b);

/*
 * Of the same place: the same IPv4 address, or IPv6 addresses of one network of 64 bits. Behind an
 * IPv4 router a person's computer and phone have one address; with IPv6 they have one such network,
 * and each computer changes its own half of the address every day. Pure.
 */
bool ppk_ip_address_same_place(const struct ppk_ip_address *a, const struct ppk_ip_address *b);

#endif
