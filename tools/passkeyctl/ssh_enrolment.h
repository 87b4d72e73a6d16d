/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_SSH_ENROLMENT_H
#define PPK_TOOLS_PASSKEYCTL_SSH_ENROLMENT_H

#include "enrolment_plan.h"

/*
 * Make a credential of the OpenSSH key in the file that --ssh-key names ("-": standard input), test it
 * where its other half is at hand, and write it. plan has session and arguments, and is otherwise
 * zeroed; it is made here. Reports what goes wrong; returns the exit status.
 */
int ppk_ssh_enrolment_run(struct ppk_enrolment_plan *plan);

#endif
