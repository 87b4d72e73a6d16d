/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_SUDO_LISTING_H
#define PPK_TOOLS_PASSKEYCTL_SUDO_LISTING_H

#include <stddef.h>

#define PPK_SUDO_LISTING_MAX (64 * 1024) /* bytes of a listing that are looked at */

enum ppk_sudo_listing {
	PPK_SUDO_NO_COMMANDS, /* sudo runs nothing for this user, or this is no listing */
	PPK_SUDO_DROPS,	      /* the variable is taken out of the environment */
	PPK_SUDO_KEEPS,	      /* it stays, for some command at least */
};

/*
 * What "sudo -l -U USER" printed in the language C (sudo(8)), of which sudoers(5) and LDAP are the source:
 * is an environment variable kept? Pure.
 */
enum ppk_sudo_listing ppk_sudo_listing_read(const char *text, size_t len, const char *variable);

#endif
