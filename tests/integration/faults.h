/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_INTEGRATION_FAULTS_H
#define TESTS_INTEGRATION_FAULTS_H

/*
 * Functions of libc, libcrypto and libpam that can be made to fail. faults.c defines them anew; calls
 * of a library that the program loads bind to these, when the program exports its symbols.
 */

#include <stdbool.h>
#include <sys/types.h>

enum fault_kind {
	FAULT_IO, /* it fails */
	FAULT_ACCESS, /* permission is denied */
	FAULT_SHORT, /* half is done */
	FAULT_END, /* the end comes early */
};

/* In memory that all processes share: children of the module fail as it does. */
struct faults {
	bool armed;
	unsigned long count, target; /* calls so far; the one that fails, from 1 */
	enum fault_kind kind;
	pid_t sweeper; /* which waits meanwhile, and never fails */
	pid_t host; /* in which the module runs */
	char where[64]; /* the call that failed; empty: none did */
	char caller[64]; /* who made it: a library */
	bool asserted; /* the host has received an assertion */
	bool before; /* the call failed when there was none yet */
	bool in_host; /* it was the host's own and not a child's */
	bool same; /* what was made to happen would have happened anyway */
	bool state_logged; /* the log says that the sign count was not advanced */
	int code; /* what pam_authenticate answered: the program's to write */
};

/* NULL until the program sets it. */
extern struct faults *faults;

#endif
