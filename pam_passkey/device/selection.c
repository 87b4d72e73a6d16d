/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 1. MUST NOT let an authenticator ask for the PIN while another might be the one that is meant.
 * 2. MUST give the dialogue about the PIN to one at a time.
 * 3. MUST NOT wait for a silent authenticator longer than the caller says (late).
 */
#include "device/selection.h"

static size_t count_phase(
	const struct ppk_candidate *candidates, size_t count, enum ppk_phase phase)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		if (candidates[i].phase == phase)
			found++;
	return found;
}

size_t ppk_selection_live(const struct ppk_candidate *candidates, size_t count)
{
	return count - count_phase(candidates, count, PPK_PHASE_ABSENT) -
	       count_phase(candidates, count, PPK_PHASE_GONE);
}

/* One was touched: it goes on, the others stop blinking. */
static void follow_choice(const struct ppk_candidate *candidates, size_t count, bool creation,
	enum ppk_worker_order *orders)
{
	for (size_t i = 0; i < count; i++) {
		if (candidates[i].phase == PPK_PHASE_CHOSEN)
			orders[i] = creation ? PPK_ORDER_START : PPK_ORDER_ASK_PIN;
		else if (candidates[i].phase == PPK_PHASE_SELECTING ||
			 candidates[i].phase == PPK_PHASE_ASKING)
			orders[i] = PPK_ORDER_STOP;
	}
}

/* Those that are not chosen do not go on blinking for that. */
static void stop_selecting(
	const struct ppk_candidate *candidates, size_t count, enum ppk_worker_order *orders)
{
	for (size_t i = 0; i < count; i++)
		if (candidates[i].phase == PPK_PHASE_SELECTING)
			orders[i] = PPK_ORDER_STOP;
}

/* Give order to all in phase; knowledge PPK_KNOWS_NOTHING: whatever is known of them. */
static size_t order_all(const struct ppk_candidate *candidates, size_t count, enum ppk_phase phase,
	enum ppk_knowledge knowledge, enum ppk_worker_order order, enum ppk_worker_order *orders)
{
	size_t given = 0;

	for (size_t i = 0; i < count; i++) {
		if (candidates[i].phase != phase ||
			(knowledge != PPK_KNOWS_NOTHING && candidates[i].knowledge != knowledge))
			continue;
		orders[i] = order;
		given++;
	}
	return given;
}

static bool decide_creation(const struct ppk_candidate *candidates, size_t count, bool late,
	enum ppk_worker_order *orders)
{
	/* It began, so it is the one: alone at the start, or touched. */
	if (order_all(candidates, count, PPK_PHASE_NEEDS_PIN, PPK_KNOWS_NOTHING, PPK_ORDER_ASK_PIN,
		    orders) > 0 ||
		count_phase(candidates, count, PPK_PHASE_ASKING) > 0) {
		stop_selecting(candidates, count, orders);
		return false;
	}
	if (count_phase(candidates, count, PPK_PHASE_READY) == 0)
		return false;
	if (!late && count_phase(candidates, count, PPK_PHASE_OPENING) > 0)
		return true;
	order_all(candidates, count, PPK_PHASE_READY, PPK_KNOWS_NOTHING,
		ppk_selection_live(candidates, count) == 1 ? PPK_ORDER_START : PPK_ORDER_SELECT,
		orders);
	return false;
}

/* Have all those that could still turn out to be the right one said what they are? */
static bool is_settled(const struct ppk_candidate *candidates, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (candidates[i].phase == PPK_PHASE_OPENING ||
			candidates[i].phase == PPK_PHASE_PROBING ||
			candidates[i].phase == PPK_PHASE_STOPPING ||
			(candidates[i].phase == PPK_PHASE_ASKING && !candidates[i].waits))
			return false;
	return true;
}

/* Those that wait for a touch; holders: of these, the ones that admit to a credential. */
static size_t count_blinking(const struct ppk_candidate *candidates, size_t count, bool holders)
{
	size_t blinking = 0;

	for (size_t i = 0; i < count; i++)
		if ((candidates[i].phase == PPK_PHASE_ASKING && candidates[i].waits) ||
			(candidates[i].phase == PPK_PHASE_SELECTING &&
				(!holders || candidates[i].knowledge == PPK_KNOWS_IT_HOLDS)))
			blinking++;
	return blinking;
}

static size_t count_pin(
	const struct ppk_candidate *candidates, size_t count, enum ppk_knowledge knowledge)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		if (candidates[i].phase == PPK_PHASE_NEEDS_PIN &&
			candidates[i].knowledge == knowledge)
			found++;
	return found;
}

/* Among those that need a PIN: all that is to be known is known, or will not be waited for. */
static void choose_for_pin(
	const struct ppk_candidate *candidates, size_t count, enum ppk_worker_order *orders)
{
	size_t blinking = count_blinking(candidates, count, false);
	enum ppk_knowledge knowledge = PPK_KNOWS_IT_HOLDS;
	enum ppk_worker_order order;

	if (count_pin(candidates, count, knowledge) == 0) {
		/* One that admits to a credential comes before those that may hide one. */
		if (count_blinking(candidates, count, true) > 0)
			return;
		knowledge = PPK_KNOWS_IT_MAY_HIDE;
	}
	order = blinking == 0 && count_pin(candidates, count, knowledge) == 1 ? PPK_ORDER_ASK_PIN
									      : PPK_ORDER_SELECT;
	order_all(candidates, count, PPK_PHASE_NEEDS_PIN, knowledge, order, orders);
}

static bool decide_assertion(const struct ppk_candidate *candidates, size_t count, bool late,
	enum ppk_worker_order *orders)
{
	if (order_all(candidates, count, PPK_PHASE_READY, PPK_KNOWS_NOTHING, PPK_ORDER_START,
		    orders) > 0)
		return false;
	if (count_phase(candidates, count, PPK_PHASE_NEEDS_PIN) == 0)
		return false;
	if (ppk_selection_live(candidates, count) == 1) {
		order_all(candidates, count, PPK_PHASE_NEEDS_PIN, PPK_KNOWS_NOTHING,
			PPK_ORDER_ASK_PIN, orders);
		return false;
	}
	if (count_pin(candidates, count, PPK_KNOWS_NOTHING) > 0) {
		for (size_t i = 0; i < count; i++)
			if (candidates[i].phase == PPK_PHASE_NEEDS_PIN &&
				candidates[i].knowledge == PPK_KNOWS_NOTHING)
				orders[i] = PPK_ORDER_PROBE;
		return false;
	}
	if (!late && !is_settled(candidates, count))
		return true;
	choose_for_pin(candidates, count, orders);
	return false;
}

bool ppk_selection_decide(const struct ppk_candidate *candidates, size_t count, bool creation,
	bool late, enum ppk_worker_order *orders)
{
	for (size_t i = 0; i < count; i++)
		orders[i] = PPK_ORDER_NONE;
	if (count_phase(candidates, count, PPK_PHASE_CHOSEN) > 0) {
		follow_choice(candidates, count, creation, orders);
		return false;
	}
	if (count_phase(candidates, count, PPK_PHASE_ASKING_PIN) > 0) {
		stop_selecting(candidates, count, orders);
		return false;
	}
	return creation ? decide_creation(candidates, count, late, orders)
			: decide_assertion(candidates, count, late, orders);
}
