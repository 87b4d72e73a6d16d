/* SPDX-License-Identifier: BSD-2-Clause */
#include "transport.h"

#include <stddef.h>
#include <string.h>

const uint8_t ppk_report_descriptor[] = {
	0x06, 0xd0, 0xf1, /* usage page: FIDO alliance */
	0x09, 0x01,       /* usage: U2F HID authenticator device */
	0xa1, 0x01,       /* collection: application */
	0x09, 0x20,       /*   usage: input report data */
	0x15, 0x00,       /*   logical minimum: 0 */
	0x26, 0xff, 0x00, /*   logical maximum: 255 */
	0x75, 0x08,       /*   report size: 8 bits */
	0x95, PPK_REPORT_LEN,
	0x81, 0x02,       /*   input: data, variable, absolute */
	0x09, 0x21,       /*   usage: output report data */
	0x15, 0x00,
	0x26, 0xff, 0x00,
	0x75, 0x08,
	0x95, PPK_REPORT_LEN,
	0x91, 0x02,       /*   output: data, variable, absolute */
	0xc0,             /* end of the collection */
};
const uint16_t ppk_report_descriptor_len = sizeof(ppk_report_descriptor);

static const struct ppk_transport *const transports[] = {
	&ppk_transport_node,
	&ppk_transport_uhid,
	&ppk_transport_usb,
};

const struct ppk_transport *
ppk_transport_find(const char *name)
{
	for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++) {
		if (strcmp(transports[i]->name, name) == 0)
			return transports[i];
	}
	return NULL;
}
