/* SPDX-License-Identifier: BSD-2-Clause */
#include "message.h"

#include "check.h"

static void the_exit_status_says_whose_turn_it_is(void)
{
	CHECK_INT(ppk_exit_status(PPK_OK), 0);
	CHECK_INT(ppk_exit_status(PPK_ERR_ALREADY_ENROLLED), 1);
	CHECK_INT(ppk_exit_status(PPK_ERR_NOT_FOUND), 1);
	CHECK_INT(ppk_exit_status(PPK_ERR_PERMISSION), 1);
	CHECK_INT(ppk_exit_status(PPK_ERR_UNSAFE_FILE), 1);
	CHECK_INT(ppk_exit_status(PPK_ERR_TIMEOUT), 3);
	CHECK_INT(ppk_exit_status(PPK_ERR_NO_AUTHENTICATOR), 3);
	CHECK_INT(ppk_exit_status(PPK_ERR_DEVICE), 3);
	CHECK_INT(ppk_exit_status(PPK_ERR_NOMEM), 4);
	CHECK_INT(ppk_exit_status(PPK_ERR_IO), 4);
	CHECK_INT(ppk_exit_status(PPK_ERR_INTERNAL), 70);
	CHECK_INT(ppk_exit_status(PPK_ERR_COUNT), 70);
}

static void every_error_has_a_documented_status(void)
{
	for (unsigned err = PPK_OK + 1; err < PPK_ERR_COUNT; err++) {
		int status = ppk_exit_status((enum ppk_err)err);

		CHECK(status == 1 || status == 3 || status == 4 || status == 70);
	}
}

static void nothing_that_verification_refuses_counts_as_temporary(void)
{
	for (unsigned err = PPK_ERR_CREDENTIAL_UNKNOWN; err <= PPK_ERR_ATTESTATION; err++)
		CHECK_INT(ppk_exit_status((enum ppk_err)err), 1);
}

static void what_a_person_can_mend_has_a_hint(void)
{
	CHECK(ppk_message_hint_for(PPK_ERR_NO_AUTHENTICATOR) != NULL);
	CHECK(ppk_message_hint_for(PPK_ERR_CONVERSATION) != NULL);
	CHECK(ppk_message_hint_for(PPK_OK) == NULL);
	CHECK(ppk_message_hint_for(PPK_ERR_COUNT) == NULL);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(the_exit_status_says_whose_turn_it_is),
		CHECK_TEST(every_error_has_a_documented_status),
		CHECK_TEST(nothing_that_verification_refuses_counts_as_temporary),
		CHECK_TEST(what_a_person_can_mend_has_a_hint));
}
