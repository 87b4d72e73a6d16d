/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract:
 *  1. A credential MUST NOT be written before ppk_enroll() has verified its attestation and a test
 *     assertion.
 *  2. Whether the file may be changed, the name, and every option MUST be known to be good before the
 *     person is asked to touch anything: a refusal afterwards leaves a credential on the key that
 *     nobody knows.
 *  3. What another admin wrote during the ceremony MUST stay: the line is added under the store's lock
 *     to what is in the file then.
 *  4. A sign count MUST NOT be lowered.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authenticators.h"
#include "commands.h"
#include "core/text.h"
#include "crypto/digest.h"
#include "message.h"
#include "method/enroll.h"
#include "options.h"
#include "roots.h"
#include "selection.h"
#include "session.h"
#include "sys/clock.h"
#include "sys/host.h"
#include "sys/random.h"
#include "sys/state.h"

#define USER_HANDLE_SIZE 32 /* bytes; WebAuthn Level 3, 14.6.1: random, not the name */
#define QUESTION_SIZE (PPK_CREDENTIAL_NAME_MAX + 64)

/* What is to be enrolled, decided before the security key is asked. */
struct plan {
	struct ppk_session *session;
	const struct ppk_arguments *arguments;
	struct ppk_credential_file *file; /* as it was before the ceremony */
	struct ppk_authenticators authenticators;
	struct ppk_options wanted; /* the module's, with what the command line says over them */
	char host[PPK_HOST_NAME_SIZE];
	char rp_id[PPK_RP_ID_MAX + 1];
	char name[PPK_CREDENTIAL_NAME_MAX + 1];
	uint8_t user_handle[PPK_USER_HANDLE_MAX];
	size_t user_handle_len;
	int64_t expires_s;
	struct ppk_trust_anchors *anchors; /* NULL with attestation=none */
};

/* What is to be written; name is the one that it got. */
struct addition {
	struct ppk_credential *credential; /* NULL once the file owns it */
	char name[PPK_CREDENTIAL_NAME_MAX + 1];
};

/* RP IDs are in lower case, as clients hash them; host names are the same in any case (RFC 4343). */
static enum ppk_err rp_id_of_host(struct plan *plan, struct ppk_diag *reterr)
{
	char name[PPK_HOST_NAME_SIZE];
	size_t i;

	for (i = 0; plan->host[i] != '\0'; i++)
		name[i] = plan->host[i] >= 'A' && plan->host[i] <= 'Z'
				  ? (char)(plan->host[i] - 'A' + 'a')
				  : plan->host[i];
	name[i] = '\0';
	if (ppk_options_override(&plan->wanted, "rp_id", name, NULL) != PPK_OK)
		return ppk_diag_set(reterr, PPK_ERR_OPTION, NULL, 0, 0,
			"this machine's host name \"%s\" is no domain name; say --rp-id", name);
	return PPK_OK;
}

static enum ppk_err plan_rp_id(struct plan *plan, struct ppk_diag *reterr)
{
	const char *demanded = plan->session->options.rp_id;
	const char *given = plan->arguments->value[PPK_ARG_RP_ID];
	enum ppk_err err = PPK_OK;

	if (given != NULL)
		err = ppk_options_override(&plan->wanted, "rp_id", given, reterr);
	else if (demanded[0] == '\0')
		err = rp_id_of_host(plan, reterr);
	if (err != PPK_OK)
		return err;
	if (plan->wanted.rp_id[0] == '\0')
		return ppk_diag_set(reterr, PPK_ERR_OPTION, NULL, 0, 0, "--rp-id is empty");
	if (demanded[0] != '\0' && strcmp(demanded, plan->wanted.rp_id) != 0)
		return ppk_diag_set(reterr, PPK_ERR_RP_ID, NULL, 0, 0,
			"such a passkey could not sign in: %s says rp_id = %s",
			plan->session->options.conf, demanded);
	snprintf(plan->rp_id, sizeof(plan->rp_id), "%s", plan->wanted.rp_id);
	return PPK_OK;
}

static enum ppk_err plan_options(struct plan *plan, struct ppk_diag *reterr)
{
	const char *const *value = plan->arguments->value;
	enum ppk_err err;

	plan->wanted = plan->session->options;
	err = ppk_options_override(
		&plan->wanted, "user_verification", value[PPK_ARG_USER_VERIFICATION], reterr);
	if (err == PPK_OK)
		err = ppk_options_override(
			&plan->wanted, "timeout", value[PPK_ARG_TIMEOUT], reterr);
	if (err == PPK_OK && value[PPK_ARG_EXPIRES] != NULL)
		err = ppk_arguments_expiry(
			value[PPK_ARG_EXPIRES], ppk_clock_now_s(), &plan->expires_s, reterr);
	if (err == PPK_OK)
		err = plan_rp_id(plan, reterr);
	return err;
}

/* One account of a relying party has one user handle (WebAuthn Level 3, 5.4.3): take it over. */
static enum ppk_err plan_user_handle(struct plan *plan)
{
	for (size_t i = 0; i < plan->file->line_count; i++) {
		const struct ppk_credential *credential = plan->file->lines[i].credential;

		if (credential == NULL || credential->user_handle.len == 0 ||
			credential->user_handle.len > sizeof(plan->user_handle) ||
			strcmp(credential->rp_id, plan->rp_id) != 0)
			continue;
		memcpy(plan->user_handle, credential->user_handle.data,
			credential->user_handle.len);
		plan->user_handle_len = credential->user_handle.len;
		return PPK_OK;
	}
	plan->user_handle_len = USER_HANDLE_SIZE;
	return ppk_random(plan->user_handle, USER_HANDLE_SIZE);
}

static void show_authenticators(const struct ppk_authenticators *authenticators)
{
	if (authenticators->len == 0) {
		ppk_message_note("No security key is plugged in yet.");
		return;
	}
	for (size_t i = 0; i < authenticators->len; i++)
		ppk_message_note("Found: %s", ppk_authenticator_product(&authenticators->list[i]));
	if (authenticators->len > 1)
		ppk_message_note("The one that is touched is enrolled.");
}

/* A name that somebody typed, here or on the command line. */
static enum ppk_err take_name(struct plan *plan, const char *name, struct ppk_diag *reterr)
{
	if (!ppk_text_is_printable(name, strlen(name), PPK_CREDENTIAL_NAME_MAX))
		return ppk_diag_set(reterr, PPK_ERR_OPTION, NULL, 0, 0,
			"a name is 1 to %d bytes of printable UTF-8 text", PPK_CREDENTIAL_NAME_MAX);
	if (ppk_selection_has_name(plan->file, name, NULL))
		return ppk_diag_set(reterr, PPK_ERR_DUPLICATE, NULL, 0, 0,
			"%s already has a passkey called \"%s\"", plan->session->user->name, name);
	ppk_text_sanitise(plan->name, sizeof(plan->name), name, strlen(name));
	return PPK_OK;
}

/* Without --name: what the person answers, or the product's name, made unique. */
static enum ppk_err ask_name(struct plan *plan, struct ppk_diag *reterr)
{
	const struct ppk_authenticators *found = &plan->authenticators;
	char question[QUESTION_SIZE], answer[PPK_CREDENTIAL_NAME_MAX + 2];
	enum ppk_err err;

	ppk_selection_free_name(plan->file,
		found->len == 1 && found->list[0].product[0] != '\0' ? found->list[0].product
								     : "Security key",
		plan->name);
	if (!ppk_terminal_is_there(&plan->session->terminal))
		return PPK_OK;
	snprintf(question, sizeof(question), "Name of this passkey [%s]: ", plan->name);
	err = ppk_terminal_ask(&plan->session->terminal, question, answer, sizeof(answer));
	if (err != PPK_OK || answer[0] == '\0')
		return err;
	return take_name(plan, answer, reterr);
}

/* A change that changes nothing: makes the folder, and tells whether the store can be locked. */
static enum ppk_err look_alone(
	struct ppk_credential_file *file, void *context, struct ppk_diag *reterr)
{
	(void)file;
	(void)context;
	(void)reterr;
	return PPK_ERR_CANCELLED;
}

static enum ppk_err read_store(struct plan *plan, struct ppk_diag *reterr)
{
	enum ppk_err err = ppk_store_change(&plan->session->store, look_alone, NULL, reterr);

	if (err != PPK_ERR_CANCELLED)
		return err;
	err = ppk_session_credentials(plan->session, &plan->file, reterr);
	if (err != PPK_OK)
		return err;
	if (plan->file->credential_count >= PPK_CREDENTIALS_MAX)
		return ppk_diag_set(reterr, PPK_ERR_LIMIT, NULL, 0, 0,
			"%s has %d passkeys already, which is the limit", plan->session->user->name,
			PPK_CREDENTIALS_MAX);
	return PPK_OK;
}

static enum ppk_err make_plan(struct plan *plan, struct ppk_diag *reterr)
{
	const char *name = plan->arguments->value[PPK_ARG_NAME];
	enum ppk_err err;

	ppk_host_name(plan->host);
	err = plan_options(plan, reterr);
	if (err != PPK_OK)
		return err;
	err = ppk_roots_read(&plan->session->options, &plan->anchors, reterr);
	if (err == PPK_OK)
		err = read_store(plan, reterr);
	if (err == PPK_OK)
		err = plan_user_handle(plan);
	if (err == PPK_OK && name != NULL)
		err = take_name(plan, name, reterr);
	if (err == PPK_OK)
		err = ppk_authenticators_list(plan->session->options.device_helper,
			plan->session->options.nfc, &plan->authenticators, reterr);
	if (err != PPK_OK)
		return err;
	show_authenticators(&plan->authenticators);
	return name == NULL ? ask_name(plan, reterr) : PPK_OK;
}

static enum ppk_err run_ceremony(const struct plan *plan, struct ppk_credential **ret,
	uint32_t *ret_count, struct ppk_diag *reterr)
{
	const struct ppk_credential *enrolled[PPK_CREDENTIALS_MAX];
	const struct ppk_enrolment_policy policy = {
		.options = &plan->session->options,
		.anchors = plan->anchors,
		.now_s = ppk_clock_now_s(),
	};
	struct ppk_enrollment enrollment = {
		.rp_id = plan->rp_id,
		.user = plan->session->user->name,
		.host = plan->host,
		.name = plan->name,
		.user_handle = plan->user_handle,
		.user_handle_len = plan->user_handle_len,
		.enrolled = enrolled,
		.uv = plan->wanted.user_verification,
		.discoverable = plan->arguments->value[PPK_ARG_DISCOVERABLE] != NULL,
		.timeout_s = plan->wanted.timeout_s,
		.nfc = plan->session->options.nfc,
		.device_helper = plan->session->options.device_helper,
		.trust = { .root = 0 },
		.policy = &policy,
		.dialogue = &plan->session->dialogue,
		.log = &plan->session->log,
	};

	for (size_t i = 0; i < plan->file->line_count; i++)
		if (plan->file->lines[i].credential != NULL &&
			enrollment.enrolled_count < PPK_CREDENTIALS_MAX)
			enrolled[enrollment.enrolled_count++] = plan->file->lines[i].credential;
	return ppk_enroll(&enrollment, ret, ret_count, reterr);
}

/*
 * Under the lock. The name was free before the ceremony; when another admin has taken it since, the
 * new passkey gets a number rather than being lost.
 */
static enum ppk_err append(struct ppk_credential_file *file, void *context, struct ppk_diag *reterr)
{
	struct addition *addition = context;
	char *copy;
	enum ppk_err err;

	(void)reterr;
	ppk_selection_free_name(file, addition->credential->name, addition->name);
	copy = strdup(addition->name);
	if (copy == NULL)
		return PPK_ERR_NOMEM;
	free(addition->credential->name);
	addition->credential->name = copy;
	err = ppk_credential_file_append(file, addition->credential);
	if (err == PPK_OK)
		addition->credential = NULL;
	return err;
}

/* The count of the test assertion, so that a copy made before it is noticed at the first sign-in. */
static enum ppk_err store_count(const struct ppk_session *session,
	const uint8_t id_hash[static PPK_SHA256_SIZE], uint32_t count, struct ppk_diag *reterr)
{
	const struct ppk_trust trust = { .root = 0 };
	struct ppk_state *state = calloc(1, sizeof(*state));
	const struct ppk_sign_count *stored;
	enum ppk_err err, lock_err = PPK_OK;

	if (state == NULL)
		return PPK_ERR_NOMEM;
	state->lock_fd = -1;
	err = ppk_state_begin(
		session->options.state, session->user->name, &trust, state, &lock_err, reterr);
	if (err == PPK_OK && lock_err != PPK_OK)
		err = lock_err;
	if (err == PPK_OK && state->writable) {
		stored = ppk_sign_counts_find(&state->counts, id_hash);
		ppk_sign_counts_set(&state->counts, id_hash,
			stored != NULL && stored->count > count ? stored->count : count,
			ppk_clock_now_s());
		err = ppk_state_commit(state, reterr);
	}
	ppk_state_end(state);
	free(state);
	return err;
}

static void print_success(const struct plan *plan, const char *label)
{
	const struct ppk_session *session = plan->session;

	ppk_message_result("Enrolled \"%s\" for %s in %s (relying party ID %s).", label,
		session->user->name, session->store.path, plan->rp_id);
	ppk_message_note(
		"Next: passkeyctl test tries it without PAM, passkeyctl doctor looks for what "
		"would keep you out, pam_passkey(8) says how to ask for it in a service.");
	if (plan->file->credential_count == 0)
		ppk_message_note(
			"Enrol a second security key too: losing the only one locks %s out.",
			session->user->name);
}

/* Takes over the credential. */
static int store(const struct plan *plan, struct ppk_credential *credential, uint32_t count)
{
	const struct ppk_session *session = plan->session;
	struct addition addition = { .credential = credential };
	uint8_t id_hash[PPK_SHA256_SIZE];
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err;

	credential->expires_s = plan->expires_s;
	err = ppk_sha256(credential->id.data, credential->id.len, id_hash);
	if (err == PPK_OK)
		err = ppk_store_change(&session->store, append, &addition, &diag);
	if (err != PPK_OK) {
		ppk_credential_free(addition.credential);
		return ppk_message_failure(err, &diag);
	}
	err = store_count(session, id_hash, count, &diag);
	if (err != PPK_OK)
		ppk_message_warning("the sign count could not be written: %s",
			diag.text[0] == '\0' ? ppk_err_sentence(err) : diag.text);
	print_success(plan, addition.name);
	return PPK_EXIT_OK;
}

static int enroll(struct plan *plan)
{
	struct ppk_credential *credential = NULL;
	struct ppk_diag diag = { .text = "" };
	uint32_t count = 0;
	enum ppk_err err = make_plan(plan, &diag);

	if (err == PPK_ERR_OPTION) { /* the configuration was read before: it is the command line */
		(void)ppk_message_failure(err, &diag);
		return PPK_EXIT_USAGE;
	}
	if (err == PPK_OK) {
		ppk_message_note("Enrolling \"%s\" for %s.", plan->name, plan->session->user->name);
		err = run_ceremony(plan, &credential, &count, &diag);
	}
	if (err != PPK_OK)
		return ppk_message_failure(err, &diag);
	return store(plan, credential, count);
}

int ppk_command_enroll(const struct ppk_arguments *arguments)
{
	struct plan *plan = calloc(1, sizeof(*plan));
	int status;

	if (plan == NULL)
		return ppk_message_failure(PPK_ERR_NOMEM, NULL);
	plan->arguments = arguments;
	status = ppk_session_open(arguments, PPK_ACCESS_CHANGE, &plan->session);
	if (status == PPK_EXIT_OK)
		status = enroll(plan);
	ppk_session_close(plan->session);
	ppk_credential_file_free(plan->file);
	ppk_trust_anchors_free(plan->anchors);
	free(plan);
	return status;
}
