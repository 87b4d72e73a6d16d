/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An invitation is a ceremony of passkeyd that waits long, and a process of root that waits with it.
 *
 * That process holds all that decides: the challenge, whom it is for, the policy, and the right to write.
 * There is no record of an invitation on the disk that could be copied, changed or used twice, and
 * no second privileged service that a browser could reach: a link is dead as soon as its process or
 * passkeyd has ended, after a restart of the machine too. It costs some 3 MB for each link that waits.
 *
 * Contract:
 *  1. An invitation MUST be made by root alone, and enrol for the one user whom it names.
 *  2. Whatever can be refused MUST be refused while the admin is still there.
 *  3. After the link was shown the process MUST NOT need the admin's session: no terminal, no folder
 *     of theirs, no pipe.
 *  4. It MUST end with the first registration, whether that was accepted or not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "browser_enrolment.h"
#include "commands.h"
#include "core/text.h"
#include "enrolment_plan.h"
#include "message.h"
#include "sys/clock.h"

#define VALID_S "24h" /* without --for */

/* What the context of the callbacks really is. */
struct invitation {
	struct ppk_browser_waiting waiting; /* the first member */
	bool is_foreground;
	bool has_left; /* this is the admin's process, and another one waits */
};

/* What the waiting process has instead of the admin's session. */
static void leave_session(int null)
{
	(void)setsid();
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		(void)dup2(null, fd);
	close(null);
}

/*
 * Go on in another process, without the admin's session. false: this is the one that goes back. It does
 * so only once the other has left: the end of a session's leader hangs up on whoever is in it.
 */
static bool detach(void)
{
	int left[2], null = open("/dev/null", O_RDWR | O_CLOEXEC);
	pid_t child;
	char end;

	if (null < 0 || chdir("/") != 0 || pipe2(left, O_CLOEXEC) != 0 || (child = fork()) < 0) {
		ppk_message_warning("cannot wait in the background: waiting here");
		return true;
	}
	close(left[child == 0 ? 0 : 1]);
	if (child == 0)
		leave_session(null);
	else
		while (read(left[0], &end, 1) < 0 && errno == EINTR)
			continue;
	close(left[child == 0 ? 1 : 0]);
	return child == 0;
}

static enum ppk_err show(void *context, const char *url)
{
	struct invitation *invitation = context;
	const struct ppk_browser_waiting *waiting = &invitation->waiting;
	char until[PPK_TIME_TEXT_SIZE];

	ppk_time_to_text(ppk_clock_now_s() + waiting->timeout_s, until);
	ppk_message_note("Whoever opens this link first enrols a passkey for %s, once, until %s:",
		waiting->plan->session->user->name, until);
	ppk_message_result("%s", url);
	if (ppk_message_flush(PPK_EXIT_OK) != PPK_EXIT_OK)
		return PPK_ERR_IO;
	if (invitation->is_foreground)
		return PPK_OK;
	ppk_terminal_close(&waiting->plan->session->terminal);
	invitation->has_left = !detach();
	return invitation->has_left ? PPK_ERR_CANCELLED : PPK_OK;
}

static void told(void *context, const struct ppk_browser_message *message)
{
	const struct ppk_browser_waiting *waiting = context;

	if (message->type == PPK_BROWSER_OPENED)
		syslog(LOG_INFO, "invitation for %s: opened at %s",
			waiting->plan->session->user->name, message->address);
}

/* For the log, since nobody is there any more; the page has the person's answer. */
static void report(const struct ppk_browser_waiting *waiting, enum ppk_err err)
{
	const char *user = waiting->plan->session->user->name;

	if (err == PPK_OK)
		syslog(LOG_NOTICE, "invitation for %s: enrolled \"%s\"", user, waiting->label);
	else if (err == PPK_ERR_NOT_REQUESTED)
		syslog(LOG_ALERT, "invitation for %s: the person did not ask for it", user);
	else
		syslog(LOG_WARNING, "invitation for %s: ended, %s%s%s", user, ppk_err_token(err),
			waiting->diag.text[0] == '\0' ? "" : ": ", waiting->diag.text);
}

static int wait(struct invitation *invitation)
{
	struct ppk_browser_waiting *waiting = &invitation->waiting;
	enum ppk_err err;

	openlog("passkeyctl", LOG_PID, LOG_AUTHPRIV);
	err = ppk_browser_enrolment_wait(waiting);
	if (invitation->has_left)
		return PPK_EXIT_OK;
	report(waiting, err);
	if (err != PPK_OK)
		return ppk_browser_enrolment_failure(err, &waiting->diag);
	ppk_message_note(
		"Enrolled \"%s\" for %s.", waiting->label, waiting->plan->session->user->name);
	return PPK_EXIT_OK;
}

static int invite(struct ppk_enrolment_plan *plan)
{
	const char *valid = plan->arguments->value[PPK_ARG_FOR];
	struct invitation invitation = {
		.waiting = {
			.plan = plan,
			.number = PPK_BROWSER_NUMBER_NONE,
			.show = show,
			.told = told,
		},
		.is_foreground = plan->arguments->value[PPK_ARG_FOREGROUND] != NULL,
	};
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err = ppk_arguments_duration(
		valid == NULL ? VALID_S : valid, &invitation.waiting.timeout_s, &diag);

	if (err == PPK_OK)
		err = ppk_enrolment_plan_make(plan, &diag);
	if (err == PPK_OK)
		return wait(&invitation);
	(void)ppk_message_failure(err, &diag);
	return err == PPK_ERR_OPTION ? PPK_EXIT_USAGE : ppk_exit_status(err);
}

int ppk_command_invite(const struct ppk_arguments *arguments)
{
	struct ppk_arguments for_user = *arguments;
	struct ppk_enrolment_plan *plan = calloc(1, sizeof(*plan));
	int status;

	if (plan == NULL)
		return ppk_message_failure(PPK_ERR_NOMEM, NULL);
	for_user.value[PPK_ARG_USER] = arguments->operands[0];
	plan->arguments = &for_user;
	plan->in_browser = true;
	status = ppk_session_open(&for_user, PPK_ACCESS_CHANGE, &plan->session);
	if (status == PPK_EXIT_OK && !plan->session->is_root) {
		ppk_message_error("only root may invite");
		ppk_message_hint("passkeyctl enroll --browser enrols for yourself");
		status = PPK_EXIT_REFUSED;
	}
	if (status == PPK_EXIT_OK)
		status = invite(plan);
	ppk_enrolment_plan_done(plan);
	ppk_session_close(plan->session);
	free(plan);
	return status;
}
