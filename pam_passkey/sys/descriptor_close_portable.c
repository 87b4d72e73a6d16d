/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/descriptor.h"

/* closefrom(2) is not everywhere, and /dev/fd shows all of them on some systems alone. */
void ppk_descriptors_close_from(int first)
{
	ppk_descriptors_close_one_by_one(first);
}
