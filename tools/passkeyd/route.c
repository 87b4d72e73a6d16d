/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract.
 * 1. A request that two readers of HTTP could understand differently MUST be refused, not repaired.
 * 2. A page of another origin MUST NOT be able to ask for anything, nor to show our page inside itself.
 * 3. A path MUST be one of those that are listed here, byte for byte: nothing is unescaped, joined or cut.
 * 4. A body MUST NOT be longer than its action needs.
 */
#include "route.h"

#include <string.h>
#include <strings.h>

#include "core/text.h"
#include "page_message.h"

#define BODY_TYPE "application/octet-stream"

struct action {
	const char *name; /* after the ceremony's path */
	bool is_post;
	enum ppkd_action action;
	size_t body_min, body_max;
};

static const struct action actions[] = {
	{ "", false, PPKD_GET_PAGE, 0, 0 },
	{ "/view", false, PPKD_GET_VIEW, 0, 0 },
	{ "/status", false, PPKD_GET_STATUS, 0, 0 },
	{ "/number", true, PPKD_POST_NUMBER, PPKD_NUMBER_LEN, PPKD_NUMBER_LEN },
	{ "/answer", true, PPKD_POST_ANSWER, 1, PPKD_ANSWER_MAX },
	{ "/test", true, PPKD_POST_TEST, PPKD_CLAIM_SIZE, PPKD_CLAIM_SIZE },
	{ "/alarm", true, PPKD_POST_ALARM, 0, 0 },
};

static bool is_get(const struct ppkd_head *head)
{
	return strcmp(head->method, "GET") == 0 || strcmp(head->method, "HEAD") == 0;
}

static bool has(const struct ppkd_header *header, const char *value)
{
	return header->count == 1 && strcmp(header->value, value) == 0;
}

/* "/" and a ceremony's path; *ret_rest is what follows it. */
static bool split_path(const char *path, struct ppkd_route *route, const char **ret_rest)
{
	size_t len = strcspn(path + 1, "/");

	if (path[0] != '/' || !ppkd_secret_path_read(path + 1, len, route->path))
		return false;
	*ret_rest = path + 1 + len;
	return true;
}

/* RFC 9110, 5.6.2 */
static bool is_token_character(char c)
{
	bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

	return is_letter || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-!#$%&'*+.^_`|~", c) != NULL);
}

bool ppkd_header_is_well_formed(const char *name, const char *value)
{
	if (*name == '\0')
		return false;
	for (; *name != '\0'; name++) {
		if (!is_token_character(*name))
			return false;
	}
	for (; *value != '\0'; value++) {
		if (((unsigned char)*value < 0x20 && *value != '\t') || *value == 0x7f)
			return false;
	}
	return true;
}

bool ppkd_header_takes_gzip(const struct ppkd_header *accept_encoding)
{
	const char *at = accept_encoding->count == 1 ? accept_encoding->value : "";

	while (*at != '\0') {
		size_t len;

		at += strspn(at, ", \t");
		len = strcspn(at, ", \t");
		if (len == strlen("gzip") && strncasecmp(at, "gzip", len) == 0) {
			at += len;
			at += strspn(at, " \t");
			return *at == ',' || *at == '\0';
		}
		at += len;
	}
	return false;
}

static unsigned check_form(const struct ppkd_head *head, const char *host)
{
	if (head->is_malformed || head->transfer_encoding.count > 0 ||
		head->content_length.count > 1 || head->host.count != 1 || head->origin.count > 1 ||
		head->path[0] != '/')
		return 400;
	if (is_get(head) && head->content_length.count > 0 && !has(&head->content_length, "0"))
		return 400;
	return strcasecmp(head->host.value, host) == 0 ? 0 : 421;
}

/* Fetch Metadata: every browser of today sends it; one that does not is known by its Origin. */
static unsigned check_site(const struct ppkd_head *head, const char *url, enum ppkd_action action)
{
	bool own = head->sec_fetch_site.count == 0 || has(&head->sec_fetch_site, "same-origin");

	if (head->sec_fetch_site.count > 1 || head->sec_fetch_dest.count > 1)
		return 400;
	if (has(&head->sec_fetch_dest, "iframe") || has(&head->sec_fetch_dest, "frame") ||
		has(&head->sec_fetch_dest, "object") || has(&head->sec_fetch_dest, "embed"))
		return 403;
	if (action == PPKD_GET_ROOT || action == PPKD_GET_PAGE)
		return 0; /* a link in a mail leads here */
	if (!own || (head->origin.count == 1 && strcmp(head->origin.value, url) != 0))
		return 403;
	return !is_get(head) && head->origin.count == 0 ? 403 : 0;
}

static unsigned check_body(
	const struct ppkd_head *head, const struct action *action, struct ppkd_route *route)
{
	uint64_t len;

	if (!action->is_post)
		return 0;
	if (head->content_length.count == 0)
		return 411;
	if (ppk_text_to_number(head->content_length.value, strlen(head->content_length.value), 0,
		    UINT32_MAX, &len) != PPK_OK)
		return 400;
	if (len > action->body_max)
		return 413;
	if (len < action->body_min)
		return 400;
	if (len > 0 && !has(&head->content_type, BODY_TYPE))
		return 415;
	route->body_len = (size_t)len;
	return 0;
}

static unsigned route_action(
	const struct ppkd_head *head, const char *url, const char *rest, struct ppkd_route *route)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		const struct action *action = &actions[i];
		unsigned refused;

		if (strcmp(rest, action->name) != 0)
			continue;
		route->action = action->action;
		if (action->is_post ? strcmp(head->method, "POST") != 0 : !is_get(head))
			return 405;
		refused = check_site(head, url, action->action);
		return refused != 0 ? refused : check_body(head, action, route);
	}
	return 404;
}

struct ppkd_route ppkd_route_find(const struct ppkd_head *head, const char *url)
{
	struct ppkd_route route = { .action = PPKD_GET_ROOT };
	const char *rest;

	route.refused = check_form(head, strstr(url, "://") + strlen("://"));
	if (route.refused != 0)
		return route;
	if (strcmp(head->path, "/") == 0)
		route.refused = is_get(head) ? check_site(head, url, PPKD_GET_ROOT) : 405;
	else if (split_path(head->path, &route, &rest))
		route.refused = route_action(head, url, rest, &route);
	else
		route.refused = 404;
	return route;
}
