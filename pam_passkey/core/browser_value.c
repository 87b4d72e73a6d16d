/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/browser_value.h"

#include <string.h>

bool ppk_browser_is_address(const char *text, bool may_be_empty)
{
	size_t len = strlen(text);

	return len <= PPK_BROWSER_ADDRESS_MAX && (len > 0 || may_be_empty) &&
	       strspn(text, "0123456789abcdef.:%") == len;
}

bool ppk_browser_is_number(enum ppk_browser_message_type type, uint8_t number)
{
	return number <= PPK_BROWSER_NUMBER_MAX ||
	       (type == PPK_BROWSER_ENROL && number == PPK_BROWSER_NUMBER_NONE);
}

/* In the order of enum ppk_browser_transport. */
static const char *const transport_names[] = {
	"usb",
	"nfc",
	"ble",
	"hybrid",
	"internal",
	"smart-card",
};
#define TRANSPORT_COUNT (sizeof(transport_names) / sizeof(transport_names[0]))

static uint8_t transport_parse(const char *name, size_t len)
{
	for (size_t i = 0; i < TRANSPORT_COUNT; i++) {
		if (strlen(transport_names[i]) == len && memcmp(transport_names[i], name, len) == 0)
			return (uint8_t)(1u << i);
	}
	return 0;
}

uint8_t ppk_browser_transports_parse(const char *text)
{
	uint8_t transports = 0;

	while (text != NULL && *text != '\0') {
		size_t len = strcspn(text, ",");

		transports |= transport_parse(text, len);
		text += len + (text[len] == ',' ? 1 : 0);
	}
	return transports;
}

void ppk_browser_transports_format(uint8_t transports, char out[static PPK_BROWSER_TRANSPORTS_SIZE])
{
	size_t used = 0;

	for (size_t i = 0; i < TRANSPORT_COUNT; i++) {
		size_t len = strlen(transport_names[i]);

		if ((transports & (1u << i)) == 0)
			continue;
		if (used > 0)
			out[used++] = ',';
		memcpy(out + used, transport_names[i], len);
		used += len;
	}
	out[used] = '\0';
}
