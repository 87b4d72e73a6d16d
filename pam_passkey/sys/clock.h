/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_CLOCK_H
#define PPK_SYS_CLOCK_H

#include <stdint.h>

/* Milliseconds of CLOCK_BOOTTIME: never set back, counts while the machine sleeps. For deadlines. */
int64_t ppk_clock_ms(void);

/* Seconds since 1970. For expiry dates and records. */
int64_t ppk_clock_now_s(void);

#endif
