/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_TERMINAL_H
#define PPK_TOOLS_PASSKEYCTL_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "method/dialogue.h"

/* The person at the controlling terminal (passkey-askpass too). fd is -1 when there is none. */
struct ppk_terminal {
	int fd;
};

/* Open /dev/tty. Not having one is no error: questions then fail. */
void ppk_terminal_open(struct ppk_terminal *ret);
void ppk_terminal_close(struct ppk_terminal *terminal);
bool ppk_terminal_is_there(const struct ppk_terminal *terminal);

/*
 * A dialogue over the terminal: messages go to standard error, PINs are typed without echo. terminal
 * must outlive *ret.
 */
void ppk_terminal_dialogue(struct ppk_terminal *terminal, struct ppk_dialogue *ret);

/*
 * Ask for a line of text (echoed), NUL-terminated without its newline. An empty answer is "".
 * PPK_ERR_CONVERSATION (no terminal) | PPK_ERR_CANCELLED (end of input) | PPK_ERR_LIMIT (longer than
 * size - 1 bytes).
 */
PPK_MUST_CHECK enum ppk_err ppk_terminal_ask(
	const struct ppk_terminal *terminal, const char *question, char *ret, size_t size);

/*
 * The same without echo, for what is secret; the caller wipes ret, also after an error. An answer that
 * was typed before the question is thrown away. Also PPK_ERR_SYNTAX (a NUL byte in it).
 */
PPK_MUST_CHECK enum ppk_err ppk_terminal_ask_silently(
	const struct ppk_terminal *terminal, const char *question, char *ret, size_t size);

/* Show one line, sanitised. PPK_ERR_CONVERSATION. */
PPK_MUST_CHECK enum ppk_err ppk_terminal_show(
	const struct ppk_terminal *terminal, const char *text);

/*
 * Ask a question that is answered by y or yes; anything else, an empty answer too, means no:
 * PPK_ERR_CANCELLED. PPK_ERR_CONVERSATION without a terminal.
 */
PPK_MUST_CHECK enum ppk_err ppk_terminal_confirm(
	const struct ppk_terminal *terminal, const char *question);

#endif
