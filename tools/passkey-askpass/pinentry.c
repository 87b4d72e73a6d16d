/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract.
 *  1. What pinentry sends MUST be wiped here as soon as it was understood, and MUST be bounded.
 *  2. A pinentry that fails or is closed MUST NOT look like an empty PIN.
 */
#include "pinentry.h"

#include <errno.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/wipe.h"
#include "message.h"
#include "sys/platform.h"
#include "sys/socket_pair.h"

#define LINE_SIZE 1024 /* bytes; Assuan lines have at most 1,000 */

extern char **environ;

struct conversation {
	int socket;
	pid_t pid;
};

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The character at text[*at]; *at moves behind it. False: a broken percent sign. */
static bool next_character(const char *text, size_t len, size_t *at, char *ret)
{
	char c = text[(*at)++];
	int high, low;

	if (c == '%') {
		if (len - *at < 2)
			return false;
		high = hex_value(text[*at]);
		low = hex_value(text[*at + 1]);
		if (high < 0 || low < 0)
			return false;
		c = (char)(high * 16 + low);
		*at += 2;
	}
	*ret = c;
	return true;
}

enum ppk_err ppk_pinentry_decode(const char *text, size_t len, struct ppk_secret *ret)
{
	struct ppk_secret secret = { .len = 0 };
	enum ppk_err err = PPK_OK;
	size_t at = 0;

	ppk_secret_wipe(ret);
	while (at < len && err == PPK_OK) {
		char c;

		if (!next_character(text, len, &at, &c))
			err = PPK_ERR_SYNTAX;
		else if (secret.len == sizeof(secret.text) - 1)
			err = PPK_ERR_LIMIT;
		else
			secret.text[secret.len++] = c;
	}
	if (err == PPK_OK)
		err = ppk_secret_set(ret, secret.text, secret.len);
	ppk_secret_wipe(&secret);
	return err;
}

/* One line, without its newline, NUL-terminated. Read byte by byte: what follows stays unread. */
static enum ppk_err read_line(int fd, char line[static LINE_SIZE])
{
	for (size_t len = 0; len < LINE_SIZE;) {
		ssize_t got = read(fd, line + len, 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return PPK_ERR_CONVERSATION;
		if (line[len] == '\n') {
			line[len] = '\0';
			return PPK_OK;
		}
		len++;
	}
	return PPK_ERR_CONVERSATION;
}

static bool begins_with(const char *line, const char *word)
{
	return strncmp(line, word, strlen(word)) == 0;
}

/* Lines up to OK or ERR; data goes into *ret. */
static enum ppk_err receive(int fd, struct ppk_secret *ret)
{
	char line[LINE_SIZE];
	enum ppk_err err;

	do {
		err = read_line(fd, line);
		if (err == PPK_OK && begins_with(line, "D "))
			err = ppk_pinentry_decode(line + 2, strlen(line + 2), ret);
		else if (err == PPK_OK && begins_with(line, "ERR"))
			err = PPK_ERR_CANCELLED;
		else if (err == PPK_OK && begins_with(line, "OK"))
			break;
	} while (err == PPK_OK);
	ppk_wipe(line, sizeof(line));
	return err;
}

/* Say something, and wait for its OK. '%' in the text is all that Assuan needs to have written otherwise. */
static enum ppk_err command(int fd, const char *name, const char *text, struct ppk_secret *ret)
{
	char line[LINE_SIZE];
	size_t len;

	snprintf(line, sizeof(line), "%s ", name);
	len = strlen(line);
	for (; *text != '\0' && len < sizeof(line) - 8; text++) {
		if (*text == '%')
			len += (size_t)snprintf(line + len, sizeof(line) - len, "%%25");
		else
			line[len++] = *text;
	}
	line[len++] = '\n';
	if (send(fd, line, len, PPK_MSG_NOSIGNAL) != (ssize_t)len)
		return PPK_ERR_CONVERSATION;
	return receive(fd, ret);
}

static enum ppk_err start(struct conversation *ret)
{
	char name[] = "pinentry", *arguments[] = { name, NULL };
	posix_spawn_file_actions_t actions;
	int sockets[2], failed;

	if (ppk_socket_pair(SOCK_STREAM, sockets) != PPK_OK)
		return PPK_ERR_CONVERSATION;
	failed = posix_spawn_file_actions_init(&actions);
	if (failed == 0) {
		failed = posix_spawn_file_actions_adddup2(&actions, sockets[1], STDIN_FILENO);
		if (failed == 0)
			failed = posix_spawn_file_actions_adddup2(
				&actions, sockets[1], STDOUT_FILENO);
		if (failed == 0)
			failed = posix_spawnp(&ret->pid, name, &actions, NULL, arguments, environ);
		posix_spawn_file_actions_destroy(&actions);
	}
	close(sockets[1]);
	ret->socket = sockets[0];
	if (failed != 0)
		close(sockets[0]);
	return failed == 0 ? PPK_OK : PPK_ERR_CONVERSATION;
}

static enum ppk_err talk(int fd, const char *text, struct ppk_secret *ret)
{
	enum ppk_err err = receive(fd, ret); /* its greeting */

	if (err == PPK_OK)
		err = command(fd, "SETDESC", text, ret);
	if (err == PPK_OK)
		err = command(fd, "SETPROMPT", "PIN:", ret);
	if (err == PPK_OK)
		err = command(fd, "GETPIN", "", ret);
	return err == PPK_OK && ret->len == 0 ? PPK_ERR_CANCELLED : err;
}

enum ppk_err ppk_pinentry_ask(const char *text, struct ppk_secret *ret)
{
	struct conversation conversation;
	enum ppk_err err = start(&conversation);

	if (err != PPK_OK) {
		ppk_message_error("a PIN is needed, and there is neither a terminal nor pinentry");
		return err;
	}
	err = talk(conversation.socket, text, ret);
	close(conversation.socket);
	while (waitpid(conversation.pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (err != PPK_OK)
		ppk_secret_wipe(ret);
	return err;
}
