/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/host.h"

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
