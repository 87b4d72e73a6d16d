/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_DOCTOR_H
#define PPK_TOOLS_PASSKEYCTL_DOCTOR_H

#include "core/options.h"
#include "report.h"
#include "store/store.h"
#include "sys/user.h"

/* What one examination knows. Everything is borrowed. */
struct ppk_examination {
	const struct ppk_options *options;
	const struct ppk_user *user;
	const struct ppk_store *store;
	struct ppk_report *report;
};

/* The user's credential file: can it be read, does each line hold, can one of them sign in? */
void ppk_doctor_credentials(const struct ppk_examination *examination);

/* The folder of sign counts, and the user's file in it. */
void ppk_doctor_state(const struct ppk_examination *examination);

/* The helper program, and the authenticators that it reaches or cannot open. */
void ppk_doctor_devices(const struct ppk_examination *examination);

/* Where they are demanded: the root certificates; where there is a page: passkeyd and its origin. */
void ppk_doctor_enrolment(const struct ppk_examination *examination);

/* Every service file of folder that names pam_passkey.so; where sudo is one of them, sudo too. */
void ppk_doctor_pam(const struct ppk_examination *examination, const char *folder);

/*
 * Does sudo keep SSH_AUTH_SOCK for the user? Looked at where agent_is_demanded (methods= names it), or
 * where the user has a passkey that an ssh-agent could hold. sudo is asked, which root alone may do.
 */
void ppk_doctor_sudo(const struct ppk_examination *examination, bool agent_is_demanded);

#endif
