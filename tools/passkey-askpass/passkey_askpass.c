/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "answer.h"
#include "core/ssh_challenge.h"
#include "core/ssh_prompt.h"
#include "environment.h"
#include "hand_on.h"
#include "install.h"
#include "message.h"
#include "terminal.h"

#define PASTE_MAX (128 * 1024) /* bytes; the largest challenge has less */

static const char help[] =
	"Usage: passkey-askpass PROMPT\n"
	"       passkey-askpass --answer [[USER@]HOST]\n"
	"       passkey-askpass --install\n\n"
	"Answer a passkey question of an SSH server with a security key of this machine. ssh runs "
	"it\n"
	"(SSH_ASKPASS); questions that are not for a passkey are handed on.\n\n"
	"  --answer   answer a question that is pasted here; HOST as you gave it to ssh\n"
	"  --install  print the three lines by which ssh finds this program\n"
	"  --help     print this help\n"
	"  --version  print the version\n\nThe manual: man passkey-askpass\n";

static int usage(const char *what)
{
	ppk_message_error("%s", what);
	ppk_message_hint("passkey-askpass --help");
	return PPK_EXIT_USAGE;
}

static int print(const char *text)
{
	fputs(text, stdout);
	return ppk_message_flush(PPK_EXIT_OK);
}

/* ssh asks. */
static int answer_prompt(const char *text, const struct ppk_environment *environment)
{
	struct ppk_ssh_prompt prompt;

	ppk_ssh_prompt_parse(text, strlen(text), &prompt);
	switch (prompt.kind) {
	case PPK_SSH_PROMPT_OTHER:
		return ppk_hand_on(text, environment);
	case PPK_SSH_PROMPT_QUESTION:
		return print(PPK_SSH_HELLO "\n");
	case PPK_SSH_PROMPT_CHALLENGE:
		return ppk_answer(
			&(const struct ppk_asker){ .user = prompt.user, .host = prompt.host },
			prompt.challenge, prompt.challenge_len);
	case PPK_SSH_PROMPT_FORGED:
		break;
	}
	ppk_message_error(
		"a question for a passkey, but ssh does not say which machine asks: refused");
	return PPK_EXIT_REFUSED;
}

/* All of standard input, cut at PASTE_MAX. */
static enum ppk_err read_input(char **ret)
{
	char *text = malloc(PASTE_MAX + 1);
	size_t len;

	if (text == NULL)
		return PPK_ERR_NOMEM;
	len = fread(text, 1, PASTE_MAX, stdin);
	text[len] = '\0';
	*ret = text;
	return PPK_OK;
}

static enum ppk_err read_line(const struct ppk_terminal *terminal, const char *question, char **ret)
{
	char *text = malloc(PASTE_MAX + 1);
	enum ppk_err err;

	if (text == NULL)
		return PPK_ERR_NOMEM;
	err = ppk_terminal_ask(terminal, question, text, PASTE_MAX + 1);
	if (err != PPK_OK) {
		free(text);
		return err;
	}
	*ret = text;
	return PPK_OK;
}

/* A challenge that a person brings, by the terminal or by a pipe. */
static int answer_paste(const struct ppk_terminal *terminal, const struct ppk_asker *asker)
{
	char *text = NULL;
	const char *start;
	enum ppk_err err;
	int status;

	err = isatty(STDIN_FILENO) ? read_line(terminal, "The line to answer: ", &text)
				   : read_input(&text);
	if (err != PPK_OK)
		return ppk_message_failure(err, NULL);
	start = text + strspn(text, " \t\r\n");
	status = ppk_answer(asker, start, strcspn(start, " \t\r\n"));
	free(text);
	return status;
}

/* Split "[USER@]HOST", in place. */
static bool read_target(char *target, struct ppk_asker *ret, char host[static PPK_SSH_HOST_SIZE])
{
	char *at = strrchr(target, '@');
	const char *name = at == NULL ? target : at + 1;

	if (ppk_ssh_host_normalise(name, strlen(name), host) != PPK_OK)
		return false;
	if (at != NULL)
		*at = '\0';
	*ret = (struct ppk_asker){ .user = at == NULL ? NULL : target, .host = host };
	return true;
}

/*
 * The host is what the person says, never what stands before a line that they paste: any server can
 * write that.
 */
static int answer_by_hand(char *target)
{
	char host[PPK_SSH_HOST_SIZE], typed[512];
	struct ppk_terminal terminal;
	struct ppk_asker asker;
	int status;

	ppk_terminal_open(&terminal);
	if (target == NULL &&
		ppk_terminal_ask(&terminal, "The machine that asks, as you gave it to ssh: ", typed,
			sizeof(typed)) == PPK_OK)
		target = typed;
	if (target == NULL)
		status = usage("--answer needs to know which machine asks");
	else if (!read_target(target, &asker, host))
		status = usage("this is no machine that ssh could sign in to");
	else
		status = answer_paste(&terminal, &asker);
	ppk_terminal_close(&terminal);
	return status;
}

int main(int argc, char **argv, char **envp)
{
	const struct ppk_environment environment = ppk_environment_read(envp);

	if (argc < 2)
		return usage("no question given");
	if (strcmp(argv[1], "--answer") == 0 && argc <= 3)
		return answer_by_hand(argv[2]);
	if (argc > 2)
		return usage("more than one question given");
	if (strcmp(argv[1], "--install") == 0)
		return ppk_install(argv[0][0] == '/' ? argv[0] : PPK_ASKPASS_PATH, &environment);
	if (strcmp(argv[1], "--help") == 0)
		return print(help);
	if (strcmp(argv[1], "--version") == 0)
		return print("passkey-askpass " PPK_VERSION "\n");
	return answer_prompt(argv[1], &environment);
}
