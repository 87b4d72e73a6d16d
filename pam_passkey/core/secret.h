/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_SECRET_H
#define PPK_CORE_SECRET_H

#include <stddef.h>

#include "core/error.h"

/* The longest PIN that CTAP allows (2.1, 6.5.1: 63 bytes of UTF-8), and the NUL. */
#define PPK_SECRET_SIZE 64

/* A PIN. The only place where one may live; fixed size, so that no copy is left by realloc. */
struct ppk_secret {
	char text[PPK_SECRET_SIZE]; /* NUL-terminated */
	size_t len; /* bytes, without the NUL */
};

/*
 * Copy len bytes of text. PPK_ERR_LIMIT when it does not fit, PPK_ERR_SYNTAX when a NUL byte is in
 * it; the secret is then empty.
 */
PPK_MUST_CHECK enum ppk_err ppk_secret_set(struct ppk_secret *secret, const char *text, size_t len);

/* Overwrite; safe on NULL and when called twice. The compiler cannot leave it out. */
void ppk_secret_wipe(struct ppk_secret *secret);

#endif
