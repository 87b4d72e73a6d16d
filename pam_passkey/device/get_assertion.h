/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_GET_ASSERTION_H
#define PPK_DEVICE_GET_ASSERTION_H

#include "device/worker.h"

/*
 * Ask the authenticator for an assertion: the groups of the request in their order, from
 * worker->group on. PPK_STEP_DONE: it was sent. PPK_STEP_NONE_HERE: it has none of the credentials.
 */
enum ppk_step ppk_get_assertion(struct ppk_worker *worker);

enum ppk_probe {
	PPK_PROBE_NOTHING, /* it holds none */
	PPK_PROBE_HOLDS,
	PPK_PROBE_MAY_HIDE, /* it says that it holds none, but it may only say more to whom it knows */
	PPK_PROBE_FAILED, /* it stopped making sense, or was stopped on order */
};

/*
 * Without touch or verification: does the authenticator hold one of the ids (bytes, at most id_count)
 * for rp_id? *ret_found, when not NULL, becomes the one.
 */
enum ppk_probe ppk_probe_ids(struct ppk_worker *worker, const char *rp_id,
	const struct ppk_bytes *ids, size_t id_count, const struct ppk_bytes **ret_found);

/* The same for all groups of the request from worker->group on. */
enum ppk_probe ppk_probe_request(struct ppk_worker *worker);

#endif
