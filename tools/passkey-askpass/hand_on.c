/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract.
 *  1. An answer MUST NOT be echoed, unless ssh says that it is no secret or it is one to ssh's own
 *     question about a host key.
 *  2. No copy of an answer MUST stay in memory that this program still uses.
 */
#include "hand_on.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/wipe.h"
#include "message.h"
#include "terminal.h"

#define ANSWER_SIZE 1024 /* bytes that OpenSSH reads, with a NUL */
#define LINE_SIZE 1024

/*
 * It replaces this process; it is found again without our variable, so that one that names this
 * program ends at the terminal and not in a circle.
 */
static int run_fallback(const char *program, const char *prompt)
{
	unsetenv("PASSKEY_ASKPASS_FALLBACK");
	execlp(program, program, prompt, (char *)NULL);
	ppk_message_error("%s (PASSKEY_ASKPASS_FALLBACK) cannot be run: %s", program,
		errno == ENOENT ? "there is no such program" : "not permitted");
	return PPK_EXIT_REFUSED;
}

/* All lines but the last, which is returned. Lines too long to be a sentence are cut. */
static const char *show_lines(const struct ppk_terminal *terminal, const char *prompt)
{
	const char *end;

	while ((end = strchr(prompt, '\n')) != NULL) {
		char line[LINE_SIZE];
		size_t len = (size_t)(end - prompt);

		len = len < sizeof(line) ? len : sizeof(line) - 1;
		memcpy(line, prompt, len);
		line[len] = '\0';
		if (ppk_terminal_show(terminal, line) != PPK_OK)
			break;
		prompt = end + 1;
	}
	return prompt;
}

/* ssh asks with echo whether a host key may be believed, and does not say so to its askpass program. */
static bool is_about_a_host_key(const char *prompt)
{
	static const char *const ends[] = { "(yes/no)? ", "(yes/no/[fingerprint])? ",
		"Please type 'yes' or 'no': ", "Please type 'yes', 'no' or the fingerprint: " };
	size_t len = strlen(prompt);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t end_len = strlen(ends[i]);

		/* what a server asks begins with "(user@host) " */
		if (prompt[0] != '(' && len >= end_len &&
			strcmp(prompt + len - end_len, ends[i]) == 0)
			return true;
	}
	return false;
}

/* To ssh, as a line. The answer's NUL is overwritten: no other copy is made of it. */
static bool write_answer(char answer[static ANSWER_SIZE])
{
	size_t len = strlen(answer), written = 0;

	answer[len++] = '\n';
	while (written < len) {
		ssize_t got = write(STDOUT_FILENO, answer + written, len - written);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		written += (size_t)got;
	}
	return true;
}

static int ask(const struct ppk_terminal *terminal, const char *prompt, const char *last)
{
	char answer[ANSWER_SIZE];
	enum ppk_err err;
	bool written;

	err = is_about_a_host_key(prompt)
		      ? ppk_terminal_ask(terminal, last, answer, sizeof(answer))
		      : ppk_terminal_ask_silently(terminal, last, answer, sizeof(answer));
	written = err == PPK_OK && write_answer(answer);
	ppk_wipe(answer, sizeof(answer));
	return written ? PPK_EXIT_OK : PPK_EXIT_REFUSED;
}

static int confirm(const struct ppk_terminal *terminal, const char *last)
{
	char question[LINE_SIZE];

	snprintf(question, sizeof(question), "%s [y/N] ", last);
	if (ppk_terminal_confirm(terminal, question) != PPK_OK)
		return PPK_EXIT_REFUSED;
	return dprintf(STDOUT_FILENO, "yes\n") >= 0 ? PPK_EXIT_OK : PPK_EXIT_REFUSED;
}

/* A message that stands until ssh ends this program. */
static int show_until_ended(const struct ppk_terminal *terminal, const char *last)
{
	if (ppk_terminal_show(terminal, last) != PPK_OK)
		ppk_message_note("%s", last);
	pause();
	return PPK_EXIT_OK;
}

static int ask_at_terminal(
	const struct ppk_terminal *terminal, const char *prompt, const char *kind)
{
	const char *last = show_lines(terminal, prompt);

	if (kind != NULL && strcmp(kind, "none") == 0)
		return show_until_ended(terminal, last);
	if (!ppk_terminal_is_there(terminal)) {
		ppk_message_error("there is no terminal to ask at: %s", last);
		ppk_message_hint("PASSKEY_ASKPASS_FALLBACK names a program that asks in a window");
		return PPK_EXIT_REFUSED;
	}
	if (kind != NULL && strcmp(kind, "confirm") == 0)
		return confirm(terminal, last);
	return ask(terminal, prompt, last);
}

int ppk_hand_on(const char *prompt, const struct ppk_environment *environment)
{
	struct ppk_terminal terminal;
	int status;

	if (environment->fallback != NULL)
		return run_fallback(environment->fallback, prompt);
	ppk_terminal_open(&terminal);
	status = ask_at_terminal(&terminal, prompt, environment->kind);
	ppk_terminal_close(&terminal);
	return status;
}
