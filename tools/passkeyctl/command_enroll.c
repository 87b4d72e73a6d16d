/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract:
 *  1. A credential MUST NOT be written before ppk_enroll() has verified its attestation and a test
 *     assertion (enrolling in a browser: ppk_enroll_browser()).
 *  2. Whether the file may be changed, the name, and every option MUST be known to be good before the
 *     person is asked to touch anything: a refusal afterwards leaves a credential on the key that
 *     nobody knows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "authenticators.h"
#include "browser_enrolment.h"
#include "commands.h"
#include "enrolment_plan.h"
#include "enrolment_store.h"
#include "message.h"
#include "method/enroll.h"
#include "selection.h"
#include "ssh_enrolment.h"

#define QUESTION_SIZE (PPK_CREDENTIAL_NAME_MAX + 64)

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

/* Without --name: what the person answers, or the product's name, made unique. */
static enum ppk_err ask_name(struct ppk_enrolment_plan *plan,
	const struct ppk_authenticators *found, struct ppk_diag *reterr)
{
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
	return ppk_enrolment_plan_take_name(plan, answer, reterr);
}

static enum ppk_err run_ceremony(const struct ppk_enrolment_plan *plan, struct ppk_credential **ret,
	uint32_t *ret_count, struct ppk_diag *reterr)
{
	const struct ppk_credential *enrolled[PPK_CREDENTIALS_MAX];
	const struct ppk_enrolment_policy policy = ppk_enrolment_plan_policy(plan);
	const struct ppk_enrollment enrollment = {
		.rp_id = plan->rp_id,
		.user = plan->session->user->name,
		.host = plan->host,
		.name = plan->name,
		.user_handle = plan->user_handle,
		.user_handle_len = plan->user_handle_len,
		.enrolled = enrolled,
		.enrolled_count = ppk_enrolment_plan_enrolled(plan, enrolled),
		.uv = plan->wanted.user_verification,
		.discoverable = plan->arguments->value[PPK_ARG_DISCOVERABLE] != NULL,
		.timeout_s = plan->wanted.timeout_s,
		.device_helper = plan->session->options.device_helper,
		.nfc = plan->session->options.nfc,
		.trust = { .root = 0 },
		.policy = &policy,
		.dialogue = &plan->session->dialogue,
		.log = &plan->session->log,
	};

	return ppk_enroll(&enrollment, ret, ret_count, reterr);
}

/* Takes over the credential. */
static int store(
	const struct ppk_enrolment_plan *plan, struct ppk_credential *credential, uint32_t count)
{
	char label[PPK_CREDENTIAL_NAME_MAX + 1];
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err = ppk_enrolment_store(plan, &credential, count, label, &diag);

	if (err != PPK_OK) {
		ppk_credential_free(credential);
		return ppk_message_failure(err, &diag);
	}
	ppk_enrolment_print_success(plan, label);
	return PPK_EXIT_OK;
}

/* The name, which wants to know which authenticators there are. */
static enum ppk_err look_and_name(struct ppk_enrolment_plan *plan, struct ppk_diag *reterr)
{
	struct ppk_authenticators found;
	enum ppk_err err = ppk_authenticators_list(
		plan->session->options.device_helper, plan->session->options.nfc, &found, reterr);

	if (err != PPK_OK)
		return err;
	show_authenticators(&found);
	return plan->name[0] == '\0' ? ask_name(plan, &found, reterr) : PPK_OK;
}

static int enroll_here(struct ppk_enrolment_plan *plan)
{
	struct ppk_credential *credential = NULL;
	struct ppk_diag diag = { .text = "" };
	uint32_t count = 0;
	enum ppk_err err = look_and_name(plan, &diag);

	if (err == PPK_ERR_OPTION) {
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

static int enroll(struct ppk_enrolment_plan *plan)
{
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err = ppk_enrolment_plan_make(plan, &diag);

	if (err == PPK_OK)
		return plan->in_browser ? ppk_browser_enrolment_run(plan) : enroll_here(plan);
	(void)ppk_message_failure(err, &diag);
	/* the configuration was read before: it is the command line */
	return err == PPK_ERR_OPTION ? PPK_EXIT_USAGE : ppk_exit_status(err);
}

int ppk_command_enroll(const struct ppk_arguments *arguments)
{
	struct ppk_enrolment_plan *plan = calloc(1, sizeof(*plan));
	int status;

	if (plan == NULL)
		return ppk_message_failure(PPK_ERR_NOMEM, NULL);
	plan->arguments = arguments;
	plan->in_browser = arguments->value[PPK_ARG_BROWSER] != NULL;
	status = ppk_session_open(arguments, PPK_ACCESS_CHANGE, &plan->session);
	if (status == PPK_EXIT_OK)
		status = arguments->value[PPK_ARG_SSH_KEY] != NULL ? ppk_ssh_enrolment_run(plan)
								   : enroll(plan);
	ppk_enrolment_plan_done(plan);
	ppk_session_close(plan->session);
	free(plan);
	return status;
}
