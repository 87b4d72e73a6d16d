/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract.
 * 1. A request MUST pass ppkd_route_find() before anything is done for it.
 * 2. The browser's address MUST be the connection's, or what a configured proxy says in one header of one
 *    address; a proxy that does not say it MUST get nothing.
 * 3. A ceremony MUST be named by its path alone; who does not know it learns nothing about any.
 * 4. Every answer MUST carry the headers that keep the page to itself.
 */
#include "web.h"

#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "page_message.h"
#include "parts.h"
#include "route.h"
#include "sys/clock.h"
#include "tls.h"

#define MEMORY_PER_CONNECTION (16 * 1024) /* bytes: the head of a request has to fit */
#define IDLE_S 60 /* also a proxy's connection */
#define SWEEP_MS 1000 /* how often late connections are looked for */

#define CONTENT_SECURITY_POLICY                                                                    \
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "                \
	"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "        \
	"require-trusted-types-for 'script'; trusted-types 'none'"

/* No Strict-Transport-Security: it would bind whatever else the admin serves at this name. */
static const char *const headers[][2] = {
	{ "Content-Security-Policy", CONTENT_SECURITY_POLICY },
	{ "Referrer-Policy", "no-referrer" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Permissions-Policy",
		"publickey-credentials-get=(self), publickey-credentials-create=(self), "
		"camera=(), microphone=(), geolocation=(), payment=(), usb=()" },
	{ "Cache-Control", "no-store" },
};

/* One request, from its head to its answer. */
struct request {
	struct ppkd_route route;
	struct ppkd_address browser;
	size_t body_len;
	uint8_t body[]; /* route.body_len bytes */
};

static struct MHD_Response *make_response(const void *data, size_t len, const char *type)
{
	struct MHD_Response *response = MHD_create_response_from_buffer(
		len, (void *)(uintptr_t)data, MHD_RESPMEM_MUST_COPY);
	bool good = response != NULL;

	for (size_t i = 0; good && i < sizeof(headers) / sizeof(headers[0]); i++)
		good = MHD_add_response_header(response, headers[i][0], headers[i][1]) == MHD_YES;
	if (good && MHD_add_response_header(response, "Content-Type", type) == MHD_YES)
		return response;
	if (response != NULL)
		MHD_destroy_response(response);
	return NULL;
}

static enum MHD_Result answer(
	struct MHD_Connection *connection, unsigned status, const uint8_t *data, size_t len)
{
	struct MHD_Response *response = make_response(data, len, "application/octet-stream");
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO; /* ends the connection */
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

/* What follows on a connection after a refused request is not looked at. */
static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned status)
{
	struct MHD_Response *response = make_response("", 0, "text/plain");
	enum MHD_Result result = MHD_NO;

	if (response == NULL)
		return MHD_NO;
	if (MHD_add_response_header(response, "Connection", "close") == MHD_YES &&
		(status != 405 || MHD_add_response_header(response, "Allow", "GET, HEAD, POST")))
		result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static struct ppkd_connection *connection_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info == NULL ? NULL : info->socket_context;
}

static const struct ppkd_part *find_part(const char *path, size_t *ret)
{
	for (size_t i = 0; i < ppkd_part_count; i++) {
		if (strcmp(ppkd_parts[i].path, path) == 0) {
			*ret = i;
			return &ppkd_parts[i];
		}
	}
	return NULL;
}

static enum MHD_Result send_part(
	const struct ppkd_web *web, struct MHD_Connection *connection, const char *path)
{
	size_t i = 0;

	if (find_part(path, &i) == NULL)
		return refuse(connection, 404);
	/* "/" is the page, and says that there is nothing */
	return MHD_queue_response(connection, i == 0 ? 404 : 200, web->parts[i]);
}

static enum MHD_Result send_status(
	struct MHD_Connection *connection, const struct ppkd_ceremony *ceremony)
{
	uint8_t out[PPKD_REPLY_MAX];
	size_t len = ppkd_page_status(ceremony, out);

	return answer(connection, 200, out, len);
}

static enum MHD_Result send_view(struct ppkd_web *web, struct MHD_Connection *connection,
	struct ppkd_ceremony *ceremony, const struct ppkd_address *browser)
{
	uint8_t out[PPKD_REPLY_MAX];
	bool admitted = ppkd_service_open(web->service, ceremony, browser);
	size_t len = ppkd_page_view(ceremony, admitted, ppk_clock_ms(), out);

	return answer(connection, 200, out, len);
}

static enum MHD_Result take_number(struct ppkd_web *web, struct MHD_Connection *connection,
	struct ppkd_ceremony *ceremony, const struct request *request)
{
	uint8_t out[PPKD_REPLY_MAX];
	bool right =
		ppkd_service_number(web->service, ceremony, &request->browser, request->body[0]);
	size_t len = right ? ppkd_page_options(ceremony, out) : ppkd_page_wrong(ceremony, out);

	return answer(connection, 200, out, len);
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
	return refused != 0 ? refuse(connection, refused) : send_status(connection, ceremony);
}

/* What is to be signed to test a registration, for who made it. */
static enum MHD_Result send_test(struct MHD_Connection *connection,
	const struct ppkd_ceremony *ceremony, const struct request *request)
{
	uint8_t out[PPKD_REPLY_MAX];

	if (!ppkd_ceremony_holds(ceremony, request->body))
		return refuse(connection, 403);
	return answer(connection, 200, out, ppkd_page_test(ceremony, out));
}

/* What only a browser at the right address may do, while the ceremony waits for it. */
static enum MHD_Result take_part(struct ppkd_web *web, struct MHD_Connection *connection,
	struct ppkd_ceremony *ceremony, const struct request *request)
{
	enum ppkd_action action = request->route.action;

	if (!ppkd_ceremony_admits(ceremony, &request->browser))
		return refuse(connection, 403);
	if (action == PPKD_POST_ANSWER && ppkd_ceremony_is_open(ceremony))
		return take_answer(web, connection, ceremony, request);
	if (action == PPKD_POST_NUMBER && ceremony->state == PPKD_WAITING)
		return take_number(web, connection, ceremony, request);
	if (action == PPKD_POST_TEST && ceremony->state == PPKD_TESTING)
		return send_test(connection, ceremony, request);
	return refuse(connection, 409);
}

static enum MHD_Result act(struct ppkd_web *web, struct MHD_Connection *connection,
	struct ppkd_ceremony *ceremony, const struct request *request)
{
	switch (request->route.action) {
	case PPKD_GET_PAGE:
		return MHD_queue_response(connection, 200, web->parts[0]);
	case PPKD_GET_VIEW:
		return send_view(web, connection, ceremony, &request->browser);
	case PPKD_POST_NUMBER:
	case PPKD_POST_ANSWER:
	case PPKD_POST_TEST:
		return take_part(web, connection, ceremony, request);
	case PPKD_POST_ALARM:
		ppkd_service_alarm(web->service, ceremony, &request->browser);
		return send_status(connection, ceremony);
	case PPKD_GET_STATUS:
	case PPKD_GET_STATIC:
		break;
	}
	return send_status(connection, ceremony);
}

/* The whole request is here. */
static enum MHD_Result respond(struct ppkd_web *web, struct MHD_Connection *connection,
	const struct request *request, const char *path)
{
	struct ppkd_connection *known = connection_of(connection);
	struct ppkd_ceremony *ceremony;

	if (request->body_len != request->route.body_len)
		return refuse(connection, 400);
	if (request->route.action == PPKD_GET_STATIC)
		return send_part(web, connection, path);
	ceremony = ppkd_table_find(&web->service->table, request->route.path);
	if (ceremony == NULL)
		return request->route.action == PPKD_GET_PAGE
			       ? MHD_queue_response(connection, 404, web->parts[0])
			       : refuse(connection, 404);
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

static enum MHD_Result note_header(
	void *context, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct headers *found = context;
	const struct {
		const char *name;
		struct ppkd_header *header;
	} known[] = {
		{ "Host", &found->head.host },
		{ "Origin", &found->head.origin },
		{ "Content-Length", &found->head.content_length },
		{ "Content-Type", &found->head.content_type },
		{ "Transfer-Encoding", &found->head.transfer_encoding },
		{ "Sec-Fetch-Site", &found->head.sec_fetch_site },
		{ "Sec-Fetch-Dest", &found->head.sec_fetch_dest },
		{ found->proxy_header, &found->proxy },
	};

	(void)kind;
	if (!ppkd_header_is_well_formed(name, value == NULL ? "" : value))
		found->head.is_malformed = true;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcasecmp(known[i].name, name) != 0)
			continue;
		known[i].header->value = value == NULL ? "" : value;
		known[i].header->count++;
	}
	return MHD_YES;
}

/* false: a proxy that does not say who it speaks for. */
static bool find_browser(const struct ppkd_connection *connection, const struct ppkd_header *proxy,
	struct ppkd_address *ret)
{
	if (connection == NULL)
		return false;
	if (!connection->is_proxy) {
		*ret = connection->address;
		return true;
	}
	return proxy->count == 1 && ppkd_address_parse(proxy->value, strlen(proxy->value), ret);
}

/* The head is here. NULL: it was answered, or the connection has to end. */
static struct request *begin(struct ppkd_web *web, struct MHD_Connection *connection,
	const char *method, const char *path, enum MHD_Result *ret_result)
{
	const struct ppkd_options *options = web->service->options;
	struct headers found = { .head = { .method = method, .path = path },
		.proxy_header = options->proxy_header };
	struct ppkd_route route;
	struct request *request;

	MHD_get_connection_values(connection, MHD_HEADER_KIND, note_header, &found);
	route = ppkd_route_find(&found.head, options->url);
	if (route.refused != 0) {
		*ret_result = refuse(connection, route.refused);
		return NULL;
	}
	request = calloc(1, sizeof(*request) + route.body_len);
	*ret_result = MHD_NO;
	if (request == NULL)
		return NULL;
	request->route = route;
	if (find_browser(connection_of(connection), &found.proxy, &request->browser))
		return request;
	free(request);
	ppk_log(web->service->log, PPK_LOG_ERROR,
		"a proxy does not say one address in %s: its requests are refused",
		options->proxy_header);
	*ret_result = refuse(connection, 400);
	return NULL;
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

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path,
	const char *method, const char *version, const char *data, size_t *len, void **state)
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
	return respond(socket->web, connection, request, path);
}

static void forget_request(void *context, struct MHD_Connection *connection, void **state,
	enum MHD_RequestTerminationCode code)
{
	(void)context;
	(void)connection;
	(void)code;
	free(*state);
	*state = NULL;
}

/* false: a Unix socket's. */
static bool address_of(const struct sockaddr *peer, struct ppkd_address *ret)
{
	memset(ret, 0, sizeof(*ret));
	return peer != NULL && ppkd_address_of_peer(peer, ret);
}

static enum MHD_Result admit(void *context, const struct sockaddr *peer, socklen_t len)
{
	const struct ppkd_web_socket *socket = context;
	const struct ppkd_options *options = socket->web->service->options;
	struct ppkd_address address;
	bool is_inet = address_of(peer, &address);

	(void)len;
	if (ppkd_options_proxy(options, is_inet ? &address : NULL))
		return MHD_YES;
	if (!is_inet)
		return MHD_NO; /* nobody else has business at a Unix socket */
	return ppkd_connections_admit(&socket->web->connections, &address) ? MHD_YES : MHD_NO;
}

/* Shut down; libmicrohttpd then sees its end and closes it. */
static void end_connections(struct ppkd_web *web)
{
	struct ppkd_connection *connection;

	while ((connection = ppkd_connections_next_to_end(&web->connections, ppk_clock_ms())) !=
		NULL)
		(void)shutdown(connection->fd, SHUT_RDWR);
}

static void connection_began(struct ppkd_web *web, struct MHD_Connection *mhd, void **ret_context)
{
	const union MHD_ConnectionInfo *fd, *peer;
	struct ppkd_connection *connection = calloc(1, sizeof(*connection));
	bool is_inet;

	*ret_context = connection;
	if (connection == NULL)
		return; /* its requests are refused */
	fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	peer = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	is_inet = address_of(peer == NULL ? NULL : peer->client_addr, &connection->address);
	connection->fd = fd == NULL ? -1 : fd->connect_fd;
	connection->is_proxy =
		ppkd_options_proxy(web->service->options, is_inet ? &connection->address : NULL);
	connection->since_ms = ppk_clock_ms();
	ppkd_connections_add(&web->connections, connection);
	end_connections(web);
}

static void connection_changed(void *context, struct MHD_Connection *mhd, void **connection,
	enum MHD_ConnectionNotificationCode code)
{
	struct ppkd_web_socket *socket = context;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		connection_began(socket->web, mhd, connection);
	} else if (*connection != NULL) {
		ppkd_connections_remove(&socket->web->connections, *connection);
		free(*connection);
		*connection = NULL;
	}
}

/* Paths are compared as they came. */
static size_t leave_escaped(void *context, struct MHD_Connection *connection, char *text)
{
	(void)context;
	(void)connection;
	return strlen(text);
}

static void ready(struct ppkd_source *source)
{
	struct ppkd_web_socket *socket = (struct ppkd_web_socket *)source;

	(void)MHD_run(socket->daemon);
}

/* Why libmicrohttpd does not start. Later it would say whatever a stranger makes it say. */
__attribute__((format(printf, 2, 0))) static void log_start(
	void *context, const char *format, va_list list)
{
	const struct ppkd_web *web = context;
	char line[256];

	if (!web->is_starting)
		return;
	vsnprintf(line, sizeof(line), format, list);
	line[strcspn(line, "\n")] = '\0';
	ppk_log(web->service->log, PPK_LOG_ERROR, "libmicrohttpd: %s", line);
}

/* Twice the connections: those that were told to end are still there for a moment. */
static struct MHD_Daemon *start_daemon(struct ppkd_web_socket *socket, int listener)
{
	const struct ppkd_options *options = socket->web->service->options;
	bool tls = ppkd_options_tls(options);
	struct MHD_OptionItem tls_options[] = {
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)PPKD_TLS_PRIORITIES },
		{ MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)(uintptr_t)ppkd_tls_retrieve },
		{ MHD_OPTION_END, 0, NULL },
	};
	struct MHD_OptionItem no_options[] = { { MHD_OPTION_END, 0, NULL } };

	return MHD_start_daemon(
		MHD_USE_EPOLL | MHD_USE_ERROR_LOG | (tls ? MHD_USE_TLS : MHD_NO_FLAG), 0, admit,
		socket, handle, socket, MHD_OPTION_EXTERNAL_LOGGER, log_start, socket->web,
		MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_CONNECTION_LIMIT,
		2 * options->connections + 16, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_PER_CONNECTION,
		MHD_OPTION_NOTIFY_COMPLETED, forget_request, NULL, MHD_OPTION_NOTIFY_CONNECTION,
		connection_changed, socket, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
		MHD_OPTION_ARRAY, tls ? tls_options : no_options, MHD_OPTION_END);
}

static enum ppk_err serve(struct ppkd_web *web, int listener)
{
	struct ppkd_web_socket *socket = &web->sockets[web->socket_count];
	const union MHD_DaemonInfo *info;

	*socket = (struct ppkd_web_socket){ .source.ready = ready, .web = web };
	socket->daemon = start_daemon(socket, listener);
	if (socket->daemon == NULL)
		return PPK_ERR_IO;
	web->socket_count++;
	info = MHD_get_daemon_info(socket->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (info == NULL)
		return PPK_ERR_IO;
	return ppkd_service_watch(web->service, info->epoll_fd, &socket->source);
}

static enum ppk_err make_parts(struct ppkd_web *web)
{
	for (size_t i = 0; i < ppkd_part_count; i++) {
		const struct ppkd_part *part = &ppkd_parts[i];

		web->parts[i] = make_response(part->data, part->len, part->type);
		if (web->parts[i] == NULL)
			return PPK_ERR_NOMEM;
	}
	return PPK_OK;
}

enum ppk_err ppkd_web_init(
	struct ppkd_web *web, struct ppkd_service *service, const struct ppkd_sockets *sockets)
{
	enum ppk_err err;

	*web = (struct ppkd_web){ .service = service };
	web->connections.max = service->options->connections;
	web->connections.max_per_address = service->options->connections_per_address;
	web->is_starting = true;
	err = make_parts(web);
	for (size_t i = 0; i < sockets->web_count && err == PPK_OK; i++)
		err = serve(web, sockets->web[i]);
	web->is_starting = false;
	return err;
}

void ppkd_web_done(struct ppkd_web *web)
{
	for (size_t i = 0; i < web->socket_count; i++)
		MHD_stop_daemon(web->sockets[i].daemon);
	for (size_t i = 0; i < ppkd_part_count; i++) {
		if (web->parts[i] != NULL)
			MHD_destroy_response(web->parts[i]);
	}
}

int ppkd_web_tick(struct ppkd_web *web, int64_t now_ms)
{
	int next_ms = web->connections.newest == NULL ? -1 : SWEEP_MS;

	(void)now_ms;
	end_connections(web);
	for (size_t i = 0; i < web->socket_count; i++) {
		MHD_UNSIGNED_LONG_LONG timeout;

		if (MHD_get_timeout(web->sockets[i].daemon, &timeout) != MHD_YES)
			continue;
		if (timeout == 0)
			(void)MHD_run(web->sockets[i].daemon);
		if (next_ms < 0 || timeout < (MHD_UNSIGNED_LONG_LONG)next_ms)
			next_ms = (int)timeout;
	}
	return next_ms;
}
