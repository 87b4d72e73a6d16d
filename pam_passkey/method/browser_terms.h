/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_METHOD_BROWSER_TERMS_H
#define PPK_METHOD_BROWSER_TERMS_H

#include <stdbool.h>

#include "core/browser_message.h"
#include "core/ip_address.h"
#include "method/authenticate.h"

/* Where the browser of a sign-in has to be. */
struct ppk_browser_place {
	enum ppk_browser_peer peer;
	char address[PPK_IP_ADDRESS_SIZE]; /* where the SSH client is; "": not known */
};

/* What the browser method is given besides. Everything is borrowed. */
struct ppk_browser_terms {
	const char *origin; /* of the page; "": there is none */
	const char *const *origins; /* that one; outlives what *ret_expected says */
	const char *socket; /* of passkeyd */
	bool has_place;
	struct ppk_browser_place place; /* where has_place */
	enum ppk_browser_qr qr;
	unsigned timeout_s;
	bool holds_back; /* the application may hold what it is to show until it has a question */
};

/*
 * What browser_peer= means for this sign-in. With same-address the address is the one that sshd says
 * (SSH_CONNECTION), or that the application says (PAM_RHOST, where that is an address). A person in a session
 * at this machine (core/session.h) has no address that a browser could be compared with: any will do.
 * false: a session from elsewhere, or nobody knows from where, and no address: there is none that will do.
 * host: this machine's name.
 */
bool ppk_browser_place_find(
	const struct ppk_request *request, const char *host, struct ppk_browser_place *ret);

/*
 * The terms of a sign-in; origins is what .origins says. Without a page it has no place, and
 * nothing is looked up. host: this machine's name.
 */
struct ppk_browser_terms ppk_browser_terms_make(
	const struct ppk_request *request, const char *host, const char *const *origins);

/* May a browser at this address (as text) have answered? Pure. */
bool ppk_browser_place_allows(const struct ppk_browser_place *place, const char *address);

#endif
