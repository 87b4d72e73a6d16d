/* SPDX-License-Identifier: BSD-2-Clause */
/* Which links wait to be used, and taking one back: what their processes said of themselves. */
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "commands.h"
#include "core/text.h"
#include "invitation.h"
#include "json.h"
#include "message.h"

struct invitations {
	struct ppk_invitation *list;
	size_t count;
};

/* Read, or say why not; the exit status. */
static int open_list(struct invitations *ret)
{
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err;

	if (geteuid() != 0) {
		ppk_message_error("only root may see invitations");
		return PPK_EXIT_REFUSED;
	}
	err = ppk_invitations_read(&ret->list, &ret->count, &diag);
	return err == PPK_OK ? PPK_EXIT_OK : ppk_message_failure(err, &diag);
}

static void print_json(const struct invitations *invitations)
{
	struct ppk_json json;

	ppk_json_init(&json, stdout);
	ppk_json_object(&json, NULL);
	ppk_json_array(&json, "invitations");
	for (size_t i = 0; i < invitations->count; i++) {
		const struct ppk_invitation *one = &invitations->list[i];

		ppk_json_object(&json, NULL);
		ppk_json_number(&json, "process", one->process);
		ppk_json_string(&json, "user", one->user);
		ppk_json_time(&json, "made", one->made_s);
		ppk_json_time(&json, "until", one->until_s);
		ppk_json_string(&json, "opened_at", one->opened[0] == '\0' ? NULL : one->opened);
		ppk_json_end(&json);
	}
	ppk_json_end(&json);
	ppk_json_end(&json);
}

/* The user's name is the last column: what it takes on a screen need not be known. */
static void print_table(const struct invitations *invitations)
{
	if (invitations->count == 0) {
		ppk_message_note("No invitation waits.");
		return;
	}
	ppk_message_result(
		"%-10s  %-20s  %-20s  %-15s  %s", "PROCESS", "MADE", "UNTIL", "OPENED AT", "USER");
	for (size_t i = 0; i < invitations->count; i++) {
		const struct ppk_invitation *one = &invitations->list[i];
		char made[PPK_TIME_TEXT_SIZE], until[PPK_TIME_TEXT_SIZE];

		ppk_time_to_text(one->made_s, made);
		ppk_time_to_text(one->until_s, until);
		ppk_message_result("%-10d  %-20s  %-20s  %-15s  %s", (int)one->process, made, until,
			one->opened[0] == '\0' ? "-" : one->opened, one->user);
	}
}

int ppk_command_invitations(const struct ppk_arguments *arguments)
{
	struct invitations invitations = { .list = NULL };
	int status = open_list(&invitations);

	if (status == PPK_EXIT_OK)
		(arguments->value[PPK_ARG_JSON] != NULL ? print_json : print_table)(&invitations);
	free(invitations.list);
	return status;
}

/* By the number of its process, or by whom it is for. */
static bool is_meant(const struct ppk_invitation *invitation, const char *text)
{
	uint64_t number = 0;

	if (ppk_text_to_number(text, strlen(text), 1, INT32_MAX, &number) == PPK_OK)
		return (uint64_t)invitation->process == number;
	return strcmp(invitation->user, text) == 0;
}

/* One that has just ended by itself is no link any more either. */
static int cancel(const struct ppk_invitation *invitation)
{
	enum ppk_err err = ppk_invitation_cancel(invitation);

	if (err == PPK_ERR_NOT_FOUND) {
		ppk_message_note(
			"The invitation of %s has just ended by itself.", invitation->user);
		return PPK_EXIT_OK;
	}
	if (err != PPK_OK)
		return ppk_message_failure(err, NULL);
	syslog(LOG_NOTICE, "invitation for %s: taken back", invitation->user);
	ppk_message_result("The invitation of %s is taken back.", invitation->user);
	return PPK_EXIT_OK;
}

static int cancel_all(const struct invitations *invitations, const char *text)
{
	int status = PPK_EXIT_OK;
	size_t found = 0;

	openlog("passkeyctl", LOG_PID, LOG_AUTHPRIV);
	for (size_t i = 0; i < invitations->count; i++) {
		int one;

		if (!is_meant(&invitations->list[i], text))
			continue;
		found++;
		one = cancel(&invitations->list[i]);
		if (one != PPK_EXIT_OK)
			status = one;
	}
	if (found > 0)
		return status;
	ppk_message_error("no invitation of \"%s\" waits", text);
	ppk_message_hint("passkeyctl invitations lists those that do");
	return PPK_EXIT_REFUSED;
}

int ppk_command_uninvite(const struct ppk_arguments *arguments)
{
	struct invitations invitations = { .list = NULL };
	int status = open_list(&invitations);

	if (status == PPK_EXIT_OK)
		status = cancel_all(&invitations, arguments->operands[0]);
	free(invitations.list);
	return status;
}
