/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/waiting.h"

/*
 * hidraw.c sees what an authenticator does and what the supervisor wants; a card on a reader waits for
 * nobody.
 */

void ppk_waiting_begin(struct ppk_worker *worker, bool listens, struct ppk_waiting *ret)
{
	(void)worker;
	(void)listens;
	ret->running = false;
}

void ppk_waiting_end(struct ppk_waiting *waiting)
{
	(void)waiting;
}
