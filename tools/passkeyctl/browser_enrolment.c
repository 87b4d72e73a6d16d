/* SPDX-License-Identifier: BSD-2-Clause */
#include "browser_enrolment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/web_origin.h"
#include "enrolment_store.h"
#include "message.h"
#include "method/enroll_browser.h"
#include "method/passkeyd.h"
#include "qr_code.h"

#define TIMEOUT_S 300 /* without --timeout: a phone has to be found and a QR code to be read */

/* --name goes before the name that was given in the page. */
static enum ppk_err rename_as_planned(
	const struct ppk_enrolment_plan *plan, struct ppk_credential *credential)
{
	char *name;

	if (plan->name[0] == '\0')
		return PPK_OK;
	name = strdup(plan->name);
	if (name == NULL)
		return PPK_ERR_NOMEM;
	free(credential->name);
	credential->name = name;
	return PPK_OK;
}

/* The user may be gone by now, or another one of the same name. */
static enum ppk_err check_user(const struct ppk_user *user)
{
	struct ppk_user *now;
	enum ppk_err err = ppk_user_by_name(user->name, false, &now);

	if (err != PPK_OK)
		return err;
	err = now->uid == user->uid ? PPK_OK : PPK_ERR_USER_UNKNOWN;
	ppk_user_free(now);
	return err;
}

static enum ppk_err store(void *context, struct ppk_credential **credential, uint32_t count)
{
	struct ppk_browser_waiting *waiting = context;
	enum ppk_err err = check_user(waiting->plan->session->user);

	if (err == PPK_OK)
		err = rename_as_planned(waiting->plan, *credential);
	if (err == PPK_OK)
		err = ppk_enrolment_store(
			waiting->plan, credential, count, waiting->label, &waiting->diag);
	return err;
}

enum ppk_err ppk_browser_enrolment_wait(struct ppk_browser_waiting *waiting)
{
	struct ppk_enrolment_plan *plan = waiting->plan;
	const struct ppk_credential *enrolled[PPK_CREDENTIALS_MAX];
	const struct ppk_enrolment_policy policy = ppk_enrolment_plan_policy(plan);
	const struct ppk_browser_enrollment enrollment = {
		.socket = plan->wanted.browser_socket,
		.origin = plan->wanted.browser_origin,
		.rp_id = plan->rp_id,
		.user = plan->session->user->name,
		.host = plan->host,
		.user_handle = plan->user_handle,
		.user_handle_len = plan->user_handle_len,
		.enrolled = enrolled,
		.enrolled_count = ppk_enrolment_plan_enrolled(plan, enrolled),
		.uv = plan->wanted.user_verification,
		.discoverable = plan->arguments->value[PPK_ARG_DISCOVERABLE] != NULL,
		.timeout_s = waiting->timeout_s,
		.number = waiting->number,
		.url = waiting->url,
		.trust = { .root = 0 },
		.policy = &policy,
		.context = waiting,
		.show = waiting->show,
		.told = waiting->told,
		.store = store,
	};

	return ppk_enroll_browser(&enrollment, &waiting->diag);
}

static enum ppk_err show(void *context, const char *url)
{
	const struct ppk_browser_waiting *waiting = context;
	const struct ppk_enrolment_plan *plan = waiting->plan;
	bool is_here = ppk_web_origin_is_localhost(plan->wanted.browser_origin);

	ppk_message_note("Enrolling a passkey for %s (relying party ID %s).",
		plan->session->user->name, plan->rp_id);
	ppk_message_note("Open this page %s:",
		is_here ? "in a browser at this machine" : "on the device that is to have it");
	ppk_message_note("%s", url);
	if (plan->arguments->value[PPK_ARG_NO_QR] == NULL && !is_here)
		(void)ppk_qr_code_print(stderr, url, ppk_qr_code_columns(stderr));
	ppk_message_note("and enter this number there: %02u", waiting->number);
	return PPK_OK;
}

static void told(void *context, const struct ppk_browser_message *message)
{
	(void)context;
	if (message->type == PPK_BROWSER_OPENED)
		ppk_message_note("The page was opened at %s.", message->address);
	else if (message->type == PPK_BROWSER_NUMBER_WRONG)
		ppk_message_warning("a wrong number was entered at %s", message->address);
	else if (message->type == PPK_BROWSER_REGISTRATION)
		ppk_message_note(
			"The passkey was made. The page asks for it once more, to test it.");
}

/* What a person can do about an error, where a page was used. */
static const char *const hints[PPK_ERR_COUNT] = {
	[PPK_ERR_TIMEOUT] = "run the command again; --timeout gives more time",
	[PPK_ERR_NOT_FOUND] =
		"start it: systemctl start passkeyd.socket; browser_socket= says where "
		"it listens",
	[PPK_ERR_PERMISSION] = "clients in passkeyd.conf says whom it serves",
	[PPK_ERR_PROCESS] = "did passkeyd end? journalctl -u passkeyd",
	[PPK_ERR_FRAME] = "are passkeyctl and passkeyd of the same version?",
	[PPK_ERR_ORIGIN] =
		"browser_origin in pam_passkey.conf and url in passkeyd.conf must be the "
		"same",
	[PPK_ERR_CANCELLED] = "nothing was enrolled; run the command again",
	[PPK_ERR_NUMBER_WRONG] = "nothing was enrolled; run the command again",
	[PPK_ERR_NOT_REQUESTED] = "nothing was enrolled",
	[PPK_ERR_ATTESTATION_MISSING] = "attestation=require in pam_passkey.conf asks for it",
	[PPK_ERR_ATTESTATION_UNTRUSTED] = "attestation_roots in pam_passkey.conf is where they are",
	[PPK_ERR_MODEL] = "aaguids in pam_passkey.conf lists those that are",
	[PPK_ERR_SYNCED] = "use a security key; synced=deny in pam_passkey.conf says so",
};

int ppk_browser_enrolment_failure(enum ppk_err err, const struct ppk_diag *diag)
{
	const char *hint = err < PPK_ERR_COUNT ? hints[err] : NULL;
	char text[sizeof(diag->text) + PPK_OPTION_PATH_MAX];

	if (diag->text[0] == '\0') {
		ppk_message_error("%s", ppk_err_sentence(err));
	} else {
		ppk_diag_format(diag, text, sizeof(text));
		ppk_message_error("%s", text);
	}
	if (hint != NULL)
		ppk_message_hint("%s", hint);
	return ppk_exit_status(err);
}

/* A phone's passkey that no service asks for in a browser is of no use. */
static void warn_without_method(const struct ppk_options *options)
{
	if (options->method_count == 0 || /* auto */
		ppk_options_name_method(options, PPK_METHOD_BROWSER))
		return;
	ppk_message_warning(
		"methods in %s has no browser: no sign-in asks for it there", options->conf);
}

int ppk_browser_enrolment_run(struct ppk_enrolment_plan *plan)
{
	struct ppk_browser_waiting waiting = {
		.plan = plan,
		.timeout_s = plan->arguments->value[PPK_ARG_TIMEOUT] != NULL
				     ? plan->wanted.timeout_s
				     : TIMEOUT_S,
		.show = show,
		.told = told,
	};
	enum ppk_err err = ppk_passkeyd_number(&waiting.number);

	if (err == PPK_OK)
		err = ppk_browser_enrolment_wait(&waiting);
	if (err != PPK_OK)
		return ppk_browser_enrolment_failure(err, &waiting.diag);
	ppk_enrolment_print_success(plan, waiting.label);
	warn_without_method(&plan->session->options);
	return PPK_EXIT_OK;
}
