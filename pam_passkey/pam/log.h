/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_PAM_LOG_H
#define PPK_PAM_LOG_H

#include <security/pam_modules.h>

#include "audit/event.h"

/*
 * The log that writes "pam_passkey(SERVICE:auth): line" with syslog(3), facility LOG_AUTHPRIV, from
 * stack memory alone and without openlog(3), whose settings are the application's. What was decided
 * goes to the audit trail of the kernel too, where libpam was built for it; a sign-in that was skipped
 * does not, since nothing was decided. pamh is used for nothing else; service is borrowed and may be
 * NULL.
 */
struct ppk_pam_log {
	pam_handle_t *pamh;
	const char *service;
};
struct ppk_log ppk_pam_log(struct ppk_pam_log *context, bool debug);

#endif
