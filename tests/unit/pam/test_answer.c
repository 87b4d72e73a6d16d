/* SPDX-License-Identifier: BSD-2-Clause */
#include <security/pam_modules.h>

#include "check.h"
#include "pam/answer.h"

static void each_outcome_has_its_code(void)
{
	CHECK_INT(ppk_pam_answer(PPK_OUTCOME_GRANTED), PAM_SUCCESS);
	CHECK_INT(ppk_pam_answer(PPK_OUTCOME_SKIPPED), PAM_IGNORE);
	CHECK_INT(ppk_pam_answer(PPK_OUTCOME_BLOCKED), PAM_MAXTRIES);
	CHECK_INT(ppk_pam_answer(PPK_OUTCOME_UNAVAILABLE), PAM_AUTHINFO_UNAVAIL);
	CHECK_INT(ppk_pam_answer(PPK_OUTCOME_DENIED), PAM_AUTH_ERR);
}

/* 0 is what forgotten memory holds; the others are what a damaged one may hold. */
static void what_is_no_outcome_is_a_denial(void)
{
	for (unsigned value = 0; value < 1000; value++) {
		int code = ppk_pam_answer((enum ppk_outcome)value);

		if (value < PPK_OUTCOME_DENIED || value > PPK_OUTCOME_GRANTED)
			CHECK_INT(code, PAM_AUTH_ERR);
	}
}

static void exactly_one_outcome_is_success_and_one_ignore(void)
{
	int success = 0, ignore = 0;

	for (unsigned value = 0; value < 256; value++) {
		success += ppk_pam_answer((enum ppk_outcome)value) == PAM_SUCCESS;
		ignore += ppk_pam_answer((enum ppk_outcome)value) == PAM_IGNORE;
	}
	CHECK_INT(success, 1);
	CHECK_INT(ignore, 1);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(each_outcome_has_its_code),
		CHECK_TEST(what_is_no_outcome_is_a_denial),
		CHECK_TEST(exactly_one_outcome_is_success_and_one_ignore));
}
