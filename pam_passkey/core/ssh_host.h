/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_SSH_HOST_H
#define PPK_CORE_SSH_HOST_H

/*
 * Machines as OpenSSH's client names them, and the origins that are signed for them.
 */

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"

#define PPK_SSH_HOST_MAX 253 /* bytes: a domain name */
#define PPK_SSH_HOST_SIZE (PPK_SSH_HOST_MAX + 1)
#define PPK_SSH_ORIGIN_PREFIX "ssh://"
#define PPK_SSH_ORIGIN_SIZE (sizeof(PPK_SSH_ORIGIN_PREFIX) + PPK_SSH_HOST_MAX) /* with NUL */
#define PPK_SSH_ORIGINS_MAX 16

/*
 * The one spelling of a host: lower case, without a dot at the end; an address as inet_ntop(3)
 * writes it, without brackets and without a zone (an interface of the client's own). Characters of
 * a-z 0-9 . - _ and those of addresses; no other is signed or accepted. NUL-terminated.
 * PPK_ERR_SYNTAX. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_ssh_host_normalise(
	const char *text, size_t len, char out[static PPK_SSH_HOST_SIZE]);

/* Is it a host in that one spelling? Pure. */
bool ppk_ssh_host_is_valid(const char *text, size_t len);

/* "ssh://" and the host, NUL-terminated. The host is valid. Pure. */
void ppk_ssh_origin(const char *host, size_t host_len, char out[static PPK_SSH_ORIGIN_SIZE]);

/* The origins that a machine takes for its own. Zeroed is none. list points into text: not to be copied. */
struct ppk_ssh_origins {
	char text[PPK_SSH_ORIGINS_MAX][PPK_SSH_ORIGIN_SIZE];
	const char *list[PPK_SSH_ORIGINS_MAX];
	size_t count;
};

/*
 * Those that an administrator wrote: "ssh://HOST", with commas between them, at least one, hosts in
 * their one spelling. PPK_ERR_SYNTAX | PPK_ERR_LIMIT (more than PPK_SSH_ORIGINS_MAX). *ret is
 * written on failure too. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_ssh_origins_parse(
	const char *text, size_t len, struct ppk_ssh_origins *ret);

/*
 * Those of a machine about which its administrator said nothing: its host name and the first label of
 * it, the names of hosts_file (the text of hosts(5), or empty) that are the host name and a
 * domain, the address at which a client of sshd's reached it, and "localhost" where that is a
 * loopback address. connection: sshd's SSH_CONNECTION, or NULL. What is no host is left out. Pure.
 */
void ppk_ssh_origins_of_machine(const char *host_name, const char *hosts_file, size_t hosts_len,
	const char *connection, struct ppk_ssh_origins *ret);

/* Is ssh://HOST one of them? Pure. */
bool ppk_ssh_origins_have(const struct ppk_ssh_origins *origins, const char *host, size_t host_len);

#endif
