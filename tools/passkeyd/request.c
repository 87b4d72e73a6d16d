/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract.
 * 1. A request MUST pass ppkd_route_find() before anything is done for it.
 * 2. The browser's address MUST be the connection's, or what a configured proxy says in one header of one
 *    address; a proxy that does not say it MUST get nothing.
 * 3. A ceremony MUST be named by its path alone; who does not know it learns nothing about any.
 */
#include "request.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "page_message.h"
#include "reply.h"
#include "route.h"
#include "sys/clock.h"
#include "web.h"

/* One request, from its head to its answer. */
struct request {
	struct ppkd_route route;
	struct ppk_ip_address browser;
	bool takes_gzip;
	size_t body_len;
	uint8_t body[]; /* route.body_len bytes */
};

static struct ppkd_connection *connection_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info == NULL ? NULL : info->socket_context;
}

/* Also where there is no ceremony: then it says so. */
static enum MHD_Result send_page(const struct ppkd_web *web, struct MHD_Connection *connection,
	const struct request *request, unsigned status)
{
	return MHD_queue_response(
		connection, status, request->takes_gzip ? web->page_gzip : web->page);
}

static enum MHD_Result send_status(const struct ppkd_web *web, struct MHD_Connection *connection,
	const struct ppkd_ceremony *ceremony)
{
	uint8_t out[PPKD_REPLY_MAX];

	if (web->statuses[ceremony->state] != NULL)
		return MHD_queue_response(connection, 200, web->statuses[ceremony->state]);
	return ppkd_reply_send(connection, 200, out, ppkd_page_status(ceremony, out));
}

static enum MHD_Result send_view(struct ppkd_web *web, struct MHD_Connection *connection,
	struct ppkd_ceremony *ceremony, const struct ppk_ip_address *browser)
{
	uint8_t out[PPKD_REPLY_MAX];
	bool admitted = ppkd_service_open(web->service, ceremony, browser);
	size_t len = ppkd_page_view(ceremony, admitted, ppk_clock_ms(), out);

	return ppkd_reply_send(connection, 200, out, len);
}

static enum MHD_Result take_number(struct ppkd_web *web, struct MHD_Connection *connection,
	struct ppkd_ceremony *ceremony, const struct request *request)
{
	uint8_t out[PPKD_REPLY_MAX];
	bool right =
		ppkd_service_number(web->service, ceremony, &request->browser, request->body[0]);
	size_t len = right ? ppkd_page_options(ceremony, out) : ppkd_page_wrong(ceremony, out);

	return ppkd_reply_send(connection, 200, out, len);
}

static enum MHD_Result take_answer(struct ppkd_web *web, struct MHD_Connection *connection,
	struct ppkd_ceremony *ceremony, const struct request *request)
{
	uint8_t *packet = malloc(PPK_BROWSER_MESSAGE_MAX);
	const uint8_t *claim;
	unsigned refused = 0;
	size_t len = 0;

	if (packet == NULL)
		return MHD_NO;
	if (ppkd_page_answer(ceremony, &request->browser, request->body, request->body_len, &claim,
		    packet, &len) != PPK_OK)
		refused = 400;
	else if (!ppkd_ceremony_holds(ceremony, claim))
		refused = 403;
	else
		ppkd_service_answer(web->service, ceremony, packet, len);
	free(packet);
	return refused != 0 ? ppkd_reply_refuse(connection, refused)
			    : send_status(web, connection, ceremony);
}

/* What is to be signed to test a registration, for who made it. */
static enum MHD_Result send_test(struct MHD_Connection *connection,
	const struct ppkd_ceremony *ceremony, const struct request *request)
{
	uint8_t out[PPKD_REPLY_MAX];

	if (!ppkd_ceremony_holds(ceremony, request->body))
		return ppkd_reply_refuse(connection, 403);
	return ppkd_reply_send(connection, 200, out, ppkd_page_test(ceremony, out));
}

/* What only a browser at the right address may do, while the ceremony waits for it. */
static enum MHD_Result take_part(struct ppkd_web *web, struct MHD_Connection *connection,
	struct ppkd_ceremony *ceremony, const struct request *request)
{
	enum ppkd_action action = request->route.action;

	if (!ppkd_ceremony_admits(ceremony, &request->browser))
		return ppkd_reply_refuse(connection, 403);
	if (action == PPKD_POST_ANSWER && ppkd_ceremony_is_open(ceremony))
		return take_answer(web, connection, ceremony, request);
	if (action == PPKD_POST_NUMBER && ceremony->state == PPKD_WAITING)
		return take_number(web, connection, ceremony, request);
	if (action == PPKD_POST_TEST && ceremony->state == PPKD_TESTING)
		return send_test(connection, ceremony, request);
	return ppkd_reply_refuse(connection, 409);
}

static enum MHD_Result act(struct ppkd_web *web, struct MHD_Connection *connection,
	struct ppkd_ceremony *ceremony, const struct request *request)
{
	switch (request->route.action) {
	case PPKD_GET_PAGE:
		return send_page(web, connection, request, 200);
	case PPKD_GET_VIEW:
		return send_view(web, connection, ceremony, &request->browser);
	case PPKD_POST_NUMBER:
	case PPKD_POST_ANSWER:
	case PPKD_POST_TEST:
		return take_part(web, connection, ceremony, request);
	case PPKD_POST_ALARM:
		ppkd_service_alarm(web->service, ceremony, &request->browser);
		return send_status(web, connection, ceremony);
	case PPKD_GET_STATUS:
	case PPKD_GET_ROOT:
		break;
	}
	return send_status(web, connection, ceremony);
}

/* The whole request is here. */
static enum MHD_Result respond(
	struct ppkd_web *web, struct MHD_Connection *connection, const struct request *request)
{
	struct ppkd_connection *known = connection_of(connection);
	struct ppkd_ceremony *ceremony;

	if (request->body_len != request->route.body_len)
		return ppkd_reply_refuse(connection, 400);
	if (request->route.action == PPKD_GET_ROOT)
		return send_page(web, connection, request, 404);
	ceremony = ppkd_table_find(&web->service->table, request->route.path);
	if (ceremony == NULL)
		return request->route.action == PPKD_GET_PAGE
			       ? send_page(web, connection, request, 404)
			       : ppkd_reply_refuse(connection, 404);
	if (known != NULL) {
		known->is_proven = true;
		known->since_ms = ppk_clock_ms();
	}
	return act(web, connection, ceremony, request);
}

/* What the iterator over headers fills in. */
struct headers {
	struct ppkd_head head;
	struct ppkd_header proxy;
	const char *proxy_header;
};

/* Where a header belongs that matters here; NULL: it does not. */
static struct ppkd_header *header_of(struct ppkd_head *head, const char *name)
{
	static const struct {
		const char *name;
		size_t offset;
	} known[] = {
		{ "Host", offsetof(struct ppkd_head, host) },
		{ "Origin", offsetof(struct ppkd_head, origin) },
		{ "Content-Length", offsetof(struct ppkd_head, content_length) },
		{ "Content-Type", offsetof(struct ppkd_head, content_type) },
		{ "Transfer-Encoding", offsetof(struct ppkd_head, transfer_encoding) },
		{ "Sec-Fetch-Site", offsetof(struct ppkd_head, sec_fetch_site) },
		{ "Sec-Fetch-Dest", offsetof(struct ppkd_head, sec_fetch_dest) },
		{ "Accept-Encoding", offsetof(struct ppkd_head, accept_encoding) },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		/* most of a browser's headers are none of these: seen by the first letter */
		if ((known[i].name[0] | 0x20) == (name[0] | 0x20) &&
			strcasecmp(known[i].name, name) == 0)
			return (struct ppkd_header *)(void *)((char *)head + known[i].offset);
	}
	return NULL;
}

static void count_header(struct ppkd_header *header, const char *value)
{
	header->value = value;
	header->count++;
}

static enum MHD_Result note_header(
	void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct headers *found = context;
	struct ppkd_header *header = header_of(&found->head, name);
	const char *said = value == NULL ? "" : value;

	(void)kind;
	if (!ppkd_header_is_well_formed(name, said))
		found->head.is_malformed = true;
	if (header != NULL)
		count_header(header, said);
	if (strcasecmp(found->proxy_header, name) == 0)
		count_header(&found->proxy, said);
	return MHD_YES;
}

/* false: a proxy that does not say who it speaks for. */
static bool find_browser(const struct ppkd_connection *connection, const struct ppkd_header *proxy,
	struct ppk_ip_address *ret)
{
	size_t link;

	if (connection == NULL)
		return false;
	if (!connection->is_proxy) {
		*ret = connection->address;
		return true;
	}
	/* what a proxy calls a link is its own affair: such a browser is at no place that we know */
	return proxy->count == 1 &&
	       ppk_ip_address_parse_named(proxy->value, strlen(proxy->value), ret, &link);
}

/* By its head: 0, or the HTTP status that says why not. Nothing is kept for a ceremony that is not there. */
static unsigned judge(struct ppkd_web *web, struct MHD_Connection *connection,
	struct headers *found, struct request *ret)
{
	const struct ppkd_options *options = web->service->options;

	MHD_get_connection_values(connection, MHD_HEADER_KIND, note_header, found);
	ret->route = ppkd_route_find(&found->head, options->url);
	if (ret->route.refused != 0)
		return ret->route.refused;
	ret->takes_gzip = ppkd_header_takes_gzip(&found->head.accept_encoding);
	if (ret->route.body_len > 0 &&
		ppkd_table_find(&web->service->table, ret->route.path) == NULL)
		return 404;
	if (find_browser(connection_of(connection), &found->proxy, &ret->browser))
		return 0;
	ppk_log(web->service->log, PPK_LOG_ERROR,
		"a proxy does not say one address in %s: its requests are refused",
		options->proxy_header);
	return 400;
}

/* The head is here. NULL: it was answered, or the connection has to end. */
static struct request *begin(struct ppkd_web *web, struct MHD_Connection *connection,
	const char *method, const char *path, enum MHD_Result *ret_result)
{
	struct headers found = { .head = { .method = method, .path = path },
		.proxy_header = web->service->options->proxy_header };
	struct request judged = { .body_len = 0 }, *request;
	unsigned refused = judge(web, connection, &found, &judged);

	*ret_result = MHD_NO;
	if (refused != 0) {
		*ret_result = ppkd_reply_refuse(connection, refused);
		return NULL;
	}
	request = calloc(1, sizeof(*request) + judged.route.body_len);
	if (request != NULL)
		memcpy(request, &judged, sizeof(judged));
	return request;
}

static enum MHD_Result take_body(struct request *request, const char *data, size_t *len)
{
	if (*len > request->route.body_len - request->body_len)
		return MHD_NO;
	memcpy(request->body + request->body_len, data, *len);
	request->body_len += *len;
	*len = 0;
	return MHD_YES;
}

enum MHD_Result ppkd_request_handle(void *context, struct MHD_Connection *connection,
	const char *path, const char *method, const char *version, const char *data, size_t *len,
	void **state)
{
	struct ppkd_web_socket *socket = context;
	struct request *request = *state;
	enum MHD_Result result = MHD_YES;

	(void)version;
	if (request == NULL) {
		*state = begin(socket->web, connection, method, path, &result);
		return *state != NULL ? MHD_YES : result;
	}
	if (*len > 0)
		return take_body(request, data, len);
	return respond(socket->web, connection, request);
}

void ppkd_request_forget(void *context, struct MHD_Connection *connection, void **state,
	enum MHD_RequestTerminationCode code)
{
	(void)context;
	(void)connection;
	(void)code;
	free(*state);
	*state = NULL;
}
