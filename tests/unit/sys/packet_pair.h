/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_SYS_PACKET_PAIR_H
#define TESTS_UNIT_SYS_PACKET_PAIR_H

#include <stdint.h>
#include <unistd.h>

#include "check.h"
#include "sys/packet.h"

/* The two ends of a connection, and what receive() got at the first of them. */
static int ends[2];
static uint8_t data[8];
static size_t len;

static inline void make_pair(void)
{
	CHECK_OK(ppk_packet_pair(ends));
	len = 0;
}

static inline void close_pair(void)
{
	close(ends[0]);
	close(ends[1]);
}

static inline enum ppk_err receive(int64_t deadline_ms)
{
	return ppk_packet_receive(ends[0], deadline_ms, data, sizeof(data), &len);
}

#endif
