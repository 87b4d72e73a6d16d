/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The head of any request: lines, the first the method, the second the path, the others headers. Whatever is
 * let through is what our own page asks for.
 */
#include <string.h>
#include <strings.h>

#include "page_message.h"
#include "require.h"
#include "route.h"

#define URL "https://login.example.org"

/* The next line, its end cut off; "" after the last. */
static char *next_line(char **rest)
{
	char *line = *rest;
	size_t len = strcspn(line, "\n");

	*rest += len + (line[len] == '\n');
	line[len] = '\0';
	return line;
}

static void note(struct ppkd_head *head, char *line)
{
	const struct {
		const char *name;
		struct ppkd_header *header;
	} known[] = { { "Host", &head->host }, { "Origin", &head->origin },
		{ "Content-Length", &head->content_length },
		{ "Content-Type", &head->content_type },
		{ "Transfer-Encoding", &head->transfer_encoding },
		{ "Sec-Fetch-Site", &head->sec_fetch_site },
		{ "Sec-Fetch-Dest", &head->sec_fetch_dest },
		{ "Accept-Encoding", &head->accept_encoding } };
	char *value = strstr(line, ": ");

	if (value == NULL)
		return;
	*value = '\0';
	value += 2;
	if (!ppkd_header_is_well_formed(line, value))
		head->is_malformed = true;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcasecmp(known[i].name, line) == 0) {
			known[i].header->value = value;
			known[i].header->count++;
		}
	}
}

static void check(const struct ppkd_head *head, const struct ppkd_route *route)
{
	bool post = strcmp(head->method, "POST") == 0;
	char again[PPKD_SECRET_PATH_SIZE];

	REQUIRE(!head->is_malformed && head->transfer_encoding.count == 0);
	REQUIRE(head->host.count == 1 && strcasecmp(head->host.value, "login.example.org") == 0);
	REQUIRE(post == (route->action >= PPKD_POST_NUMBER));
	REQUIRE(route->body_len <= PPKD_ANSWER_MAX && (post || route->body_len == 0));
	if (post)
		REQUIRE(head->origin.count == 1 && strcmp(head->origin.value, URL) == 0);
	if (route->action > PPKD_GET_ROOT)
		REQUIRE(ppkd_secret_path_read(route->path, strlen(route->path), again) &&
			strcmp(again, route->path) == 0);
	PLANT(route->action > PPKD_GET_ROOT &&
		strcmp(route->path, "0123456789abcdefghjkmnpqrs") != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1), *rest = text;
	struct ppkd_head head = { .method = "" };
	struct ppkd_route route;

	REQUIRE(text != NULL);
	memcpy(text, data, len);
	text[len] = '\0';
	head.method = next_line(&rest);
	head.path = next_line(&rest);
	while (*rest != '\0')
		note(&head, next_line(&rest));
	if (ppkd_header_takes_gzip(&head.accept_encoding))
		REQUIRE(head.accept_encoding.count == 1 &&
			strcasestr(head.accept_encoding.value, "gzip") != NULL);
	route = ppkd_route_find(&head, URL);
	if (route.refused == 0)
		check(&head, &route);
	free(text);
	return 0;
}
