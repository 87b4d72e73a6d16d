/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam/answer.h"

#include <security/pam_modules.h>

int ppk_pam_answer(enum ppk_outcome outcome)
{
	switch (outcome) {
	case PPK_OUTCOME_GRANTED:
		return PAM_SUCCESS;
	case PPK_OUTCOME_SKIPPED:
		return PAM_IGNORE;
	case PPK_OUTCOME_BLOCKED:
		return PAM_MAXTRIES;
	case PPK_OUTCOME_UNAVAILABLE:
		return PAM_AUTHINFO_UNAVAIL;
	case PPK_OUTCOME_DENIED:
		break;
	}
	return PAM_AUTH_ERR;
}
