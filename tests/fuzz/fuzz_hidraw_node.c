/* SPDX-License-Identifier: BSD-2-Clause */
/* A name in /sys/class/hidraw, and a file of sysfs, which a device may have filled with anything. */
#include <string.h>

#include "core/hidraw_node.h"
#include "require.h"

static void try_name(const char *name)
{
	char again[32];
	unsigned number;

	if (!ppk_hidraw_node_number(name, &number))
		return;
	(void)snprintf(again, sizeof(again), "hidraw%u", number);
	REQUIRE(strcmp(name, again) == 0);
	PLANT(number > 999);
}

static void try_text(const char *file, size_t len, size_t size)
{
	char *out = malloc(size);

	REQUIRE(out != NULL);
	ppk_hidraw_node_text(file, len, out, size);
	REQUIRE(strlen(out) < size && strlen(out) <= len);
	REQUIRE(memcmp(out, file, strlen(out)) == 0 && strchr(out, '\n') == NULL);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1);

	REQUIRE(text != NULL);
	memcpy(text, data, len);
	text[len] = '\0';
	try_name(text);
	try_text(text, len, 1);
	try_text(text, len, 32);
	free(text);
	return 0;
}
