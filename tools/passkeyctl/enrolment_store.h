/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_ENROLMENT_STORE_H
#define PPK_TOOLS_PASSKEYCTL_ENROLMENT_STORE_H

#include "enrolment_plan.h"

/*
 * Write a credential that was verified, and the count of its test assertion; label is the name that it
 * got. *credential is NULL afterwards where the file took it over. A count that cannot be written is
 * reported as a warning. Errors of ppk_store_change, with a sentence.
 */
PPK_MUST_CHECK enum ppk_err ppk_enrolment_store(const struct ppk_enrolment_plan *plan,
	struct ppk_credential **credential, uint32_t count,
	char label[static PPK_CREDENTIAL_NAME_MAX + 1], struct ppk_diag *reterr);

/* Say what was enrolled, and what comes next. */
void ppk_enrolment_print_success(const struct ppk_enrolment_plan *plan, const char *label);

#endif
