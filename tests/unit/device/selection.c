/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/selection.h"

#include "check.h"

#define COUNT 4

/* What is decided for an assertion and for a creation. */
static bool decide(const struct ppk_candidate candidates[static COUNT], bool late,
	enum ppk_worker_order orders[static COUNT])
{
	return ppk_selection_decide(candidates, COUNT, false, late, orders);
}

static bool decide_creation(const struct ppk_candidate candidates[static COUNT], bool late,
	enum ppk_worker_order orders[static COUNT])
{
	return ppk_selection_decide(candidates, COUNT, true, late, orders);
}

#define CHECK_ORDERS(a, b, c)                                                                      \
	do {                                                                                       \
		CHECK_INT(orders[0], a);                                                           \
		CHECK_INT(orders[1], b);                                                           \
		CHECK_INT(orders[2], c);                                                           \
		CHECK_INT(orders[3], PPK_ORDER_NONE);                                              \
	} while (0)

#define NEEDS_PIN(what)                                                                            \
	{                                                                                          \
		.phase = PPK_PHASE_NEEDS_PIN, .knowledge = what                                    \
	}
#define HOLDS NEEDS_PIN(PPK_KNOWS_IT_HOLDS)
#define MAY_HIDE NEEDS_PIN(PPK_KNOWS_IT_MAY_HIDE)
#define UNKNOWN NEEDS_PIN(PPK_KNOWS_NOTHING)
#define BLINKS                                                                                     \
	{                                                                                          \
		.phase = PPK_PHASE_ASKING, .waits = true                                           \
	}
#define SILENT                                                                                     \
	{                                                                                          \
		.phase = PPK_PHASE_ASKING                                                          \
	}
#define PHASE(what)                                                                                \
	{                                                                                          \
		.phase = what                                                                      \
	}

static void one_that_is_alone_is_asked_for_its_pin_at_once(void)
{
	const struct ppk_candidate candidates[COUNT] = { PHASE(PPK_PHASE_GONE), UNKNOWN };
	enum ppk_worker_order orders[COUNT];

	CHECK(!decide(candidates, false, orders));
	CHECK_ORDERS(PPK_ORDER_NONE, PPK_ORDER_ASK_PIN, PPK_ORDER_NONE);
}

static void beside_another_it_is_probed_first(void)
{
	const struct ppk_candidate candidates[COUNT] = { UNKNOWN, UNKNOWN, SILENT };
	enum ppk_worker_order orders[COUNT];

	CHECK(!decide(candidates, false, orders));
	CHECK_ORDERS(PPK_ORDER_PROBE, PPK_ORDER_PROBE, PPK_ORDER_NONE);
}

static void no_pin_is_asked_for_while_others_have_not_said_what_they_are(void)
{
	const struct ppk_candidate others[] = { PHASE(PPK_PHASE_OPENING), SILENT,
		PHASE(PPK_PHASE_PROBING), PHASE(PPK_PHASE_STOPPING) };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		const struct ppk_candidate candidates[COUNT] = { HOLDS, others[i] };
		enum ppk_worker_order orders[COUNT];

		CHECK(decide(candidates, false, orders));
		CHECK_ORDERS(PPK_ORDER_NONE, PPK_ORDER_NONE, PPK_ORDER_NONE);
		CHECK(!decide(candidates, true, orders));
		CHECK_ORDERS(PPK_ORDER_ASK_PIN, PPK_ORDER_NONE, PPK_ORDER_NONE);
	}
}

static void the_only_one_that_holds_a_credential_is_asked(void)
{
	const struct ppk_candidate candidates[COUNT] = { MAY_HIDE, HOLDS, MAY_HIDE };
	enum ppk_worker_order orders[COUNT];

	decide(candidates, false, orders);
	CHECK_ORDERS(PPK_ORDER_NONE, PPK_ORDER_ASK_PIN, PPK_ORDER_NONE);
}

static void two_that_hold_a_credential_are_chosen_from_by_touch(void)
{
	const struct ppk_candidate candidates[COUNT] = { HOLDS, MAY_HIDE, HOLDS };
	enum ppk_worker_order orders[COUNT];

	decide(candidates, false, orders);
	CHECK_ORDERS(PPK_ORDER_SELECT, PPK_ORDER_NONE, PPK_ORDER_SELECT);
}

static void when_none_admits_to_a_credential_those_that_may_hide_one_are_chosen_from(void)
{
	const struct ppk_candidate candidates[COUNT] = { MAY_HIDE, MAY_HIDE };
	enum ppk_worker_order orders[COUNT];

	decide(candidates, false, orders);
	CHECK_ORDERS(PPK_ORDER_SELECT, PPK_ORDER_SELECT, PPK_ORDER_NONE);
}

static void one_that_may_hide_a_credential_joins_others_like_it(void)
{
	const struct ppk_candidate candidates[COUNT] = {
		{ .phase = PPK_PHASE_SELECTING, .knowledge = PPK_KNOWS_IT_MAY_HIDE }, MAY_HIDE
	};
	enum ppk_worker_order orders[COUNT];

	decide(candidates, false, orders);
	CHECK_ORDERS(PPK_ORDER_NONE, PPK_ORDER_SELECT, PPK_ORDER_NONE);
}

static void one_that_blinks_without_a_pin_is_one_to_choose_from(void)
{
	const struct ppk_candidate candidates[COUNT] = { BLINKS, HOLDS, MAY_HIDE };
	enum ppk_worker_order orders[COUNT];

	decide(candidates, false, orders);
	CHECK_ORDERS(PPK_ORDER_NONE, PPK_ORDER_SELECT, PPK_ORDER_NONE);
}

static void beside_one_that_blinks_those_that_may_hide_one_wait(void)
{
	const struct ppk_candidate candidates[COUNT] = { BLINKS, MAY_HIDE };
	enum ppk_worker_order orders[COUNT];

	decide(candidates, false, orders);
	CHECK_ORDERS(PPK_ORDER_NONE, PPK_ORDER_NONE, PPK_ORDER_NONE);
}

static void the_chosen_one_goes_on_and_the_others_stop(void)
{
	const struct ppk_candidate candidates[COUNT] = { PHASE(PPK_PHASE_CHOSEN),
		PHASE(PPK_PHASE_SELECTING), BLINKS };
	enum ppk_worker_order orders[COUNT];

	decide(candidates, false, orders);
	CHECK_ORDERS(PPK_ORDER_ASK_PIN, PPK_ORDER_STOP, PPK_ORDER_STOP);
	decide_creation(candidates, false, orders);
	CHECK_ORDERS(PPK_ORDER_START, PPK_ORDER_STOP, PPK_ORDER_STOP);
}

static void one_dialogue_about_a_pin_at_a_time(void)
{
	const struct ppk_candidate candidates[COUNT] = { PHASE(PPK_PHASE_ASKING_PIN), HOLDS,
		PHASE(PPK_PHASE_READY) };
	enum ppk_worker_order orders[COUNT];

	CHECK(!decide(candidates, true, orders));
	CHECK_ORDERS(PPK_ORDER_NONE, PPK_ORDER_NONE, PPK_ORDER_NONE);
}

static void the_others_go_on_when_the_chosen_one_is_gone(void)
{
	const struct ppk_candidate stopped[COUNT] = { PHASE(PPK_PHASE_GONE), HOLDS,
		PHASE(PPK_PHASE_READY) };
	const struct ppk_candidate last[COUNT] = { PHASE(PPK_PHASE_GONE), HOLDS };
	enum ppk_worker_order orders[COUNT];

	decide(stopped, true, orders);
	CHECK_ORDERS(PPK_ORDER_NONE, PPK_ORDER_NONE, PPK_ORDER_START);
	decide(last, true, orders);
	CHECK_ORDERS(PPK_ORDER_NONE, PPK_ORDER_ASK_PIN, PPK_ORDER_NONE);
}

static void a_creation_on_the_only_one_needs_no_choice(void)
{
	const struct ppk_candidate candidates[COUNT] = { PHASE(PPK_PHASE_READY) };
	enum ppk_worker_order orders[COUNT];

	decide_creation(candidates, false, orders);
	CHECK_ORDERS(PPK_ORDER_START, PPK_ORDER_NONE, PPK_ORDER_NONE);
}

static void a_creation_on_one_of_several_begins_with_a_touch(void)
{
	const struct ppk_candidate candidates[COUNT] = { PHASE(PPK_PHASE_READY),
		PHASE(PPK_PHASE_READY), PHASE(PPK_PHASE_OPENING) };
	enum ppk_worker_order orders[COUNT];

	CHECK(decide_creation(candidates, false, orders));
	CHECK_ORDERS(PPK_ORDER_NONE, PPK_ORDER_NONE, PPK_ORDER_NONE);
	CHECK(!decide_creation(candidates, true, orders));
	CHECK_ORDERS(PPK_ORDER_SELECT, PPK_ORDER_SELECT, PPK_ORDER_NONE);
}

static void a_creation_that_has_begun_is_not_joined(void)
{
	const struct ppk_candidate asking[COUNT] = { SILENT, PHASE(PPK_PHASE_READY),
		PHASE(PPK_PHASE_SELECTING) };
	const struct ppk_candidate needs_pin[COUNT] = { UNKNOWN, PHASE(PPK_PHASE_READY) };
	enum ppk_worker_order orders[COUNT];

	decide_creation(asking, true, orders);
	CHECK_ORDERS(PPK_ORDER_NONE, PPK_ORDER_NONE, PPK_ORDER_STOP);
	decide_creation(needs_pin, true, orders);
	CHECK_ORDERS(PPK_ORDER_ASK_PIN, PPK_ORDER_NONE, PPK_ORDER_NONE);
}

/* Every state of three authenticators: 11 phases, 3 kinds of knowledge, waiting or not. */
#define STATES (11 * 3 * 2)

static struct ppk_candidate state(unsigned number)
{
	return (struct ppk_candidate){ .phase = (enum ppk_phase)(number % 11),
		.knowledge = (enum ppk_knowledge)(number / 11 % 3),
		.waits = number / 33 != 0 };
}

static void check_state(
	const struct ppk_candidate candidates[static COUNT], bool creation, bool late)
{
	enum ppk_worker_order orders[COUNT];
	unsigned asked = 0, chosen = 0, dialogues = 0;

	ppk_selection_decide(candidates, COUNT, creation, late, orders);
	for (size_t i = 0; i < COUNT; i++) {
		chosen += candidates[i].phase == PPK_PHASE_CHOSEN;
		dialogues += candidates[i].phase == PPK_PHASE_ASKING_PIN;
		asked += orders[i] == PPK_ORDER_ASK_PIN;
		/* One that is not there, or has a dialogue, is left alone. */
		if (candidates[i].phase == PPK_PHASE_ABSENT ||
			candidates[i].phase == PPK_PHASE_GONE ||
			candidates[i].phase == PPK_PHASE_ASKING_PIN ||
			candidates[i].phase == PPK_PHASE_OPENING)
			CHECK_INT(orders[i], PPK_ORDER_NONE);
	}
	/* The supervisor never has two that were chosen, or need a PIN for a creation, at once. */
	if (chosen == 0 && !creation)
		CHECK(asked + dialogues <= 1 || dialogues > 1);
}

static void no_state_leads_to_two_dialogues(void)
{
	for (unsigned a = 0; a < STATES; a++)
		for (unsigned b = 0; b < STATES; b++)
			for (unsigned c = 0; c < STATES; c++) {
				const struct ppk_candidate candidates[COUNT] = { state(a), state(b),
					state(c) };

				check_state(candidates, a % 2 == 0, b % 2 == 0);
				check_state(candidates, a % 2 != 0, b % 2 == 0);
			}
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(one_that_is_alone_is_asked_for_its_pin_at_once),
		CHECK_TEST(beside_another_it_is_probed_first),
		CHECK_TEST(no_pin_is_asked_for_while_others_have_not_said_what_they_are),
		CHECK_TEST(the_only_one_that_holds_a_credential_is_asked),
		CHECK_TEST(two_that_hold_a_credential_are_chosen_from_by_touch),
		CHECK_TEST(
			when_none_admits_to_a_credential_those_that_may_hide_one_are_chosen_from),
		CHECK_TEST(one_that_may_hide_a_credential_joins_others_like_it),
		CHECK_TEST(one_that_blinks_without_a_pin_is_one_to_choose_from),
		CHECK_TEST(beside_one_that_blinks_those_that_may_hide_one_wait),
		CHECK_TEST(the_chosen_one_goes_on_and_the_others_stop),
		CHECK_TEST(one_dialogue_about_a_pin_at_a_time),
		CHECK_TEST(the_others_go_on_when_the_chosen_one_is_gone),
		CHECK_TEST(a_creation_on_the_only_one_needs_no_choice),
		CHECK_TEST(a_creation_on_one_of_several_begins_with_a_touch),
		CHECK_TEST(a_creation_that_has_begun_is_not_joined),
		CHECK_TEST(no_state_leads_to_two_dialogues));
}
