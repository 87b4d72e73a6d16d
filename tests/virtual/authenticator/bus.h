/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the authenticator is plugged into, the control socket in the bus's folder, and the loop that
 * serves both. A transport (transport.h) says how reports come and go.
 */
#ifndef PPK_VIRTUAL_BUS_H
#define PPK_VIRTUAL_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PPK_REPORT_LEN 64

struct ppk_authenticator;

enum ppk_connection_kind {
	PPK_CONNECTION_SIGNALS,
	PPK_CONNECTION_GUARD,   /* a pipe: its reader is gone when anything happens to it */
	PPK_CONNECTION_CONTROL, /* listens */
	PPK_CONNECTION_COMMANDER,
	PPK_CONNECTION_NODE, /* the transport's from here on; listens, and goes before all others */
	PPK_CONNECTION_HOST,
};

struct ppk_connection {
	int fd; /* -1: closed */
	enum ppk_connection_kind kind;
	int lock;             /* LOCK_UN, LOCK_SH or LOCK_EX, of a host */
	char name[16];        /* of the host's own end, to say who asks for a lock */
	bool awaits_touch;    /* a commander that is answered once a touch is awaited */
};

struct ppk_bus {
	int folder;
	struct ppk_connection *connections;
	size_t connections_len;
	size_t served; /* the last connection that had its turn */
	char node[48];
	bool plugged;
};

bool ppk_bus_open(struct ppk_authenticator *authenticator);
void ppk_bus_close(struct ppk_authenticator *authenticator);
/* What the preload library reads in place of the USB strings and of sysfs. */
bool ppk_bus_write_info(const struct ppk_authenticator *authenticator);
bool ppk_bus_plug(struct ppk_authenticator *authenticator);
/* The transport's connections are closed. */
void ppk_bus_unplug(struct ppk_authenticator *authenticator);
/* Serves one event, or returns when the monotonic clock reaches until_ms (-1: waits on). */
void ppk_bus_poll(struct ppk_authenticator *authenticator, int64_t until_ms);
void ppk_bus_send(struct ppk_authenticator *authenticator,
    const uint8_t report[static PPK_REPORT_LEN]);
/* For transports: one more connection, closed by us; the pointer is good until the next one. */
struct ppk_connection *ppk_bus_add_connection(struct ppk_bus *bus, int fd,
    enum ppk_connection_kind kind);
void ppk_bus_close_connection(struct ppk_connection *connection);
/* A socket of packets that listens at a name in the bus's folder; -1 with errno. */
int ppk_bus_listen(const char *name, mode_t mode);
/* The name of a file beside the node. */
void ppk_bus_name_beside(const struct ppk_bus *bus, const char *suffix, char name[static 64]);
/* Accepts on a listener; NULL where nobody is there any more. */
struct ppk_connection *ppk_bus_accept(struct ppk_bus *bus, int listener,
    enum ppk_connection_kind kind);
/* flock() as it would be on a real node. False where another open holds the lock. */
bool ppk_bus_lock(struct ppk_bus *bus, const char *name, int operation);

#endif
