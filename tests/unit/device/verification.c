/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/verification.h"

#include "check.h"

static const struct ppk_abilities u2f;
static const struct ppk_abilities bare = { .fido2 = true, .pin = true, .uv_not_required = true };
static const struct ppk_abilities pin = {
	.fido2 = true, .pin = true, .pin_set = true, .uv_not_required = true
};
static const struct ppk_abilities finger = {
	.fido2 = true, .pin = true, .pin_set = true, .uv_set = true, .uv_not_required = true
};
static const struct ppk_abilities only_finger = { .fido2 = true, .uv_set = true };
static const struct ppk_abilities strict = {
	.fido2 = true, .pin = true, .pin_set = true, .always_uv = true
};

#define ASSERTION(abilities, uv, blocked, expected)                                                \
	CHECK_INT(ppk_verification_for_assertion(abilities, uv, blocked), expected)
#define CREATION(abilities, uv, discoverable, expected)                                            \
	CHECK_INT(ppk_verification_for_creation(abilities, uv, discoverable, false), expected)

static void discouraged_means_a_touch(void)
{
	ASSERTION(&u2f, PPK_UV_DISCOURAGED, false, PPK_VERIFY_NONE);
	ASSERTION(&pin, PPK_UV_DISCOURAGED, false, PPK_VERIFY_NONE);
	ASSERTION(&finger, PPK_UV_DISCOURAGED, false, PPK_VERIFY_NONE);
}

static void preferred_means_the_best_there_is(void)
{
	ASSERTION(&u2f, PPK_UV_PREFERRED, false, PPK_VERIFY_NONE);
	ASSERTION(&bare, PPK_UV_PREFERRED, false, PPK_VERIFY_NONE);
	ASSERTION(&pin, PPK_UV_PREFERRED, false, PPK_VERIFY_PIN);
	ASSERTION(&finger, PPK_UV_PREFERRED, false, PPK_VERIFY_BUILT_IN);
	ASSERTION(&finger, PPK_UV_PREFERRED, true, PPK_VERIFY_PIN);
}

static void required_is_never_left_out(void)
{
	ASSERTION(&u2f, PPK_UV_REQUIRED, false, PPK_VERIFY_IMPOSSIBLE);
	ASSERTION(&bare, PPK_UV_REQUIRED, false, PPK_VERIFY_IMPOSSIBLE);
	ASSERTION(&pin, PPK_UV_REQUIRED, false, PPK_VERIFY_PIN);
	ASSERTION(&finger, PPK_UV_REQUIRED, false, PPK_VERIFY_BUILT_IN);
	ASSERTION(&finger, PPK_UV_REQUIRED, true, PPK_VERIFY_PIN);
	ASSERTION(&only_finger, PPK_UV_REQUIRED, true, PPK_VERIFY_IMPOSSIBLE);
}

static void one_that_always_verifies_is_asked_to(void)
{
	ASSERTION(&strict, PPK_UV_DISCOURAGED, false, PPK_VERIFY_PIN);
	CREATION(&strict, PPK_UV_DISCOURAGED, false, PPK_VERIFY_PIN);
}

static void creation_verifies_where_the_authenticator_insists(void)
{
	struct ppk_abilities old = pin;

	old.uv_not_required = false;
	CREATION(&pin, PPK_UV_DISCOURAGED, false, PPK_VERIFY_NONE);
	CREATION(&old, PPK_UV_DISCOURAGED, false, PPK_VERIFY_PIN);
	CREATION(&pin, PPK_UV_DISCOURAGED, true, PPK_VERIFY_PIN);
	CREATION(&bare, PPK_UV_DISCOURAGED, true, PPK_VERIFY_NONE);
	CREATION(&u2f, PPK_UV_PREFERRED, false, PPK_VERIFY_NONE);
	CREATION(&u2f, PPK_UV_REQUIRED, false, PPK_VERIFY_IMPOSSIBLE);
}

static void why_it_cannot_is_told(void)
{
	CHECK_ERR(ppk_verification_why_not(&u2f), PPK_ERR_UNSUPPORTED);
	CHECK_ERR(ppk_verification_why_not(&bare), PPK_ERR_PIN_NOT_SET);
	CHECK_ERR(ppk_verification_why_not(&only_finger), PPK_ERR_UV_BLOCKED);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(discouraged_means_a_touch),
		CHECK_TEST(preferred_means_the_best_there_is),
		CHECK_TEST(required_is_never_left_out),
		CHECK_TEST(one_that_always_verifies_is_asked_to),
		CHECK_TEST(creation_verifies_where_the_authenticator_insists),
		CHECK_TEST(why_it_cannot_is_told));
}
