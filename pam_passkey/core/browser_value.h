/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_BROWSER_VALUE_H
#define PPK_CORE_BROWSER_VALUE_H

/* What the encoder and the decoder of browser_message.h both check. For browser_*.c. */

#include <stdbool.h>
#include <stdint.h>

#include "core/browser_message.h"

#define PPK_BROWSER_TIME_MAX_S ((INT64_C(1) << 53) - 1) /* exact as a number of JavaScript */

/* Of an IP address's characters alone, not longer than one; empty only if it may be. Pure. */
bool ppk_browser_is_address(const char *text, bool may_be_empty);

/* May a ceremony of this type have this number? Pure. */
bool ppk_browser_is_number(enum ppk_browser_message_type type, uint8_t number);

#endif
