/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual bus as the preload library sees it: a folder of sockets that stand for the nodes of
 * /dev. Nothing is remembered here: a descriptor is known by the name of its peer, so that
 * one that was duplicated, inherited or passed on is known too.
 */
#ifndef PPK_VIRTUAL_NODE_H
#define PPK_VIRTUAL_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#define PPK_BUS_PATH_LEN 1024
#define PPK_NODE_NAME_LEN 32
#define PPK_NODE_STRING_LEN 256
#define PPK_REPORT_LEN 64

struct ppk_node_strings {
	char manufacturer[PPK_NODE_STRING_LEN];
	char product[PPK_NODE_STRING_LEN];
};

/* The bus's folder: PPK_VIRTUAL_BUS, else `bus` beside the program. False: there is no bus. */
bool ppk_bus_folder(char folder[static PPK_BUS_PATH_LEN]);
/* The path on the bus of `/dev`, `/dev/hidrawN` or `/sys/class/hidraw`; false where the path means neither. */
bool ppk_bus_path(const char *path, char on_bus[static PPK_BUS_PATH_LEN]);
/* The same of what sysfs says of a node below `/sys/class/hidraw`. */
bool ppk_bus_attribute(const char *path, char on_bus[static PPK_BUS_PATH_LEN]);
/* Whether the path is that of a node, and there is a bus; its name. */
const char *ppk_node_name(const char *path);
/* Opens a node. -1 with errno as open(2) has it. */
int ppk_node_open(const char *name, int flags);
/* Whether the descriptor is an open node; errno stays. */
bool ppk_node_of(int fd, char name[static PPK_NODE_NAME_LEN]);
/* Makes a socket's status that of a character device. */
void ppk_node_pretend(struct stat *status);
void ppk_node_strings(const char *name, struct ppk_node_strings *strings);
/* flock(2): the authenticator keeps the lock of each open. */
int ppk_node_lock(int fd, const char *name, int operation);

#endif
