/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_AUTHENTICATOR_H
#define PPK_DEVICE_AUTHENTICATOR_H

#include "device/worker.h"

/*
 * Open the authenticator at worker->path, give up all privilege that was needed for that, and learn
 * what it can do. PPK_ERR_DEVICE_PERMISSION | PPK_ERR_DEVICE | PPK_ERR_NOMEM | PPK_ERR_INTERNAL.
 */
PPK_MUST_CHECK enum ppk_err ppk_authenticator_open(struct ppk_worker *worker);

/* Does it answer? Costs it nothing but the answer. True for one of U2F, which waits for nothing. */
bool ppk_authenticator_is_there(struct ppk_worker *worker);

/* Tell the program about it: PPK_DEVICE_AUTHENTICATOR. */
void ppk_authenticator_introduce(struct ppk_worker *worker);

/* Does it say that it knows the algorithm (COSE number)? True when it says nothing. */
bool ppk_authenticator_knows(const struct ppk_worker *worker, int algorithm);

/*
 * The opening itself, as each system has it (connect_linux.c, connect_portable.c), for
 * ppk_authenticator_open(). worker->dev is made already.
 */
PPK_MUST_CHECK enum ppk_err ppk_authenticator_connect(struct ppk_worker *worker);

#endif
