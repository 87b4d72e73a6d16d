/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_LAUNCH_H
#define PPK_DEVICE_LAUNCH_H

/* What the supervisor tells the launcher. */

#include <stdbool.h>
#include <stdint.h>

#include "core/device_message.h"

#define PPK_DEVICE_PATH_SIZE 128 /* of a device node, with the NUL */
#define PPK_PRODUCT_SIZE 128 /* bytes of a product string that are kept, with the NUL */

enum ppk_launch_order { PPK_LAUNCH_START = 1, PPK_LAUNCH_END };

/* One packet to the launcher, in the form in which the same program has it in memory. */
struct ppk_launch {
	uint8_t order;
	uint8_t index; /* of the authenticator; END needs no more */
	uint8_t at_once, alone; /* 0 or 1, as in struct ppk_worker_start */
	char path[PPK_DEVICE_PATH_SIZE];
	char product[PPK_PRODUCT_SIZE];
};

/*
 * May it be obeyed: is its index below PPK_DEVICE_AUTHENTICATORS_MAX, its order one of the two, and, to
 * START, its path that of a node, or with nfc a reader, and both texts have a NUL? Pure.
 */
bool ppk_launch_is_allowed(const struct ppk_launch *launch, bool nfc);

/*
 * Is it what this system calls a node of an authenticator? On Linux the one spelling of /dev/hidrawN. Pure.
 */
bool ppk_path_is_node(const char *path);

/* Is it libfido2's name of a reader that pcscd serves? Pure. */
bool ppk_path_is_reader(const char *path);

#endif
