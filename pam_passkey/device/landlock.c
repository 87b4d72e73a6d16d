/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 1. MUST ask for everything that the running kernel can refuse, and for nothing that it does not
 *    know: one unknown bit and it refuses the whole.
 * 2. A rule that cannot be added MUST leave less allowed, never more.
 */
#include "device/landlock.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The same on every architecture; C libraries older than the kernel lack the names. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

#define CREATE_RULESET_VERSION 1
#define RULE_PATH_BENEATH 1
#define NET_TCP_BIND_AND_CONNECT 3
#define SCOPE_ABSTRACT_UNIX_SOCKET 1

/* The kernel's structures (linux/landlock.h of Linux 6.12). */
struct ruleset {
	uint64_t handled_access_fs;
	uint64_t handled_access_net;
	uint64_t scoped;
};

struct path_beneath {
	uint64_t allowed_access;
	int32_t parent_fd;
} __attribute__((packed));

/* The rights about files that version abi of the interface knows. */
static uint64_t file_rights(long abi)
{
	uint64_t rights = (UINT64_C(1) << 13) - 1;

	if (abi >= 2)
		rights |= UINT64_C(1) << 13; /* link or rename into another folder */
	if (abi >= 3)
		rights |= UINT64_C(1) << 14; /* truncate */
	if (abi >= 5)
		rights |= UINT64_C(1) << 15; /* ioctl(2) of a device */
	if (abi >= 9)
		rights |= PPK_LANDLOCK_RESOLVE_UNIX;
	return rights;
}

static void allow(int ruleset, const struct ppk_landlock_rule *rule, uint64_t handled)
{
	struct path_beneath beneath = { .allowed_access = rule->access & handled };

	if (beneath.allowed_access == 0)
		return;
	beneath.parent_fd = open(rule->path, O_PATH | O_CLOEXEC);
	if (beneath.parent_fd < 0)
		return;
	(void)syscall(SYS_landlock_add_rule, ruleset, RULE_PATH_BENEATH, &beneath, 0);
	close(beneath.parent_fd);
}

bool ppk_landlock_enter(const struct ppk_landlock_rule *rules, size_t count)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);
	struct ruleset attributes = { .handled_access_fs = file_rights(abi) };
	long ruleset;
	bool entered;

	if (abi < 1)
		return false;
	/* Older kernels take the longer structure as long as what they do not know is zero. */
	if (abi >= 4)
		attributes.handled_access_net = NET_TCP_BIND_AND_CONNECT;
	if (abi >= 6)
		attributes.scoped = SCOPE_ABSTRACT_UNIX_SOCKET;
	ruleset = syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);
	if (ruleset < 0)
		return false;
	for (size_t i = 0; i < count; i++)
		allow((int)ruleset, &rules[i], attributes.handled_access_fs);
	entered = syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
	close((int)ruleset);
	return entered;
}
