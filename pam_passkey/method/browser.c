/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract.
 *  1. What passkeyd says MUST count for nothing: challenge, origin and relying party are this program's,
 *     and the assertion MUST go to the one verifier as it came.
 *  2. An answer that comes after the timeout MUST NOT count, and passkeyd MUST NOT hold a sign-in longer.
 *  3. Nothing that passkeyd says MUST reach the terminal but the URL below the configured origin, an
 *     address, and squares.
 *  4. Who says that they did not ask for this sign-in MUST end it, and MUST be heard in the log, whatever the
 *     person at the terminal does.
 *  5. Where there is no page, nothing MUST be shown or asked.
 */
#include "method/browser.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "core/web_origin.h"
#include "method/messages.h"
#include "method/passkeyd.h"
#include "sys/clock.h"
#include "sys/terminal.h"

#define EVENTS_MAX 18 /* two times 8 addresses and 2 wrong numbers: browser_message.md */
#define DRAW_MS 2000 /* how long passkeyd may take to draw */
#define ALARM_MS 10 /* how long is waited for one that has not come yet */
#define QUESTIONS_MAX 8 /* for the QR code, for nonsense */
#define IDS_MAX 2400 /* bytes of credential ids that surely fit into a request */
#define ANSWER_QR "qr"
#define QUESTION_SIZE                                                                              \
	(3 * PPK_MESSAGE_SIZE + PPK_BROWSER_URL_MAX + 1 + PPK_QR_DRAWING_SIZE) /* with the NUL */

struct ceremony {
	const struct ppk_method_request *request;
	const struct ppk_browser_terms *terms;
	int64_t deadline_ms;
	uint8_t number;
	const char *url; /* until the next message */
	struct ppk_passkeyd drawer; /* the connection that brought the QR code */
	struct ppk_qr_code qr_code;
	bool has_asked_to_draw;
	bool alarmed; /* the person said that they did not ask for this */
};

static void format(const struct ceremony *ceremony, enum ppk_message message, const char *address,
	unsigned number, char text[static PPK_MESSAGE_SIZE])
{
	const struct ppk_message_values values = {
		.action = ceremony->request->action,
		.address = address,
		.number = number,
	};

	ppk_message_format(message, &values, text, PPK_MESSAGE_SIZE);
}

static enum ppk_err show(const struct ceremony *ceremony, enum ppk_message message)
{
	const struct ppk_dialogue *dialogue = ceremony->request->dialogue;
	char text[PPK_MESSAGE_SIZE];

	format(ceremony, message, NULL, ceremony->number, text);
	return dialogue->show(dialogue->context, text);
}

/* What happened on the page. The sign-in goes on, told or not. */
static void tell(const struct ceremony *ceremony, enum ppk_message message, const char *address,
	unsigned number)
{
	const struct ppk_dialogue *dialogue = ceremony->request->dialogue;
	char text[PPK_MESSAGE_SIZE];

	format(ceremony, message, address, number, text);
	if (dialogue->warn(dialogue->context, text) != PPK_OK)
		ppk_log(ceremony->request->log, PPK_LOG_DEBUG, "the person could not be told");
}

/*
 * The request.
 */

/*
 * A browser takes one relying party at a time: the first that the page may use. Returns how strict it has to
 * be asked: a browser refuses what it cannot verify, so not stricter than every credential demands.
 */
static enum ppk_uv put_credentials(const struct ceremony *ceremony, struct ppk_browser_request *ret)
{
	const struct ppk_method_request *request = ceremony->request;
	size_t ids_len = 0;
	bool some = false, all = true;

	for (size_t i = 0; i < request->credential_count; i++) {
		const struct ppk_credential *credential = request->credentials[i];

		if (!ppk_web_origin_covers(ceremony->terms->origin, credential->rp_id) ||
			(ret->rp_id != NULL && strcmp(ret->rp_id, credential->rp_id) != 0) ||
			ids_len + credential->id.len > IDS_MAX)
			continue;
		ret->rp_id = credential->rp_id;
		ids_len += credential->id.len;
		some = some || credential->uv != PPK_UV_DISCOURAGED;
		all = all && credential->uv == PPK_UV_REQUIRED;
		ret->credentials[ret->credential_count++] = (struct ppk_browser_credential_id){
			.id = credential->id.data,
			.len = credential->id.len,
			.transports = ppk_browser_transports_parse(credential->transports),
		};
	}
	if (request->uv == PPK_UV_REQUIRED || all)
		return PPK_UV_REQUIRED;
	return some ? PPK_UV_PREFERRED : request->uv;
}

static enum ppk_err send_request(struct ceremony *ceremony, struct ppk_browser_request *request,
	const char *user, const char *service)
{
	struct ppk_passkeyd *passkeyd = ceremony->request->passkeyd;
	struct ppk_browser_message started;
	enum ppk_err err;

	memcpy(request->challenge, ceremony->request->challenge, sizeof(request->challenge));
	request->user = user;
	request->service = service;
	err = ppk_passkeyd_begin(
		passkeyd, request, ppk_clock_ms() + PPK_PASSKEYD_BEGIN_MS, &started);
	if (err != PPK_OK)
		return err;
	if (!ppk_web_origin_has(ceremony->terms->origin, started.url))
		return PPK_ERR_ORIGIN;
	ceremony->url = started.url;
	return PPK_OK;
}

/* The page, or PPK_ERR_NO_CREDENTIAL: there is none that it could ask for. */
static enum ppk_err ask_for_page(struct ceremony *ceremony)
{
	const struct ppk_method_request *from = ceremony->request;
	char user[PPK_BROWSER_NAME_MAX + 1], service[PPK_BROWSER_SERVICE_MAX + 1];
	struct ppk_browser_request request = {
		.type = PPK_BROWSER_SIGN_IN,
		.timeout_s = ceremony->terms->timeout_s,
		.since_s = ppk_clock_now_s(),
		.number = ceremony->number,
		.peer = ceremony->terms->place.peer,
		.client_address = ceremony->terms->place.address,
		.host = from->host,
	};

	request.uv = put_credentials(ceremony, &request);
	if (request.credential_count == 0)
		return PPK_ERR_NO_CREDENTIAL;
	/* strangers may have called themselves anything, and are asked all the same */
	ppk_text_sanitise(user, sizeof(user), from->user[0] == '\0' ? "?" : from->user,
		from->user[0] == '\0' ? 1 : strlen(from->user));
	ppk_text_sanitise(service, sizeof(service), from->service, strlen(from->service));
	return send_request(ceremony, &request, user, service);
}

static enum ppk_err connect_and_ask(struct ceremony *ceremony)
{
	const struct ppk_method_request *request = ceremony->request;
	struct ppk_diag diag = { .line = 0 };
	char text[sizeof(diag.text) + PPK_OPTION_PATH_MAX];
	enum ppk_err err = ppk_passkeyd_connect(
		request->passkeyd, ceremony->terms->socket, &request->trust, &diag);

	if (err == PPK_OK)
		err = ask_for_page(ceremony);
	if (err == PPK_OK || err == PPK_ERR_NO_CREDENTIAL)
		return err;
	ppk_diag_format(&diag, text, sizeof(text));
	ppk_log(request->log, PPK_LOG_ERROR, "passkeyd gives no page: %s",
		diag.text[0] != '\0' ? text : ppk_err_sentence(err));
	return err;
}

/* Whatever keeps a page from being there is no reason to refuse anybody who has another way. */
static enum ppk_err begin(struct ceremony *ceremony)
{
	enum ppk_err err = ppk_passkeyd_number(&ceremony->number);

	if (err == PPK_OK)
		err = connect_and_ask(ceremony);
	if (err == PPK_OK || err == PPK_ERR_NOMEM || err == PPK_ERR_RANDOM)
		return err;
	return PPK_ERR_METHOD_UNAVAILABLE;
}

/*
 * What comes from the page.
 */

static void raise_alarm(struct ceremony *ceremony, const char *address)
{
	const struct ppk_browser_place *place = &ceremony->terms->place;

	ceremony->alarmed = true;
	ppk_log(ceremony->request->log, PPK_LOG_ALERT,
		"alarm reason=not-requested: somebody who knows the password tried %s, from %s; "
		"the "
		"person, at %s, says that they did not ask for it: the password must be changed",
		ceremony->request->account == NULL ? "to sign in" : ceremony->request->action,
		place->address[0] == '\0' ? "this machine" : place->address,
		address[0] == '\0' ? "an unknown address" : address);
}

/* Why the page ended. No other reason is passkeyd's to say. */
static enum ppk_err failed(struct ceremony *ceremony, const struct ppk_browser_message *message)
{
	enum ppk_err err = message->err;

	if (err == PPK_ERR_NOT_REQUESTED)
		raise_alarm(ceremony, message->address);
	else if (err != PPK_ERR_NUMBER_WRONG && err != PPK_ERR_TIMEOUT && err != PPK_ERR_PROCESS)
		return PPK_ERR_FRAME;
	return err;
}

static void log_turned_away(const struct ceremony *ceremony, const char *address)
{
	ppk_log(ceremony->request->log, PPK_LOG_WARNING,
		"a browser at %s was turned away: the sign-in is from %s", address,
		ceremony->terms->place.address);
}

/* One message; *ret_last is set at an assertion. */
static enum ppk_err handle(
	struct ceremony *ceremony, const struct ppk_browser_message *message, bool *ret_last)
{
	switch (message->type) {
	case PPK_BROWSER_OPENED:
		tell(ceremony, PPK_MESSAGE_BROWSER_OPENED, message->address, 0);
		return PPK_OK;
	case PPK_BROWSER_TURNED_AWAY:
		log_turned_away(ceremony, message->address);
		tell(ceremony, PPK_MESSAGE_BROWSER_TURNED_AWAY, message->address, 0);
		return PPK_OK;
	case PPK_BROWSER_NUMBER_WRONG:
		tell(ceremony, PPK_MESSAGE_BROWSER_NUMBER_WRONG, message->address,
			message->tries_left);
		return PPK_OK;
	case PPK_BROWSER_ASSERTION:
		*ret_last = true;
		return PPK_OK;
	case PPK_BROWSER_FAILED:
		return failed(ceremony, message);
	case PPK_BROWSER_STARTED: /* once, and ppk_passkeyd_begin() had it */
	case PPK_BROWSER_DRAWN: /* on a connection of its own, and ppk_passkeyd_draw() had it */
	case PPK_BROWSER_REGISTRATION:
	case PPK_BROWSER_SIGN_IN:
	case PPK_BROWSER_ENROL:
	case PPK_BROWSER_DRAW:
	case PPK_BROWSER_VERDICT:
	case PPK_BROWSER_TEST:
		break;
	}
	return PPK_ERR_FRAME;
}

static enum ppk_err await(struct ceremony *ceremony, struct ppk_browser_message *ret)
{
	bool last = false;

	for (unsigned messages = 0; messages <= EVENTS_MAX; messages++) {
		enum ppk_err err;

		/* one that never stops talking is stopped by the clock, not by its silence */
		if (ppk_clock_ms() >= ceremony->deadline_ms)
			return PPK_ERR_TIMEOUT;
		err = ppk_passkeyd_next(ceremony->request->passkeyd, ceremony->deadline_ms, ret);
		if (err == PPK_OK)
			err = handle(ceremony, ret, &last);
		if (err != PPK_OK || last)
			return err;
	}
	return PPK_ERR_FRAME;
}

/* Nobody waits any more, but what has come is for the log, and an alarm is one. */
static void look_at_what_came(struct ceremony *ceremony)
{
	struct ppk_browser_message message;

	for (unsigned messages = 0; messages <= EVENTS_MAX; messages++) {
		if (ppk_passkeyd_next(ceremony->request->passkeyd, ppk_clock_ms() + ALARM_MS,
			    &message) != PPK_OK)
			return;
		if (message.type == PPK_BROWSER_TURNED_AWAY)
			log_turned_away(ceremony, message.address);
		if (message.type == PPK_BROWSER_FAILED && message.err == PPK_ERR_NOT_REQUESTED) {
			raise_alarm(ceremony, message.address);
			return;
		}
	}
}

/*
 * At the prompt.
 */

/* Is one wanted without being asked for, if it is not wider than this? 0: none. */
static size_t columns_for_qr_code(const struct ceremony *ceremony)
{
	if (ceremony->terms->qr == PPK_BROWSER_QR_YES)
		return PPK_QR_COLUMNS_MAX;
	/* of the terminal at the other end of an SSH connection nothing is known */
	if (ceremony->terms->qr == PPK_BROWSER_QR_NO || ceremony->terms->holds_back)
		return 0;
	return ppk_terminal_picture_columns();
}

/* May who types "qr" still hope for one? */
static bool may_have_qr_code(const struct ceremony *ceremony)
{
	return !ceremony->has_asked_to_draw || ceremony->qr_code.width != 0;
}

/* Have it, if there is one. Only missing memory is an error: the address alone does, too. */
static enum ppk_err draw(struct ceremony *ceremony)
{
	const struct ppk_method_request *request = ceremony->request;
	struct ppk_diag diag = { .line = 0 };
	enum ppk_err err;

	if (ceremony->has_asked_to_draw)
		return PPK_OK;
	ceremony->has_asked_to_draw = true;
	err = ppk_passkeyd_connect(
		&ceremony->drawer, ceremony->terms->socket, &request->trust, &diag);
	if (err == PPK_OK)
		err = ppk_passkeyd_draw(&ceremony->drawer, ceremony->url, ppk_clock_ms() + DRAW_MS,
			&ceremony->qr_code);
	if (err != PPK_OK)
		ppk_log(request->log, PPK_LOG_DEBUG, "passkeyd gives no QR code: %s",
			ppk_err_sentence(err));
	return err == PPK_ERR_NOMEM ? err : PPK_OK;
}

/* Draw the one that is shown unasked, if there is room for it. */
static enum ppk_err draw_unasked(struct ceremony *ceremony, bool *ret_drawn)
{
	size_t columns = columns_for_qr_code(ceremony);
	enum ppk_err err = columns < ppk_qr_columns(PPK_QR_WIDTH_MIN) ? PPK_OK : draw(ceremony);

	*ret_drawn =
		ceremony->qr_code.width != 0 && ppk_qr_columns(ceremony->qr_code.width) <= columns;
	return err;
}

static enum ppk_err show_qr_code(struct ceremony *ceremony)
{
	const struct ppk_dialogue *dialogue = ceremony->request->dialogue;
	bool is_drawn;
	char *drawing;
	enum ppk_err err = draw_unasked(ceremony, &is_drawn);

	if (err != PPK_OK || !is_drawn)
		return err;
	drawing = malloc(PPK_QR_DRAWING_SIZE);
	if (drawing == NULL)
		return PPK_ERR_NOMEM;
	ppk_qr_draw(&ceremony->qr_code, PPK_QR_COLOURED, drawing);
	err = dialogue->show(dialogue->context, drawing);
	free(drawing);
	return err;
}

/* Where what is shown is seen at once. */
static enum ppk_err show_page(struct ceremony *ceremony)
{
	const struct ppk_dialogue *dialogue = ceremony->request->dialogue;
	enum ppk_err err = show(ceremony, PPK_MESSAGE_BROWSER_OPEN);

	if (err == PPK_OK)
		err = dialogue->show(dialogue->context, ceremony->url);
	if (err == PPK_OK)
		err = show_qr_code(ceremony);
	return err != PPK_OK ? err : show(ceremony, PPK_MESSAGE_BROWSER_NUMBER);
}

/* Strangers are shown the same: it is by the order of methods, and not by what the person has. */
static enum ppk_message end_of_question(const struct ceremony *ceremony, bool offers_qr_code)
{
	if (ceremony->request->is_last)
		return offers_qr_code ? PPK_MESSAGE_BROWSER_ENTER_OR_QR_LAST
				      : PPK_MESSAGE_BROWSER_ENTER_LAST;
	return offers_qr_code ? PPK_MESSAGE_BROWSER_ENTER_OR_QR : PPK_MESSAGE_BROWSER_ENTER;
}

/* The same as one question, for where nothing is seen but questions. */
static enum ppk_err make_question(const struct ceremony *ceremony, bool with_qr_code, char **ret)
{
	bool offers = !with_qr_code && may_have_qr_code(ceremony) &&
		      ceremony->terms->qr == PPK_BROWSER_QR_AUTO;
	char open[PPK_MESSAGE_SIZE], number[PPK_MESSAGE_SIZE], end[PPK_MESSAGE_SIZE];
	char *text = malloc(QUESTION_SIZE);
	size_t len;

	if (text == NULL)
		return PPK_ERR_NOMEM;
	format(ceremony, PPK_MESSAGE_BROWSER_OPEN, NULL, 0, open);
	format(ceremony, PPK_MESSAGE_BROWSER_NUMBER, NULL, ceremony->number, number);
	format(ceremony, end_of_question(ceremony, offers), NULL, 0, end);
	len = (size_t)snprintf(text, QUESTION_SIZE, "%s\n%s\n", open, ceremony->url);
	if (with_qr_code) {
		ppk_qr_draw(&ceremony->qr_code, PPK_QR_PLAIN, text + len);
		len += strlen(text + len);
	}
	snprintf(text + len, QUESTION_SIZE - len, "%s\n%s", number, end);
	*ret = text;
	return PPK_OK;
}

static enum ppk_err ask_once(
	const struct ceremony *ceremony, bool with_qr_code, char *answer, size_t size)
{
	const struct ppk_dialogue *dialogue = ceremony->request->dialogue;
	char *question;
	enum ppk_err err = make_question(ceremony, with_qr_code, &question);

	if (err != PPK_OK)
		return err;
	err = dialogue->ask(dialogue->context, question, answer, size);
	free(question);
	if (err != PPK_ERR_LIMIT)
		return err;
	answer[0] = '?'; /* too long: nothing that we asked for */
	answer[1] = '\0';
	return PPK_OK;
}

/* Until Enter: the page is done, or is going to be. Any word but "qr" is another way. */
static enum ppk_err ask(struct ceremony *ceremony)
{
	bool with_qr_code;
	char answer[16];
	enum ppk_err err = draw_unasked(ceremony, &with_qr_code);

	for (unsigned questions = 0; err == PPK_OK && questions < QUESTIONS_MAX; questions++) {
		err = ask_once(ceremony, with_qr_code, answer, sizeof(answer));
		if (err != PPK_OK || answer[0] == '\0')
			return err;
		if (strcmp(answer, ANSWER_QR) != 0 || !may_have_qr_code(ceremony))
			return PPK_ERR_CANCELLED;
		err = draw(ceremony);
		with_qr_code = ceremony->qr_code.width != 0;
	}
	return err != PPK_OK ? err : PPK_ERR_CANCELLED;
}

/* Why it ended, where a person can do something about it. The end stays what it is. */
static void explain(const struct ceremony *ceremony, enum ppk_err err)
{
	static const struct {
		enum ppk_err err;
		enum ppk_message message;
	} reasons[] = {
		{ PPK_ERR_TIMEOUT, PPK_MESSAGE_BROWSER_LATE },
		{ PPK_ERR_NUMBER_WRONG, PPK_MESSAGE_BROWSER_NUMBER_LOCKED },
		{ PPK_ERR_NOT_REQUESTED, PPK_MESSAGE_BROWSER_NOT_REQUESTED },
		{ PPK_ERR_ADDRESS, PPK_MESSAGE_BROWSER_ELSEWHERE },
		{ PPK_ERR_PROCESS, PPK_MESSAGE_BROWSER_GONE },
		{ PPK_ERR_FRAME, PPK_MESSAGE_BROWSER_GONE },
		{ PPK_ERR_IO, PPK_MESSAGE_BROWSER_GONE },
	};

	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (reasons[i].err == err)
			tell(ceremony, reasons[i].message, NULL, ceremony->terms->timeout_s);
	}
}

static enum ppk_err present(struct ceremony *ceremony)
{
	enum ppk_err err;

	if (!ceremony->terms->holds_back)
		return show_page(ceremony);
	err = ask(ceremony);
	if (err != PPK_OK)
		look_at_what_came(ceremony);
	return ceremony->alarmed ? PPK_ERR_NOT_REQUESTED : err;
}

/* passkeyd compares too, and tells the person; this is for one that does not. */
static enum ppk_err check_place(
	const struct ceremony *ceremony, const struct ppk_browser_message *message)
{
	if (ppk_browser_place_allows(&ceremony->terms->place, message->address))
		return PPK_OK;
	ppk_log(ceremony->request->log, PPK_LOG_WARNING,
		"a browser at %s answered, and the sign-in is from %s", message->address,
		ceremony->terms->place.address);
	return PPK_ERR_ADDRESS;
}

static enum ppk_err obtain(struct ceremony *ceremony, struct ppk_assertion *ret)
{
	struct ppk_browser_message message;
	enum ppk_err err;

	ceremony->deadline_ms = ppk_clock_ms() + (int64_t)ceremony->terms->timeout_s * 1000;
	err = present(ceremony);
	if (err == PPK_OK)
		err = await(ceremony, &message);
	if (err == PPK_OK)
		err = check_place(ceremony, &message);
	if (err != PPK_OK) {
		explain(ceremony, err);
		return err;
	}
	return ppk_passkeyd_take_assertion(&message.assertion, ret);
}

/* Is there a page at all, and can its address be shown? */
static bool has_page(const struct ppk_method_request *request)
{
	const struct ppk_browser_terms *terms = &request->browser;

	return terms->origin[0] != '\0' && !(terms->holds_back && request->dialogue->ask == NULL);
}

static bool can_work(const struct ppk_method_request *request)
{
	const struct ppk_browser_terms *terms = &request->browser;

	if (!has_page(request))
		return false;
	if (!terms->has_place)
		ppk_log(request->log, PPK_LOG_WARNING,
			"no browser is asked: the address that this session comes from is not "
			"known "
			"(browser_peer=any takes a browser anywhere)");
	return terms->has_place;
}

static bool has_credential(const struct ppk_method_request *request)
{
	for (size_t i = 0; i < request->credential_count; i++) {
		if (ppk_web_origin_covers(request->browser.origin, request->credentials[i]->rp_id))
			return true;
	}
	return false;
}

bool ppk_method_browser_may_work(const struct ppk_method_request *request)
{
	struct ppk_passkeyd passkeyd = { .socket = -1 };
	struct ppk_diag diag = { .line = 0 };
	bool listens;

	if (!has_page(request) || !request->browser.has_place || !has_credential(request))
		return false;
	listens = ppk_passkeyd_connect(
			  &passkeyd, request->browser.socket, &request->trust, &diag) == PPK_OK;
	ppk_passkeyd_close(&passkeyd);
	return listens;
}

enum ppk_err ppk_method_browser(const struct ppk_method_request *request, struct ppk_assertion *ret,
	struct ppk_client_data_expected *ret_expected)
{
	struct ceremony ceremony = {
		.request = request, .terms = &request->browser, .drawer = { .socket = -1 }
	};
	enum ppk_err err;

	if (!can_work(request))
		return PPK_ERR_METHOD_UNAVAILABLE;
	err = begin(&ceremony);
	if (err == PPK_OK)
		err = obtain(&ceremony, ret);
	ppk_passkeyd_close(&ceremony.drawer);
	if (err != PPK_OK)
		return err;
	*ret_expected = (struct ppk_client_data_expected){
		.type = PPK_CLIENT_DATA_GET,
		.challenge = request->challenge,
		.challenge_len = PPK_CHALLENGE_SIZE,
		.origins = request->browser.origins,
		.origin_count = 1,
	};
	return PPK_OK;
}
