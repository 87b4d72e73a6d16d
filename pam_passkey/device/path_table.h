/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_PATH_TABLE_H
#define PPK_DEVICE_PATH_TABLE_H

/*
 * All that the launcher and its workers may open, each at an address that the system call filter knows:
 * a filter sees the address of a path and not the path (syscall_filter.c).
 */

#define PPK_PATH_NODES 64 /* no kernel has more of them: HIDRAW_MAX_DEVICES, drivers/hid/hidraw.c */
#define PPK_PATH_SIZE 16 /* with the NUL */
/*
 * The table is as long as it is aligned to: so it lies within one page, whatever size pages have, and
 * the start of a node's path differs from that of the first in a few bits alone.
 */
#define PPK_PATH_TABLE_SIZE 2048

struct ppk_path_table {
	_Alignas(PPK_PATH_TABLE_SIZE) char nodes[PPK_PATH_NODES][PPK_PATH_SIZE];
	char readers[PPK_PATH_SIZE]; /* where pcscd has its socket */
};

/* Without a pointer in it: the loader writes nothing there, and it is read-only from the start. */
extern const struct ppk_path_table ppk_path_table;

/* The table's own string that is equal to path, or NULL: not the node of a HID device. Pure. */
const char *ppk_path_table_node(const char *path);

#endif
