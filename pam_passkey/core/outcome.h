/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_OUTCOME_H
#define PPK_CORE_OUTCOME_H

#include <stdbool.h>

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
 * What a sign-in comes to in which no method brought an assertion, for this reason. What is not known
 * to be something else is DENIED; never GRANTED or SKIPPED. Pure.
 */
enum ppk_outcome ppk_outcome_without_assertion(enum ppk_err reason);

/*
 * May another method be tried after one that brought no assertion for this reason? Yes where it could
 * not work, where there was no authenticator that could have answered, and where the person wants
 * another way. No where somebody answered and was not believed, said that they did not ask for it, or
 * let the time run out with all that an answer takes at hand; and no where this process is in trouble.
 * Pure.
 */
bool ppk_outcome_leaves_another_way(enum ppk_err reason);

/*
 * Of two methods that brought no assertion, does the reason of the later one stand for both? Not where
 * it says less: BLOCKED outweighs DENIED, that outweighs UNAVAILABLE, and anything outweighs a method
 * that was passed over. So no denial becomes "cannot say", after which a service may go on. Pure.
 */
bool ppk_outcome_outweighs(enum ppk_err later, enum ppk_err earlier);

#endif
