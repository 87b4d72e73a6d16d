/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_COMMANDS_H
#define PPK_TOOLS_PASSKEYCTL_COMMANDS_H

#include "arguments.h"

/* The subcommands. Each reports what goes wrong and returns the exit status (message.h). */
int ppk_command_enroll(const struct ppk_arguments *arguments);
int ppk_command_invite(const struct ppk_arguments *arguments);
int ppk_command_invitations(const struct ppk_arguments *arguments);
int ppk_command_uninvite(const struct ppk_arguments *arguments);
int ppk_command_list(const struct ppk_arguments *arguments);
int ppk_command_show(const struct ppk_arguments *arguments);
int ppk_command_rename(const struct ppk_arguments *arguments);
int ppk_command_remove(const struct ppk_arguments *arguments);
int ppk_command_test(const struct ppk_arguments *arguments);
int ppk_command_doctor(const struct ppk_arguments *arguments);

#endif
