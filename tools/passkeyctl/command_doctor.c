/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * doctor changes nothing: it makes no folder, takes no lock, asks no security key for a touch.
 */
#include <unistd.h>

#include "commands.h"
#include "doctor.h"
#include "json.h"
#include "message.h"
#include "options.h"
#include "subject.h"

#define CONFIGURATION "configuration"
#define PAM_FOLDER "/etc/pam.d"

/* The configuration that is broken ends the examination: nothing below it is known then. */
static bool examine_configuration(
	const char *path, struct ppk_options *options, struct ppk_report *report)
{
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err = ppk_options_load(path, options, &diag);

	if (err != PPK_OK) {
		ppk_report_failure(report, PPK_FINDING_ERROR, CONFIGURATION,
			"every sign-in is refused until this is mended", err, &diag);
		return false;
	}
	ppk_report_add(report, PPK_FINDING_OK, CONFIGURATION, NULL,
		access(options->conf, F_OK) == 0
			? "%s holds no error"
			: "%s does not exist: every option has its default",
		options->conf);
	return true;
}

static void examine_all(const struct ppk_arguments *arguments, const struct ppk_user *user,
	struct ppk_report *report)
{
	const char *pam_folder = arguments->value[PPK_ARG_PAM_FOLDER];
	struct ppk_options options;
	struct ppk_store store;
	struct ppk_diag diag = { .text = "" };
	struct ppk_examination examination = {
		.options = &options, .user = user, .store = &store, .report = report
	};
	enum ppk_err err;

	if (examine_configuration(arguments->value[PPK_ARG_CONFIG], &options, report)) {
		err = ppk_store_open(options.credentials, user, 0, &store, &diag);
		if (err != PPK_OK) {
			ppk_report_failure(report, PPK_FINDING_ERROR, CONFIGURATION,
				"mend credentials= in the configuration", err, &diag);
		} else {
			ppk_doctor_credentials(&examination);
			ppk_doctor_state(&examination);
		}
		ppk_doctor_devices(&examination);
		ppk_doctor_enrolment(&examination);
	}
	ppk_doctor_pam(&examination, pam_folder == NULL ? PAM_FOLDER : pam_folder);
}

static void print_json(const char *user, const struct ppk_report *report)
{
	struct ppk_json json;

	ppk_json_init(&json, stdout);
	ppk_json_object(&json, NULL);
	ppk_json_string(&json, "user", user);
	ppk_json_bool(&json, "healthy", !ppk_report_has_errors(report));
	ppk_json_bool(&json, "complete", !report->incomplete);
	ppk_report_json(report, &json);
	ppk_json_end(&json);
}

int ppk_command_doctor(const struct ppk_arguments *arguments)
{
	struct ppk_caller caller = ppk_caller_here();
	struct ppk_report report = { .len = 0 };
	struct ppk_diag diag = { .text = "" };
	struct ppk_user *user = NULL;
	bool through_sudo = false;
	int status = PPK_EXIT_OK;
	enum ppk_err err;

	err = ppk_subject_find(
		&caller, arguments->value[PPK_ARG_USER], &user, &through_sudo, &diag);
	if (err != PPK_OK)
		return ppk_message_failure(err, &diag);
	examine_all(arguments, user, &report);
	if (arguments->value[PPK_ARG_JSON] != NULL)
		print_json(user->name, &report);
	else
		ppk_report_print(&report);
	if (report.incomplete)
		ppk_message_warning("the report is incomplete: more than %d findings, or no memory",
			PPK_REPORT_MAX);
	if (ppk_report_has_errors(&report))
		status = PPK_EXIT_REFUSED;
	else if (report.incomplete)
		status = PPK_EXIT_TEMPORARY;
	ppk_report_done(&report);
	ppk_user_free(user);
	return status;
}
