/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_INTEGRATION_CONFINEMENT_PROBE_H
#define TESTS_INTEGRATION_CONFINEMENT_PROBE_H

#include <stddef.h>

struct attempt {
	const char *name;
	int (*make)(void); /* 0, or why it failed, as errno */
};

/* What a system call gave, as an attempt gives it; a descriptor is closed. */
int outcome(long result);
int opened(int fd);

/* Where the program is; with the table: in a sandbox whose filter opens by the path table. */
extern enum place { FREE, WITH_THE_TABLE, WITHOUT_THE_TABLE } place;

/* What may be opened by its place in the path table, and the table (confinement_paths.c). */
extern const struct attempt path_attempts[];
extern const size_t path_attempts_count;

#endif
