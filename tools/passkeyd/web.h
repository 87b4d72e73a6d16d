/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYD_WEB_H
#define PPK_TOOLS_PASSKEYD_WEB_H

/* The page's side: HTTP, by libmicrohttpd, in this process's one thread. */

#include "connections.h"
#include "listen.h"
#include "service.h"

struct MHD_Daemon;
struct MHD_Response;
struct ppkd_web;

/* One listening socket. */
struct ppkd_web_socket {
	struct ppkd_source source;
	struct ppkd_web *web;
	struct MHD_Daemon *daemon;
};

struct ppkd_web {
	struct ppkd_service *service;
	bool is_starting;
	int64_t sweep_ms; /* when late connections are looked for next */
	struct ppkd_connections connections;
	struct ppkd_web_socket sockets[PPKD_WEB_SOCKETS_MAX];
	size_t socket_count;
	struct MHD_Response *page, *page_gzip;
	struct MHD_Response *statuses[PPKD_STATES]; /* of those that need no reason */
};

/*
 * Serve browsers at the sockets, with TLS when the options have a certificate (ppkd_tls_load() came before).
 * PPK_ERR_NOMEM | PPK_ERR_IO. *web stays put; ppkd_web_done() it in any case.
 */
PPK_MUST_CHECK enum ppk_err ppkd_web_init(
	struct ppkd_web *web, struct ppkd_service *service, const struct ppkd_sockets *sockets);
void ppkd_web_done(struct ppkd_web *web);

/* Do what is due. Returns the milliseconds until the next is due, -1: none. */
int ppkd_web_tick(struct ppkd_web *web, int64_t now_ms);

#endif
