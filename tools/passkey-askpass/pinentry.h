/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEY_ASKPASS_PINENTRY_H
#define PPK_TOOLS_PASSKEY_ASKPASS_PINENTRY_H

#include "core/error.h"
#include "core/secret.h"

/*
 * Ask for a PIN with the program pinentry (found by PATH), which has a window or a terminal of its own.
 * text: the question, one line. PPK_ERR_CANCELLED | PPK_ERR_CONVERSATION (no such program, or it
 * cannot ask) | PPK_ERR_LIMIT (longer than a PIN may be).
 */
PPK_MUST_CHECK enum ppk_err ppk_pinentry_ask(const char *text, struct ppk_secret *ret);

/*
 * A line of the Assuan protocol that begins with "D ": its data, percent signs decoded. PPK_ERR_SYNTAX
 * (a broken percent sign, a NUL byte) | PPK_ERR_LIMIT; *ret is then empty. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_pinentry_decode(
	const char *text, size_t len, struct ppk_secret *ret);

#endif
