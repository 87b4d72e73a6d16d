/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYD_SERVICE_H
#define PPK_TOOLS_PASSKEYD_SERVICE_H

/*
 * What happens to ceremonies, whoever makes it happen: the program at one side (control.h), a browser at
 * the other (web.h), or the time.
 */

#include <stdint.h>

#include "audit/event.h"
#include "ceremony.h"
#include "core/diagnostic.h"
#include "options.h"
#include "table.h"

struct ppkd_service {
	const struct ppkd_options *options;
	const struct ppk_log *log;
	int epoll;
	struct ppkd_table table;
	uint8_t *packet; /* PPK_BROWSER_MESSAGE_MAX bytes, for one message at a time */
};

/* PPK_ERR_NOMEM | PPK_ERR_RANDOM | PPK_ERR_IO. ppkd_service_done() it in any case. */
PPK_MUST_CHECK enum ppk_err ppkd_service_init(struct ppkd_service *service,
	const struct ppkd_options *options, const struct ppk_log *log);

/* The programs are told that passkeyd ends. */
void ppkd_service_done(struct ppkd_service *service);

/* Call source's ready() whenever fd can be read, until it is closed. PPK_ERR_IO. */
PPK_MUST_CHECK enum ppk_err ppkd_service_watch(
	struct ppkd_service *service, int fd, struct ppkd_source *source);

/*
 * A program asked for a ceremony on socket, which is the service's from now on; is_watched: it has a source.
 * Answered with STARTED, or FAILED and its end.
 */
void ppkd_service_begin(struct ppkd_service *service, int socket, bool is_watched,
	const uint8_t *packet, size_t len);

/*
 * A program asked for a QR code on socket, which is the service's from now on. Answered with DRAWN, or
 * FAILED, and its end.
 */
void ppkd_service_draw(struct ppkd_service *service, int socket, const uint8_t *packet, size_t len);

/* FAILED without a ceremony, and the end of the socket. */
void ppkd_service_refuse(struct ppkd_service *service, int socket, enum ppk_err err);

/* A browser looks at the ceremony. false: it is at an address that may not take part. */
bool ppkd_service_open(struct ppkd_service *service, struct ppkd_ceremony *ceremony,
	const struct ppk_ip_address *address);

/* A number came. true: it was right. PPKD_WAITING ceremonies alone. */
bool ppkd_service_number(struct ppkd_service *service, struct ppkd_ceremony *ceremony,
	const struct ppk_ip_address *address, uint8_t number);

/* The packet of an answer goes to the program. Open ceremonies alone. */
void ppkd_service_answer(struct ppkd_service *service, struct ppkd_ceremony *ceremony,
	const uint8_t *packet, size_t len);

/* Somebody did not ask for this. Nothing when it has ended. */
void ppkd_service_alarm(struct ppkd_service *service, struct ppkd_ceremony *ceremony,
	const struct ppk_ip_address *address);

/* Do what is due at now_ms. Returns the milliseconds until the next is due, -1: none. */
int ppkd_service_tick(struct ppkd_service *service, int64_t now_ms);

#endif
