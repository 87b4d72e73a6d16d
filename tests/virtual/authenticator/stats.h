/* SPDX-License-Identifier: BSD-2-Clause */
/* What went over the bus since the start or the last reset. */
#ifndef PPK_VIRTUAL_STATS_H
#define PPK_VIRTUAL_STATS_H

#include <stddef.h>
#include <stdint.h>

struct ppk_stat {
	char *name;
	uint64_t count;
};

struct ppk_stats {
	uint64_t packets_in;   /* from the host */
	uint64_t packets_out;  /* to the host, keepalives included */
	uint64_t keepalives;
	uint64_t transactions; /* requests but CANCEL */
	uint64_t touches;      /* presence asked of the person */
	struct ppk_stat *commands;
	size_t commands_len;
};

void ppk_stats_count(struct ppk_stats *stats, const char *command);
char *ppk_stats_json(const struct ppk_stats *stats);
void ppk_stats_reset(struct ppk_stats *stats);
/* Writes the JSON text to a file; NULL writes nothing. */
void ppk_stats_write(const struct ppk_stats *stats, const char *path);

#endif
