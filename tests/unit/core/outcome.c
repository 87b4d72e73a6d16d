/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/outcome.h"

#include "check.h"

static const enum ppk_err errors[] = {
#define PPK_ERROR(name, token, sentence) PPK_ERR_##name,
#include "core/error.def"
#undef PPK_ERROR
};
#define ERROR_COUNT (sizeof(errors) / sizeof(errors[0]))

static void no_reason_grants_or_skips(void)
{
	for (size_t i = 0; i < ERROR_COUNT; i++) {
		enum ppk_outcome outcome = ppk_outcome_without_assertion(errors[i]);

		CHECK(outcome != PPK_OUTCOME_GRANTED && outcome != PPK_OUTCOME_SKIPPED);
	}
}

/* What the manual promises PAM: "cannot say" for the machine's own trouble, "no more tries" for a block. */
static void a_reason_that_is_not_named_here_is_a_denial(void)
{
	static const enum ppk_err blocked[] = { PPK_ERR_PIN_AUTH_BLOCKED, PPK_ERR_PIN_BLOCKED,
		PPK_ERR_UV_BLOCKED };
	static const enum ppk_err unavailable[] = { PPK_ERR_NOT_FOUND, PPK_ERR_VERSION,
		PPK_ERR_UNSAFE_FILE, PPK_ERR_PERMISSION, PPK_ERR_IO, PPK_ERR_PROCESS,
		PPK_ERR_METHOD_UNAVAILABLE };

	for (size_t i = 0; i < ERROR_COUNT; i++) {
		enum ppk_outcome want = PPK_OUTCOME_DENIED;

		for (size_t j = 0; j < sizeof(blocked) / sizeof(blocked[0]); j++)
			want = blocked[j] == errors[i] ? PPK_OUTCOME_BLOCKED : want;
		for (size_t j = 0; j < sizeof(unavailable) / sizeof(unavailable[0]); j++)
			want = unavailable[j] == errors[i] ? PPK_OUTCOME_UNAVAILABLE : want;
		if (ppk_outcome_without_assertion(errors[i]) != want)
			CHECK_FAIL("%s is %s", ppk_err_token(errors[i]),
				ppk_outcome_name(ppk_outcome_without_assertion(errors[i])));
	}
	CHECK_INT(ppk_outcome_without_assertion(PPK_OK), PPK_OUTCOME_DENIED);
	CHECK_INT(ppk_outcome_without_assertion(PPK_ERR_COUNT), PPK_OUTCOME_DENIED);
}

static void what_is_no_outcome_is_called_a_denial(void)
{
	CHECK_STR(ppk_outcome_name(PPK_OUTCOME_GRANTED), "granted");
	CHECK_STR(ppk_outcome_name(PPK_OUTCOME_SKIPPED), "skipped");
	CHECK_STR(ppk_outcome_name(PPK_OUTCOME_UNAVAILABLE), "unavailable");
	CHECK_STR(ppk_outcome_name(PPK_OUTCOME_BLOCKED), "denied");
	CHECK_STR(ppk_outcome_name(PPK_OUTCOME_DENIED), "denied");
	CHECK_STR(ppk_outcome_name((enum ppk_outcome)0), "denied");
	CHECK_STR(ppk_outcome_name((enum ppk_outcome)99), "denied");
}

/* All of them, so that a new reason is looked at: whoever is not named here ends the sign-in. */
static void another_way_is_left_where_nobody_could_answer(void)
{
	static const enum ppk_err leave[] = {
		PPK_ERR_NOT_FOUND,
		PPK_ERR_VERSION,
		PPK_ERR_UNSAFE_FILE,
		PPK_ERR_PERMISSION,
		PPK_ERR_IO,
		PPK_ERR_PROCESS,
		PPK_ERR_CANCELLED,
		PPK_ERR_NO_AUTHENTICATOR,
		PPK_ERR_DEVICE_PERMISSION,
		PPK_ERR_NO_CREDENTIAL,
		PPK_ERR_PIN_NOT_SET,
		PPK_ERR_UNSUPPORTED,
		PPK_ERR_AGENT_REFUSED,
		PPK_ERR_METHOD_UNAVAILABLE,
	};
	size_t found = 0;

	for (size_t i = 0; i < ERROR_COUNT; i++) {
		bool named = false;

		for (size_t j = 0; j < sizeof(leave) / sizeof(leave[0]); j++)
			named = named || leave[j] == errors[i];
		if (ppk_outcome_leaves_another_way(errors[i]) != named)
			CHECK_FAIL("%s", ppk_err_token(errors[i]));
		found += named;
	}
	CHECK_INT(found, sizeof(leave) / sizeof(leave[0]));
	CHECK(!ppk_outcome_leaves_another_way(PPK_OK));
}

/* Whatever comes after a denial, the two come to a denial; whatever comes after a block, to a block. */
static void no_denial_becomes_cannot_say(void)
{
	for (size_t i = 0; i < ERROR_COUNT; i++) {
		for (size_t j = 0; j < ERROR_COUNT; j++) {
			bool later = ppk_outcome_outweighs(errors[j], errors[i]);
			enum ppk_outcome first = ppk_outcome_without_assertion(errors[i]);
			enum ppk_outcome second = ppk_outcome_without_assertion(errors[j]);
			enum ppk_outcome both = later ? second : first;

			if (first == PPK_OUTCOME_BLOCKED || second == PPK_OUTCOME_BLOCKED)
				CHECK_INT(both, PPK_OUTCOME_BLOCKED);
			else if (first == PPK_OUTCOME_DENIED || second == PPK_OUTCOME_DENIED)
				CHECK_INT(both, PPK_OUTCOME_DENIED);
			else
				CHECK_INT(both, PPK_OUTCOME_UNAVAILABLE);
		}
	}
}

static void the_later_of_two_that_weigh_the_same_stands(void)
{
	CHECK(ppk_outcome_outweighs(PPK_ERR_TIMEOUT, PPK_ERR_CANCELLED));
	CHECK(ppk_outcome_outweighs(PPK_ERR_CANCELLED, PPK_ERR_TIMEOUT));
	CHECK(ppk_outcome_outweighs(PPK_ERR_METHOD_UNAVAILABLE, PPK_ERR_METHOD_UNAVAILABLE));
}

static void a_method_that_was_passed_over_says_nothing(void)
{
	CHECK(!ppk_outcome_outweighs(PPK_ERR_METHOD_UNAVAILABLE, PPK_ERR_PROCESS));
	CHECK(ppk_outcome_outweighs(PPK_ERR_PROCESS, PPK_ERR_METHOD_UNAVAILABLE));
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(no_reason_grants_or_skips),
		CHECK_TEST(a_reason_that_is_not_named_here_is_a_denial),
		CHECK_TEST(what_is_no_outcome_is_called_a_denial),
		CHECK_TEST(another_way_is_left_where_nobody_could_answer),
		CHECK_TEST(no_denial_becomes_cannot_say),
		CHECK_TEST(the_later_of_two_that_weigh_the_same_stands),
		CHECK_TEST(a_method_that_was_passed_over_says_nothing));
}
