/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A HID device that the kernel makes on our word (linux/uhid.h). It exists as long as the
 * descriptor of /dev/uhid is open. The strings of the virtual bus's `info` have no place here: a
 * program finds those of a USB device alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <linux/uhid.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "authenticator.h"
#include "transport.h"

#define VENDOR 0x1209  /* pid.codes, as all that is tested with */
#define PRODUCT 0x0001 /* ... and nothing else */

/* The kernel takes an event without the end that its type does not use. */
static bool
write_event(int fd, const struct uhid_event *event, size_t len)
{
	return write(fd, event, len) == (ssize_t)len;
}

static bool
create(int fd, const struct ppk_options *options)
{
	struct uhid_event event = { .type = UHID_CREATE2 };
	struct uhid_create2_req *create = &event.u.create2;

	snprintf((char *)create->name, sizeof(create->name), "%s", options->product);
	snprintf((char *)create->uniq, sizeof(create->uniq), "%s", options->node);
	create->bus = BUS_USB;
	create->vendor = VENDOR;
	create->product = PRODUCT;
	create->rd_size = ppk_report_descriptor_len;
	memcpy(create->rd_data, ppk_report_descriptor, ppk_report_descriptor_len);
	return write_event(fd, &event, sizeof(event));
}

static bool
plug(struct ppk_authenticator *authenticator)
{
	int fd = open("/dev/uhid", O_RDWR | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return false;
	if (!create(fd, &authenticator->options)) {
		close(fd);
		return false;
	}
	ppk_bus_add_connection(&authenticator->bus, fd, PPK_CONNECTION_HOST);
	return true;
}

static void
unplug(struct ppk_authenticator *authenticator)
{
	(void)authenticator;
}

/* Feature and input reports cannot be asked for: there are none. */
static void
refuse_get(int fd, uint32_t id)
{
	const struct uhid_event event = {
		.type = UHID_GET_REPORT_REPLY,
		.u.get_report_reply = { .id = id, .err = EIO },
	};

	write_event(fd, &event, sizeof(event));
}

static void
refuse_set(int fd, uint32_t id)
{
	const struct uhid_event event = {
		.type = UHID_SET_REPORT_REPLY,
		.u.set_report_reply = { .id = id, .err = EIO },
	};

	write_event(fd, &event, sizeof(event));
}

static void
receive(struct ppk_authenticator *authenticator, const struct uhid_output_req *output)
{
	uint8_t report[PPK_REPORT_LEN];

	if (output->size != PPK_REPORT_LEN + 1) {
		fprintf(stderr, "passkey-authenticator: a report of %u bytes\n", output->size);
		return;
	}
	memcpy(report, output->data + 1, sizeof(report));
	ppk_ctaphid_receive(authenticator, report);
}

static void
serve(struct ppk_authenticator *authenticator, struct ppk_connection *connection)
{
	struct uhid_event event;
	int fd = connection->fd;
	ssize_t len = read(fd, &event, sizeof(event));

	if (len < (ssize_t)sizeof(event.type))
		return;
	if (event.type == UHID_OUTPUT)
		receive(authenticator, &event.u.output);
	else if (event.type == UHID_GET_REPORT)
		refuse_get(fd, event.u.get_report.id);
	else if (event.type == UHID_SET_REPORT)
		refuse_set(fd, event.u.set_report.id);
}

static void
send_report(struct ppk_authenticator *authenticator, const uint8_t report[static PPK_REPORT_LEN])
{
	struct ppk_bus *bus = &authenticator->bus;
	struct uhid_event event = {
		.type = UHID_INPUT2,
		.u.input2.size = PPK_REPORT_LEN,
	};

	memcpy(event.u.input2.data, report, PPK_REPORT_LEN);
	for (size_t i = 0; i < bus->connections_len; i++) {
		const struct ppk_connection *connection = &bus->connections[i];

		if (connection->kind == PPK_CONNECTION_HOST && connection->fd >= 0)
			write_event(connection->fd, &event,
			    offsetof(struct uhid_event, u.input2.data) + PPK_REPORT_LEN);
	}
}

const struct ppk_transport ppk_transport_uhid = {
	.name = "uhid",
	.plug = plug,
	.unplug = unplug,
	.serve = serve,
	.send = send_report,
};
