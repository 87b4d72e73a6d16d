/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_WAITING_H
#define PPK_DEVICE_WAITING_H

/*
 * Around a request to an authenticator during which it may wait for the person. With reports of our own
 * (hidraw.h) there is nothing to do: the reading tells that it waits, and ends when it has to. With
 * libfido2's own transport nothing shows and nobody reads but libfido2; waiting_portable.c makes up for it.
 */

#include <pthread.h>
#include <stdbool.h>

#include "device/worker.h"

struct ppk_waiting {
	struct ppk_worker *worker;
	pthread_t thread;
	int over[2]; /* a pipe: its end tells the thread that the request has ended */
	bool running; /* there is a thread */
};

/*
 * The request is about to be made. listens: what the supervisor sends meanwhile is read, and ends the
 * request when it is to end; false: the caller reads it.
 */
void ppk_waiting_begin(struct ppk_worker *worker, bool listens, struct ppk_waiting *ret);

/* It has ended. */
void ppk_waiting_end(struct ppk_waiting *waiting);

#endif
