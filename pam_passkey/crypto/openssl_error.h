/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CRYPTO_OPENSSL_ERROR_H
#define PPK_CRYPTO_OPENSSL_ERROR_H

#include <stdbool.h>

#include "core/error.h"

/*
 * OpenSSL's error queue belongs to the host program (sshd and sudo use it too): what this library
 * leaves there could be taken for a failure of theirs. Each function that calls OpenSSL begins with
 * ppk_openssl_enter() and ends with ppk_openssl_leave(), which puts the queue back as it was.
 */

/*
 * Mark the queue; *ret_was_empty is for ppk_openssl_leave(). False, and nothing to leave: OpenSSL had
 * no memory to start with.
 */
PPK_MUST_CHECK bool ppk_openssl_enter(bool *ret_was_empty);

/*
 * Take away what came into the queue since ppk_openssl_enter(). Returns err, or PPK_ERR_NOMEM when
 * err is a failure and the queue says that memory was its reason. The one place that translates
 * OpenSSL's codes.
 */
enum ppk_err ppk_openssl_leave(bool was_empty, enum ppk_err err);

#endif
