/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_ERROR_H
#define PPK_CORE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

/*
 * One error space. 0 is success; no enumerator is negative, so that a compiler sees a stray
 * errno, PAM or CTAP code. Foreign codes are translated in one function a library.
 */
enum ppk_err {
	PPK_OK = 0,
#define PPK_ERROR(name, token, sentence) PPK_ERR_##name,
#include "error.def"
#undef PPK_ERROR
	PPK_ERR_COUNT /* not an error: how many enumerators there are */
};

#define PPK_MUST_CHECK __attribute__((warn_unused_result))

/*
 * The stable token of err ("ok" for PPK_OK, "unknown" out of range), for logs and --json.
 * Static storage; never NULL. Pure.
 */
const char *ppk_err_token(enum ppk_err err);

/* The error of this token, len bytes; false: there is none. Pure. */
bool ppk_err_parse(const char *token, size_t len, enum ppk_err *ret);

/*
 * What err means in a sentence for a person, lower case, no full stop. Static; never NULL. Pure.
 */
const char *ppk_err_sentence(enum ppk_err err);

#endif
