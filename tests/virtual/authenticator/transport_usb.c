/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A USB device at the virtual host controller of the kernel (vhci-hcd), by the protocol of usbip
 * (the kernel's Documentation/usb/usbip_protocol.rst): headers of 48 bytes, numbers with the highest
 * byte first, behind a header the data.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/hid.h>
#include <linux/usb/ch9.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "authenticator.h"
#include "transport.h"

#define CONTROLLER "/sys/devices/platform/vhci_hcd.0/"
#define PORT_FREE 4 /* of the status file's column "sta" */
#define VENDOR 0x1209
#define PRODUCT 0x0001
#define DEVICE_ID 0x10002 /* bus 1, device 2, as the other end of usbip would name it */
#define ENDPOINT 1
#define OUT_DATA_MAX 4096
#define STRING_MAX 126 /* letters: a descriptor has 255 bytes at most */

enum command { CMD_SUBMIT = 1, CMD_UNLINK = 2, RET_SUBMIT = 3, RET_UNLINK = 4 };
enum string { STRING_LANGUAGES, STRING_MANUFACTURER, STRING_PRODUCT, STRING_SERIAL };

struct header {
	uint32_t command, sequence, device, direction, endpoint;
	union {
		struct {
			uint32_t flags, len, start_frame, packets, interval;
			uint8_t setup[8];
		} submit;
		struct {
			uint32_t status, len, start_frame, packets, errors;
			uint8_t padding[8];
		} answer;
		struct {
			uint32_t sequence; /* in the answer: the status */
			uint8_t padding[24];
		} unlink;
	} u;
};
_Static_assert(sizeof(struct header) == 48, "the protocol's length");

static const struct usb_device_descriptor device_descriptor = {
	.bLength = USB_DT_DEVICE_SIZE,
	.bDescriptorType = USB_DT_DEVICE,
	.bcdUSB = 0x0200,
	.bMaxPacketSize0 = 64,
	.idVendor = VENDOR,
	.idProduct = PRODUCT,
	.bcdDevice = 0x0100,
	.iManufacturer = STRING_MANUFACTURER,
	.iProduct = STRING_PRODUCT,
	.iSerialNumber = STRING_SERIAL,
	.bNumConfigurations = 1,
};

#define CONFIGURATION_LEN 41

/* One interface: HID, with an interrupt endpoint in each direction, every 5 ms. */
static void
describe_configuration(uint8_t out[static CONFIGURATION_LEN])
{
	const uint8_t descriptor[CONFIGURATION_LEN] = {
		USB_DT_CONFIG_SIZE, USB_DT_CONFIG, CONFIGURATION_LEN, 0, 1, 1, 0, 0x80, 50,
		USB_DT_INTERFACE_SIZE, USB_DT_INTERFACE, 0, 0, 2, USB_CLASS_HID, 0, 0, 0,
		9, HID_DT_HID, 0x11, 0x01, 0, 1, HID_DT_REPORT,
		(uint8_t)ppk_report_descriptor_len, (uint8_t)(ppk_report_descriptor_len >> 8),
		USB_DT_ENDPOINT_SIZE, USB_DT_ENDPOINT, USB_DIR_IN | ENDPOINT,
		USB_ENDPOINT_XFER_INT, PPK_REPORT_LEN, 0, 5,
		USB_DT_ENDPOINT_SIZE, USB_DT_ENDPOINT, USB_DIR_OUT | ENDPOINT,
		USB_ENDPOINT_XFER_INT, PPK_REPORT_LEN, 0, 5,
	};

	memcpy(out, descriptor, sizeof(descriptor));
}

/*
 * What goes to the kernel.
 */

static void
answer(struct ppk_authenticator *authenticator, uint32_t sequence, int status, const void *data,
    size_t data_len, size_t len)
{
	struct header header = {
		.command = htobe32(RET_SUBMIT),
		.sequence = htobe32(sequence),
		.u.answer.status = htobe32((uint32_t)status),
		.u.answer.len = htobe32((uint32_t)len),
	};
	struct iovec parts[2] = {
		{ .iov_base = &header, .iov_len = sizeof(header) },
		{ .iov_base = (void *)(uintptr_t)data, .iov_len = data_len },
	};
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };

	sendmsg(authenticator->usb.fd, &message, MSG_NOSIGNAL);
}

static void
answer_out(struct ppk_authenticator *authenticator, const struct header *header)
{
	answer(authenticator, be32toh(header->sequence), 0, NULL, 0, be32toh(header->u.submit.len));
}

static void
answer_in(struct ppk_authenticator *authenticator, const struct header *header, const void *data,
    size_t len)
{
	size_t wanted = be32toh(header->u.submit.len);

	len = len < wanted ? len : wanted;
	answer(authenticator, be32toh(header->sequence), 0, data, len, len);
}

static void
stall(struct ppk_authenticator *authenticator, const struct header *header)
{
	answer(authenticator, be32toh(header->sequence), -EPIPE, NULL, 0, 0);
}

/* Reports wait for the kernel's requests, or these for reports. */
static void
match_reports(struct ppk_authenticator *authenticator)
{
	struct ppk_usb *usb = &authenticator->usb;

	while (usb->reports_len > 0 && usb->requests_len > 0) {
		answer(authenticator, usb->requests[0], 0, usb->reports[0], PPK_REPORT_LEN,
		    PPK_REPORT_LEN);
		usb->reports_len--;
		usb->requests_len--;
		memmove(usb->reports[0], usb->reports[1], usb->reports_len * PPK_REPORT_LEN);
		memmove(usb->requests, usb->requests + 1,
		    usb->requests_len * sizeof(usb->requests[0]));
	}
}

/*
 * The control endpoint.
 */

/* A string descriptor: UTF-16 of text that is taken as Latin-1. Returns its length. */
static size_t
describe_string(const char *text, uint8_t out[static 2 + 2 * STRING_MAX])
{
	size_t letters = strnlen(text, STRING_MAX);

	out[0] = (uint8_t)(2 + 2 * letters);
	out[1] = USB_DT_STRING;
	for (size_t i = 0; i < letters; i++) {
		out[2 + 2 * i] = (uint8_t)text[i];
		out[3 + 2 * i] = 0;
	}
	return out[0];
}

static void
answer_string(struct ppk_authenticator *authenticator, const struct header *header)
{
	static const uint8_t languages[] = { 4, USB_DT_STRING, 0x09, 0x04 };
	const struct ppk_options *options = &authenticator->options;
	bool hostile = ppk_misbehaves(authenticator, PPK_HOSTILE_STRINGS);
	uint8_t descriptor[2 + 2 * STRING_MAX];
	const char *text = NULL;

	switch (header->u.submit.setup[2]) {
	case STRING_LANGUAGES:
		answer_in(authenticator, header, languages, sizeof(languages));
		return;
	case STRING_MANUFACTURER:
		text = hostile ? PPK_HOSTILE_TEXT : options->manufacturer;
		break;
	case STRING_PRODUCT:
		text = hostile ? PPK_HOSTILE_TEXT : options->product;
		break;
	case STRING_SERIAL:
		text = options->node;
		break;
	}
	if (text == NULL)
		stall(authenticator, header);
	else
		answer_in(authenticator, header, descriptor, describe_string(text, descriptor));
}

static void
answer_descriptor(struct ppk_authenticator *authenticator, const struct header *header)
{
	uint8_t configuration[CONFIGURATION_LEN];

	switch (header->u.submit.setup[3]) {
	case USB_DT_DEVICE:
		answer_in(authenticator, header, &device_descriptor, sizeof(device_descriptor));
		return;
	case USB_DT_CONFIG:
		describe_configuration(configuration);
		answer_in(authenticator, header, configuration, sizeof(configuration));
		return;
	case USB_DT_STRING:
		answer_string(authenticator, header);
		return;
	case HID_DT_REPORT:
		answer_in(
		    authenticator, header, ppk_report_descriptor, ppk_report_descriptor_len);
		return;
	}
	stall(authenticator, header);
}

static void
serve_control(struct ppk_authenticator *authenticator, const struct header *header)
{
	static const uint8_t status[2] = { 0 };
	uint8_t type = header->u.submit.setup[0], request = header->u.submit.setup[1];

	if ((type & USB_TYPE_MASK) == USB_TYPE_STANDARD && request == USB_REQ_GET_DESCRIPTOR)
		answer_descriptor(authenticator, header);
	else if ((type & USB_TYPE_MASK) == USB_TYPE_STANDARD && request == USB_REQ_GET_STATUS)
		answer_in(authenticator, header, status, sizeof(status));
	else if ((type & USB_DIR_IN) != 0)
		stall(authenticator, header);
	else
		answer_out(authenticator, header); /* configuration, idle rate: all is well */
}

/*
 * What comes from the kernel.
 */

static bool
read_all(int fd, void *data, size_t len)
{
	return len == 0 || recv(fd, data, len, MSG_WAITALL) == (ssize_t)len;
}

static void
unplugged(struct ppk_authenticator *authenticator, struct ppk_connection *connection)
{
	ppk_bus_close_connection(connection);
	ppk_bus_unplug(authenticator);
}

static void
await_report(struct ppk_authenticator *authenticator, uint32_t sequence)
{
	struct ppk_usb *usb = &authenticator->usb;

	if (usb->requests_len < PPK_USB_REQUESTS_MAX)
		usb->requests[usb->requests_len++] = sequence;
	match_reports(authenticator);
}

static void
submit(struct ppk_authenticator *authenticator, const struct header *header, const uint8_t *data)
{
	bool in = be32toh(header->direction) == 1;

	if (be32toh(header->endpoint) == 0) {
		serve_control(authenticator, header);
	} else if (in) {
		await_report(authenticator, be32toh(header->sequence));
	} else {
		answer_out(authenticator, header);
		if (be32toh(header->u.submit.len) == PPK_REPORT_LEN)
			ppk_ctaphid_receive(authenticator, data);
	}
}

/* The kernel takes a request back. One that was answered meanwhile: status 0. */
static void
take_back(struct ppk_authenticator *authenticator, const struct header *header)
{
	struct ppk_usb *usb = &authenticator->usb;
	struct header back = { .command = htobe32(RET_UNLINK), .sequence = header->sequence };

	for (size_t i = 0; i < usb->requests_len; i++) {
		if (usb->requests[i] != be32toh(header->u.unlink.sequence))
			continue;
		usb->requests_len--;
		memmove(usb->requests + i, usb->requests + i + 1,
		    (usb->requests_len - i) * sizeof(usb->requests[0]));
		back.u.unlink.sequence = htobe32((uint32_t)-ECONNRESET);
		break;
	}
	send(usb->fd, &back, sizeof(back), MSG_NOSIGNAL);
}

static void
serve(struct ppk_authenticator *authenticator, struct ppk_connection *connection)
{
	uint8_t data[OUT_DATA_MAX];
	struct header header;
	size_t len = 0;

	if (!read_all(connection->fd, &header, sizeof(header))) {
		unplugged(authenticator, connection);
		return;
	}
	if (be32toh(header.command) == CMD_UNLINK) {
		take_back(authenticator, &header);
		return;
	}
	if (be32toh(header.direction) == 0)
		len = be32toh(header.u.submit.len);
	if (len > sizeof(data) || !read_all(connection->fd, data, len))
		unplugged(authenticator, connection);
	else
		submit(authenticator, &header, data);
}

/*
 * Plugging in and out.
 */

/* The first free port of the part for full speed; -1 where there is none. */
static int
free_port(void)
{
	FILE *stream = fopen(CONTROLLER "status", "re");
	unsigned port, state;
	char hub[8], line[256];
	int found = -1;

	if (stream == NULL)
		return -1;
	while (found < 0 && fgets(line, sizeof(line), stream) != NULL) {
		if (sscanf(line, "%7s %u %u", hub, &port, &state) == 3 &&
		    strcmp(hub, "hs") == 0 && state == PORT_FREE)
			found = (int)port;
	}
	fclose(stream);
	return found;
}

static bool
attach(int port, int kernels_end)
{
	FILE *stream = fopen(CONTROLLER "attach", "we");

	if (stream == NULL)
		return false;
	fprintf(stream, "%d %d %d %d", port, kernels_end, DEVICE_ID, USB_SPEED_FULL);
	return fclose(stream) == 0;
}

static bool
plug(struct ppk_authenticator *authenticator)
{
	int port = free_port(), ends[2];
	bool attached;

	if (port < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return false;
	attached = attach(port, ends[1]);
	close(ends[1]);
	if (!attached) {
		close(ends[0]);
		return false;
	}
	authenticator->usb = (struct ppk_usb){ .fd = ends[0] };
	ppk_bus_add_connection(&authenticator->bus, ends[0], PPK_CONNECTION_HOST);
	return true;
}

/* The end of the socket, which the bus closes, is to the kernel the end of the device. */
static void
unplug(struct ppk_authenticator *authenticator)
{
	authenticator->usb = (struct ppk_usb){ .fd = -1 };
}

/* What nobody fetches is lost in the end, the oldest first. */
static void
send_report(struct ppk_authenticator *authenticator, const uint8_t report[static PPK_REPORT_LEN])
{
	struct ppk_usb *usb = &authenticator->usb;

	if (usb->reports_len == PPK_USB_REPORTS_MAX) {
		usb->reports_len--;
		memmove(usb->reports[0], usb->reports[1], usb->reports_len * PPK_REPORT_LEN);
	}
	memcpy(usb->reports[usb->reports_len++], report, PPK_REPORT_LEN);
	match_reports(authenticator);
}

const struct ppk_transport ppk_transport_usb = {
	.name = "usb",
	.plug = plug,
	.unplug = unplug,
	.serve = serve,
	.send = send_report,
};
