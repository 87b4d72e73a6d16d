/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/ctap_error.h"

#include <fido.h>

#include "check.h"

static void what_a_person_can_act_on_has_an_error_of_its_own(void)
{
	static const struct {
		int status;
		enum ppk_err err;
	} known[] = {
		{ FIDO_OK, PPK_OK },
		{ FIDO_ERR_NO_CREDENTIALS, PPK_ERR_NO_CREDENTIAL },
		{ FIDO_ERR_CREDENTIAL_EXCLUDED, PPK_ERR_ALREADY_ENROLLED },
		{ FIDO_ERR_KEY_STORE_FULL, PPK_ERR_KEY_FULL },
		{ FIDO_ERR_PIN_INVALID, PPK_ERR_PIN_INVALID },
		{ FIDO_ERR_PIN_BLOCKED, PPK_ERR_PIN_BLOCKED },
		{ FIDO_ERR_PIN_AUTH_BLOCKED, PPK_ERR_PIN_AUTH_BLOCKED },
		{ FIDO_ERR_PIN_NOT_SET, PPK_ERR_PIN_NOT_SET },
		{ FIDO_ERR_UV_BLOCKED, PPK_ERR_UV_BLOCKED },
		{ FIDO_ERR_OPERATION_DENIED, PPK_ERR_CANCELLED },
		{ FIDO_ERR_USER_ACTION_TIMEOUT, PPK_ERR_TIMEOUT },
		{ FIDO_ERR_UNSUPPORTED_ALGORITHM, PPK_ERR_UNSUPPORTED },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		CHECK_ERR(ppk_ctap_error(known[i].status), known[i].err);
}

static void nothing_else_becomes_a_success(void)
{
	for (int status = -200; status <= 400; status++)
		CHECK_INT(ppk_ctap_error(status) == PPK_OK, status == FIDO_OK);
}

static void what_nobody_has_heard_of_is_a_failure_of_the_device(void)
{
	CHECK_ERR(ppk_ctap_error(FIDO_ERR_RX), PPK_ERR_DEVICE);
	CHECK_ERR(ppk_ctap_error(0xf0), PPK_ERR_DEVICE);
	CHECK_ERR(ppk_ctap_error(-100), PPK_ERR_DEVICE);
	/* A wrong PIN is something else than a token that was not taken. */
	CHECK_ERR(ppk_ctap_error(FIDO_ERR_PIN_AUTH_INVALID), PPK_ERR_DEVICE);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(what_a_person_can_act_on_has_an_error_of_its_own),
		CHECK_TEST(nothing_else_becomes_a_success),
		CHECK_TEST(what_nobody_has_heard_of_is_a_failure_of_the_device));
}
