/* SPDX-License-Identifier: BSD-2-Clause */
#include "person.h"

#include <time.h>

#include "authenticator.h"
#include "control.h"

#define KEEPALIVE_INTERVAL_MS 100 /* CTAP 2.1, 11.2.9.1.7 */
#define INTERNAL_RETRIES 3

int64_t
ppk_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Whether the wait has ended, and how. */
static bool
wait_ended(struct ppk_authenticator *authenticator, int64_t start_ms, enum ppk_ctap_status *status)
{
	const struct ppk_options *options = &authenticator->options;
	int64_t waited_ms = ppk_now_ms() - start_ms;

	if (authenticator->hid.aborted || authenticator->quit)
		*status = PPK_CTAP_NO_ANSWER;
	else if (authenticator->hid.cancelled)
		*status = ppk_misbehaves(authenticator, PPK_ANSWER_AFTER_CANCEL) ?
		    PPK_CTAP_OK :
		    PPK_CTAP_KEEPALIVE_CANCEL;
	else if (authenticator->person.acted)
		*status = PPK_CTAP_OK;
	else if (options->touch == PPK_TOUCH_DELAY && waited_ms >= options->touch_delay_ms)
		*status = PPK_CTAP_OK;
	else if (waited_ms >= options->action_timeout_ms)
		*status = PPK_CTAP_USER_ACTION_TIMEOUT;
	else
		return false;
	return true;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
wake_up_ms(const struct ppk_options *options, int64_t start_ms, int64_t keepalive_ms)
{
	int64_t wake_ms = earlier(keepalive_ms, start_ms + options->action_timeout_ms);

	if (options->touch == PPK_TOUCH_DELAY)
		wake_ms = earlier(wake_ms, start_ms + options->touch_delay_ms);
	return wake_ms;
}

static enum ppk_ctap_status
wait_for_gesture(struct ppk_authenticator *authenticator)
{
	enum ppk_ctap_status status = PPK_CTAP_OK;
	int64_t start_ms = ppk_now_ms(), keepalive_ms = start_ms;

	authenticator->person.awaited = true;
	ppk_control_announce_wait(authenticator);
	while (!wait_ended(authenticator, start_ms, &status)) {
		int64_t now_ms = ppk_now_ms();

		if (now_ms >= keepalive_ms) {
			ppk_ctaphid_keepalive(authenticator, PPK_KEEPALIVE_UP_NEEDED);
			keepalive_ms = now_ms + KEEPALIVE_INTERVAL_MS;
		}
		ppk_bus_poll(authenticator,
		    wake_up_ms(&authenticator->options, start_ms, keepalive_ms));
	}
	authenticator->person.awaited = false;
	return status;
}

static enum ppk_ctap_status
gesture(struct ppk_authenticator *authenticator, bool verifying)
{
	struct ppk_person *person = &authenticator->person;
	enum ppk_ctap_status status;

	authenticator->stats.touches++;
	if (authenticator->options.touch == PPK_TOUCH_AUTO)
		return PPK_CTAP_OK;
	person->acted = false;
	person->verifying = verifying;
	status = wait_for_gesture(authenticator);
	person->verifying = false;
	return status;
}

enum ppk_ctap_status
ppk_person_touch(struct ppk_authenticator *authenticator)
{
	return gesture(authenticator, false);
}

/* A finger of the control socket says itself whether it matches; else --uv says it. */
static bool
finger_matches(struct ppk_authenticator *authenticator)
{
	struct ppk_options *options = &authenticator->options;

	if (options->touch == PPK_TOUCH_CONTROL && authenticator->person.acted)
		return authenticator->person.finger_matches;
	if (options->uv_failures > 0) {
		options->uv_failures--;
		return false;
	}
	return options->uv_failures == 0;
}

enum ppk_ctap_status
ppk_person_verify(struct ppk_authenticator *authenticator, bool retry)
{
	struct ppk_state *state = &authenticator->state;

	for (int tries = retry ? INTERNAL_RETRIES : 1; tries > 0; tries--) {
		enum ppk_ctap_status status;

		if (state->uv_retries == 0)
			return PPK_CTAP_UV_BLOCKED;
		status = gesture(authenticator, true);
		if (status != PPK_CTAP_OK)
			return status;
		if (finger_matches(authenticator)) {
			state->uv_retries = PPK_UV_RETRIES_MAX;
			ppk_state_save(state);
			return PPK_CTAP_OK;
		}
		state->uv_retries--;
		ppk_state_save(state);
	}
	return state->uv_retries == 0 ? PPK_CTAP_UV_BLOCKED : PPK_CTAP_UV_INVALID;
}

static bool
u2f_touch_is_there(const struct ppk_authenticator *authenticator)
{
	const struct ppk_person *person = &authenticator->person;
	const struct ppk_options *options = &authenticator->options;

	switch (options->touch) {
	case PPK_TOUCH_AUTO:
		return true;
	case PPK_TOUCH_NEVER:
		return false;
	case PPK_TOUCH_DELAY:
		return ppk_now_ms() - person->u2f_since_ms >= options->touch_delay_ms;
	case PPK_TOUCH_CONTROL:
		return person->u2f_touched;
	}
	return false;
}

bool
ppk_person_u2f_touch(struct ppk_authenticator *authenticator)
{
	struct ppk_person *person = &authenticator->person;

	if (person->u2f_since_ms == 0) {
		person->u2f_since_ms = ppk_now_ms();
		authenticator->stats.touches++;
	}
	if (!u2f_touch_is_there(authenticator)) {
		person->awaited = true;
		ppk_control_announce_wait(authenticator);
		return false;
	}
	person->awaited = false;
	person->u2f_touched = false;
	person->u2f_since_ms = 0;
	return true;
}

bool
ppk_person_act(struct ppk_authenticator *authenticator, bool matches)
{
	struct ppk_person *person = &authenticator->person;

	if (!person->awaited)
		return false;
	person->finger_matches = matches;
	if (person->u2f_since_ms != 0)
		person->u2f_touched = true;
	else
		person->acted = true;
	return true;
}
