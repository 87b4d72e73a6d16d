/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/hidraw_node.h"

#include <string.h>

#include "core/text.h"

#define NODE_PREFIX "hidraw"
#define NUMBER_MAX 999999999

bool ppk_hidraw_node_number(const char *name, unsigned *ret)
{
	const char *digits = name + strlen(NODE_PREFIX);
	uint64_t number;

	if (strncmp(name, NODE_PREFIX, strlen(NODE_PREFIX)) != 0 ||
		ppk_text_to_number(digits, strlen(digits), 0, NUMBER_MAX, &number) != PPK_OK)
		return false;
	*ret = (unsigned)number;
	return true;
}

void ppk_hidraw_node_text(const char *file, size_t len, char *out, size_t size)
{
	const char *end = memchr(file, '\n', len);
	size_t used = end == NULL ? len : (size_t)(end - file);

	if (used > size - 1)
		used = size - 1;
	memcpy(out, file, used);
	out[used] = '\0';
}
