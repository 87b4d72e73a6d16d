/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_PROCESS_H
#define PPK_SYS_PROCESS_H

#include "core/error.h"
#include "sys/child.h"

/*
 * A helper program, run without a trace in the host: the host gets no SIGCHLD, none of its wait()
 * calls can catch our child, and no signal disposition, mask or descriptor of it changes.
 * How: an intermediate child made with exit signal 0 (clone(2)), which alone is the parent of the
 * program, blocks all signals, waits for it and hands its status on. So on Linux; elsewhere the host is a
 * program of ours without threads, and the program its child (process_portable.c).
 */
struct ppk_process {
	struct ppk_child keeper; /* the intermediate child, or the program; none in a zeroed struct */
	int socket;              /* our end of the pair (sys/packet.h); -1: none */
};

/*
 * Run path (checked before: ppk_file_check_program) with argv[0] = its base name, no other argument,
 * an empty environment, folder "/", standard descriptors on /dev/null, its end of the socket pair as
 * descriptor 3, nothing else open, default dispositions, nothing blocked; real, effective and saved
 * ids all set to the effective ones of the caller. On Linux it is killed soon after the calling process
 * ends, however that ends; elsewhere it has to end by the end of its socket. Both new descriptors in the
 * caller are close-on-exec. PPK_ERR_PROCESS | PPK_ERR_NOMEM | PPK_ERR_LIMIT | PPK_ERR_IO. That path could
 * not be executed shows as end of file on the socket.
 */
PPK_MUST_CHECK enum ppk_err ppk_process_start(const char *path, struct ppk_process *ret);

/*
 * Close the socket (the program ends by that), wait until program and keeper are gone; after
 * grace_ms milliseconds (at once where the kernel has no pidfd) the program is killed. A program
 * that even SIGKILL does not end, stuck in a driver, is waited for 2 seconds. Safe on a zeroed
 * struct and on one that was finished.
 */
void ppk_process_finish(struct ppk_process *process, unsigned grace_ms);

#endif
