/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/turn.h"

#include "check.h"

static bool event(enum ppk_device_message_type type, uint8_t index, enum ppk_phase phase)
{
	const struct ppk_device_message message = { .type = type, .event = { .index = index } };

	return ppk_turn_allows(&message, 3, phase, PPK_DEVICE_GET_ASSERTION);
}

static void a_worker_speaks_for_itself_alone(void)
{
	CHECK(event(PPK_DEVICE_TOUCH, 3, PPK_PHASE_ASKING));
	CHECK(!event(PPK_DEVICE_TOUCH, 2, PPK_PHASE_ASKING));
	CHECK(!event(PPK_DEVICE_GONE, 2, PPK_PHASE_ASKING));
	CHECK(!event(PPK_DEVICE_GONE, PPK_DEVICE_INDEX_NONE, PPK_PHASE_ASKING));
}

static void a_pin_is_asked_for_only_in_the_dialogue(void)
{
	for (enum ppk_phase phase = PPK_PHASE_ABSENT; phase <= PPK_PHASE_GONE; phase++)
		CHECK_INT(event(PPK_DEVICE_PIN_NEEDED, 3, phase), phase == PPK_PHASE_ASKING_PIN);
}

static void it_introduces_itself_once(void)
{
	const struct ppk_device_message message = { .type = PPK_DEVICE_AUTHENTICATOR,
		.authenticator = { .index = 3 } };

	for (enum ppk_phase phase = PPK_PHASE_ABSENT; phase <= PPK_PHASE_GONE; phase++)
		CHECK_INT(ppk_turn_allows(&message, 3, phase, PPK_DEVICE_LIST),
			phase == PPK_PHASE_OPENING);
}

static bool result(enum ppk_device_message_type type, enum ppk_phase phase,
	enum ppk_device_message_type request)
{
	struct ppk_device_message message = { .type = type };

	if (type == PPK_DEVICE_ASSERTION)
		message.assertion.index = 3;
	else
		message.credential.index = 3;
	return ppk_turn_allows(&message, 3, phase, request);
}

static void only_what_was_asked_for_ends_a_ceremony(void)
{
	CHECK(result(PPK_DEVICE_ASSERTION, PPK_PHASE_ASKING, PPK_DEVICE_GET_ASSERTION));
	CHECK(!result(PPK_DEVICE_ASSERTION, PPK_PHASE_ASKING, PPK_DEVICE_MAKE_CREDENTIAL));
	CHECK(!result(PPK_DEVICE_ASSERTION, PPK_PHASE_ASKING, PPK_DEVICE_LIST));
	CHECK(result(PPK_DEVICE_CREDENTIAL, PPK_PHASE_ASKING, PPK_DEVICE_MAKE_CREDENTIAL));
	CHECK(!result(PPK_DEVICE_CREDENTIAL, PPK_PHASE_ASKING, PPK_DEVICE_GET_ASSERTION));
	CHECK(!result(PPK_DEVICE_ASSERTION, PPK_PHASE_GONE, PPK_DEVICE_GET_ASSERTION));
}

static void what_is_the_supervisors_to_say_no_worker_says(void)
{
	static const enum ppk_device_message_type types[] = { PPK_DEVICE_INSERT, PPK_DEVICE_LISTED,
		PPK_DEVICE_FAILED, PPK_DEVICE_PIN, PPK_DEVICE_CANCEL, PPK_DEVICE_LIST };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		for (enum ppk_phase phase = PPK_PHASE_ABSENT; phase <= PPK_PHASE_GONE; phase++)
			CHECK(!event(types[i], 3, phase));
}

static void who_is_gone_says_nothing_more(void)
{
	CHECK(!event(PPK_DEVICE_GONE, 3, PPK_PHASE_GONE));
	CHECK(!event(PPK_DEVICE_TOUCH, 3, PPK_PHASE_GONE));
	CHECK(!event(PPK_DEVICE_TOUCH, 3, PPK_PHASE_OPENING));
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(a_worker_speaks_for_itself_alone),
		CHECK_TEST(a_pin_is_asked_for_only_in_the_dialogue),
		CHECK_TEST(it_introduces_itself_once),
		CHECK_TEST(only_what_was_asked_for_ends_a_ceremony),
		CHECK_TEST(what_is_the_supervisors_to_say_no_worker_says),
		CHECK_TEST(who_is_gone_says_nothing_more));
}
