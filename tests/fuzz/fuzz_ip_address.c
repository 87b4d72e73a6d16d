/* SPDX-License-Identifier: BSD-2-Clause */
/* An address in a header, a configuration or a message: read, it has one spelling. */
#include <string.h>

#include "core/ip_address.h"
#include "require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct ppk_ip_address other = { .bytes = { 0x20, 1, 0xd, 0xb8 } };
	struct ppk_ip_address address, again, named;
	size_t name;
	char text[PPK_IP_ADDRESS_SIZE];

	if (ppk_ip_address_parse_named((const char *)data, len, &named, &name))
		REQUIRE(name <= len && named.link == 0);
	if (!ppk_ip_address_parse((const char *)data, len, &address))
		return 0;
	REQUIRE(ppk_ip_address_parse_named((const char *)data, len, &named, &name));
	REQUIRE(len < sizeof(text) && memchr(data, '\0', len) == NULL);
	ppk_ip_address_format(&address, text);
	REQUIRE(text[0] != '\0' && text[strspn(text, "0123456789abcdef:.%")] == '\0');
	REQUIRE(ppk_ip_address_parse(text, strlen(text), &again));
	REQUIRE(ppk_ip_address_equal(&address, &again));
	REQUIRE(ppk_ip_address_same_network(&address, &again));
	REQUIRE(ppk_ip_address_same_place(&address, &again) ==
		ppk_ip_address_same_place(&address, &address));
	REQUIRE(ppk_ip_address_same_place(&address, &other) ==
		ppk_ip_address_same_place(&other, &address));
	PLANT(address.bytes[0] == 0x20 && address.bytes[3] != 0xb7);
	return 0;
}
