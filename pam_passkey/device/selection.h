/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_SELECTION_H
#define PPK_DEVICE_SELECTION_H

/*
 * Which of several authenticators does what next. Those that need no PIN are asked at once and
 * together; the first touch wins. A PIN is asked for only when it is clear whose: an authenticator
 * that is alone, the only one that holds a credential, or the one that was touched. Pure.
 */

#include <stdbool.h>
#include <stddef.h>

#include "device/worker_message.h"

/* Where the supervisor sees one authenticator. */
enum ppk_phase {
	PPK_PHASE_ABSENT = 0, /* no authenticator */
	PPK_PHASE_OPENING, /* nothing is known of it yet */
	PPK_PHASE_READY, /* it could begin, or go on where it was stopped */
	PPK_PHASE_ASKING, /* the ceremony runs, without the PIN */
	PPK_PHASE_NEEDS_PIN,
	PPK_PHASE_PROBING,
	PPK_PHASE_SELECTING, /* it blinks, to be chosen */
	PPK_PHASE_CHOSEN, /* and was */
	PPK_PHASE_STOPPING,
	PPK_PHASE_ASKING_PIN, /* the ceremony runs, and the dialogue about the PIN is its */
	PPK_PHASE_GONE, /* of no more use, but still plugged in */
};

/* What a probe said about one that needs a PIN. */
enum ppk_knowledge { PPK_KNOWS_NOTHING = 0, PPK_KNOWS_IT_HOLDS, PPK_KNOWS_IT_MAY_HIDE };

struct ppk_candidate {
	enum ppk_phase phase;
	enum ppk_knowledge knowledge;
	bool waits; /* PPK_PHASE_ASKING: it waits for the person, so it holds a credential */
};

/*
 * Give each of count candidates an order (PPK_ORDER_NONE: go on). creation: the ceremony makes a
 * credential, any authenticator will do. late: do not wait any longer for those that have not said yet
 * what they are. True: it is waited for them.
 */
bool ppk_selection_decide(const struct ppk_candidate *candidates, size_t count, bool creation,
	bool late, enum ppk_worker_order *orders);

/* How many can still bring the ceremony to its end. */
size_t ppk_selection_live(const struct ppk_candidate *candidates, size_t count);

#endif
