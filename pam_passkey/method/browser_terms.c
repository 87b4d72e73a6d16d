/* SPDX-License-Identifier: BSD-2-Clause */
#include "method/browser_terms.h"

#include <string.h>

#include "method/choice.h"
#include "sys/host.h"
#include "sys/session_read.h"

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

/* Behind sshd: sudo, su and what else a person starts after signing in. */
static bool take_address_of_session(const struct ppk_request *request, const char *own_name,
	char out[static PPK_IP_ADDRESS_SIZE])
{
	const struct ppk_session_sources system = ppk_session_sources_of_system();
	char host[PPK_SESSION_HOST_SIZE];

	return !ppk_session_host_is_remote(request->rhost, own_name) &&
	       ppk_session_remote_host_read(
		       request->sources == NULL ? &system : request->sources, host) == PPK_OK &&
	       take_address(host, out);
}

bool ppk_browser_place_find(
	const struct ppk_request *request, const char *host, struct ppk_browser_place *ret)
{
	struct ppk_browser_place place = { .peer = request->options->browser_peer };
	enum ppk_locality locality;

	if (!take_address(request->ssh_connection, place.address) &&
		!take_address(request->rhost, place.address) &&
		!take_address_of_session(request, host, place.address) &&
		place.peer == PPK_BROWSER_PEER_SAME_ADDRESS) {
		if (ppk_choose_locality(request, host, &locality) != PPK_OK ||
			locality != PPK_LOCALITY_LOCAL)
			return false;
		place.peer = PPK_BROWSER_PEER_ANY;
	}
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

	if (terms.origin[0] != '\0')
		terms.has_place = ppk_browser_place_find(request, host, &terms.place);
	return terms;
}
