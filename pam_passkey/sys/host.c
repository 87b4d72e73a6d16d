/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/host.h"

#include <net/if.h>
#include <string.h>
#include <sys/utsname.h>

#include "core/text.h"

void ppk_host_name(char out[static PPK_HOST_NAME_SIZE])
{
	struct utsname names;
	const char *name = "localhost";

	/* "(none)" is what the kernel calls itself before anyone has named it. */
	if (uname(&names) == 0 && names.nodename[0] != '\0' &&
		strcmp(names.nodename, "(none)") != 0)
		name = names.nodename;
	ppk_text_sanitise(out, PPK_HOST_NAME_SIZE, name, strlen(name));
}

uint32_t ppk_host_link_number(const char *name, size_t len)
{
	char copy[IF_NAMESIZE];
	uint64_t number = 0;

	if (len >= sizeof(copy))
		return 0;
	memcpy(copy, name, len);
	copy[len] = '\0';
	number = if_nametoindex(copy);
	if (number == 0 && ppk_text_to_number(name, len, 1, UINT32_MAX, &number) != PPK_OK)
		return 0;
	return (uint32_t)number;
}
