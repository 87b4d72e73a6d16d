/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/path_table.h"

#include <stddef.h>
#include <string.h>

#define NODE(number) "/dev/hidraw" #number

/* clang-format off */
const struct ppk_path_table ppk_path_table = {
	.nodes = {
		NODE(0), NODE(1), NODE(2), NODE(3), NODE(4), NODE(5), NODE(6), NODE(7),
		NODE(8), NODE(9), NODE(10), NODE(11), NODE(12), NODE(13), NODE(14), NODE(15),
		NODE(16), NODE(17), NODE(18), NODE(19), NODE(20), NODE(21), NODE(22), NODE(23),
		NODE(24), NODE(25), NODE(26), NODE(27), NODE(28), NODE(29), NODE(30), NODE(31),
		NODE(32), NODE(33), NODE(34), NODE(35), NODE(36), NODE(37), NODE(38), NODE(39),
		NODE(40), NODE(41), NODE(42), NODE(43), NODE(44), NODE(45), NODE(46), NODE(47),
		NODE(48), NODE(49), NODE(50), NODE(51), NODE(52), NODE(53), NODE(54), NODE(55),
		NODE(56), NODE(57), NODE(58), NODE(59), NODE(60), NODE(61), NODE(62), NODE(63),
	},
	.readers = "/run/pcscd",
};
/* clang-format on */

_Static_assert(sizeof(ppk_path_table) == PPK_PATH_TABLE_SIZE, "it fits");

const char *ppk_path_table_node(const char *path)
{
	for (size_t i = 0; i < PPK_PATH_NODES; i++)
		if (strcmp(ppk_path_table.nodes[i], path) == 0)
			return ppk_path_table.nodes[i];
	return NULL;
}
