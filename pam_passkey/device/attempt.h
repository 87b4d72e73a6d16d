/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_ATTEMPT_H
#define PPK_DEVICE_ATTEMPT_H

#include "device/worker.h"

/*
 * One request of a ceremony to the authenticator. how is PPK_VERIFY_NONE, _BUILT_IN or _PIN; pin is
 * NULL but for the last. Returns what libfido2 returned.
 */
typedef int ppk_attempt_fn(
	struct ppk_worker *worker, void *context, enum ppk_verification how, const char *pin);

/*
 * Make a request until it succeeds, fails for good or is stopped: again after a fingerprint that does
 * not match, with the PIN when fingerprints are blocked, with another PIN while more than one try is
 * left, again when the authenticator's patience ends before ours. PPK_STEP_DONE: it succeeded.
 * Every other ppk_step is possible.
 */
enum ppk_step ppk_attempt(struct ppk_worker *worker, enum ppk_verification how,
	ppk_attempt_fn *attempt, void *context);

#endif
