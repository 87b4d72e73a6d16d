/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program that confines itself goes on to see the bus: what the bus needs besides what real nodes
 * need is added to the system call filter and to the Landlock rules as they are put into force. So the
 * program knows nothing of the bus, and everything else about its confinement is as it wrote it.
 */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "interpose.h"
#include "node.h"
#include "real.h"

#define PROGRAM_MAX 1024
#define RESOLVE_UNIX (1ULL << 16) /* of Linux 7.1 */

#define ALLOW(name)                                                                                \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 1),                                    \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LOWER 0
#else
#define LOWER 4
#endif

/* What files.c, node.c and reports.c call; to open, the bus's folder as a place and no more. */
static const struct sock_filter additions[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	ALLOW(socket),
	ALLOW(bind),
	ALLOW(connect),
	ALLOW(getpeername),
	ALLOW(getsockname),
	ALLOW(readlinkat),
	ALLOW(newfstatat),
#ifdef __NR_readlink
	ALLOW(readlink),
	ALLOW(stat),
	ALLOW(lstat),
#endif
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_openat, 0, 4),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2]) + LOWER),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, O_PATH | O_DIRECTORY | O_CLOEXEC, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
};

#define ADDITIONS (sizeof(additions) / sizeof(additions[0]))

static int set_filter(const struct sock_fprog *wanted)
{
	struct sock_filter code[PROGRAM_MAX];
	struct sock_fprog all = { .filter = code };

	if (wanted->len > PROGRAM_MAX - ADDITIONS)
		return ppk_real()->prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, wanted, 0, 0);
	memcpy(code, additions, sizeof(additions));
	memcpy(code + ADDITIONS, wanted->filter, wanted->len * sizeof(*wanted->filter));
	all.len = (unsigned short)(wanted->len + ADDITIONS);
	return ppk_real()->prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all, 0, 0);
}

PPK_INTERPOSE int prctl(int option, ...)
{
	char folder[PPK_BUS_PATH_LEN];
	unsigned long arguments[4];
	va_list list;

	va_start(list, option);
	for (size_t i = 0; i < 4; i++)
		arguments[i] = va_arg(list, unsigned long);
	va_end(list);
	if (option == PR_SET_SECCOMP && arguments[0] == SECCOMP_MODE_FILTER &&
		ppk_bus_folder(folder))
		return set_filter((const struct sock_fprog *)arguments[1]);
	return ppk_real()->prctl(option, arguments[0], arguments[1], arguments[2], arguments[3]);
}

/* A right that the rules do not handle cannot be given: then without it. */
static void allow_bus(int ruleset, const char *folder)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access =
			LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR | RESOLVE_UNIX,
		.parent_fd = ppk_real()->open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC),
	};

	if (rule.parent_fd < 0)
		return;
	if (ppk_real()->syscall(
		    SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) {
		rule.allowed_access &= ~RESOLVE_UNIX;
		(void)ppk_real()->syscall(
			SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	}
	close(rule.parent_fd);
}

PPK_INTERPOSE long syscall(long number, ...)
{
	char folder[PPK_BUS_PATH_LEN];
	long arguments[6];
	va_list list;

	va_start(list, number);
	for (size_t i = 0; i < 6; i++)
		arguments[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_landlock_restrict_self && ppk_bus_folder(folder))
		allow_bus((int)arguments[0], folder);
	return ppk_real()->syscall(number, arguments[0], arguments[1], arguments[2], arguments[3],
		arguments[4], arguments[5]);
}
