/* SPDX-License-Identifier: BSD-2-Clause */
/* How an authenticator is plugged into a machine, or into what stands in for one. */
#ifndef PPK_VIRTUAL_TRANSPORT_H
#define PPK_VIRTUAL_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bus.h"

#define PPK_USB_REPORTS_MAX 256
#define PPK_USB_REQUESTS_MAX 16

/* Of the transport "usb". */
struct ppk_usb {
	int fd;
	uint8_t reports[PPK_USB_REPORTS_MAX][PPK_REPORT_LEN]; /* that nobody has fetched */
	size_t reports_len;
	uint32_t requests[PPK_USB_REQUESTS_MAX]; /* for reports that there are not yet */
	size_t requests_len;
};

struct ppk_transport {
	const char *name;
	/* Adds its connections (kind NODE or HOST) to the bus. False with errno. */
	bool (*plug)(struct ppk_authenticator *authenticator);
	/* What closing its connections does not do. */
	void (*unplug)(struct ppk_authenticator *authenticator);
	/* One of its connections has something to be read, or is at its end. */
	void (*serve)(struct ppk_authenticator *authenticator, struct ppk_connection *connection);
	void (*send)(struct ppk_authenticator *authenticator,
	    const uint8_t report[static PPK_REPORT_LEN]);
};

/* A node in the bus's folder, for programs that load the preload library. */
extern const struct ppk_transport ppk_transport_node;
/* A HID device of this machine's kernel, by /dev/uhid: a /dev/hidrawN like any other. */
extern const struct ppk_transport ppk_transport_uhid;
/* A USB device at the kernel's virtual host controller: with strings, and pulled out like one. */
extern const struct ppk_transport ppk_transport_usb;

/* NULL where none has this name. */
const struct ppk_transport *ppk_transport_find(const char *name);
/* The report descriptor of a FIDO authenticator (CTAP 2.1, 11.2.8.1). */
extern const uint8_t ppk_report_descriptor[];
extern const uint16_t ppk_report_descriptor_len;

#endif
