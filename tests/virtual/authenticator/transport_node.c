/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A node on the virtual bus. Each connection to it is one open of the device: it writes reports of
 * 65 bytes (the first is the report id) and reads what the device sends, as every other open does.
 * The preload library knows a node's connection by the form `.NODE.virtual` of its peer's name.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "authenticator.h"
#include "transport.h"

/* The node appears by link(), which a watch of the folder sees as a creation, ready to accept. */
static bool
plug(struct ppk_authenticator *authenticator)
{
	struct ppk_bus *bus = &authenticator->bus;
	char name[64];
	int fd;

	ppk_bus_name_beside(bus, "virtual", name);
	fd = ppk_bus_listen(name, authenticator->options.mode);
	if (fd < 0)
		return false;
	unlink(bus->node);
	if (link(name, bus->node) != 0) {
		close(fd);
		return false;
	}
	unlink(name);
	ppk_bus_add_connection(bus, fd, PPK_CONNECTION_NODE);
	return true;
}

static void
unplug(struct ppk_authenticator *authenticator)
{
	unlink(authenticator->bus.node);
}

static void
serve_host(struct ppk_authenticator *authenticator, struct ppk_connection *connection)
{
	uint8_t report[PPK_REPORT_LEN + 2];
	ssize_t len = recv(connection->fd, report, sizeof(report), 0);

	if (len < 0 && errno == EAGAIN)
		return;
	if (len <= 0)
		ppk_bus_close_connection(connection);
	else if (len == PPK_REPORT_LEN + 1)
		ppk_ctaphid_receive(authenticator, report + 1);
	else
		fprintf(stderr, "passkey-authenticator: a report of %zd bytes\n", len);
}

static void
serve(struct ppk_authenticator *authenticator, struct ppk_connection *connection)
{
	if (connection->kind == PPK_CONNECTION_NODE)
		ppk_bus_accept(&authenticator->bus, connection->fd, PPK_CONNECTION_HOST);
	else
		serve_host(authenticator, connection);
}

/* As a hidraw node does: to every open; what a reader leaves lying is lost in the end. */
static void
send_report(struct ppk_authenticator *authenticator, const uint8_t report[static PPK_REPORT_LEN])
{
	struct ppk_bus *bus = &authenticator->bus;

	for (size_t i = 0; i < bus->connections_len; i++) {
		struct ppk_connection *connection = &bus->connections[i];

		if (connection->kind == PPK_CONNECTION_HOST && connection->fd >= 0)
			send(connection->fd, report, PPK_REPORT_LEN, MSG_NOSIGNAL | MSG_DONTWAIT);
	}
}

const struct ppk_transport ppk_transport_node = {
	.name = "node",
	.plug = plug,
	.unplug = unplug,
	.serve = serve,
	.send = send_report,
};
