/* SPDX-License-Identifier: BSD-2-Clause */
#include "web.h"

#include <microhttpd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "page_message.h"
#include "reply.h"
#include "request.h"
#include "sys/clock.h"
#include "tls.h"

#define MEMORY_PER_CONNECTION (16 * 1024) /* bytes: the head of a request has to fit */
#define IDLE_S 60 /* also a proxy's connection */
#define SWEEP_MS 1000 /* how often late connections are looked for */

/* false: a Unix socket's. */
static bool address_of(const struct sockaddr *peer, struct ppk_ip_address *ret)
{
	memset(ret, 0, sizeof(*ret));
	return peer != NULL && ppk_ip_address_of_peer(peer, ret);
}

static enum MHD_Result admit(void *context, const struct sockaddr *peer, socklen_t len)
{
	const struct ppkd_web_socket *socket = context;
	const struct ppkd_options *options = socket->web->service->options;
	struct ppk_ip_address address;
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
	const union MHD_ConnectionInfo *info;
	struct ppkd_connection *connection = calloc(1, sizeof(*connection));
	bool is_inet;

	*ret_context = connection;
	if (connection == NULL)
		return; /* its requests are refused */
	/* Each is read before the next is asked for: libmicrohttpd 1 puts them into the same place. */
	info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	connection->fd = info == NULL ? -1 : info->connect_fd;
	info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	is_inet = address_of(info == NULL ? NULL : info->client_addr, &connection->address);
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
		socket, ppkd_request_handle, socket, MHD_OPTION_EXTERNAL_LOGGER, log_start,
		socket->web, MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_CONNECTION_LIMIT,
		2 * options->connections + 16, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_PER_CONNECTION,
		MHD_OPTION_NOTIFY_COMPLETED, ppkd_request_forget, NULL,
		MHD_OPTION_NOTIFY_CONNECTION, connection_changed, socket,
		MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_ARRAY,
		tls ? tls_options : no_options, MHD_OPTION_END);
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

/* What most questions of pages are answered with; where there is a reason, each time anew. */
static bool make_statuses(struct ppkd_web *web)
{
	for (enum ppkd_state state = PPKD_WAITING; state < PPKD_STATES; state++) {
		const struct ppkd_ceremony ceremony = { .state = state };
		uint8_t out[PPKD_REPLY_MAX];

		if (state == PPKD_REFUSED)
			continue;
		web->statuses[state] = ppkd_reply_make(out, ppkd_page_status(&ceremony, out));
		if (web->statuses[state] == NULL)
			return false;
	}
	return true;
}

static enum ppk_err make_parts(struct ppkd_web *web)
{
	web->page = ppkd_reply_make_page(false);
	web->page_gzip = ppkd_reply_make_page(true);
	return make_statuses(web) && web->page != NULL && web->page_gzip != NULL ? PPK_OK
										 : PPK_ERR_NOMEM;
}

static void free_response(struct MHD_Response *response)
{
	if (response != NULL)
		MHD_destroy_response(response);
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
	free_response(web->page);
	free_response(web->page_gzip);
	for (size_t i = 0; i < PPKD_STATES; i++)
		free_response(web->statuses[i]);
}

int ppkd_web_tick(struct ppkd_web *web, int64_t now_ms)
{
	int next_ms = web->connections.newest == NULL ? -1 : SWEEP_MS;

	if (now_ms >= web->sweep_ms) {
		end_connections(web);
		web->sweep_ms = now_ms + SWEEP_MS;
	}
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
