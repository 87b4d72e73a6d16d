/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract.
 *  1. The person MUST NOT be asked for a PIN when an answer could block it, except by a first question.
 *  2. A PIN MUST live in a struct ppk_secret alone, and MUST be wiped before its function returns.
 *  3. Every ceremony MUST end: its deadline starts again at most PIN_QUESTIONS_MAX times, whatever
 *     passkey-device sends.
 *  4. What an authenticator says MUST NOT fill the screen: at most MESSAGES_MAX lines, never one twice
 *     in a row.
 *  5. A message that could not be shown MUST end the ceremony without success.
 */
#include "method/ceremony.h"

#include <stdio.h>
#include <string.h>

#include "method/messages.h"
#include "sys/clock.h"

#define PIN_QUESTIONS_MAX 8 /* CTAP 2.1, 6.5.2.2: an authenticator never has more retries */
#define PIN_CHARACTERS_MIN 4 /* CTAP 2.1, 6.5.1: code points */
#define MESSAGES_MAX 24
#define NO_AUTHENTICATOR 0xff
#define NAME_SIZE 160

struct run {
	const struct ppk_ceremony *ceremony;
	int64_t deadline_ms;
	int64_t insert_deadline_ms; /* 0: one is plugged in, or there is no other way */
	struct ppk_device_authenticator seen[PPK_DEVICE_AUTHENTICATORS_MAX]; /* gone ones too */
	size_t seen_count;
	char last[PPK_MESSAGE_SIZE];
	unsigned shown, questions;
	enum ppk_err left; /* why the authenticator that left last did */
};

uint32_t ppk_ceremony_device_timeout_ms(unsigned timeout_s)
{
	return timeout_s * 1000u * (PIN_QUESTIONS_MAX + 1);
}

static void start_time(struct run *run)
{
	run->deadline_ms = ppk_clock_ms() + (int64_t)run->ceremony->timeout_s * 1000;
}

/* A place is used again by the next authenticator of the same index. */
static struct ppk_device_authenticator *find(struct run *run, uint8_t index)
{
	for (size_t i = 0; i < run->seen_count; i++) {
		if (run->seen[i].index == index)
			return &run->seen[i];
	}
	return NULL;
}

static void remember(struct run *run, const struct ppk_device_authenticator *authenticator)
{
	struct ppk_device_authenticator *place = find(run, authenticator->index);

	if (place == NULL && run->seen_count < PPK_DEVICE_AUTHENTICATORS_MAX)
		place = &run->seen[run->seen_count++];
	if (place != NULL)
		*place = *authenticator;
	run->left = PPK_OK;
	run->insert_deadline_ms = 0;
	ppk_log(run->ceremony->log, PPK_LOG_DEBUG, "authenticator %u: \"%s\", %s%s%s",
		authenticator->index, authenticator->product,
		authenticator->fido2 ? "FIDO2" : "U2F", authenticator->has_pin ? ", PIN" : "",
		authenticator->has_uv ? ", fingerprint" : "");
}

static void format(struct run *run, enum ppk_message message, const struct ppk_device_event *event,
	unsigned number, char text[static PPK_MESSAGE_SIZE])
{
	const struct ppk_ceremony *ceremony = run->ceremony;
	const struct ppk_device_authenticator *authenticator = find(run, event->index);
	struct ppk_message_values values = {
		.action = ceremony->action, .user = ceremony->user, .number = number
	};

	if (authenticator != NULL)
		values.key = ceremony->label(ceremony->label_context, authenticator);
	ppk_message_format(message, &values, text, PPK_MESSAGE_SIZE);
}

/* Show a line, or warn with it; not the one that stands there already, nor more than MESSAGES_MAX. */
static enum ppk_err tell(struct run *run, bool warning, enum ppk_message message,
	const struct ppk_device_event *event, unsigned number)
{
	const struct ppk_dialogue *dialogue = run->ceremony->dialogue;
	char text[PPK_MESSAGE_SIZE];

	format(run, message, event, number, text);
	if (strcmp(text, run->last) == 0 || run->shown >= MESSAGES_MAX)
		return PPK_OK;
	run->shown++;
	memcpy(run->last, text, sizeof(text));
	return (warning ? dialogue->warn : dialogue->show)(dialogue->context, text);
}

/* What to do now. */
static enum ppk_err cue(struct run *run, enum ppk_message message,
	const struct ppk_device_event *event, unsigned number)
{
	return run->ceremony->cue ? tell(run, false, message, event, number) : PPK_OK;
}

/* Nothing is plugged in that could answer. */
static enum ppk_err insert(struct run *run, const struct ppk_device_event *event)
{
	bool foreign = run->left == PPK_ERR_NO_CREDENTIAL;
	unsigned insert_s = run->ceremony->insert_s;

	if (insert_s == 0)
		return cue(run, foreign ? PPK_MESSAGE_NOT_ENROLLED : PPK_MESSAGE_INSERT, event, 0);
	run->insert_deadline_ms = ppk_clock_ms() + (int64_t)insert_s * 1000;
	return cue(run, foreign ? PPK_MESSAGE_NOT_ENROLLED_OR_WAIT : PPK_MESSAGE_INSERT_OR_WAIT,
		event, insert_s);
}

static enum ppk_err verify_failed(struct run *run, const struct ppk_device_event *event)
{
	if (event->retries == 1)
		return tell(run, true, PPK_MESSAGE_VERIFY_LAST, event, 0);
	if (event->retries > 1 && event->retries != PPK_DEVICE_RETRIES_UNKNOWN)
		return tell(run, true, PPK_MESSAGE_VERIFY_AGAIN_LEFT, event, event->retries);
	return tell(run, true, PPK_MESSAGE_VERIFY_AGAIN, event, 0);
}

static enum ppk_message pin_question(const struct ppk_device_event *event)
{
	bool counted = event->retries != PPK_DEVICE_RETRIES_UNKNOWN;

	if (event->err == PPK_ERR_PIN_INVALID)
		return counted ? PPK_MESSAGE_PIN_AGAIN_LEFT : PPK_MESSAGE_PIN_AGAIN;
	if (event->retries <= 1)
		return PPK_MESSAGE_PIN_LAST;
	if (event->err == PPK_ERR_UV_BLOCKED)
		return PPK_MESSAGE_PIN_INSTEAD;
	return counted && event->retries < PIN_QUESTIONS_MAX ? PPK_MESSAGE_PIN_LEFT
							     : PPK_MESSAGE_PIN;
}

static bool is_pin(const struct ppk_secret *pin)
{
	size_t characters = 0;

	for (size_t i = 0; i < pin->len; i++)
		characters += ((unsigned char)pin->text[i] & 0xc0) != 0x80;
	return characters >= PIN_CHARACTERS_MIN;
}

/* One question, and again while the answer cannot be a PIN: such an answer must not cost a retry. */
static enum ppk_err ask(
	struct run *run, const struct ppk_device_event *event, struct ppk_secret *pin)
{
	const struct ppk_dialogue *dialogue = run->ceremony->dialogue;
	enum ppk_message question = pin_question(event);
	char text[PPK_MESSAGE_SIZE];
	enum ppk_err err;

	while (run->questions++ < PIN_QUESTIONS_MAX) {
		format(run, question, event, event->retries, text);
		err = dialogue->ask_secret(dialogue->context, text, pin);
		start_time(run);
		if (err != PPK_ERR_LIMIT && !(err == PPK_OK && !is_pin(pin)))
			return err;
		question = PPK_MESSAGE_PIN_LENGTH;
	}
	return PPK_ERR_PIN_INVALID;
}

static enum ppk_err pin_needed(struct run *run, const struct ppk_device_event *event)
{
	struct ppk_secret pin = { .len = 0 };
	enum ppk_err err;

	if (event->err == PPK_ERR_PIN_INVALID && event->retries <= 1) {
		err = tell(run, true, PPK_MESSAGE_PIN_STOP, event, 0);
		return err != PPK_OK ? err : PPK_ERR_PIN_INVALID;
	}
	if (event->err == PPK_ERR_PIN_INVALID && run->questions >= PIN_QUESTIONS_MAX) {
		err = tell(run, true, PPK_MESSAGE_PIN_ENOUGH, event, 0);
		return err != PPK_OK ? err : PPK_ERR_PIN_INVALID;
	}
	run->last[0] = '\0'; /* a cue after the question is new */
	err = ask(run, event, &pin);
	if (err == PPK_OK)
		err = ppk_device_pin(run->ceremony->device, event->index, &pin);
	ppk_secret_wipe(&pin);
	return err;
}

static enum ppk_err gone(struct run *run, const struct ppk_device_event *event)
{
	ppk_log(run->ceremony->log, PPK_LOG_DEBUG, "authenticator %u: gone (%s)", event->index,
		ppk_err_token(event->err));
	run->left = event->err;
	return PPK_OK;
}

/* One message; *ret_last is set when it was the last one, its meaning is then the return value. */
static enum ppk_err handle(
	struct run *run, const struct ppk_device_message *message, bool *ret_last)
{
	const struct ppk_device_event *event = &message->event;

	switch (message->type) {
	case PPK_DEVICE_AUTHENTICATOR:
		remember(run, &message->authenticator);
		return PPK_OK;
	case PPK_DEVICE_INSERT:
		return insert(run, event);
	case PPK_DEVICE_TOUCH:
		return cue(run, PPK_MESSAGE_TOUCH, event, 0);
	case PPK_DEVICE_VERIFY:
		return cue(run, PPK_MESSAGE_VERIFY, event, 0);
	case PPK_DEVICE_VERIFY_FAILED:
		return verify_failed(run, event);
	case PPK_DEVICE_PIN_NEEDED:
		return pin_needed(run, event);
	case PPK_DEVICE_GONE:
		return gone(run, event);
	case PPK_DEVICE_ASSERTION:
	case PPK_DEVICE_CREDENTIAL:
		*ret_last = true;
		return PPK_OK;
	case PPK_DEVICE_FAILED:
		*ret_last = true;
		return event->err == PPK_OK ? PPK_ERR_FRAME : event->err;
	case PPK_DEVICE_LISTED:
	case PPK_DEVICE_GET_ASSERTION:
	case PPK_DEVICE_MAKE_CREDENTIAL:
	case PPK_DEVICE_LIST:
	case PPK_DEVICE_PIN:
	case PPK_DEVICE_CANCEL:
		break;
	}
	return PPK_ERR_FRAME;
}

/* Why it ended, where a person can do something about it. The end stays what it is. */
static void explain(struct run *run, enum ppk_err err, const struct ppk_device_event *event)
{
	static const struct {
		enum ppk_err err;
		enum ppk_message message;
	} reasons[] = {
		{ PPK_ERR_PIN_AUTH_BLOCKED, PPK_MESSAGE_PIN_AUTH_BLOCKED },
		{ PPK_ERR_PIN_BLOCKED, PPK_MESSAGE_PIN_BLOCKED },
		{ PPK_ERR_UV_BLOCKED, PPK_MESSAGE_UV_BLOCKED },
		{ PPK_ERR_PIN_NOT_SET, PPK_MESSAGE_PIN_NOT_SET },
		{ PPK_ERR_TIMEOUT, PPK_MESSAGE_NOT_TOUCHED },
		{ PPK_ERR_NO_AUTHENTICATOR, PPK_MESSAGE_NOT_INSERTED },
		{ PPK_ERR_DEVICE_PERMISSION, PPK_MESSAGE_NOT_PERMITTED },
		{ PPK_ERR_NO_CREDENTIAL, PPK_MESSAGE_NO_OTHER },
		{ PPK_ERR_UNSUPPORTED, PPK_MESSAGE_UNSUPPORTED },
		{ PPK_ERR_DEVICE, PPK_MESSAGE_FAILED },
	};
	unsigned waited_s =
		run->insert_deadline_ms != 0 ? run->ceremony->insert_s : run->ceremony->timeout_s;
	enum ppk_err told = PPK_OK;

	/* passkey-device stops before the PIN is blocked, as pin_needed() does; that has told already */
	if (err == PPK_ERR_PIN_INVALID && event->index != NO_AUTHENTICATOR)
		told = tell(run, true, PPK_MESSAGE_PIN_STOP, event, 0);
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].err == err)
			told = tell(run, true, reasons[i].message, event, waited_s);
	}
	if (told != PPK_OK)
		ppk_log(run->ceremony->log, PPK_LOG_DEBUG, "the person could not be told why");
}

/* What a person did not do in time. */
static enum ppk_err why_timeout(const struct run *run)
{
	if (run->left == PPK_ERR_NO_CREDENTIAL)
		return PPK_ERR_NO_CREDENTIAL;
	if (run->seen_count > 0 && run->insert_deadline_ms == 0)
		return PPK_ERR_TIMEOUT;
	return run->left == PPK_ERR_DEVICE_PERMISSION ? PPK_ERR_DEVICE_PERMISSION
						      : PPK_ERR_NO_AUTHENTICATOR;
}

static enum ppk_err next(struct run *run, struct ppk_device_message *ret)
{
	int64_t deadline_ms = run->deadline_ms;

	if (run->insert_deadline_ms != 0 && run->insert_deadline_ms < deadline_ms)
		deadline_ms = run->insert_deadline_ms;
	/* one that never stops sending is stopped by the clock, not by its silence */
	if (ppk_clock_ms() >= deadline_ms)
		return PPK_ERR_TIMEOUT;
	return ppk_device_next(run->ceremony->device, deadline_ms, ret);
}

enum ppk_err ppk_ceremony_run(struct ppk_ceremony *ceremony, struct ppk_device_message *ret)
{
	struct run run = { .ceremony = ceremony };
	struct ppk_device_message message = { .event = { .index = NO_AUTHENTICATOR } };
	bool last = false;
	enum ppk_err err;

	start_time(&run);
	do {
		err = next(&run, &message);
		if (err == PPK_OK)
			err = handle(&run, &message, &last);
	} while (err == PPK_OK && !last);

	if (err == PPK_OK) {
		*ret = message;
		return PPK_OK;
	}
	if (!last && err != PPK_ERR_PROCESS && ppk_device_cancel(ceremony->device) != PPK_OK)
		ppk_log(ceremony->log, PPK_LOG_DEBUG, "passkey-device was gone before its cancel");
	if (err == PPK_ERR_TIMEOUT)
		err = why_timeout(&run);
	if (!last)
		message.event = (struct ppk_device_event){ .index = NO_AUTHENTICATOR };
	if (ceremony->explain && err != PPK_ERR_CONVERSATION)
		explain(&run, err, &message.event);
	return err;
}
