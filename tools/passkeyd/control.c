/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 1. A ceremony MUST be begun only for a process of a configured uid, as the kernel names it.
 * 2. A connection brings one request; whatever else comes MUST end it.
 */
#include "control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* A program that has connected and not yet asked. */
struct caller {
	struct ppkd_source source;
	struct ppkd_service *service;
	int socket;
};

/* Take its request, if that is there. false: not yet, and the socket stays the caller's. */
static bool hear(struct ppkd_service *service, int socket, bool is_watched)
{
	uint8_t packet[PPK_BROWSER_REQUEST_MAX];
	ssize_t got = recv(socket, packet, sizeof(packet), MSG_DONTWAIT | MSG_TRUNC);

	if (got < 0 && errno == EAGAIN)
		return false;
	if (got <= 0)
		close(socket); /* leaves epoll by this */
	else if ((size_t)got > sizeof(packet))
		ppkd_service_refuse(service, socket, PPK_ERR_LIMIT);
	else if (packet[0] == PPK_BROWSER_DRAW)
		ppkd_service_draw(service, socket, packet, (size_t)got);
	else
		ppkd_service_begin(service, socket, is_watched, packet, (size_t)got);
	return true;
}

/* Its request is there, or it is gone. */
static void caller_ready(struct ppkd_source *source)
{
	struct caller *caller = (struct caller *)source;

	if (hear(caller->service, caller->socket, true))
		free(caller);
}

static bool may_ask(const struct ppkd_service *service, int socket)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		return false;
	if (ppkd_options_client(service->options, peer.uid))
		return true;
	ppk_log(service->log, PPK_LOG_WARNING, "no page for uid %u: not one of clients",
		(unsigned)peer.uid);
	return false;
}

static void wait_for(struct ppkd_service *service, int socket)
{
	struct caller *caller = calloc(1, sizeof(*caller));

	if (caller == NULL) {
		ppkd_service_refuse(service, socket, PPK_ERR_NOMEM);
		return;
	}
	*caller = (struct caller){
		.source.ready = caller_ready, .service = service, .socket = socket
	};
	if (ppkd_service_watch(service, socket, &caller->source) != PPK_OK) {
		free(caller);
		ppkd_service_refuse(service, socket, PPK_ERR_IO);
	}
}

/* Many have said what they want before they are looked at. */
static void listen_for(struct ppkd_service *service, int socket)
{
	if (!may_ask(service, socket))
		ppkd_service_refuse(service, socket, PPK_ERR_PERMISSION);
	else if (!hear(service, socket, false))
		wait_for(service, socket);
}

static int open_spare(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* Without this, the program would stay in the queue, and we would be woken for it without end. */
static void turn_away(struct ppkd_control *control)
{
	int socket;

	ppk_log(control->service->log, PPK_LOG_ERROR, "no descriptors are left: raise LimitNOFILE");
	if (control->spare >= 0)
		close(control->spare);
	socket = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (socket >= 0)
		ppkd_service_refuse(control->service, socket, PPK_ERR_BUSY);
	control->spare = open_spare();
}

static void listener_ready(struct ppkd_source *source)
{
	struct ppkd_control *control = (struct ppkd_control *)source;
	int socket = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (socket >= 0)
		listen_for(control->service, socket);
	else if (errno == EMFILE || errno == ENFILE)
		turn_away(control);
}

enum ppk_err ppkd_control_init(
	struct ppkd_control *control, struct ppkd_service *service, int listener)
{
	*control = (struct ppkd_control){
		.source.ready = listener_ready,
		.service = service,
		.listener = listener,
		.spare = open_spare(),
	};
	return ppkd_service_watch(service, listener, &control->source);
}

void ppkd_control_done(struct ppkd_control *control)
{
	if (control->spare >= 0)
		close(control->spare);
}
