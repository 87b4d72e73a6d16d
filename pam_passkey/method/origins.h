/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_METHOD_ORIGINS_H
#define PPK_METHOD_ORIGINS_H

#include "core/ssh_host.h"
#include "sys/file.h"

/*
 * The origins of this machine for SSH clients: those of option (origins=), or where that is empty what
 * ppk_ssh_origins_of_machine() makes of the host name, hosts(5) and ssh_connection (may be NULL). A
 * hosts(5) that cannot be read or that trust does not allow names nothing.
 */
void ppk_method_ssh_origins(const char *option, const char *host_name, const char *ssh_connection,
	const struct ppk_trust *trust, struct ppk_ssh_origins *ret);

#endif
