/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_MESSAGE_H
#define PPK_TOOLS_PASSKEYCTL_MESSAGE_H

/*
 * What passkeyctl says, and how it ends. Results go to standard output, all else to standard error:
 *
 *     passkeyctl: error: what is wrong
 *     passkeyctl: hint: what to do about it
 *
 * Every line is sanitised as a whole, so that no name, product string or path can reach the terminal
 * with a control character in it.
 */

#include "core/diagnostic.h"
#include "core/error.h"

/* Exit statuses (passkeyctl(1), EXIT STATUS). */
enum ppk_exit {
	PPK_EXIT_OK = 0,
	PPK_EXIT_REFUSED = 1,   /* refused or not found */
	PPK_EXIT_USAGE = 2,     /* the command line is wrong */
	PPK_EXIT_DEVICE = 3,    /* the security key, or nobody touched it in time */
	PPK_EXIT_TEMPORARY = 4, /* may work later: memory, disk */
	PPK_EXIT_BUG = 70,      /* an assumption of the program did not hold */
};

void ppk_message_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void ppk_message_hint(const char *format, ...) __attribute__((format(printf, 1, 2)));
void ppk_message_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A line to standard error without "passkeyctl: ...:" before it. */
void ppk_message_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A line of results, to standard output. */
void ppk_message_result(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Report err: the place and sentence of diag when it has one, else the sentence of err; and the hint
 * that belongs to err, if any. Returns the exit status.
 */
int ppk_message_failure(enum ppk_err err, const struct ppk_diag *diag);

/* The exit status of err. Pure. */
int ppk_exit_status(enum ppk_err err);

/* What a person can do about err, or NULL. Static. Pure. */
const char *ppk_message_hint_for(enum ppk_err err);

/* Write out standard output; status, or PPK_EXIT_TEMPORARY (and an error line) when that fails. */
int ppk_message_flush(int status);

#endif
