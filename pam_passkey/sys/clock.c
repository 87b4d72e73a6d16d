/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/clock.h"

#include <time.h>

#include "sys/platform.h"

/* A clock that cannot be read is one that never leaves time: every deadline has passed. */
static struct timespec clock_read(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now) != 0)
		return (struct timespec){ .tv_sec = INT64_MAX / 1000 - 1 };
	return now;
}

int64_t ppk_clock_ms(void)
{
	struct timespec now = clock_read(PPK_CLOCK_STEADY);

	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t ppk_clock_now_s(void)
{
	return clock_read(CLOCK_REALTIME).tv_sec;
}
