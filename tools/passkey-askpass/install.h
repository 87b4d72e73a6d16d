/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEY_ASKPASS_INSTALL_H
#define PPK_TOOLS_PASSKEY_ASKPASS_INSTALL_H

#include "environment.h"

/*
 * Print the three lines by which ssh finds this program: two for the shell's start file, one for
 * ssh_config(5). At a terminal, say where they go. self: the path of this program. An askpass program that
 * is set up already becomes the one for other questions. Returns the exit status.
 */
int ppk_install(const char *self, const struct ppk_environment *environment);

#endif
