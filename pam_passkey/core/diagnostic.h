/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_DIAGNOSTIC_H
#define PPK_CORE_DIAGNOSTIC_H

#include "core/error.h"

/*
 * What is wrong with an input and what to do about it: one clear sentence with a place.
 * Passed as the last, optional argument (may be NULL) and written on failure only.
 * Fixed size on purpose: reporting "out of memory" must not need memory.
 */
struct ppk_diag {
	char source[256]; /* file name, "PAM line", ... ; "" when there is none */
	unsigned line; /* 1-based; 0 when there is none */
	unsigned column; /* 1-based byte; 0 when there is none */
	char text[384]; /* the sentence, printable, without place and without full stop */
};

/*
 * Fill *diag (nothing happens when diag is NULL); text is made by a printf format, cut at the
 * array's size, and control characters in it are replaced (ppk_text_sanitise). Returns err, so
 * that a failing branch is one statement:
 *     return ppk_diag_set(reterr, PPK_ERR_SYNTAX, source, 3, 9, "...");
 * No allocation, no I/O.
 */
enum ppk_err ppk_diag_set(struct ppk_diag *diag, enum ppk_err err, const char *source,
	unsigned line, unsigned column, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

/*
 * Write "source:line:column: text" (leaving out what is 0 or empty) into out, always
 * NUL-terminated, cut at size bytes (size >= 1).
 */
void ppk_diag_format(const struct ppk_diag *diag, char *out, unsigned long size);

#endif
