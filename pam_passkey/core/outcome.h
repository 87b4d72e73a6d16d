/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_OUTCOME_H
#define PPK_CORE_OUTCOME_H

#include "core/error.h"

/* What came of a sign-in. There is no value that means success by being zero. */
enum ppk_outcome {
	PPK_OUTCOME_DENIED = 1,  /* no, whatever the reason */
	PPK_OUTCOME_UNAVAILABLE, /* the store or the machine cannot say */
	PPK_OUTCOME_BLOCKED,     /* PIN or fingerprint blocked */
	PPK_OUTCOME_SKIPPED,     /* the store says: no credential, and unenrolled=skip */
	PPK_OUTCOME_GRANTED,     /* a verified assertion */
};

/*
 * "granted" | "denied" (BLOCKED too: the reason tells) | "unavailable" | "skipped", for logs. A value
 * that is no outcome is "denied". Static; never NULL. Pure.
 */
const char *ppk_outcome_name(enum ppk_outcome outcome);

/*
 * What a sign-in comes to whose last method brought no assertion, for this reason. What is not known to
 * be something else is DENIED; never GRANTED or SKIPPED. Pure.
 */
enum ppk_outcome ppk_outcome_without_assertion(enum ppk_err reason);

#endif
