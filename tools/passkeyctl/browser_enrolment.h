/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_BROWSER_ENROLMENT_H
#define PPK_TOOLS_PASSKEYCTL_BROWSER_ENROLMENT_H

#include <stdint.h>

#include "core/browser_message.h"
#include "enrolment_plan.h"

/*
 * Enrol through passkeyd's page: show its URL, a QR code of it where the terminal can, and the number
 * to enter; wait; store. Reports what goes wrong and returns the exit status.
 */
int ppk_browser_enrolment_run(struct ppk_enrolment_plan *plan);

/* Who is told what while a page is waited for; the context of the functions is this. */
struct ppk_browser_waiting {
	struct ppk_enrolment_plan *plan;
	uint32_t timeout_s;
	uint8_t number; /* PPK_BROWSER_NUMBER_NONE: the page asks for none */
	const char *url; /* as in struct ppk_browser_enrollment */
	enum ppk_err (*show)(void *context, const char *url);
	void (*told)(void *context, const struct ppk_browser_message *message);
	char label[PPK_CREDENTIAL_NAME_MAX + 1]; /* the name that was stored */
	struct ppk_diag diag; /* why it was not */
};

/* The ceremony of both, enroll --browser and invite, up to the store. Errors of ppk_enroll_browser. */
PPK_MUST_CHECK enum ppk_err ppk_browser_enrolment_wait(struct ppk_browser_waiting *waiting);

/* Report err as ppk_message_failure() does, with hints about pages. Returns the exit status. */
int ppk_browser_enrolment_failure(enum ppk_err err, const struct ppk_diag *diag);

#endif
