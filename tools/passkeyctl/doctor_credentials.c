/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counts.h"
#include "credential_view.h"
#include "crypto/public_key.h"
#include "doctor.h"
#include "sys/clock.h"
#include "sys/file.h"

#define CHECK "credentials"
#define STATE "state"

static void examine_lines(
	const struct ppk_examination *examination, const struct ppk_credential_file *file)
{
	for (size_t i = 0; i < file->line_count; i++)
		if (file->lines[i].err != PPK_OK)
			ppk_report_failure(examination->report, PPK_FINDING_WARNING, CHECK,
				"repair or remove the line: a sign-in skips it", file->lines[i].err,
				&file->lines[i].diag);
}

/*
 * A sign-in looks at the form of each key, and decodes in full the one that signed: what is wrong
 * with the others shows here alone.
 */
static bool has_sound_key(const struct ppk_examination *examination, size_t i,
	const struct ppk_credential *credential, const char *label)
{
	enum ppk_err err = ppk_public_key_check(credential);
	struct ppk_diag diag = { .text = "" };

	if (err == PPK_OK)
		return true;
	(void)ppk_diag_set(&diag, err, examination->store->path, (unsigned)i + 1, 0,
		"\"%s\" cannot sign in: %s", label, ppk_err_sentence(err));
	ppk_report_failure(examination->report, PPK_FINDING_WARNING, CHECK,
		"remove the line and enrol the security key anew", err, &diag);
	return false;
}

static void note_unknown_keys(const struct ppk_examination *examination, size_t i,
	const struct ppk_credential *credential)
{
	struct ppk_diag diag = { .text = "" };

	if (credential->unknown == NULL)
		return;
	(void)ppk_diag_set(&diag, PPK_ERR_OPTION, examination->store->path, (unsigned)i + 1, 0,
		"kept, and without effect in this version: %s", credential->unknown);
	ppk_report_failure(examination->report, PPK_FINDING_NOTE, CHECK,
		"look for a misspelt name if it should have an effect", PPK_ERR_OPTION, &diag);
}

/* What a person may wonder about: a key that is plugged in, and is not asked. */
static void note_agent_alone(
	const struct ppk_examination *examination, const struct ppk_credential *credential)
{
	char label[PPK_CREDENTIAL_NAME_MAX + 1];

	if (!credential->no_handle)
		return;
	ppk_credential_label(credential, label, sizeof(label));
	ppk_report_add(examination->report, PPK_FINDING_NOTE, CHECK,
		"enrol the private file instead where a USB port is to serve too",
		"\"%s\" signs in through an SSH agent alone (handle=none)", label);
}

/* Reports those that cannot sign in; returns how many can. */
static size_t count_usable(
	const struct ppk_examination *examination, const struct ppk_credential_file *file)
{
	char label[PPK_CREDENTIAL_NAME_MAX + 1];
	size_t usable = 0;

	for (size_t i = 0; i < file->line_count; i++) {
		const struct ppk_credential *credential = file->lines[i].credential;
		const char *state;

		if (credential == NULL)
			continue;
		note_unknown_keys(examination, i, credential);
		note_agent_alone(examination, credential);
		ppk_credential_label(credential, label, sizeof(label));
		if (!has_sound_key(examination, i, credential, label))
			continue;
		state = ppk_credential_state(
			credential, examination->options->rp_id, ppk_clock_now_s());
		if (strcmp(state, "usable") == 0) {
			usable++;
			continue;
		}
		ppk_report_add(examination->report, PPK_FINDING_WARNING, CHECK, NULL,
			"\"%s\" cannot sign in: %s", label, state);
	}
	return usable;
}

static void report_none(const struct ppk_examination *examination)
{
	if (examination->options->unenrolled == PPK_UNENROLLED_SKIP)
		ppk_report_add(examination->report, PPK_FINDING_WARNING, CHECK,
			"passkeyctl enroll enrols one",
			"%s has no passkey and signs in without one (unenrolled=skip)",
			examination->user->name);
	else
		ppk_report_add(examination->report, PPK_FINDING_ERROR, CHECK,
			"passkeyctl enroll enrols one",
			"%s has no passkey, and is refused (unenrolled=deny)",
			examination->user->name);
}

static void examine_file(
	const struct ppk_examination *examination, const struct ppk_credential_file *file)
{
	size_t usable;

	examine_lines(examination, file);
	if (file->credential_count == 0 && file->bad_count == 0) {
		report_none(examination);
		return;
	}
	usable = count_usable(examination, file);
	if (usable == 0)
		ppk_report_add(examination->report, PPK_FINDING_ERROR, CHECK,
			"passkeyctl enroll enrols another one",
			"none of the passkeys in %s can sign in", examination->store->path);
	else
		ppk_report_add(examination->report, PPK_FINDING_OK, CHECK,
			usable == 1 ? "enrol a second one: losing the only one locks the user out"
				    : NULL,
			usable == 1 ? "%s: %zu passkey of %s can sign in"
				    : "%s: %zu passkeys of %s can sign in",
			examination->store->path, usable, examination->user->name);
}

/* A missing folder is no answer to who has a passkey: until somebody has one, all are refused. */
static const char *hint_for(const struct ppk_examination *examination)
{
	char folder[sizeof(examination->store->path)];
	const char *slash = strrchr(examination->store->path, '/');

	if (slash != NULL && slash != examination->store->path) {
		(void)snprintf(folder, sizeof(folder), "%.*s",
			(int)(slash - examination->store->path), examination->store->path);
		if (ppk_file_is_missing(folder))
			return "passkeyctl enroll makes it, with the first passkey";
	}
	return "every sign-in of this user is refused until this is mended";
}

void ppk_doctor_credentials(const struct ppk_examination *examination)
{
	struct ppk_credential_file *file = NULL;
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err = ppk_store_read(examination->store, &file, &diag);

	if (err == PPK_OK)
		examine_file(examination, file);
	else if (err == PPK_ERR_NOT_FOUND)
		report_none(examination);
	else
		ppk_report_failure(examination->report, PPK_FINDING_ERROR, CHECK,
			hint_for(examination), err, &diag);
	ppk_credential_file_free(file);
}

void ppk_doctor_state(const struct ppk_examination *examination)
{
	const char *folder = examination->options->state;
	struct ppk_sign_counts *counts;
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err = PPK_ERR_NOMEM;

	if (ppk_file_is_missing(folder)) {
		ppk_report_add(examination->report, PPK_FINDING_NOTE, STATE, NULL,
			"%s does not exist yet; the first sign-in as root makes it", folder);
		return;
	}
	counts = calloc(1, sizeof(*counts));
	if (counts != NULL)
		err = ppk_counts_read(folder, examination->user->name, counts, &diag);
	free(counts);
	if (err == PPK_OK || err == PPK_ERR_NOT_FOUND)
		ppk_report_add(examination->report, PPK_FINDING_OK, STATE, NULL,
			"%s: the sign counts of %s can be read", folder, examination->user->name);
	else
		ppk_report_failure(examination->report,
			examination->options->sign_count == PPK_SIGN_COUNT_OFF ? PPK_FINDING_WARNING
									       : PPK_FINDING_ERROR,
			STATE, "every sign-in of this user is refused until this is mended", err,
			&diag);
}
