/* SPDX-License-Identifier: BSD-2-Clause */
#include "route.h"

#include <strings.h>

#include "check.h"
#include "mutate.h"
#include "page_message.h"

#define URL "https://login.example.org"
#define PATH "/0123456789abcdefghjkmnpqrs"
#define HEADER(text)                                                                               \
	{                                                                                          \
		(text), 1                                                                          \
	}

static struct ppkd_head get(const char *path)
{
	return (struct ppkd_head){
		.method = "GET", .path = path, .host = HEADER("login.example.org")
	};
}

static struct ppkd_head post(const char *path, const char *len)
{
	return (struct ppkd_head){ .method = "POST",
		.path = path,
		.host = HEADER("login.example.org"),
		.origin = HEADER(URL),
		.content_length = HEADER(len),
		.content_type = HEADER("application/octet-stream") };
}

static void check(const struct ppkd_head *head, unsigned want)
{
	unsigned got = ppkd_route_find(head, URL).refused;

	if (got != want)
		CHECK_FAIL("%s %s: %u, not %u", head->method, head->path, got, want);
}

static void paths_lead_to_actions(void)
{
	static const struct {
		const char *path;
		enum ppkd_action action;
		const char *len;
	} table[] = {
		{ "/", PPKD_GET_ROOT, NULL },
		{ PATH, PPKD_GET_PAGE, NULL },
		{ PATH "/view", PPKD_GET_VIEW, NULL },
		{ PATH "/status", PPKD_GET_STATUS, NULL },
		{ PATH "/number", PPKD_POST_NUMBER, "1" },
		{ PATH "/answer", PPKD_POST_ANSWER, "300" },
		{ PATH "/test", PPKD_POST_TEST, "16" },
		{ PATH "/alarm", PPKD_POST_ALARM, "0" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct ppkd_head head = table[i].len == NULL ? get(table[i].path)
							     : post(table[i].path, table[i].len);
		struct ppkd_route route = ppkd_route_find(&head, URL);

		check(&head, 0);
		CHECK_INT(route.action, table[i].action);
		if (i >= 1)
			CHECK_STR(route.path, &PATH[1]);
		head.method = table[i].len == NULL ? "HEAD" : "POST";
		check(&head, 0);
		head.method = table[i].len == NULL ? "POST" : "GET";
		CHECK(ppkd_route_find(&head, URL).refused != 0);
		head.method = "DELETE";
		CHECK(ppkd_route_find(&head, URL).refused != 0);
	}
}

static void a_typed_path_is_understood(void)
{
	struct ppkd_head head = get("/OI23456789ABCDEFGHJKMNPQRS/view");

	CHECK_STR(ppkd_route_find(&head, URL).path, "0123456789abcdefghjkmnpqrs");
}

static void other_paths_lead_nowhere(void)
{
	static const char *const paths[] = { "/page.html", "/page.js", "/icon.svg/", "//icon.svg",
		"/..", "/../etc/passwd", "/%2e%2e/etc/passwd", PATH "/", PATH "//view",
		PATH "/view/", PATH "/../icon.svg", PATH "/View", PATH "/%76iew", PATH "0",
		"/0123456789", "/icon.svg", "/.git/config", PATH ";x" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct ppkd_head head = get(paths[i]);

		check(&head, 404);
	}
}

static void what_can_be_understood_in_two_ways_is_refused(void)
{
	struct ppkd_head head = post(PATH "/number", "1");

	head.transfer_encoding = (struct ppkd_header)HEADER("chunked");
	check(&head, 400);
	head = post(PATH "/number", "1");
	head.content_length.count = 2;
	check(&head, 400);
	head = post(PATH "/number", "1");
	head.host.count = 2;
	check(&head, 400);
	head.host = (struct ppkd_header){ NULL, 0 };
	check(&head, 400);
	head = get(PATH);
	head.content_length = (struct ppkd_header)HEADER("5");
	check(&head, 400);
	head.content_length = (struct ppkd_header)HEADER("0");
	check(&head, 0);
	head = get("https://login.example.org/");
	check(&head, 400);
	head = get("*");
	check(&head, 400);
}

static void headers_have_names_and_values_of_plain_characters(void)
{
	struct ppkd_head head = get(PATH);

	CHECK(ppkd_header_is_well_formed("X-Real-IP", "192.0.2.7\tand so on"));
	CHECK(ppkd_header_is_well_formed("x!#$%&'*+-.^_`|~9", ""));
	CHECK(!ppkd_header_is_well_formed("Transfer-Encoding ", "chunked"));
	CHECK(!ppkd_header_is_well_formed("", "x"));
	CHECK(!ppkd_header_is_well_formed("X(Y", "x"));
	CHECK(!ppkd_header_is_well_formed("X", "a\rTransfer-Encoding: chunked"));
	CHECK(!ppkd_header_is_well_formed("X", "\x7f"));
	check(&head, 0);
	head.is_malformed = true;
	check(&head, 400);
}

static void lengths_are_plain_numbers_within_bounds(void)
{
	static const struct {
		const char *len;
		unsigned refused;
	} table[] = { { "1", 0 }, { "+1", 400 }, { "-1", 400 }, { "0x1", 400 }, { "1 ", 400 },
		{ "1, 1", 400 }, { "01", 400 }, { "", 400 }, { "0", 400 }, { "2", 413 },
		{ "4294967295", 413 }, { "4294967297", 400 }, { "99999999999999999999", 400 } };
	struct ppkd_head head;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		head = post(PATH "/number", table[i].len);
		check(&head, table[i].refused);
	}
	head = post(PATH "/answer", "65280");
	CHECK_INT(ppkd_route_find(&head, URL).body_len, 65280);
	head = post(PATH "/answer", "65281");
	check(&head, 413);
	head.content_length = (struct ppkd_header){ NULL, 0 };
	check(&head, 411);
}

static void other_hosts_origins_and_types_are_refused(void)
{
	struct ppkd_head head = get(PATH);

	head.host = (struct ppkd_header)HEADER("Login.Example.org");
	check(&head, 0);
	head.host = (struct ppkd_header)HEADER("login.example.org:443");
	check(&head, 421);
	head.host = (struct ppkd_header)HEADER("evil.example.org");
	check(&head, 421);
	head = post(PATH "/number", "1");
	head.origin = (struct ppkd_header)HEADER("https://evil.example.org");
	check(&head, 403);
	head.origin = (struct ppkd_header)HEADER("null");
	check(&head, 403);
	head.origin = (struct ppkd_header){ NULL, 0 };
	check(&head, 403);
	head = post(PATH "/number", "1");
	head.content_type = (struct ppkd_header)HEADER("text/plain");
	check(&head, 415);
}

static void another_site_gets_nothing_but_a_link(void)
{
	static const char *const sites[] = { "cross-site", "same-site", "none" };
	struct ppkd_head head;

	for (size_t i = 0; i < 3; i++) {
		head = get(PATH);
		head.sec_fetch_site = (struct ppkd_header)HEADER(sites[i]);
		check(&head, 0);
		head.path = PATH "/view";
		check(&head, 403);
		head = post(PATH "/alarm", "0");
		head.sec_fetch_site = (struct ppkd_header)HEADER(sites[i]);
		check(&head, 403);
	}
	head = get(PATH);
	head.sec_fetch_dest = (struct ppkd_header)HEADER("iframe");
	check(&head, 403);
	head.sec_fetch_dest = (struct ppkd_header)HEADER("document");
	check(&head, 0);
	head.sec_fetch_dest.count = 2;
	check(&head, 400);
}

/* A request, one of whose texts is changed. */
struct request {
	struct ppkd_head head;
	const char **text;
	const char *original;
	unsigned taken;
};

/* Capitals make no difference to a host and to a path that somebody typed; all else does. */
static void check_changed(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct request *request = context;
	char text[64];
	struct ppkd_route route;

	CHECK(len < sizeof(text));
	memcpy(text, data, len);
	text[len] = '\0';
	*request->text = text;
	route = ppkd_route_find(&request->head, URL);
	*request->text = request->original;
	if (strcmp(text, request->original) == 0)
		return; /* a NUL that another NUL follows */
	if (route.refused != 0) {
		CHECK(route.refused >= 400 && route.refused <= 421);
		return;
	}
	request->taken++;
	if (route.action == PPKD_POST_NUMBER && route.body_len != PPKD_NUMBER_LEN)
		CHECK_FAIL("%s: a body of %zu bytes", how, route.body_len);
	if (request->text == &request->head.path) /* another ceremony's, or in capitals */
		CHECK(strlen(route.path) == PPKD_SECRET_PATH_LEN &&
			strcmp(text + 27, "/number") == 0);
	else if (strcasecmp(text, request->original) != 0)
		CHECK_FAIL("%s in \"%s\": taken", how, request->original);
}

static unsigned taken_of(struct request *request, const char **text)
{
	request->text = text;
	request->original = *text;
	request->taken = 0;
	mutate_each(*text, strlen(*text), check_changed, request);
	return request->taken;
}

static void a_changed_head_is_another_ceremonys_or_refused(void)
{
	struct request request = { .head = post(PATH "/number", "1") };
	struct ppkd_head *head = &request.head;

	check(head, 0);
	CHECK_INT(taken_of(&request, &head->method), 0);
	CHECK_INT(taken_of(&request, &head->origin.value), 0);
	CHECK_INT(taken_of(&request, &head->content_length.value), 0);
	CHECK_INT(taken_of(&request, &head->content_type.value), 0);
	CHECK_INT(taken_of(&request, &head->host.value), strlen("loginexampleorg"));
	CHECK(taken_of(&request, &head->path) > PPKD_SECRET_PATH_LEN);
}

static void gzip_is_sent_to_who_names_it(void)
{
	static const struct {
		const char *value;
		bool takes;
	} cases[] = {
		{ "gzip", true },
		{ "gzip, deflate, br, zstd", true },
		{ "deflate,\tGZIP ,br", true },
		{ "br,gzip", true },
		{ "", false },
		{ "br", false },
		{ "gzip;q=0", false },
		{ "gzip ;q=0", false },
		{ "gzip;q=0.5", false },
		{ "x-gzip", false },
		{ "gzipped", false },
		{ "*", false },
		{ "identity, *;q=0", false },
		{ ",, ,", false },
		{ "gzip br", false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ppkd_header header = HEADER(cases[i].value);

		if (ppkd_header_takes_gzip(&header) != cases[i].takes)
			CHECK_FAIL("\"%s\"", cases[i].value);
		header.count = 2;
		CHECK(!ppkd_header_takes_gzip(&header));
	}
	CHECK(!ppkd_header_takes_gzip(&(struct ppkd_header){ .value = NULL }));
}

static void check_encodings(const uint8_t *data, size_t len, const char *how, void *context)
{
	char text[64];
	struct ppkd_header header = { .value = text, .count = 1 };
	bool takes;

	CHECK(len < sizeof(text));
	memcpy(text, data, len);
	text[len] = '\0';
	takes = ppkd_header_takes_gzip(&header);
	if (takes && strcasestr(text, "gzip") == NULL)
		CHECK_FAIL("what was never named, when %s", how);
	*(unsigned *)context += takes;
}

static void changed_encodings_name_gzip_or_not(void)
{
	unsigned taken = 0;

	CHECK_INT(mutate_each("br, gzip, x", 11, check_encodings, &taken), 11 * 9);
	CHECK(taken > 11 && taken < 11 * 9);
}

static void check_header(const uint8_t *data, size_t len, const char *how, void *context)
{
	char text[64];
	bool plain = true;

	CHECK(len < sizeof(text));
	memcpy(text, data, len);
	text[len] = '\0';
	for (const char *at = text; *at != '\0'; at++)
		plain = plain && *at != 0x7f && ((unsigned char)*at >= 0x20 || *at == '\t');
	if (ppkd_header_is_well_formed("X", text) != plain)
		CHECK_FAIL("%s: as a value", how);
	plain = text[0] != '\0' && strpbrk(text, " \t:()<>@,;\\\"/[]?={}") == NULL;
	for (const char *at = text; *at != '\0'; at++)
		plain = plain && *at > 0x20 && *at < 0x7f;
	if (ppkd_header_is_well_formed(text, "x") != plain)
		CHECK_FAIL("%s: as a name", how);
	*(unsigned *)context += plain;
}

static void a_changed_header_is_well_formed_or_not(void)
{
	unsigned taken = 0;

	CHECK_INT(mutate_each("Transfer-Encoding", 17, check_header, &taken), 17 * 9);
	CHECK(taken > 17 && taken < 17 * 9);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(paths_lead_to_actions), CHECK_TEST(a_typed_path_is_understood),
		CHECK_TEST(other_paths_lead_nowhere),
		CHECK_TEST(what_can_be_understood_in_two_ways_is_refused),
		CHECK_TEST(headers_have_names_and_values_of_plain_characters),
		CHECK_TEST(gzip_is_sent_to_who_names_it),
		CHECK_TEST(changed_encodings_name_gzip_or_not),
		CHECK_TEST(lengths_are_plain_numbers_within_bounds),
		CHECK_TEST(other_hosts_origins_and_types_are_refused),
		CHECK_TEST(another_site_gets_nothing_but_a_link),
		CHECK_TEST(a_changed_head_is_another_ceremonys_or_refused),
		CHECK_TEST(a_changed_header_is_well_formed_or_not));
}
