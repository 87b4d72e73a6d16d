/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User verification in the course of a ceremony.
 *
 * 1. A PIN MUST NOT be sent when its being wrong would lock the authenticator, as far as that is
 *    known: after a wrong one the tries that are left are asked for, and the last is never used.
 * 2. An authenticator MUST NOT be able to make us ask it for ever without the person: one that says
 *    it waited for them but came back at once has lied.
 * 3. A PIN MUST be overwritten as soon as it turned out to be wrong.
 */
#include "device/attempt.h"

#include "device/ctap_error.h"
#include "sys/clock.h"

/* Authenticators wait 10 seconds or more for the person (CTAP 2.1, 6.5.5.7.3 and 6.1.2: 30). */
#define PATIENCE_MIN_MS 1000
/* For those that do not count failed fingerprints where we can see it. */
#define BUILT_IN_TRIES_MAX 10
/* CTAP 2.1, 6.5.1: a PIN has four code points or more. */
#define PIN_LEN_MIN 4

struct course {
	enum ppk_verification how;
	unsigned built_in_tries;
	int64_t begun_ms; /* the attempt that ended last */
};

static uint8_t retries_left(struct ppk_worker *worker, bool built_in)
{
	int left = -1;
	int status = built_in ? fido_dev_get_uv_retry_count(worker->dev, &left)
			      : fido_dev_get_retry_count(worker->dev, &left);

	if (status != FIDO_OK || left < 0 || left >= PPK_DEVICE_RETRIES_UNKNOWN)
		return PPK_DEVICE_RETRIES_UNKNOWN;
	return (uint8_t)left;
}

/* Where the next attempt goes on; PPK_STEP_DONE stands for "go on". */

static enum ppk_step fall_back_to_pin(struct ppk_worker *worker, struct course *course)
{
	worker->built_in_blocked = true;
	if (!worker->abilities.pin_set)
		return ppk_worker_failed(worker, PPK_ERR_UV_BLOCKED, 0);
	worker->pin_reason = PPK_ERR_UV_BLOCKED;
	course->how = PPK_VERIFY_PIN;
	return PPK_STEP_DONE;
}

static enum ppk_step fingerprint_failed(struct ppk_worker *worker, struct course *course)
{
	uint8_t left = retries_left(worker, true);

	if (left == 0 || ++course->built_in_tries == BUILT_IN_TRIES_MAX)
		return fall_back_to_pin(worker, course);
	ppk_worker_event(worker, PPK_DEVICE_VERIFY_FAILED, left, PPK_OK);
	return PPK_STEP_DONE;
}

static enum ppk_step built_in_failed(struct ppk_worker *worker, struct course *course, int status)
{
	switch (status) {
	case FIDO_ERR_UV_INVALID:
		return fingerprint_failed(worker, course);
	case FIDO_ERR_OPERATION_DENIED: /* CTAP 2.0 has no word of its own for it */
		if (worker->abilities.tokens)
			break;
		return worker->abilities.pin_set ? fall_back_to_pin(worker, course)
						 : fingerprint_failed(worker, course);
	case FIDO_ERR_UV_BLOCKED:
	case FIDO_ERR_PIN_REQUIRED:
		return fall_back_to_pin(worker, course);
	}
	return ppk_worker_failed(worker, ppk_ctap_error(status), PPK_DEVICE_RETRIES_UNKNOWN);
}

static enum ppk_step pin_failed(struct ppk_worker *worker, int status)
{
	uint8_t left;

	if (status != FIDO_ERR_PIN_INVALID)
		return ppk_worker_failed(
			worker, ppk_ctap_error(status), PPK_DEVICE_RETRIES_UNKNOWN);
	ppk_secret_wipe(&worker->pin);
	left = retries_left(worker, false);
	if (left <= 1)
		return ppk_worker_failed(worker, PPK_ERR_PIN_INVALID, left);
	if (ppk_worker_ask_pin(worker, left, PPK_ERR_PIN_INVALID) != PPK_OK)
		return worker->hidraw.failed ? ppk_worker_failed(worker, PPK_ERR_DEVICE, left)
					     : PPK_STEP_STOPPED;
	return PPK_STEP_DONE;
}

/* It wants verification that it did not say it needs. */
static enum ppk_step verification_missing(struct ppk_worker *worker, struct course *course)
{
	enum ppk_verification how = ppk_verification_for_assertion(
		&worker->abilities, PPK_UV_REQUIRED, worker->built_in_blocked);

	if (how == PPK_VERIFY_IMPOSSIBLE || worker->verification_forced)
		return ppk_worker_failed(worker, ppk_verification_why_not(&worker->abilities),
			PPK_DEVICE_RETRIES_UNKNOWN);
	worker->verification_forced = true;
	course->how = how;
	return PPK_STEP_DONE;
}

static bool is_impatience(int status)
{
	return status == FIDO_ERR_USER_ACTION_TIMEOUT || status == FIDO_ERR_ACTION_TIMEOUT ||
	       status == FIDO_ERR_TIMEOUT;
}

static enum ppk_step after_failure(struct ppk_worker *worker, struct course *course, int status)
{
	if (!ppk_worker_is_stopped(worker) && ppk_worker_wait_busy(worker))
		return PPK_STEP_DONE;
	if (ppk_worker_is_stopped(worker))
		return PPK_STEP_STOPPED;
	if (status == FIDO_ERR_NO_CREDENTIALS)
		return PPK_STEP_NONE_HERE;
	if (is_impatience(status)) {
		if (ppk_clock_ms() - course->begun_ms >= PATIENCE_MIN_MS)
			return PPK_STEP_DONE;
		return ppk_worker_failed(worker, PPK_ERR_DEVICE, PPK_DEVICE_RETRIES_UNKNOWN);
	}
	switch (course->how) {
	case PPK_VERIFY_BUILT_IN:
		return built_in_failed(worker, course, status);
	case PPK_VERIFY_PIN:
		return pin_failed(worker, status);
	case PPK_VERIFY_NONE:
	case PPK_VERIFY_IMPOSSIBLE:
		break;
	}
	if (status == FIDO_ERR_PIN_REQUIRED)
		return verification_missing(worker, course);
	return ppk_worker_failed(worker, ppk_ctap_error(status), PPK_DEVICE_RETRIES_UNKNOWN);
}

/* Have a PIN that can be sent. One that is too short to be right costs no try. */
static enum ppk_step need_pin(struct ppk_worker *worker)
{
	enum ppk_err reason = worker->pin_reason;

	while (worker->pin.len < PIN_LEN_MIN) {
		if (!worker->pin_allowed)
			return PPK_STEP_NEEDS_PIN;
		ppk_secret_wipe(&worker->pin);
		if (ppk_worker_ask_pin(worker, PPK_DEVICE_RETRIES_UNKNOWN, reason) != PPK_OK)
			return worker->hidraw.failed ? ppk_worker_failed(worker, PPK_ERR_DEVICE,
							       PPK_DEVICE_RETRIES_UNKNOWN)
						     : PPK_STEP_STOPPED;
		reason = PPK_ERR_PIN_INVALID;
	}
	return PPK_STEP_DONE;
}

enum ppk_step ppk_attempt(struct ppk_worker *worker, enum ppk_verification how,
	ppk_attempt_fn *attempt, void *context)
{
	struct course course = { .how = how };
	enum ppk_step step = PPK_STEP_DONE;

	while (step == PPK_STEP_DONE) {
		const char *pin = NULL;
		int status;

		if (course.how == PPK_VERIFY_PIN) {
			step = need_pin(worker);
			if (step != PPK_STEP_DONE)
				break;
			pin = worker->pin.text;
		}
		worker->verifying = course.how == PPK_VERIFY_BUILT_IN;
		course.begun_ms = ppk_clock_ms();
		status = attempt(worker, context, course.how, pin);
		if (status == FIDO_OK)
			break;
		step = after_failure(worker, &course, status);
	}
	return step;
}
