/* SPDX-License-Identifier: BSD-2-Clause */
#include "method/browser_terms.h"

#include <string.h>

#include "core/web_origin.h"
#include "method/choice.h"
#include "sys/host.h"

/*
 * The address that text begins with, up to a blank; false: it begins with none that says where somebody is.
 * passkeyd knows links by their numbers alone.
 */
static bool take_address(const char *text, char out[static PPK_IP_ADDRESS_SIZE])
{
	struct ppk_ip_address address;
	size_t len = text == NULL ? 0 : strcspn(text, " "), link;

	if (len == 0 || !ppk_ip_address_parse_named(text, len, &address, &link))
		return false;
	if (link < len)
		address.link = ppk_host_link_number(text + link, len - link);
	if (!ppk_ip_address_same_place(&address, &address))
		return false;
	ppk_ip_address_format(&address, out);
	return true;
}

/*
 * Where the application names nobody: behind sshd, for sudo, su and what else a person starts after signing
 * in, it is the address of their session; and who sits at this machine may take any browser.
 */
static bool find_by_session(
	const struct ppk_request *request, const char *host, struct ppk_browser_place *place)
{
	struct ppk_session_facts facts;
	enum ppk_locality locality;
	bool is_known = ppk_choose_locality(request, host, &facts, &locality) == PPK_OK;

	if (is_known && !facts.has_remote_host && take_address(facts.remote_host, place->address))
		return true;
	if (place->peer == PPK_BROWSER_PEER_SAME_ADDRESS &&
		!(is_known && locality == PPK_LOCALITY_LOCAL))
		return false;
	place->peer = PPK_BROWSER_PEER_ANY;
	return true;
}

bool ppk_browser_place_find(
	const struct ppk_request *request, const char *host, struct ppk_browser_place *ret)
{
	struct ppk_browser_place place = { .peer = request->options->browser_peer };

	if (!take_address(request->ssh_connection, place.address) &&
		!take_address(request->rhost, place.address) &&
		!find_by_session(request, host, &place))
		return false;
	*ret = place;
	return true;
}

bool ppk_browser_place_allows(const struct ppk_browser_place *place, const char *address)
{
	struct ppk_ip_address client, browser;

	if (place->peer == PPK_BROWSER_PEER_ANY)
		return true;
	return ppk_ip_address_parse(place->address, strlen(place->address), &client) &&
	       ppk_ip_address_parse(address, strlen(address), &browser) &&
	       ppk_ip_address_same_place(&client, &browser);
}

struct ppk_browser_terms ppk_browser_terms_make(
	const struct ppk_request *request, const char *host, const char *const *origins)
{
	const struct ppk_options *options = request->options;
	struct ppk_browser_terms terms = {
		.origin = options->browser_origin,
		.origins = origins,
		.socket = options->browser_socket,
		.qr = options->browser_qr,
		.timeout_s = options->browser_timeout_s,
		/* sshd shows what it is told with its next question, and that may never come */
		.holds_back = request->ssh_connection != NULL ||
			      (request->tty != NULL && strcmp(request->tty, "ssh") == 0),
	};

	if (terms.origin[0] == '\0')
		return terms;
	if (terms.qr == PPK_BROWSER_QR_AUTO && ppk_web_origin_is_localhost(terms.origin))
		terms.qr = PPK_BROWSER_QR_NO;
	terms.has_place = ppk_browser_place_find(request, host, &terms.place);
	return terms;
}
