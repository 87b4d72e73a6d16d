/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYD_TABLE_H
#define PPK_TOOLS_PASSKEYD_TABLE_H

/* All ceremonies: found by path in constant time, counted for a user and an address, soonest first. */

#include <stddef.h>
#include <stdint.h>

#include "ceremony.h"
#include "core/error.h"

struct ppkd_limits {
	size_t total;
	size_t per_user;
	size_t per_address; /* an empty client address is not counted */
};

struct ppkd_table {
	struct ppkd_limits limits;
	uint64_t seed; /* nobody outside can choose what falls into one chain */
	size_t bucket_count; /* a power of two */
	struct ppkd_ceremony **buckets[PPKD_INDEXES];
	struct ppkd_ceremony **heap; /* by deadline_ms, soonest first */
	size_t count, heap_size;
	size_t live; /* of count, those that have not ended */
	struct ppkd_ceremony *oldest, *newest; /* that have ended and are remembered */
	size_t remembered;
};

/* An empty one. PPK_ERR_NOMEM | PPK_ERR_RANDOM. ppkd_table_done() it in any case. */
PPK_MUST_CHECK enum ppk_err ppkd_table_init(
	struct ppkd_table *table, const struct ppkd_limits *limits);

/* Free all ceremonies; their sockets are the caller's to close before. */
void ppkd_table_done(struct ppkd_table *table);

/*
 * Take ownership of a ceremony, give it a path, and keep it until deadline_ms. path: the one that it had
 * before, or empty for a new one. PPK_ERR_BUSY: a limit is reached, or another one has that path;
 * PPK_ERR_FRAME: path is none; PPK_ERR_NOMEM; PPK_ERR_RANDOM. On failure it stays the caller's.
 */
PPK_MUST_CHECK enum ppk_err ppkd_table_add(struct ppkd_table *table, struct ppkd_ceremony *ceremony,
	const char *path, int64_t deadline_ms);

/* The one of this path, or NULL. */
struct ppkd_ceremony *ppkd_table_find(
	const struct ppkd_table *table, const char path[static PPKD_SECRET_PATH_SIZE]);

/*
 * It has ended, which its state says; it is due to be forgotten at deadline_ms. When more are remembered than
 * may wait, the one that ended first is due at once. Its socket was closed.
 */
void ppkd_table_end(struct ppkd_table *table, struct ppkd_ceremony *ceremony, int64_t deadline_ms);

/* Change when it is due. */
void ppkd_table_postpone(
	struct ppkd_table *table, struct ppkd_ceremony *ceremony, int64_t deadline_ms);

/* Take it out and free it. */
void ppkd_table_forget(struct ppkd_table *table, struct ppkd_ceremony *ceremony);

/* The one that is due first, or NULL. */
struct ppkd_ceremony *ppkd_table_first(const struct ppkd_table *table);

#endif
