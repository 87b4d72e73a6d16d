/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An invitation is a ceremony of passkeyd that waits long, and a process of root that waits with it.
 *
 * That process holds all that decides: the challenge, whom it is for, the policy, and the right to write.
 * There is no record of an invitation on the disk that could be copied, changed or used twice, and
 * no second privileged service that a browser could reach: a link is dead as soon as its process has ended,
 * so also after a restart of the machine. It costs some 3 MB for each link that waits.
 *
 * passkeyd may be restarted meanwhile, for it decides nothing: the process opens the page there again, with a
 * new challenge. Who knows the link is who was sent it, as before.
 *
 * Contract:
 *  1. An invitation MUST be made by root alone, and enrol for the one user whom it names.
 *  2. Whatever can be refused MUST be refused while the admin is still there.
 *  3. After the link was shown the process MUST NOT need the admin's session: no terminal, no folder
 *     of theirs, no pipe.
 *  4. It MUST end with the first registration, whether that was accepted or not, and at its time. A page
 *     MUST NOT be opened again once a registration has come.
 *  5. A link MUST NOT be shown before its process can be listed and ended (invitation.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "browser_enrolment.h"
#include "commands.h"
#include "core/text.h"
#include "enrolment_plan.h"
#include "invitation.h"
#include "message.h"
#include "sys/clock.h"
#include "sys/descriptor.h"

#define VALID_S "24h" /* without --for */
#define PAUSE_MIN_MS 100 /* before passkeyd is asked again; twice as long each time, */
#define PAUSE_MAX_MS 30000 /* up to this: also how long a page must have stood to begin anew */

/* What the context of the callbacks really is. */
struct invitation {
	struct ppk_browser_waiting waiting; /* the first member */
	struct ppk_invitation entry;
	int entry_fd; /* -1: not announced */
	bool is_foreground;
	bool has_left; /* this is the admin's process, and another one waits */
	bool is_opened, is_used;
	int64_t end_ms; /* of the time that it has */
	char url[PPK_BROWSER_URL_MAX + 1];
};

/* What the waiting process has instead of the admin's session. */
static void leave_session(int null)
{
	(void)setsid();
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		(void)dup2(null, fd);
	close(null);
}

static enum ppk_err announce(struct invitation *invitation, struct ppk_diag *reterr)
{
	invitation->entry.process = getpid();
	return ppk_invitation_announce(&invitation->entry, &invitation->entry_fd, reterr);
}

/* The waiting process: false, which the other one hears, when it cannot be announced. */
static bool begin_to_wait(struct invitation *invitation, int null, int to_admin)
{
	enum ppk_err err;

	leave_session(null);
	err = announce(invitation, NULL);
	/* who cannot be told is not there to show the link */
	return write(to_admin, &(uint8_t){ (uint8_t)err }, 1) == 1 && err == PPK_OK;
}

/* The admin's process: what the other one says, which has left the session by then. */
static enum ppk_err hear(int from_child)
{
	uint8_t err = PPK_ERR_PROCESS;
	ssize_t got;

	do
		got = read(from_child, &err, 1);
	while (got < 0 && errno == EINTR);
	return got == 1 && err < PPK_ERR_COUNT ? (enum ppk_err)err : PPK_ERR_PROCESS;
}

/*
 * Go on in another process, without the admin's session, which is what returns 0 and announces itself; in the
 * admin's process: the number of the other one. It goes back only once the other has left: the end of a
 * session's leader hangs up on whoever is in it.
 */
static enum ppk_err detach(struct invitation *invitation, pid_t *ret)
{
	int left[2], null = open("/dev/null", O_RDWR | O_CLOEXEC);
	enum ppk_err err = PPK_OK;
	pid_t child;

	if (null < 0 || chdir("/") != 0 || pipe2(left, O_CLOEXEC) != 0 || (child = fork()) < 0)
		return PPK_ERR_PROCESS;
	close(left[child == 0 ? 0 : 1]);
	if (child == 0 && !begin_to_wait(invitation, null, left[1]))
		_exit(PPK_EXIT_TEMPORARY);
	if (child > 0) {
		close(null);
		err = hear(left[0]);
	}
	close(left[child == 0 ? 1 : 0]);
	*ret = child;
	return err;
}

static enum ppk_err show_link(const struct invitation *invitation)
{
	char until[PPK_TIME_TEXT_SIZE];

	ppk_time_to_text(invitation->entry.until_s, until);
	ppk_message_note("Whoever opens this link first enrols a passkey for %s, once, until %s:",
		invitation->entry.user, until);
	ppk_message_result("%s", invitation->url);
	return ppk_message_flush(PPK_EXIT_OK) == PPK_EXIT_OK ? PPK_OK : PPK_ERR_IO;
}

static enum ppk_err show_and_wait_here(struct invitation *invitation)
{
	enum ppk_err err = announce(invitation, &invitation->waiting.diag);

	return err != PPK_OK ? err : show_link(invitation);
}

static enum ppk_err show_and_leave(struct invitation *invitation)
{
	pid_t child = -1;
	enum ppk_err err = detach(invitation, &child);

	if (err != PPK_OK)
		return ppk_diag_set(&invitation->waiting.diag, err, NULL, 0, 0,
			"cannot wait in the background: %s", ppk_err_sentence(err));
	if (child == 0)
		return PPK_OK;
	invitation->has_left = true;
	err = show_link(invitation);
	if (err != PPK_OK) /* nobody has the link */
		(void)kill(child, SIGTERM);
	return err != PPK_OK ? err : PPK_ERR_CANCELLED;
}

static enum ppk_err show(void *context, const char *url)
{
	struct invitation *invitation = context;
	struct ppk_browser_waiting *waiting = &invitation->waiting;

	if (waiting->url != NULL) {
		syslog(LOG_NOTICE, "invitation for %s: passkeyd is there again, the link works",
			invitation->entry.user);
		return PPK_OK;
	}
	snprintf(invitation->url, sizeof(invitation->url), "%s", url);
	waiting->url = invitation->url;
	if (invitation->is_foreground)
		return show_and_wait_here(invitation);
	ppk_terminal_close(&waiting->plan->session->terminal);
	return show_and_leave(invitation);
}

static void told(void *context, const struct ppk_browser_message *message)
{
	struct invitation *invitation = context;

	if (message->type == PPK_BROWSER_REGISTRATION)
		invitation->is_used = true;
	if (message->type != PPK_BROWSER_OPENED)
		return;
	syslog(LOG_INFO, "invitation for %s: opened at %s", invitation->entry.user,
		message->address);
	if (!invitation->is_opened)
		ppk_invitation_opened(invitation->entry_fd, message->address);
	invitation->is_opened = true;
}

/* Is it an end of passkeyd's, after which it may come back? */
static bool is_outage(const struct invitation *invitation, enum ppk_err err)
{
	return invitation->waiting.url != NULL && !invitation->has_left && !invitation->is_used &&
	       (err == PPK_ERR_PROCESS || err == PPK_ERR_NOT_FOUND || err == PPK_ERR_BUSY);
}

/* At once where it stood for long, else after a while. false: its time is over. */
static bool pause_before_next(
	const struct invitation *invitation, int64_t began_ms, unsigned *pause_ms)
{
	int64_t now_ms = ppk_clock_ms(), left_ms = invitation->end_ms - now_ms;

	if (now_ms - began_ms > PAUSE_MAX_MS)
		*pause_ms = PAUSE_MIN_MS;
	if (left_ms <= *pause_ms)
		return false;
	(void)ppk_descriptor_ready_within(-1, *pause_ms);
	*pause_ms = *pause_ms * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS : *pause_ms * 2;
	return true;
}

/* Until it is used, or its time is over, whatever becomes of passkeyd. */
static enum ppk_err keep_open(struct invitation *invitation)
{
	struct ppk_browser_waiting *waiting = &invitation->waiting;
	unsigned pause_ms = PAUSE_MIN_MS;

	for (;;) {
		int64_t began_ms = ppk_clock_ms();
		enum ppk_err err;

		waiting->diag.text[0] = '\0';
		err = ppk_browser_enrolment_wait(waiting);
		if (!is_outage(invitation, err))
			return err;
		if (pause_ms == PAUSE_MIN_MS)
			syslog(LOG_WARNING, "invitation for %s: the link waits for passkeyd, %s",
				invitation->entry.user, ppk_err_token(err));
		if (!pause_before_next(invitation, began_ms, &pause_ms))
			return PPK_ERR_TIMEOUT;
		waiting->timeout_s = (uint32_t)((invitation->end_ms - ppk_clock_ms() + 999) / 1000);
	}
}

/* For the log, since nobody is there any more; the page has the person's answer. */
static void report(const struct invitation *invitation, enum ppk_err err)
{
	const struct ppk_browser_waiting *waiting = &invitation->waiting;
	const char *user = invitation->entry.user;

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
	invitation->end_ms = ppk_clock_ms() + (int64_t)waiting->timeout_s * 1000;
	invitation->entry.made_s = ppk_clock_now_s();
	invitation->entry.until_s = invitation->entry.made_s + waiting->timeout_s;
	err = keep_open(invitation);
	if (invitation->has_left && err == PPK_ERR_CANCELLED)
		return PPK_EXIT_OK;
	if (waiting->url != NULL) /* else there never was one */
		report(invitation, err);
	if (err != PPK_OK)
		return ppk_browser_enrolment_failure(err, &waiting->diag);
	ppk_message_note("Enrolled \"%s\" for %s.", waiting->label, invitation->entry.user);
	return PPK_EXIT_OK;
}

static enum ppk_err keep_name(const char *name, struct ppk_invitation *entry)
{
	if (strlen(name) >= sizeof(entry->user))
		return PPK_ERR_LIMIT;
	memcpy(entry->user, name, strlen(name) + 1);
	return PPK_OK;
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
		.entry_fd = -1,
		.is_foreground = plan->arguments->value[PPK_ARG_FOREGROUND] != NULL,
	};
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err = ppk_arguments_duration(
		valid == NULL ? VALID_S : valid, &invitation.waiting.timeout_s, &diag);

	if (err == PPK_OK)
		err = ppk_enrolment_plan_make(plan, &diag);
	if (err == PPK_OK)
		err = keep_name(plan->session->user->name, &invitation.entry);
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
