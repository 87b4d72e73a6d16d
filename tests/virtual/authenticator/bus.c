/* SPDX-License-Identifier: BSD-2-Clause */
#include "bus.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "authenticator.h"
#include "bytes.h"
#include "control.h"
#include "transport.h"

#define BACKLOG 16

struct ppk_connection *
ppk_bus_add_connection(struct ppk_bus *bus, int fd, enum ppk_connection_kind kind)
{
	struct ppk_connection *connection;

	bus->connections =
	    ppk_grow(bus->connections, bus->connections_len + 1, sizeof(*bus->connections));
	connection = &bus->connections[bus->connections_len++];
	*connection = (struct ppk_connection){ .fd = fd, .kind = kind, .lock = LOCK_UN };
	return connection;
}

void
ppk_bus_close_connection(struct ppk_connection *connection)
{
	if (connection->fd >= 0)
		close(connection->fd);
	connection->fd = -1;
}

static void
forget_closed(struct ppk_bus *bus)
{
	size_t kept = 0;

	for (size_t i = 0; i < bus->connections_len; i++) {
		if (bus->connections[i].fd >= 0)
			bus->connections[kept++] = bus->connections[i];
	}
	bus->connections_len = kept;
}

/* The program's working folder is the bus, so that every name fits into a socket's address. */
int
ppk_bus_listen(const char *name, mode_t mode)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -1;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", name);
	unlink(name);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(fd, BACKLOG) != 0 || chmod(name, mode) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

void
ppk_bus_name_beside(const struct ppk_bus *bus, const char *suffix, char name[static 64])
{
	snprintf(name, 64, ".%s.%s", bus->node, suffix);
}

bool
ppk_bus_plug(struct ppk_authenticator *authenticator)
{
	struct ppk_bus *bus = &authenticator->bus;

	if (bus->plugged)
		return true;
	if (!authenticator->options.transport->plug(authenticator))
		return false;
	bus->plugged = true;
	ppk_ctaphid_power_up(authenticator);
	return true;
}

void
ppk_bus_unplug(struct ppk_authenticator *authenticator)
{
	struct ppk_bus *bus = &authenticator->bus;

	if (!bus->plugged)
		return;
	authenticator->options.transport->unplug(authenticator);
	for (size_t i = 0; i < bus->connections_len; i++) {
		if (bus->connections[i].kind >= PPK_CONNECTION_NODE)
			ppk_bus_close_connection(&bus->connections[i]);
	}
	bus->plugged = false;
	authenticator->hid.aborted = true;
}

static bool
write_beside(const struct ppk_bus *bus, const char *suffix, const void *data, size_t len)
{
	char name[64];
	FILE *stream;

	ppk_bus_name_beside(bus, suffix, name);
	stream = fopen(name, "we");
	if (stream == NULL)
		return false;
	fwrite(data, 1, len, stream);
	return fclose(stream) == 0 && chmod(name, 0644) == 0;
}

/* Manufacturer and product, each ended by a zero byte: they may hold anything else. */
static bool
write_strings(const struct ppk_bus *bus, const char *manufacturer, const char *product)
{
	struct ppk_bytes text = { 0 };
	bool written;

	ppk_bytes_append(&text, manufacturer, strlen(manufacturer) + 1);
	ppk_bytes_append(&text, product, strlen(product) + 1);
	written = write_beside(bus, "info", text.data, text.len);
	ppk_bytes_done(&text);
	return written;
}

/* ... and the product as sysfs has it: with a newline. */
static bool
write_product(const struct ppk_bus *bus, const char *product)
{
	struct ppk_bytes text = ppk_bytes_copy(product, strlen(product));
	bool written;

	ppk_bytes_append_u8(&text, '\n');
	written = write_beside(bus, "product", text.data, text.len);
	ppk_bytes_done(&text);
	return written;
}

bool
ppk_bus_write_info(const struct ppk_authenticator *authenticator)
{
	const struct ppk_bus *bus = &authenticator->bus;
	const struct ppk_options *options = &authenticator->options;
	bool hostile = ppk_misbehaves(authenticator, PPK_HOSTILE_STRINGS);
	const char *product = hostile ? PPK_HOSTILE_TEXT : options->product;

	return write_strings(bus, hostile ? PPK_HOSTILE_TEXT : options->manufacturer, product) &&
	    write_product(bus, product) &&
	    write_beside(bus, "descriptor", ppk_report_descriptor, ppk_report_descriptor_len);
}

static int
open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

bool
ppk_bus_open(struct ppk_authenticator *authenticator)
{
	struct ppk_bus *bus = &authenticator->bus;
	char name[64];
	int fd;

	snprintf(bus->node, sizeof(bus->node), "%s", authenticator->options.node);
	if (chdir(authenticator->options.bus) != 0 || !ppk_bus_write_info(authenticator))
		return false;
	ppk_bus_name_beside(bus, "control", name);
	fd = ppk_bus_listen(name, authenticator->options.mode);
	if (fd < 0)
		return false;
	ppk_bus_add_connection(bus, fd, PPK_CONNECTION_CONTROL);
	ppk_bus_add_connection(bus, open_signals(), PPK_CONNECTION_SIGNALS);
	if (authenticator->options.until_closed_fd >= 0)
		ppk_bus_add_connection(bus, authenticator->options.until_closed_fd, PPK_CONNECTION_GUARD);
	return ppk_bus_plug(authenticator);
}

void
ppk_bus_close(struct ppk_authenticator *authenticator)
{
	static const char *const suffixes[] = { "control", "info", "product", "descriptor" };
	struct ppk_bus *bus = &authenticator->bus;
	char name[64];

	ppk_bus_unplug(authenticator);
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		ppk_bus_name_beside(bus, suffixes[i], name);
		unlink(name);
	}
	for (size_t i = 0; i < bus->connections_len; i++)
		ppk_bus_close_connection(&bus->connections[i]);
	free(bus->connections);
	bus->connections = NULL;
	bus->connections_len = 0;
}

struct ppk_connection *
ppk_bus_accept(struct ppk_bus *bus, int listener, enum ppk_connection_kind kind)
{
	struct sockaddr_un peer = { 0 };
	socklen_t peer_len = sizeof(peer);
	int fd = accept4(listener, (struct sockaddr *)&peer, &peer_len,
	    SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct ppk_connection *connection;

	if (fd < 0)
		return NULL;
	connection = ppk_bus_add_connection(bus, fd, kind);
	/* The other end has an abstract name (a zero byte first) that the kernel chose. */
	if (peer_len > offsetof(struct sockaddr_un, sun_path) + 1)
		snprintf(connection->name, sizeof(connection->name), "%.*s",
		    (int)(peer_len - offsetof(struct sockaddr_un, sun_path) - 1),
		    peer.sun_path + 1);
	return connection;
}

static void
serve_commander(struct ppk_authenticator *authenticator, struct ppk_connection *connection)
{
	char command[1024];
	int fd = connection->fd;
	ssize_t len = recv(fd, command, sizeof(command) - 1, 0);
	char *answer;

	if (len < 0 && errno == EAGAIN)
		return;
	if (len <= 0) {
		ppk_bus_close_connection(connection);
		return;
	}
	command[len] = '\0';
	answer = ppk_control_answer(authenticator, command);
	if (answer == NULL)
		connection->awaits_touch = true;
	else
		send(fd, answer, strlen(answer), MSG_NOSIGNAL | MSG_DONTWAIT);
	free(answer);
}

static void
serve(struct ppk_authenticator *authenticator, struct ppk_connection *connection)
{
	switch (connection->kind) {
	case PPK_CONNECTION_SIGNALS:
	case PPK_CONNECTION_GUARD:
		authenticator->quit = true;
		break;
	case PPK_CONNECTION_CONTROL:
		ppk_bus_accept(&authenticator->bus, connection->fd, PPK_CONNECTION_COMMANDER);
		break;
	case PPK_CONNECTION_COMMANDER:
		serve_commander(authenticator, connection);
		break;
	case PPK_CONNECTION_NODE:
	case PPK_CONNECTION_HOST:
		authenticator->options.transport->serve(authenticator, connection);
		break;
	}
}

static int
poll_timeout(int64_t until_ms)
{
	int64_t left_ms;

	if (until_ms < 0)
		return -1;
	left_ms = until_ms - ppk_now_ms();
	if (left_ms < 0)
		return 0;
	return left_ms > INT32_MAX ? INT32_MAX : (int)left_ms;
}

/*
 * Who has the turn: those that connect before those that are connected (an open that succeeded
 * must see all reports from then on), else the first ready one after the one served last.
 */
static size_t
next_ready(const struct ppk_bus *bus, const struct pollfd *ready)
{
	for (size_t i = 0; i < bus->connections_len; i++) {
		if (ready[i].revents != 0 && bus->connections[i].kind == PPK_CONNECTION_NODE)
			return i;
	}
	for (size_t i = 1; i <= bus->connections_len; i++) {
		size_t turn = (bus->served + i) % bus->connections_len;

		if (ready[turn].revents != 0)
			return turn;
	}
	return bus->connections_len;
}

/* Serving may poll again, and change the connections: so one event, and no pointer is kept. */
void
ppk_bus_poll(struct ppk_authenticator *authenticator, int64_t until_ms)
{
	struct ppk_bus *bus = &authenticator->bus;
	struct pollfd *ready;
	size_t turn;

	forget_closed(bus);
	ready = ppk_alloc(bus->connections_len * sizeof(*ready));
	for (size_t i = 0; i < bus->connections_len; i++)
		ready[i] = (struct pollfd){ .fd = bus->connections[i].fd, .events = POLLIN };
	if (poll(ready, bus->connections_len, poll_timeout(until_ms)) > 0) {
		turn = next_ready(bus, ready);
		bus->served = turn;
		if (turn < bus->connections_len)
			serve(authenticator, &bus->connections[turn]);
	}
	free(ready);
}

void
ppk_bus_send(struct ppk_authenticator *authenticator, const uint8_t report[static PPK_REPORT_LEN])
{
	if (authenticator->bus.plugged)
		authenticator->options.transport->send(authenticator, report);
}

/* A host that closed its end may have been noted by the kernel and not yet by us. */
static bool
still_open(struct ppk_connection *connection)
{
	uint8_t byte;

	if (connection->fd < 0)
		return false;
	return recv(connection->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
}

static bool
conflicts(struct ppk_connection *other, int operation)
{
	if (other->kind != PPK_CONNECTION_HOST || other->lock == LOCK_UN || !still_open(other))
		return false;
	return operation == LOCK_EX || other->lock == LOCK_EX;
}

bool
ppk_bus_lock(struct ppk_bus *bus, const char *name, int operation)
{
	struct ppk_connection *own = NULL;

	for (size_t i = 0; i < bus->connections_len; i++) {
		struct ppk_connection *connection = &bus->connections[i];

		if (connection->kind == PPK_CONNECTION_HOST && connection->fd >= 0 &&
		    strcmp(connection->name, name) == 0)
			own = connection;
		else if (operation != LOCK_UN && conflicts(connection, operation))
			return false;
	}
	if (own == NULL)
		return false;
	own->lock = operation;
	return true;
}
