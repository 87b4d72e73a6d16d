/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract.
 *  1. GRANTED MUST come from one statement, after the one verifier (crypto/verify.h) said PPK_OK.
 *  2. SKIPPED MUST come from one statement, and only when the store said that there is no credential:
 *     no file, or a file without a credential and without a line that could have been one.
 *  3. A step that fails MUST end the sign-in; the result is a denial until a later step says more.
 *  4. A user name MUST NOT be logged before the system is known to have that user: people type
 *     passwords where a name is asked for.
 *  5. The sign count MUST be compared and advanced under one lock. What cannot be read denies; what
 *     cannot be written is an error in the log and no denial: a full disk must not lock the admin out.
 *  6. A challenge MUST be used once.
 *  7. Who is refused before a method ran MUST NOT be told from others by what an SSH client is asked, and
 *     whatever is answered then MUST NOT change the refusal.
 */
#include "method/authenticate.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/credential_file.h"
#include "core/methods.h"
#include "core/text.h"
#include "method/agent.h"
#include "method/askpass.h"
#include "method/browser.h"
#include "method/choice.h"
#include "method/decoy.h"
#include "method/local.h"
#include "method/messages.h"
#include "method/origins.h"
#include "store/store.h"
#include "sys/clock.h"
#include "sys/host.h"
#include "sys/random.h"
#include "sys/state.h"
#include "sys/user.h"

#define DIAG_TEXT_SIZE 704
#define ACTION_SIZE (PPK_HOST_NAME_SIZE + 300)

/* A sign-in under way. Its steps return false when it has ended, with result set. */
struct sign_in {
	const struct ppk_request *request;
	const struct ppk_options *options;
	const struct ppk_log *log;
	struct ppk_result result;
	struct ppk_trust trust;
	struct ppk_user *user;
	struct ppk_credential_file *file;
	const struct ppk_credential *usable[PPK_CREDENTIALS_MAX]; /* borrowed from file */
	size_t usable_count;
	uint8_t challenge[PPK_CHALLENGE_SIZE];
	struct ppk_ssh_origins origins; /* of the askpass method */
	struct ppk_assertion assertion;
	struct ppk_client_data_expected expected; /* may point to challenge and origins */
	struct ppk_device device; /* of the local method */
	struct ppk_passkeyd passkeyd; /* of the browser method */
	const char *web_origin;
	char host[PPK_HOST_NAME_SIZE];
	enum ppk_method_id methods[PPK_METHODS_MAX]; /* that are tried, in this order */
	size_t method_count;
	const char *method;
	const struct ppk_credential *credential; /* that the assertion names */
	int64_t now_s;
};

static bool deny(struct sign_in *sign_in, enum ppk_err reason)
{
	sign_in->result = (struct ppk_result){ PPK_OUTCOME_DENIED, reason };
	return false;
}

static bool cannot_say(struct sign_in *sign_in, enum ppk_err reason)
{
	sign_in->result = (struct ppk_result){ PPK_OUTCOME_UNAVAILABLE, reason };
	return false;
}

static void log_diag(const struct sign_in *sign_in, enum ppk_log_level level, const char *what,
	const struct ppk_diag *diag, enum ppk_err err)
{
	char text[DIAG_TEXT_SIZE];

	if (diag->text[0] == '\0') {
		ppk_log(sign_in->log, level, "%s: %s", what, ppk_err_sentence(err));
		return;
	}
	ppk_diag_format(diag, text, sizeof(text));
	ppk_log(sign_in->log, level, "%s: %s", what, text);
}

/* Tell the person how it ended. The denial stands, told or not. */
static void tell(const struct sign_in *sign_in, enum ppk_message message)
{
	const struct ppk_dialogue *dialogue = sign_in->request->dialogue;
	const struct ppk_message_values values = { .number = 0 };
	char text[PPK_MESSAGE_SIZE];

	ppk_message_format(message, &values, text, sizeof(text));
	if (dialogue->warn(dialogue->context, text) != PPK_OK)
		ppk_log(sign_in->log, PPK_LOG_DEBUG, "the person could not be told");
}

static bool find_user(struct sign_in *sign_in)
{
	/* the groups are needed to read a file below a home, and to reach an agent, as its owner */
	bool with_groups = strstr(sign_in->options->credentials, "%h") != NULL ||
			   sign_in->request->agent_socket != NULL;
	enum ppk_err err;

	if (!ppk_text_is_user_name(sign_in->request->user))
		return deny(sign_in, PPK_ERR_USER_UNKNOWN);
	err = ppk_user_by_name(sign_in->request->user, with_groups, &sign_in->user);
	if (err == PPK_ERR_USER_UNKNOWN)
		return deny(sign_in, err);
	if (err != PPK_OK)
		return cannot_say(sign_in, err);
	/* the system's spelling of the name is the one that files are called by */
	if (!ppk_text_is_user_name(sign_in->user->name))
		return cannot_say(sign_in, PPK_ERR_SYNTAX);
	return true;
}

static void log_bad_lines(const struct sign_in *sign_in)
{
	for (size_t i = 0; i < sign_in->file->line_count; i++) {
		const struct ppk_credential_line *line = &sign_in->file->lines[i];

		if (line->err != PPK_OK)
			log_diag(sign_in, PPK_LOG_ERROR, "credential skipped", &line->diag,
				line->err);
	}
}

/* The store has said that the user has no credential. */
static bool no_credential(struct sign_in *sign_in)
{
	if (sign_in->options->unenrolled == PPK_UNENROLLED_SKIP) {
		sign_in->result = (struct ppk_result){ PPK_OUTCOME_SKIPPED, PPK_ERR_UNENROLLED };
		return false;
	}
	return deny(sign_in, PPK_ERR_UNENROLLED);
}

static bool read_credentials(struct sign_in *sign_in)
{
	struct ppk_diag diag = { .line = 0 };
	struct ppk_store store;
	enum ppk_err err;

	err = ppk_store_open(sign_in->options->credentials, sign_in->user, sign_in->request->root,
		&store, &diag);
	if (err != PPK_OK) {
		log_diag(sign_in, PPK_LOG_ERROR, "credentials", &diag, err);
		return cannot_say(sign_in, err);
	}
	err = ppk_store_read(&store, &sign_in->file, &diag);
	if (err == PPK_ERR_NOT_FOUND)
		return no_credential(sign_in);
	if (err != PPK_OK) {
		log_diag(sign_in, PPK_LOG_ERROR, "credentials", &diag, err);
		return cannot_say(sign_in, err);
	}
	log_bad_lines(sign_in);
	if (sign_in->file->credential_count > 0)
		return true;
	if (sign_in->file->bad_count > 0)
		return cannot_say(sign_in, PPK_ERR_SYNTAX);
	return no_credential(sign_in);
}

/* PPK_OK, or why this credential is not asked for. */
static enum ppk_err unusable(const struct sign_in *sign_in, const struct ppk_credential *credential)
{
	const char *rp_id = sign_in->options->rp_id;
	enum ppk_err err = ppk_credential_in_force(credential, sign_in->now_s);

	if (err != PPK_OK)
		return err;
	if (rp_id[0] != '\0' && strcmp(credential->rp_id, rp_id) != 0)
		return PPK_ERR_RP_ID;
	return PPK_OK;
}

/* A user whose credentials all are out of use is denied, never skipped: there is a second factor. */
static bool choose_usable(struct sign_in *sign_in)
{
	enum ppk_err why = PPK_ERR_INTERNAL;

	for (size_t i = 0; i < sign_in->file->line_count; i++) {
		const struct ppk_credential *credential = sign_in->file->lines[i].credential;
		char label[PPK_CREDENTIAL_NAME_MAX + 1];
		enum ppk_err err;

		if (credential == NULL || sign_in->usable_count >= PPK_CREDENTIALS_MAX)
			continue;
		err = unusable(sign_in, credential);
		if (err == PPK_OK) {
			sign_in->usable[sign_in->usable_count++] = credential;
			continue;
		}
		why = err;
		ppk_credential_label(credential, label, sizeof(label));
		ppk_log(sign_in->log, PPK_LOG_DEBUG, "not asked for: \"%s\": %s", label,
			ppk_err_sentence(err));
	}
	return sign_in->usable_count > 0 ? true : deny(sign_in, why);
}

static bool no_assertion(struct sign_in *sign_in, enum ppk_err reason)
{
	sign_in->result = (struct ppk_result){ ppk_outcome_without_assertion(reason), reason };
	return false;
}

static ppk_method_fn *const methods[] = {
	[PPK_METHOD_LOCAL] = ppk_method_local,
	[PPK_METHOD_AGENT] = ppk_method_agent,
	[PPK_METHOD_ASKPASS] = ppk_method_askpass,
	[PPK_METHOD_BROWSER] = ppk_method_browser,
};

static const char *text_or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

/* The name for messages: the system's, once it is known. */
static const char *user_name(const struct sign_in *sign_in)
{
	return sign_in->user != NULL ? sign_in->user->name : sign_in->request->user;
}

static enum ppk_err run_method(struct sign_in *sign_in, enum ppk_method_id method)
{
	const struct ppk_options *options = sign_in->options;
	const struct ppk_credential *served[PPK_CREDENTIALS_MAX];
	char action[ACTION_SIZE];
	struct ppk_method_request request = {
		.user = user_name(sign_in),
		.host = sign_in->host,
		.service = text_or_empty(sign_in->request->service),
		.action = action,
		.agent_socket = text_or_empty(sign_in->request->agent_socket),
		.account = sign_in->user,
		.credentials = served,
		.credential_count = ppk_choose_credentials(
			method, sign_in->usable, sign_in->usable_count, served),
		.uv = options->user_verification,
		.timeout_s = options->timeout_s,
		.nfc = options->nfc,
		.cue = options->cue,
		.device_helper = options->device_helper,
		.trust = sign_in->trust,
		.device = &sign_in->device,
		.passkeyd = &sign_in->passkeyd,
		.challenge = sign_in->challenge,
		.origins = &sign_in->origins,
		.crypto = sign_in->request->crypto,
		.dialogue = sign_in->request->dialogue,
		.log = sign_in->log,
	};
	enum ppk_err err;

	sign_in->method = ppk_method_name(method);
	if (request.credential_count == 0)
		return PPK_ERR_METHOD_UNAVAILABLE;
	snprintf(action, sizeof(action), "to sign in to %s as %s", sign_in->host, request.user);
	if (method == PPK_METHOD_ASKPASS)
		ppk_method_ssh_origins(options->origins, sign_in->host,
			sign_in->request->ssh_connection, &sign_in->trust, &sign_in->origins);
	else if (method == PPK_METHOD_BROWSER)
		request.browser = ppk_browser_terms_make(
			sign_in->request, sign_in->host, &sign_in->web_origin);
	/* each method its own: used once */
	err = ppk_random(sign_in->challenge, sizeof(sign_in->challenge));
	if (err != PPK_OK)
		return err;
	return methods[method](&request, &sign_in->assertion, &sign_in->expected);
}

/* May another way be tried after this one? Not where a person has answered and was not believed. */
static bool goes_on_after(enum ppk_err err)
{
	return err == PPK_ERR_METHOD_UNAVAILABLE || err == PPK_ERR_CANCELLED ||
	       err == PPK_ERR_AGENT_REFUSED;
}

static bool obtain_assertion(struct sign_in *sign_in)
{
	enum ppk_err reason = PPK_ERR_METHOD_UNAVAILABLE;

	for (size_t i = 0; i < sign_in->method_count; i++) {
		enum ppk_err err = run_method(sign_in, sign_in->methods[i]);

		ppk_log(sign_in->log, PPK_LOG_DEBUG, "method %s: %s", sign_in->method,
			ppk_err_token(err));
		if (err == PPK_OK)
			return true;
		ppk_device_stop(&sign_in->device);
		ppk_passkeyd_close(&sign_in->passkeyd);
		if (err != PPK_ERR_METHOD_UNAVAILABLE)
			reason = err;
		if (!goes_on_after(err))
			break;
	}
	return no_assertion(sign_in, reason);
}

static void log_not_advanced(
	const struct sign_in *sign_in, enum ppk_log_level level, const char *why)
{
	ppk_log(sign_in->log, level, "state: the sign count was checked and not advanced: %s", why);
}

/* A state that cannot be read decides nothing where the sign count decides nothing. */
static enum ppk_err begin_state(struct sign_in *sign_in, struct ppk_state *state)
{
	struct ppk_diag diag = { .line = 0 };
	enum ppk_err lock_err = PPK_OK, err;

	err = ppk_state_begin(sign_in->options->state, sign_in->user->name, &sign_in->trust, state,
		&lock_err, &diag);
	if (err != PPK_OK) {
		log_diag(sign_in, PPK_LOG_ERROR, "state", &diag, err);
		return sign_in->options->sign_count == PPK_SIGN_COUNT_OFF ? PPK_OK : err;
	}
	if (lock_err != PPK_OK)
		log_not_advanced(sign_in, PPK_LOG_ERROR, ppk_err_sentence(lock_err));
	else if (!state->writable && geteuid() == sign_in->request->root)
		log_not_advanced(sign_in, PPK_LOG_ERROR, ppk_err_sentence(PPK_ERR_PERMISSION));
	else if (!state->writable)
		log_not_advanced(sign_in, PPK_LOG_WARNING,
			"the calling program runs without privilege; "
			"the next privileged sign-in catches up");
	return PPK_OK;
}

/* Only missing memory is an error: nothing goes on without it. */
static enum ppk_err advance(const struct sign_in *sign_in, struct ppk_state *state,
	const uint8_t id_hash[static PPK_SHA256_SIZE], uint32_t stored,
	const struct ppk_verified *verified)
{
	/* a count that fell and was let through must go on being noticed: the higher one stays */
	uint32_t count = verified->sign_count > stored ? verified->sign_count : stored;
	struct ppk_diag diag = { .line = 0 };
	enum ppk_err err;

	if (verified->count_fell)
		ppk_log(sign_in->log, PPK_LOG_WARNING,
			"the sign count did not rise (%u stored, %u reported): "
			"the authenticator may have been copied",
			stored, verified->sign_count);
	if (!state->writable)
		return PPK_OK;
	ppk_sign_counts_set(&state->counts, id_hash, count, sign_in->now_s);
	err = ppk_state_commit(state, &diag);
	if (err == PPK_ERR_NOMEM)
		return err;
	if (err != PPK_OK)
		log_diag(sign_in, PPK_LOG_ERROR, "state: the sign count was not advanced", &diag,
			err);
	return PPK_OK;
}

/* Verify against the state and advance it. The lock is held on return. */
static enum ppk_err verify(struct sign_in *sign_in, struct ppk_state *state)
{
	struct ppk_verification verification = {
		.credentials = sign_in->usable,
		.credential_count = sign_in->usable_count,
		.client_data = &sign_in->expected,
		.rp_id = sign_in->options->rp_id,
		.uv = sign_in->options->user_verification,
		.now_s = sign_in->now_s,
		.sign_count = sign_in->options->sign_count,
	};
	const struct ppk_bytes *id = &sign_in->assertion.credential_id;
	struct ppk_verified verified;
	const struct ppk_sign_count *stored;
	uint8_t id_hash[PPK_SHA256_SIZE];
	enum ppk_err err;

	sign_in->credential = ppk_assertion_credential(
		&sign_in->assertion, sign_in->usable, sign_in->usable_count);
	if (sign_in->credential != NULL && sign_in->request->credential_label != NULL)
		ppk_credential_label(sign_in->credential, sign_in->request->credential_label,
			PPK_CREDENTIAL_NAME_MAX + 1);
	err = ppk_crypto_sha256(sign_in->request->crypto, id->data, id->len, id_hash);
	if (err != PPK_OK)
		return err;
	stored = ppk_sign_counts_find(&state->counts, id_hash);
	verification.stored_count = stored == NULL ? 0 : stored->count;
	err = ppk_crypto_assertion_verify(
		sign_in->request->crypto, &verification, &sign_in->assertion, &verified);
	if (err == PPK_OK)
		err = advance(sign_in, state, id_hash, verification.stored_count, &verified);
	return err;
}

static void decide(struct sign_in *sign_in)
{
	struct ppk_state state = { .lock_fd = -1 };
	enum ppk_err err;

	sign_in->now_s = ppk_clock_now_s(); /* a person may have taken minutes */
	err = begin_state(sign_in, &state);
	if (err != PPK_OK) {
		ppk_state_end(&state);
		cannot_say(sign_in, err);
		return;
	}
	err = verify(sign_in, &state);
	ppk_state_end(&state);
	if (err != PPK_OK) {
		deny(sign_in, err);
		tell(sign_in, PPK_MESSAGE_REFUSED);
		return;
	}
	sign_in->result = (struct ppk_result){ PPK_OUTCOME_GRANTED, PPK_OK };
}

/* The page that brought the assertion shows what came of it. It may be gone: what was decided stays. */
static void tell_page(struct sign_in *sign_in, enum ppk_err verdict)
{
	if (sign_in->passkeyd.socket >= 0 &&
		ppk_passkeyd_verdict(&sign_in->passkeyd, verdict) != PPK_OK)
		ppk_log(sign_in->log, PPK_LOG_DEBUG, "the page could not be told");
	ppk_passkeyd_close(&sign_in->passkeyd);
}

/* Take as long as decide() does about an answer that is wrong, and say the same. */
static void seem_to_decide(struct sign_in *sign_in)
{
	const struct ppk_verification verification = {
		.credentials = sign_in->usable,
		.credential_count = sign_in->usable_count,
		.client_data = &sign_in->expected,
		.rp_id = sign_in->options->rp_id,
		.uv = sign_in->options->user_verification,
		.now_s = sign_in->now_s,
		.sign_count = PPK_SIGN_COUNT_OFF,
	};
	struct ppk_verified verified;
	enum ppk_err err = ppk_crypto_assertion_verify(
		sign_in->request->crypto, &verification, &sign_in->assertion, &verified);

	if (err == PPK_OK) {
		ppk_log(sign_in->log, PPK_LOG_ERROR, "an answer for nobody verified");
		err = PPK_ERR_SIGNATURE;
	}
	tell_page(sign_in, err);
	tell(sign_in, PPK_MESSAGE_REFUSED);
}

static bool asks_strangers(const struct sign_in *sign_in)
{
	for (size_t i = 0; i < sign_in->method_count; i++) {
		if (ppk_method_asks_strangers(sign_in->methods[i]))
			return true;
	}
	return false;
}

/* As obtain_assertion(), about credentials that do not exist. */
static bool ask_for_nothing(struct sign_in *sign_in)
{
	for (size_t i = 0; i < sign_in->method_count; i++) {
		enum ppk_err err;

		if (!ppk_method_asks_strangers(sign_in->methods[i]))
			continue;
		err = run_method(sign_in, sign_in->methods[i]);
		if (err == PPK_OK)
			return true;
		ppk_passkeyd_close(&sign_in->passkeyd);
		if (!goes_on_after(err))
			break;
	}
	return false;
}

/*
 * Ask who was refused before a method ran all the same, where strangers could learn from it who has an
 * account and a passkey. The refusal stands.
 */
static void pretend(struct sign_in *sign_in)
{
	struct ppk_decoy decoy = { .count = 0 };
	struct ppk_result result = sign_in->result;

	if (!asks_strangers(sign_in) ||
		ppk_decoy_here(sign_in->request->crypto, sign_in->options, user_name(sign_in),
			&sign_in->trust, sign_in->log, &decoy) != PPK_OK) {
		ppk_decoy_done(&decoy);
		return;
	}
	for (sign_in->usable_count = 0; sign_in->usable_count < decoy.count;
		sign_in->usable_count++)
		sign_in->usable[sign_in->usable_count] = decoy.credentials[sign_in->usable_count];
	if (ask_for_nothing(sign_in))
		seem_to_decide(sign_in);
	sign_in->usable_count = 0;
	ppk_decoy_done(&decoy);
	sign_in->result = result;
}

/*
 * No method could work, so nothing was asked: the person must be told, or the sign-in would fail without
 * a word. But at an SSH client a question is what everybody else gets.
 */
static void end_without_a_way(struct sign_in *sign_in)
{
	if (sign_in->request->ssh_connection != NULL && asks_strangers(sign_in))
		pretend(sign_in);
	else
		tell(sign_in, PPK_MESSAGE_NO_METHOD);
}

/* What was decided, and why. */
static void report(const struct sign_in *sign_in, int64_t start_ms)
{
	const struct ppk_request *request = sign_in->request;
	char id[PPK_SHORT_ID_SIZE] = "";
	struct ppk_audit_event event = {
		.user = sign_in->user == NULL ? NULL : sign_in->user->name,
		.service = request->service,
		.tty = request->tty,
		.rhost = request->rhost,
		.method = sign_in->method,
		.outcome = sign_in->result.outcome,
		.reason = sign_in->result.reason,
		.duration_ms = ppk_clock_ms() - start_ms,
	};

	if (sign_in->credential != NULL) {
		ppk_credential_short_id(sign_in->credential, id);
		event.credential = sign_in->credential->name;
		event.credential_id = id;
	}
	ppk_audit_report(sign_in->log, &event);
}

static bool choose_methods(struct sign_in *sign_in)
{
	enum ppk_err err;

	ppk_host_name(sign_in->host);
	err = ppk_choose_methods(
		sign_in->request, sign_in->host, sign_in->methods, &sign_in->method_count);
	return err == PPK_OK ? true : deny(sign_in, err);
}

static void run(struct sign_in *sign_in)
{
	bool asked = find_user(sign_in) && read_credentials(sign_in) && choose_usable(sign_in);

	if (sign_in->result.outcome == PPK_OUTCOME_SKIPPED || !choose_methods(sign_in))
		return;
	if (!asked)
		pretend(sign_in);
	else if (obtain_assertion(sign_in))
		decide(sign_in);
	else if (sign_in->result.reason == PPK_ERR_METHOD_UNAVAILABLE)
		end_without_a_way(sign_in);
}

struct ppk_result ppk_authenticate(const struct ppk_request *request)
{
	struct sign_in sign_in = {
		.request = request,
		.options = request->options,
		.log = request->log,
		.result = { PPK_OUTCOME_DENIED, PPK_ERR_INTERNAL },
		.trust = { .allow_user = false, .user = request->root, .root = request->root },
		.passkeyd = { .socket = -1 },
		.web_origin = request->options->browser_origin,
		.now_s = ppk_clock_now_s(),
	};
	int64_t start_ms = ppk_clock_ms();

	run(&sign_in);
	tell_page(&sign_in, sign_in.result.reason);
	report(&sign_in, start_ms); /* while passkey-device ends */
	ppk_device_stop(&sign_in.device);
	ppk_assertion_done(&sign_in.assertion);
	ppk_bytes_done(&sign_in.expected.exact);
	ppk_credential_file_free(sign_in.file);
	ppk_user_free(sign_in.user);
	return sign_in.result;
}
