/* SPDX-License-Identifier: BSD-2-Clause */
#include "method/origins.h"

#include <string.h>

#define HOSTS_FILE "/etc/hosts"
#define HOSTS_FILE_MAX (1024 * 1024) /* bytes */

void ppk_method_ssh_origins(const char *option, const char *host_name, const char *ssh_connection,
	const struct ppk_trust *trust, struct ppk_ssh_origins *ret)
{
	struct ppk_bytes hosts = { .data = NULL };

	/* what was given was parsed when it was read */
	if (option[0] != '\0' && ppk_ssh_origins_parse(option, strlen(option), ret) == PPK_OK)
		return;
	if (ppk_file_read(HOSTS_FILE, trust, HOSTS_FILE_MAX, &hosts, NULL) != PPK_OK)
		hosts = (struct ppk_bytes){ .data = NULL };
	ppk_ssh_origins_of_machine(
		host_name, (const char *)hosts.data, hosts.len, ssh_connection, ret);
	ppk_bytes_done(&hosts);
}
