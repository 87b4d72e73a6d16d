/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_PROCESS_CHILD_H
#define PPK_SYS_PROCESS_CHILD_H

/* Between process.c and what each system has of its own: process_linux.c, process_portable.c. */

#include <sys/types.h>

#include "sys/child.h"

/* The child's exit status when the program could not even be started; as shells do. */
#define PPK_PROCESS_NOT_STARTED 127

struct ppk_process_start {
	const char *path; /* of the program, absolute */
	int socket; /* the program's end */
	pid_t host;
};

/* In the child, a ppk_child_fn for a struct ppk_process_start: become the program, or keep it. */
int ppk_process_child(void *start);

/* In the host: the child is there, and is to get as far as its execve before the host goes on. */
void ppk_process_give_way(void);

/* The program did not end in time: have it end, and the child. Still to be reaped. */
void ppk_process_kill(struct ppk_child *child);

#endif
