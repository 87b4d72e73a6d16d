/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_PAM_SERVICE_H
#define PPK_TOOLS_PASSKEYCTL_PAM_SERVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "report.h"

#define PPK_PAM_SERVICE_MAX (64 * 1024) /* bytes of a service file */
#define PPK_PAM_RULES_MAX 128		/* auth rules of one service file that are looked at */
#define PPK_PAM_FIELDS_MAX 32		/* fields of one rule that are looked at */

/* What a service says of the module. */
struct ppk_pam_mention {
	bool mentioned;
	bool methods_given; /* methods= stands on the line */
	bool agent; /* ... and names the method agent */
};

/*
 * Look at one PAM service file (pam.d(5)) for the rules that name pam_passkey.so and for the mistakes
 * that keep a person out or make the second factor none. Findings go into report with source as their place;
 * *ret tells whether the module is named at all. Included files are not followed: an include
 * counts as something that may ask for the password.
 * PPK_ERR_LIMIT (more than PPK_PAM_SERVICE_MAX bytes) | PPK_ERR_NOMEM. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_pam_service_check(const char *text, size_t len, const char *source,
						  struct ppk_report *report, struct ppk_pam_mention *ret);

#endif
