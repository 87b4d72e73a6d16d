/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract:
 *  1. A PIN MUST be read from the controlling terminal and from nowhere else: no pipe, file, argument
 *     or environment variable.
 *  2. Echo MUST be off before the prompt appears, and what was typed before it MUST be thrown away.
 *  3. The terminal MUST have its former settings whenever this process ends or stops by a signal that
 *     a person or the system sends (INT, TERM, HUP, QUIT, TSTP), and when it returns from here.
 *  4. A PIN MUST NOT be held anywhere but in the caller's struct ppk_secret, wiped on every failure; what
 *     is typed in silence otherwise, nowhere but in the caller's buffer.
 *  5. The signals are held back, noticed through a descriptor, and let loose with their own effect once
 *     the terminal is restored (sys/signals.h).
 */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

#include "core/text.h"
#include "message.h"
#include "sys/signals.h"

#define QUESTION_SIZE 512 /* bytes */

void ppk_terminal_open(struct ppk_terminal *ret)
{
	ret->fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
}

void ppk_terminal_close(struct ppk_terminal *terminal)
{
	if (terminal->fd >= 0)
		close(terminal->fd);
	terminal->fd = -1;
}

bool ppk_terminal_is_there(const struct ppk_terminal *terminal)
{
	return terminal->fd >= 0;
}

static enum ppk_err write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t written = write(fd, text, len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return PPK_ERR_CONVERSATION;
		text += written;
		len -= (size_t)written;
	}
	return PPK_OK;
}

static enum ppk_err write_question(int fd, const char *question)
{
	char safe[QUESTION_SIZE];

	ppk_text_sanitise(safe, sizeof(safe), question, strlen(question));
	return write_all(fd, safe, strlen(safe));
}

/*
 * Read a line of the terminal, of which out keeps at most size - 1 bytes; the rest of an over-long
 * one is read too, so that it is not taken for the next answer. Canonical mode: one read(2) gives
 * one line, or as much of it as fits.
 */
static enum ppk_err read_line(int fd, char *out, size_t size, size_t *ret_len)
{
	size_t len = 0;
	bool cut = false;

	for (;;) {
		ssize_t got;

		if (len == size) { /* full without a newline */
			cut = true;
			len = 0;
		}
		got = read(fd, out + len, size - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return PPK_ERR_CONVERSATION;
		if (got == 0)
			return cut ? PPK_ERR_LIMIT : PPK_ERR_CANCELLED;
		len += (size_t)got;
		if (out[len - 1] == '\n')
			break;
	}
	out[--len] = '\0';
	*ret_len = len;
	return cut ? PPK_ERR_LIMIT : PPK_OK;
}

enum ppk_err ppk_terminal_show(const struct ppk_terminal *terminal, const char *text)
{
	enum ppk_err err;

	if (terminal->fd < 0)
		return PPK_ERR_CONVERSATION;
	err = write_question(terminal->fd, text);
	return err == PPK_OK ? write_all(terminal->fd, "\n", 1) : err;
}

enum ppk_err ppk_terminal_ask(
	const struct ppk_terminal *terminal, const char *question, char *ret, size_t size)
{
	enum ppk_err err;
	size_t len;

	if (terminal->fd < 0)
		return PPK_ERR_CONVERSATION;
	err = write_question(terminal->fd, question);
	return err == PPK_OK ? read_line(terminal->fd, ret, size, &len) : err;
}

enum ppk_err ppk_terminal_confirm(const struct ppk_terminal *terminal, const char *question)
{
	char answer[16];
	enum ppk_err err = ppk_terminal_ask(terminal, question, answer, sizeof(answer));

	if (err == PPK_ERR_CONVERSATION)
		return err;
	if (err == PPK_OK && (strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0))
		return PPK_OK;
	return PPK_ERR_CANCELLED;
}

/*
 * Wait for a line or for one of the signals, which stays held back. select(2), since poll(2) does not know
 * terminals on macOS.
 */
static enum ppk_err wait_for_line(int fd, int signals, bool *ret_signal)
{
	fd_set ready;

	if (fd >= FD_SETSIZE || signals >= FD_SETSIZE)
		return PPK_ERR_CONVERSATION;
	do {
		FD_ZERO(&ready);
		FD_SET(fd, &ready);
		FD_SET(signals, &ready);
		if (select((fd > signals ? fd : signals) + 1, &ready, NULL, NULL, NULL) >= 0) {
			*ret_signal = FD_ISSET(signals, &ready);
			return PPK_OK;
		}
	} while (errno == EINTR);
	return PPK_ERR_CONVERSATION;
}

/* What is typed meanwhile is thrown away. A signal that is held back may break it off. */
static bool set_terminal(int fd, const struct termios *settings)
{
	int result;

	do {
		result = tcsetattr(fd, TCSAFLUSH, settings);
	} while (result < 0 && errno == EINTR);
	return result == 0;
}

/*
 * One question without echo, with the signals held back. *ret_signal: a signal came before the answer;
 * the terminal is restored, and the caller lets the signal loose.
 */
static enum ppk_err ask_once(
	int fd, int signals, const char *question, char *out, size_t size, bool *ret_signal)
{
	struct termios before, silent;
	enum ppk_err err;
	size_t len = 0;

	*ret_signal = false;
	if (tcgetattr(fd, &before) < 0)
		return PPK_ERR_CONVERSATION;
	silent = before;
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	silent.c_lflag |= ICANON | ISIG;
	if (!set_terminal(fd, &silent))
		return PPK_ERR_CONVERSATION;
	err = write_question(fd, question);
	if (err == PPK_OK)
		err = wait_for_line(fd, signals, ret_signal);
	if (err == PPK_OK && !*ret_signal)
		err = read_line(fd, out, size, &len);
	if (err == PPK_OK && !*ret_signal && memchr(out, '\0', len) != NULL)
		err = PPK_ERR_SYNTAX;
	/* What was typed and not read (an interrupted PIN) must not reach the shell: flush. */
	if (!set_terminal(fd, &before) && err == PPK_OK)
		err = PPK_ERR_CONVERSATION;
	if (write_all(fd, "\n", 1) != PPK_OK && err == PPK_OK)
		err = PPK_ERR_CONVERSATION;
	return err;
}

/* Ask until there is an answer or an error: one who stops the program and goes on is asked again. */
enum ppk_err ppk_terminal_ask_silently(
	const struct ppk_terminal *terminal, const char *question, char *ret, size_t size)
{
	/* The signals that end or stop this process while it waits for a PIN. */
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
	struct ppk_signals signals;
	enum ppk_err err;
	bool signalled;

	if (terminal->fd < 0)
		return PPK_ERR_CONVERSATION;
	do {
		if (ppk_signals_hold(numbers, sizeof(numbers) / sizeof(numbers[0]), &signals) !=
			PPK_OK)
			return PPK_ERR_CONVERSATION;
		err = ask_once(terminal->fd, signals.fd, question, ret, size, &signalled);
		ppk_signals_release(&signals); /* one that came acts here */
	} while (err == PPK_OK && signalled);
	return err;
}

static enum ppk_err ask_secret(void *context, const char *text, struct ppk_secret *ret)
{
	struct ppk_secret secret = { .len = 0 };
	enum ppk_err err;

	err = ppk_terminal_ask_silently(context, text, secret.text, sizeof(secret.text));
	if (err == PPK_OK && secret.text[0] == '\0')
		err = PPK_ERR_CANCELLED;
	if (err == PPK_OK)
		err = ppk_secret_set(ret, secret.text, strlen(secret.text));
	ppk_secret_wipe(&secret);
	return err;
}

static enum ppk_err show(void *context, const char *text)
{
	(void)context;
	ppk_message_note("%s", text);
	return PPK_OK;
}

static enum ppk_err warn(void *context, const char *text)
{
	(void)context;
	ppk_message_warning("%s", text);
	return PPK_OK;
}

void ppk_terminal_dialogue(struct ppk_terminal *terminal, struct ppk_dialogue *ret)
{
	*ret = (struct ppk_dialogue){
		.context = terminal,
		.show = show,
		.warn = warn,
		.ask_secret = ask_secret,
	};
}
