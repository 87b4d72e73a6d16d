/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_AS_USER_H
#define PPK_SYS_AS_USER_H

#include <stdbool.h>

#include "sys/fault.h"
#include "sys/user.h"

/*
 * Something to be done with a user's own rights. Runs in a child: async-signal-safe functions
 * alone. An open descriptor for the caller goes into *ret_fd (-1 before).
 */
typedef struct ppk_fault ppk_as_user_fn(void *context, int *ret_fd);

/* Must this process become user first, for what a path of that user's may touch? */
bool ppk_as_user_is_needed(const struct ppk_user *user);

/*
 * Run it in a child that has become user for good (user must have been looked up with_groups). The
 * host's ids never change. *ret_fd (ret_fd may be NULL) is the caller's descriptor, or -1. Memory
 * that the child writes is lost, unless it is shared. Takes a few seconds at most, whatever file
 * system the user has mounted there: PPK_FAULT_NO_ANSWER.
 */
struct ppk_fault ppk_as_user_run(
	const struct ppk_user *user, ppk_as_user_fn *run, void *context, int *ret_fd);

#endif
