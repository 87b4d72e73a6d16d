/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_METHOD_DIALOGUE_H
#define PPK_METHOD_DIALOGUE_H

#include "core/error.h"
#include "core/secret.h"

/*
 * How a method talks to the person: the PAM conversation in the module, the terminal in a tool.
 * Text is one line, sanitised, without newline; or a picture of our own making (core/qr_code.h).
 */
struct ppk_dialogue {
	void *context;
	/* PPK_ERR_CONVERSATION when it cannot be shown; PPK_ERR_CANCELLED; PPK_ERR_NOMEM. */
	enum ppk_err (*show)(void *context, const char *text);
	enum ppk_err (*warn)(void *context, const char *text);
	/*
	 * A question whose answer is not echoed. PPK_ERR_CANCELLED (no or empty answer) |
	 * PPK_ERR_CONVERSATION | PPK_ERR_LIMIT | PPK_ERR_NOMEM. Every other copy of the answer is wiped.
	 */
	enum ppk_err (*ask_secret)(void *context, const char *text, struct ppk_secret *ret);
	/*
	 * A question whose answer is no secret and may be empty: into out (size bytes), NUL-terminated.
	 * text may have several lines. NULL where there are no such questions. PPK_ERR_CANCELLED (no
	 * answer) | PPK_ERR_CONVERSATION | PPK_ERR_LIMIT | PPK_ERR_NOMEM.
	 */
	enum ppk_err (*ask)(void *context, const char *text, char *out, size_t size);
};

#endif
