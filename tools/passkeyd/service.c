/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 1. passkeyd MUST NOT decide: an answer goes to the program as it came, and the page is told what the
 *    program said of it, and nothing else is called a success.
 * 2. Every ceremony MUST end, and its program MUST be told, or be gone.
 * 3. A program that does not read MUST NOT hold up anybody else.
 */
#include "service.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "modules.h"
#include "sys/clock.h"
#include "sys/random.h"

#define REMEMBER_MS 60000 /* how long an ended ceremony's page is told how it ended */
/* How long a program may verify: an older sshd does it only once the person has pressed Enter. */
#define VERDICT_MS 600000
#define TEST_MS 120000 /* how long a person has to test what was registered */

enum ppk_err ppkd_service_init(
	struct ppkd_service *service, const struct ppkd_options *options, const struct ppk_log *log)
{
	const struct ppkd_limits limits = {
		.total = options->ceremonies,
		.per_user = options->ceremonies_per_user,
		.per_address = options->ceremonies_per_address,
	};

	*service = (struct ppkd_service){ .options = options, .log = log };
	service->epoll = epoll_create1(EPOLL_CLOEXEC);
	service->packet = malloc(PPK_BROWSER_MESSAGE_MAX);
	if (service->packet == NULL)
		return PPK_ERR_NOMEM;
	if (service->epoll < 0)
		return PPK_ERR_IO;
	return ppkd_table_init(&service->table, &limits);
}

/* is_watched: it has another source until now. */
static enum ppk_err watch(
	struct ppkd_service *service, int fd, bool is_watched, struct ppkd_source *source)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = source };
	int operation = is_watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

	return epoll_ctl(service->epoll, operation, fd, &event) == 0 ? PPK_OK : PPK_ERR_IO;
}

enum ppk_err ppkd_service_watch(struct ppkd_service *service, int fd, struct ppkd_source *source)
{
	return watch(service, fd, false, source);
}

/* false: the program is gone, or does not read. */
static bool send_packet(int socket, const uint8_t *packet, size_t len)
{
	return send(socket, packet, len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)len;
}

static bool say(struct ppkd_service *service, int socket, const struct ppk_browser_message *message)
{
	size_t len = 0;
	enum ppk_err err =
		ppk_browser_encode_message(message, service->packet, PPK_BROWSER_MESSAGE_MAX, &len);

	return err == PPK_OK && send_packet(socket, service->packet, len);
}

static void say_failed(
	struct ppkd_service *service, int socket, enum ppk_err err, const char *address)
{
	struct ppk_browser_message message = {
		.type = PPK_BROWSER_FAILED, .err = err, .address = address
	};

	/* one that does not hear it is gone itself */
	(void)say(service, socket, &message);
}

/* Closed with something unread, a socket would tell the other side of that, and not what we said. */
static void drain(int socket)
{
	uint8_t byte;

	(void)shutdown(socket, SHUT_RD); /* nothing more arrives */
	while (recv(socket, &byte, sizeof(byte), MSG_DONTWAIT) > 0)
		continue;
}

void ppkd_service_refuse(struct ppkd_service *service, int socket, enum ppk_err err)
{
	say_failed(service, socket, err, NULL);
	drain(socket);
	close(socket);
}

void ppkd_service_draw(struct ppkd_service *service, int socket, const uint8_t *packet, size_t len)
{
	struct ppk_browser_message message = { .type = PPK_BROWSER_DRAWN };
	uint8_t bits[PPKD_MODULES_MAX];
	const char *url;
	enum ppk_err err = ppk_browser_decode_draw(packet, len, &url);

	if (err != PPK_OK) {
		ppkd_service_refuse(service, socket, err);
		return;
	}
	ppkd_modules_make(url, bits, &message.qr_code);
	(void)say(service, socket, &message); /* one that does not hear it is gone itself */
	drain(socket);
	close(socket);
}

static void end(struct ppkd_service *service, struct ppkd_ceremony *ceremony, enum ppkd_state state)
{
	ceremony->state = state;
	close(ceremony->socket); /* leaves epoll by this */
	ceremony->socket = -1;
	ppkd_table_end(&service->table, ceremony, ppk_clock_ms() + REMEMBER_MS);
}

void ppkd_service_done(struct ppkd_service *service)
{
	for (size_t i = 0; i < service->table.count; i++) {
		struct ppkd_ceremony *ceremony = service->table.heap[i];

		if (ceremony->socket >= 0)
			ppkd_service_refuse(service, ceremony->socket, PPK_ERR_PROCESS);
	}
	ppkd_table_done(&service->table);
	free(service->packet);
	if (service->epoll >= 0)
		close(service->epoll);
}

/* What a program may say after an answer; anything else ends the ceremony. */
static void hear(struct ppkd_service *service, struct ppkd_ceremony *ceremony, size_t len)
{
	enum ppk_err verdict;

	if (ppkd_ceremony_begin_test(ceremony, service->packet, len) == PPK_OK) {
		ppkd_table_postpone(&service->table, ceremony, ppk_clock_ms() + TEST_MS);
		return;
	}
	if (ceremony->state != PPKD_CHECKING ||
		ppk_browser_decode_verdict(service->packet, len, &verdict) != PPK_OK) {
		end(service, ceremony, PPKD_CANCELLED);
		return;
	}
	ceremony->reason = verdict;
	end(service, ceremony, verdict == PPK_OK ? PPKD_ACCEPTED : PPKD_REFUSED);
}

/* The program said something, or is gone. */
static void ready(struct ppkd_source *source)
{
	struct ppkd_service *service = source->context;
	struct ppkd_ceremony *ceremony = (struct ppkd_ceremony *)source;
	ssize_t got =
		recv(ceremony->socket, service->packet, PPK_BROWSER_MESSAGE_MAX, MSG_DONTWAIT);

	if (got > 0)
		hear(service, ceremony, (size_t)got);
	else
		end(service, ceremony, PPKD_CANCELLED);
}

static bool say_started(struct ppkd_service *service, const struct ppkd_ceremony *ceremony)
{
	char url[PPKD_URL_MAX + PPKD_SECRET_PATH_SIZE];
	struct ppk_browser_message message = { .type = PPK_BROWSER_STARTED, .url = url };
	size_t len = strlen(service->options->url);

	memcpy(url, service->options->url, len);
	url[len] = '/';
	memcpy(url + len + 1, ceremony->path, sizeof(ceremony->path));
	return say(service, ceremony->socket, &message);
}

/* Decoded, kept and watched. */
static enum ppk_err begin(struct ppkd_service *service, int socket, const uint8_t *packet,
	size_t len, struct ppkd_ceremony **ret)
{
	struct ppk_browser_request request;
	struct ppkd_ceremony *ceremony;
	enum ppk_err err = ppk_browser_decode_request(packet, len, &request);

	if (err != PPK_OK)
		return err;
	ceremony = ppkd_ceremony_new(&request, packet, len);
	if (ceremony == NULL)
		return PPK_ERR_NOMEM;
	ceremony->socket = socket;
	ceremony->source = (struct ppkd_source){ .ready = ready, .context = service };
	err = ppkd_table_add(&service->table, ceremony,
		request.type == PPK_BROWSER_ENROL ? request.enrolment.path : "",
		ppk_clock_ms() + (int64_t)request.timeout_s * 1000);
	if (err != PPK_OK) {
		ppkd_ceremony_free(ceremony);
		return err;
	}
	*ret = ceremony;
	return PPK_OK;
}

void ppkd_service_begin(struct ppkd_service *service, int socket, bool is_watched,
	const uint8_t *packet, size_t len)
{
	struct ppkd_ceremony *ceremony = NULL;
	enum ppk_err err = begin(service, socket, packet, len, &ceremony);

	if (err != PPK_OK) {
		ppk_log(service->log, PPK_LOG_WARNING, "no page for a program: %s",
			ppk_err_token(err));
		ppkd_service_refuse(service, socket, err);
		return;
	}
	if (watch(service, socket, is_watched, &ceremony->source) != PPK_OK ||
		!say_started(service, ceremony))
		end(service, ceremony, PPKD_CANCELLED);
}

static void tell(struct ppkd_service *service, struct ppkd_ceremony *ceremony,
	enum ppk_browser_message_type type, const struct ppk_ip_address *address)
{
	char text[PPK_IP_ADDRESS_SIZE];
	struct ppk_browser_message message = {
		.type = type, .address = text, .tries_left = ceremony->tries_left
	};

	ppk_ip_address_format(address, text);
	if (!say(service, ceremony->socket, &message))
		end(service, ceremony, PPKD_CANCELLED);
}

static void fail(struct ppkd_service *service, struct ppkd_ceremony *ceremony,
	enum ppkd_state state, enum ppk_err err, const struct ppk_ip_address *address)
{
	char text[PPK_IP_ADDRESS_SIZE] = "";

	if (address != NULL)
		ppk_ip_address_format(address, text);
	say_failed(service, ceremony->socket, err, text);
	end(service, ceremony, state);
}

bool ppkd_service_open(struct ppkd_service *service, struct ppkd_ceremony *ceremony,
	const struct ppk_ip_address *address)
{
	bool admitted = ppkd_ceremony_admits(ceremony, address);
	struct ppkd_places *places = admitted ? &ceremony->opened : &ceremony->turned_away;

	if (ceremony->state == PPKD_WAITING && ppkd_places_add(places, address))
		tell(service, ceremony, admitted ? PPK_BROWSER_OPENED : PPK_BROWSER_TURNED_AWAY,
			address);
	return admitted;
}

bool ppkd_service_number(struct ppkd_service *service, struct ppkd_ceremony *ceremony,
	const struct ppk_ip_address *address, uint8_t number)
{
	uint8_t claim[PPKD_CLAIM_SIZE];

	if (ppk_random(claim, sizeof(claim)) != PPK_OK)
		return false;
	if (ppkd_ceremony_try_number(ceremony, number, claim))
		return true;
	if (ceremony->state == PPKD_LOCKED)
		fail(service, ceremony, PPKD_LOCKED, PPK_ERR_NUMBER_WRONG, address);
	else
		tell(service, ceremony, PPK_BROWSER_NUMBER_WRONG, address);
	return false;
}

void ppkd_service_answer(struct ppkd_service *service, struct ppkd_ceremony *ceremony,
	const uint8_t *packet, size_t len)
{
	if (!send_packet(ceremony->socket, packet, len)) {
		end(service, ceremony, PPKD_CANCELLED);
		return;
	}
	ceremony->state = PPKD_CHECKING;
	ppkd_table_postpone(&service->table, ceremony, ppk_clock_ms() + VERDICT_MS);
}

void ppkd_service_alarm(struct ppkd_service *service, struct ppkd_ceremony *ceremony,
	const struct ppk_ip_address *address)
{
	if (ppkd_ceremony_is_open(ceremony))
		fail(service, ceremony, PPKD_NOT_REQUESTED, PPK_ERR_NOT_REQUESTED, address);
}

static void due(struct ppkd_service *service, struct ppkd_ceremony *ceremony)
{
	if (ppkd_ceremony_is_live(ceremony))
		fail(service, ceremony, PPKD_EXPIRED, PPK_ERR_TIMEOUT, NULL);
	else
		ppkd_table_forget(&service->table, ceremony);
}

int ppkd_service_tick(struct ppkd_service *service, int64_t now_ms)
{
	struct ppkd_ceremony *first;

	while ((first = ppkd_table_first(&service->table)) != NULL && first->deadline_ms <= now_ms)
		due(service, first);
	if (first == NULL)
		return -1;
	return first->deadline_ms - now_ms > 60000 ? 60000 : (int)(first->deadline_ms - now_ms);
}
