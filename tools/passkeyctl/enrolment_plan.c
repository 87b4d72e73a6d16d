/* SPDX-License-Identifier: BSD-2-Clause */
#include "enrolment_plan.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "options.h"
#include "roots.h"
#include "selection.h"
#include "sys/clock.h"
#include "sys/random.h"

#define USER_HANDLE_SIZE 32 /* bytes; WebAuthn Level 3, 14.6.1: random, not the name */

/* RP IDs are in lower case, as clients hash them; host names are the same in any case (RFC 4343). */
static enum ppk_err rp_id_of_host(struct ppk_enrolment_plan *plan, struct ppk_diag *reterr)
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

/* The page's host is the most that a browser allows, and the least that can surprise. */
static enum ppk_err rp_id_of_page(struct ppk_enrolment_plan *plan, struct ppk_diag *reterr)
{
	char host[PPK_RP_ID_MAX + 1];

	ppk_web_origin_host(plan->wanted.browser_origin, host);
	return ppk_options_override(&plan->wanted, "rp_id", host, reterr);
}

static enum ppk_err plan_rp_id(struct ppk_enrolment_plan *plan, struct ppk_diag *reterr)
{
	const char *demanded = plan->session->options.rp_id;
	const char *given = plan->arguments->value[PPK_ARG_RP_ID];
	enum ppk_err err = PPK_OK;

	if (given != NULL && plan->fixed_rp_id[0] != '\0')
		return ppk_diag_set(reterr, PPK_ERR_OPTION, NULL, 0, 0,
			"--rp-id: this key has its relying party ID already");
	if (plan->fixed_rp_id[0] != '\0')
		given = plan->fixed_rp_id;
	if (given != NULL)
		err = ppk_options_override(&plan->wanted, "rp_id", given, reterr);
	else if (demanded[0] == '\0')
		err = plan->in_browser ? rp_id_of_page(plan, reterr) : rp_id_of_host(plan, reterr);
	if (err != PPK_OK)
		return err;
	if (plan->wanted.rp_id[0] == '\0')
		return ppk_diag_set(reterr, PPK_ERR_OPTION, NULL, 0, 0, "--rp-id is empty");
	if (demanded[0] != '\0' && strcmp(demanded, plan->wanted.rp_id) != 0)
		return ppk_diag_set(reterr, PPK_ERR_RP_ID, NULL, 0, 0,
			"such a passkey could not sign in: %s says rp_id = %s",
			plan->session->options.conf, demanded);
	if (plan->in_browser &&
		!ppk_web_origin_covers(plan->wanted.browser_origin, plan->wanted.rp_id))
		return ppk_diag_set(reterr, PPK_ERR_RP_ID, NULL, 0, 0,
			"a page of %s cannot make passkeys of %s", plan->wanted.browser_origin,
			plan->wanted.rp_id);
	snprintf(plan->rp_id, sizeof(plan->rp_id), "%s", plan->wanted.rp_id);
	return PPK_OK;
}

static enum ppk_err plan_options(struct ppk_enrolment_plan *plan, struct ppk_diag *reterr)
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
	if (err == PPK_OK && plan->in_browser && plan->wanted.browser_origin[0] == '\0')
		return ppk_diag_set(reterr, PPK_ERR_METHOD_UNAVAILABLE, NULL, 0, 0,
			"there is no page to enrol with: %s has no browser_origin",
			plan->session->options.conf);
	if (err == PPK_OK)
		err = plan_rp_id(plan, reterr);
	return err;
}

/* One account of a relying party has one user handle (WebAuthn Level 3, 5.4.3): take it over. */
static enum ppk_err plan_user_handle(struct ppk_enrolment_plan *plan)
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

enum ppk_err ppk_enrolment_plan_take_name(
	struct ppk_enrolment_plan *plan, const char *name, struct ppk_diag *reterr)
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

/* A change that changes nothing: makes the folder, and tells whether the store can be locked. */
static enum ppk_err look_alone(
	struct ppk_credential_file *file, void *context, struct ppk_diag *reterr)
{
	(void)file;
	(void)context;
	(void)reterr;
	return PPK_ERR_CANCELLED;
}

static enum ppk_err read_store(struct ppk_enrolment_plan *plan, struct ppk_diag *reterr)
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

enum ppk_err ppk_enrolment_plan_make(struct ppk_enrolment_plan *plan, struct ppk_diag *reterr)
{
	const char *name = plan->arguments->value[PPK_ARG_NAME];
	enum ppk_err err;

	ppk_host_name(plan->host);
	err = plan_options(plan, reterr);
	if (err == PPK_OK)
		err = ppk_roots_read(&plan->session->options, &plan->anchors, reterr);
	if (err == PPK_OK)
		err = read_store(plan, reterr);
	if (err == PPK_OK)
		err = plan_user_handle(plan);
	if (err == PPK_OK && name != NULL)
		err = ppk_enrolment_plan_take_name(plan, name, reterr);
	return err;
}

void ppk_enrolment_plan_done(struct ppk_enrolment_plan *plan)
{
	ppk_credential_file_free(plan->file);
	ppk_trust_anchors_free(plan->anchors);
}

size_t ppk_enrolment_plan_enrolled(
	const struct ppk_enrolment_plan *plan, const struct ppk_credential **out)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->file->line_count && count < PPK_CREDENTIALS_MAX; i++) {
		if (plan->file->lines[i].credential != NULL)
			out[count++] = plan->file->lines[i].credential;
	}
	return count;
}

struct ppk_enrolment_policy ppk_enrolment_plan_policy(const struct ppk_enrolment_plan *plan)
{
	return (struct ppk_enrolment_policy){
		.options = &plan->session->options,
		.anchors = plan->anchors,
		.now_s = ppk_clock_now_s(),
	};
}
