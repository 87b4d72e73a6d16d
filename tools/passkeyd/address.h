/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYD_ADDRESS_H
#define PPK_TOOLS_PASSKEYD_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "core/browser_message.h"

#define PPKD_ADDRESS_SIZE (PPK_BROWSER_ADDRESS_MAX + 1) /* bytes as text, with NUL */

/* An IPv6 address, or an IPv4 one as ::ffff:a.b.c.d: both spellings of one address are equal. */
struct ppkd_address {
	uint8_t bytes[16];
};

/* The whole of text, without scope, brackets or port. Pure. */
bool ppkd_address_parse(const char *text, size_t len, struct ppkd_address *ret);

/* false: not an internet address (a Unix socket has none). Pure. */
bool ppkd_address_of_peer(const struct sockaddr *peer, struct ppkd_address *ret);

/* As inet_ntop(3), IPv4 with dots. Pure. */
void ppkd_address_format(const struct ppkd_address *address, char out[static PPKD_ADDRESS_SIZE]);

/* The same 16 bytes? Pure. */
bool ppkd_address_equal(const struct ppkd_address *a, const struct ppkd_address *b);

/*
 * Of the same place: the same IPv4 address, or IPv6 addresses of one network of 64 bits. Behind an
 * IPv4 router a person's computer and phone have one address; with IPv6 they have one such network,
 * and each computer changes its own half of the address every day. Pure.
 */
bool ppkd_address_same_place(const struct ppkd_address *a, const struct ppkd_address *b);

#endif
