/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/path_table.h"

#include <string.h>

#include "check.h"

static void each_node_is_found_at_its_place(void)
{
	char path[32];

	for (unsigned i = 0; i < PPK_PATH_NODES; i++) {
		snprintf(path, sizeof(path), "/dev/hidraw%u", i);
		CHECK(ppk_path_table_node(path) == ppk_path_table.nodes[i]);
		CHECK(strcmp(ppk_path_table.nodes[i], path) == 0);
	}
}

static void nothing_else_is_a_node(void)
{
	static const char *const others[] = { "", "/", "/dev", "/dev/", "/dev/hidraw",
		"/dev/hidraw64", "/dev/hidraw00", "/dev/hidraw01", "/dev/hidraw-1", "/dev/hidraw1 ",
		"/dev/hidraw100", "/dev/hidraw0/", "/dev/hidraw0/../null", "//dev/hidraw0",
		"hidraw0", "/dev/null", "/run/pcscd", "/dev/hidraw18446744073709551616" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		CHECK(ppk_path_table_node(others[i]) == NULL);
}

/* What the system call filter takes for granted. */
static void addresses_differ_in_a_few_bits(void)
{
	CHECK_INT((uintptr_t)&ppk_path_table % PPK_PATH_TABLE_SIZE, 0);
	CHECK((const void *)ppk_path_table.nodes == &ppk_path_table);
	CHECK_INT(sizeof(ppk_path_table.nodes), 0x400);
	for (size_t i = 0; i < PPK_PATH_NODES; i++)
		CHECK_INT(
			(uintptr_t)ppk_path_table.nodes[i] - (uintptr_t)&ppk_path_table, 0x10 * i);
}

/* The rights of the mapping in which the table lies, as the kernel says them: r--p. */
static void the_table_cannot_be_written(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	uintptr_t table = (uintptr_t)&ppk_path_table;
	char line[512], rights[5] = "";

	CHECK(maps != NULL);
	while (fgets(line, sizeof(line), maps) != NULL) {
		unsigned long from, to;
		char found[5];

		if (sscanf(line, "%lx-%lx %4s", &from, &to, found) == 3 && from <= table &&
			table < to)
			memcpy(rights, found, sizeof(rights));
	}
	fclose(maps);
	CHECK_STR(rights, "r--p");
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(each_node_is_found_at_its_place),
		CHECK_TEST(nothing_else_is_a_node), CHECK_TEST(addresses_differ_in_a_few_bits),
		CHECK_TEST(the_table_cannot_be_written));
}
