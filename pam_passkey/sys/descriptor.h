/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_DESCRIPTOR_H
#define PPK_SYS_DESCRIPTOR_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"

/*
 * Close every descriptor of this process from first on. Async-signal-safe: for a child between
 * fork and exec. Works without close_range(2) and without /proc, then up to the descriptor limit.
 * descriptor_close_linux.c, descriptor_close_portable.c.
 */
void ppk_descriptors_close_from(int first);

/* The slow way, for where there is no other. Async-signal-safe. */
void ppk_descriptors_close_one_by_one(int first);

/*
 * Make descriptors 0, 1 and 2 /dev/null, keep as descriptor 3 (inherited by exec), and close all
 * others. keep may be any number, 0 to 2 too. Async-signal-safe. PPK_ERR_IO.
 */
PPK_MUST_CHECK enum ppk_err ppk_descriptors_keep_one(int keep);

/* Wait until fd can be read or has ended, for at most ms milliseconds; false: neither, or an error. */
bool ppk_descriptor_ready_within(int fd, unsigned ms);

/*
 * Wait for poll(2)'s events until deadline_ms (ppk_clock_ms; -1: for ever). PPK_ERR_TIMEOUT whenever
 * the deadline lies in the past, ready or not | PPK_ERR_IO.
 */
PPK_MUST_CHECK enum ppk_err ppk_descriptor_wait(int fd, short events, int64_t deadline_ms);

/*
 * Read until the end of what fd has open, or size bytes. False: an error, which errno tells. *ret_len is what
 * came until then.
 */
bool ppk_descriptor_read(int fd, void *out, size_t size, size_t *ret_len);

#endif
