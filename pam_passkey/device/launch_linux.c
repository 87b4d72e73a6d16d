/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "core/hidraw_node.h"
#include "device/launch.h"

#define NODE_FOLDER "/dev/"

bool ppk_path_is_node(const char *path)
{
	unsigned number;

	return strncmp(path, NODE_FOLDER, strlen(NODE_FOLDER)) == 0 &&
	       ppk_hidraw_node_number(path + strlen(NODE_FOLDER), &number);
}
