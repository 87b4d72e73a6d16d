/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 1. MUST allow by name and refuse the rest: a system call that is not in the list does not happen.
 * 2. What a worker is allowed the launcher MUST be allowed too: a worker has both filters.
 * 3. A number MUST NOT be looked at before the architecture that gives it its meaning.
 * 4. What the launcher, and a worker before it has its own filter, can open MUST be the paths of
 *    path_table.c, by the addresses at which they lie there; and nothing that is allowed may put
 *    other bytes at these addresses, in the process or in one that it starts: the page is read-only,
 *    and stays so and where it is. So mremap(2), which can also wrap around the end of the
 *    addresses, is not in the list; libraries do without.
 */
#include "device/syscall_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "device/path_table.h"

#if defined(__x86_64__) && !defined(__ILP32__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__AARCH64EL__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define ARCHITECTURE AUDIT_ARCH_PPC64LE
#elif defined(__s390x__)
#define ARCHITECTURE AUDIT_ARCH_S390X
#endif

#ifdef ARCHITECTURE

/* Who makes the call. */
#define S (1u << PPK_SANDBOX_SUPERVISOR)
#define L (1u << PPK_SANDBOX_LAUNCHER)
#define W (1u << PPK_SANDBOX_WORKER)
#define N (1u << 3) /* anybody, with nfc */
#define ALL (S | L | W)

#define NO_ARGUMENT 0xff

struct rule {
	uint32_t number;
	uint32_t answer;
	uint8_t callers;
	uint8_t argument; /* whose lower half, masked, must have this value; or NO_ARGUMENT */
	uint32_t mask;
	uint32_t value;
};

#define RULE(name, callers, answer)                                                                \
	{                                                                                          \
		__NR_##name, answer, callers, NO_ARGUMENT, 0, 0                                    \
	}
#define ALLOW(name, callers) RULE(name, callers, SECCOMP_RET_ALLOW)
#define REFUSE(code) (SECCOMP_RET_ERRNO | (code))
#define ALLOW_MASKED(name, callers, argument, mask, value)                                         \
	{                                                                                          \
		__NR_##name, SECCOMP_RET_ALLOW, callers, argument, (uint32_t)(mask),               \
			(uint32_t)(value)                                                          \
	}
#define ALLOW_VALUE(name, callers, argument, value)                                                \
	ALLOW_MASKED(name, callers, argument, UINT32_MAX, value)

#define CHANGES_FILES (O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY))
#define NAMESPACES                                                                                 \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |             \
		CLONE_NEWPID | CLONE_NEWNET)

static const struct rule rules[] = {
	/* reports and packets */
	ALLOW(read, ALL),
	ALLOW(write, ALL),
#ifdef __NR_poll
	ALLOW(poll, ALL),
#endif
	ALLOW(ppoll, ALL),
	ALLOW(recvfrom, ALL),
	ALLOW(sendto, ALL),
	ALLOW(close, ALL),
	/* memory, none of which can be executed; the launcher's: add_path_table_guard() too */
	ALLOW(brk, ALL),
#ifdef __s390x__
	ALLOW(mmap, ALL), /* its arguments are in memory, where no filter looks */
#else
	ALLOW_MASKED(mmap, ALL, 2, PROT_EXEC, 0),
#endif
	ALLOW_MASKED(mprotect, ALL, 2, PROT_EXEC, 0),
	ALLOW(munmap, ALL),
	ALLOW(madvise, ALL),
	/* time, randomness, locks of libraries */
	ALLOW(clock_gettime, ALL),
	ALLOW(clock_nanosleep, ALL),
	ALLOW(nanosleep, ALL),
	ALLOW(getrandom, ALL),
	ALLOW(futex, ALL),
	ALLOW(sched_yield, ALL),
	/* who am I */
	ALLOW(getpid, ALL),
	ALLOW(gettid, ALL),
	ALLOW(getppid, ALL),
	ALLOW(getuid, ALL),
	ALLOW(geteuid, ALL),
	ALLOW(getgid, ALL),
	ALLOW(getegid, ALL),
	ALLOW(fstat, ALL),
	/* signals and the end */
	ALLOW(rt_sigprocmask, ALL),
	ALLOW(rt_sigreturn, ALL),
	ALLOW(restart_syscall, ALL),
	ALLOW(sigaltstack, ALL), /* an address sanitizer ends without it before the end */
	ALLOW(exit, ALL),
	ALLOW(exit_group, ALL),
	/* what the kernel and udev know of devices */
	ALLOW_MASKED(openat, S, 2, O_ACCMODE | CHANGES_FILES, O_RDONLY),
	ALLOW(newfstatat, S | N),
	ALLOW(statx, S),
	ALLOW(fstatfs, S),
	ALLOW(getdents64, S),
	ALLOW(lseek, S),
	ALLOW(readlinkat, S),
	ALLOW(faccessat, S),
#ifdef __NR_faccessat2
	ALLOW(faccessat2, S),
#endif
	ALLOW_VALUE(fcntl, S | N, 1, F_GETFL),
	ALLOW_VALUE(fcntl, S, 1, F_DUPFD_CLOEXEC),
#ifdef __NR_open
	ALLOW_MASKED(open, S, 1, O_ACCMODE | CHANGES_FILES, O_RDONLY),
	ALLOW(stat, S | N),
	ALLOW(lstat, S),
	ALLOW(readlink, S),
	ALLOW(access, S),
#endif
	/* watching, and asking the launcher */
	ALLOW(inotify_init1, S),
	ALLOW(inotify_add_watch, S),
	ALLOW(signalfd4, S),
	ALLOW(timerfd_create, S),
	ALLOW(timerfd_settime, S),
	ALLOW_VALUE(socketpair, S, 0, AF_UNIX),
	ALLOW(sendmsg, S),
	ALLOW(shutdown, S),
	ALLOW(waitid, S | L),
	/* starting and ending workers: by descriptors of its own children alone */
	ALLOW(recvmsg, L),
	ALLOW(pidfd_send_signal, L),
#ifdef __s390x__
	ALLOW_MASKED(clone, L, 1, NAMESPACES, 0),
#else
	ALLOW_MASKED(clone, L, 0, NAMESPACES, 0),
#endif
	/* what a worker does until it enters its own sandbox; to open: add_opening() */
	ALLOW(flock, L),
#ifdef __NR_dup2
	ALLOW(dup2, L),
#endif
	ALLOW(dup3, L),
#ifdef __NR_close_range
	ALLOW(close_range, L),
#endif
	ALLOW(setresuid, L),
	ALLOW(getresuid, L),
	ALLOW(setresgid, L),
	ALLOW(getresgid, L),
	ALLOW_VALUE(prlimit64, L, 0, 0),
	ALLOW_VALUE(prctl, L, 0, PR_SET_PDEATHSIG),
	ALLOW_VALUE(prctl, L, 0, PR_SET_DUMPABLE),
	ALLOW_VALUE(prctl, L, 0, PR_SET_SECCOMP),
#ifdef __NR_landlock_create_ruleset
	ALLOW(landlock_create_ruleset, L),
	ALLOW(landlock_add_rule, L),
	ALLOW(landlock_restrict_self, L),
#endif
	/* libcrypto looks for its configuration and does without one that does not exist */
	RULE(openat, W, REFUSE(ENOENT)),
#ifdef __NR_open
	RULE(open, W, REFUSE(ENOENT)),
#endif
	/* pcscd's socket: Landlock says whose it is */
	ALLOW_VALUE(socket, N, 0, AF_UNIX),
	ALLOW(connect, N),
	ALLOW_VALUE(fcntl, N, 1, F_SETFL),
};

#define RULES (sizeof(rules) / sizeof(rules[0]))
#define PER_RULE_MAX 6
#define PROGRAM_MAX (RULES * PER_RULE_MAX + 44)

_Static_assert(RULES < UINT8_MAX, "a jump reaches no further");

struct program {
	struct sock_filter code[PROGRAM_MAX];
	unsigned short len;
};

static void add(struct program *program, struct sock_filter statement)
{
	program->code[program->len++] = statement;
}

#define LOAD(offset) ((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offset)))
#define AND(mask) ((struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, (mask)))
#define ANSWER(action) ((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, (action)))
/* Skip so many statements when the test of what was loaded holds, and so many when it does not. */
#define SKIP_ON(test, value, when_so, when_not)                                                    \
	((struct sock_filter)BPF_JUMP(                                                             \
		BPF_JMP | (test) | BPF_K, (uint32_t)(value), (when_so), (when_not)))
#define SKIP(value, when_equal, when_not) SKIP_ON(BPF_JEQ, value, when_equal, when_not)

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LOWER 0
#define UPPER 4
#else
#define LOWER 4
#define UPPER 0
#endif
#define ARGUMENT(number, half)                                                                     \
	(offsetof(struct seccomp_data, args) + (number) * sizeof(uint64_t) + (half))

static bool is_plain(const struct rule *rule)
{
	return rule->argument == NO_ARGUMENT && rule->answer == SECCOMP_RET_ALLOW;
}

/* All that is allowed whatever its arguments are: one statement each, and one answer behind them. */
static void add_plain(struct program *program, unsigned callers)
{
	size_t count = 0;

	for (size_t i = 0; i < RULES; i++)
		count += (rules[i].callers & callers) != 0 && is_plain(&rules[i]);
	for (size_t i = 0; i < RULES; i++) {
		if ((rules[i].callers & callers) == 0 || !is_plain(&rules[i]))
			continue;
		count--;
		add(program, SKIP(rules[i].number, (uint8_t)count, count == 0));
	}
	add(program, ANSWER(SECCOMP_RET_ALLOW));
}

/* The number of the call is loaded before and after. */
static void add_rule(struct program *program, const struct rule *rule)
{
	if (rule->argument == NO_ARGUMENT) {
		add(program, SKIP(rule->number, 0, 1));
		add(program, ANSWER(rule->answer));
		return;
	}
	add(program, SKIP(rule->number, 0, 5));
	add(program, LOAD(ARGUMENT(rule->argument, LOWER)));
	add(program, AND(rule->mask));
	add(program, SKIP(rule->value, 0, 1));
	add(program, ANSWER(rule->answer));
	add(program, LOAD(offsetof(struct seccomp_data, nr)));
}

static void add_all(struct program *program, const struct sock_filter *code, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add(program, code[i]);
}

#define COUNT(code) (sizeof(code) / sizeof((code)[0]))
/* Some processors take a tag in these bits, which Linux then cuts off. No address reaches them. */
#define TAG_UPPER 0x01000000

/*
 * Refuse what would change, replace or remove memory of the path table, or keep it from a child, which
 * could then put its own there. The length is not added to the address: memory that is given out while
 * the program runs lies above the table, or far below it, and only that is let through. On s390x mmap's
 * arguments are in memory, and nothing here keeps it from replacing the table.
 * The number of the call is loaded before and after.
 */
static void add_path_table_guard(struct program *program)
{
	const uint64_t last = (uintptr_t)&ppk_path_table + sizeof(ppk_path_table) - 1;
	const uint32_t upper = (uint32_t)(last >> 32);
	const struct sock_filter code[] = {
#ifndef __s390x__
		SKIP(__NR_mmap, 0, 2),
		LOAD(ARGUMENT(3, LOWER)),
		SKIP_ON(BPF_JSET, MAP_FIXED, 3, 13),
#endif
		SKIP(__NR_munmap, 2, 0),
		SKIP(__NR_madvise, 1, 0),
		SKIP(__NR_mprotect, 0, 10),
		LOAD(ARGUMENT(0, UPPER)),
		SKIP_ON(BPF_JGE, TAG_UPPER, 7, 0),
		SKIP_ON(BPF_JGT, upper, 7, 0),
		SKIP(upper, 3, 0),
		/* Not more than 4 GiB that begin more than that below. */
		SKIP_ON(BPF_JGE, upper == 0 ? 0 : upper - 1, 4, 0),
		LOAD(ARGUMENT(1, UPPER)),
		SKIP(0, 3, 2),
		LOAD(ARGUMENT(0, LOWER)),
		SKIP_ON(BPF_JGT, last, 1, 0),
		ANSWER(REFUSE(EPERM)),
		LOAD(offsetof(struct seccomp_data, nr)),
	};

	add_all(program, code, COUNT(code));
}

/*
 * Allow openat(2) of the path that lies at that address, in the bits of mask, with these flags alone.
 * The path is absolute: of which folder it is asked for means nothing.
 * The number of the call is loaded before and after.
 */
static void add_opening(struct program *program, const char *path, uint32_t mask, int flags)
{
	const uint64_t address = (uintptr_t)path;
	const struct sock_filter code[] = {
		SKIP(__NR_openat, 0, 9),
		LOAD(ARGUMENT(2, LOWER)),
		SKIP(flags, 0, 6),
		LOAD(ARGUMENT(1, UPPER)),
		SKIP(address >> 32, 0, 4),
		LOAD(ARGUMENT(1, LOWER)),
		AND(mask),
		SKIP(address, 0, 1),
		ANSWER(SECCOMP_RET_ALLOW),
		LOAD(offsetof(struct seccomp_data, nr)),
	};

	add_all(program, code, COUNT(code));
}

static void add_path_table(struct program *program, bool nfc)
{
	const uint32_t others = sizeof(ppk_path_table.nodes) - sizeof(ppk_path_table.nodes[0]);

	add_path_table_guard(program);
	add_opening(program, ppk_path_table.nodes[0], ~others, O_RDWR | O_CLOEXEC);
	if (nfc) /* a worker's Landlock begins there */
		add_opening(program, ppk_path_table.readers, UINT32_MAX, O_PATH | O_CLOEXEC);
}

void ppk_syscall_filter_enter(enum ppk_sandbox_role role, bool nfc)
{
	unsigned callers = (1u << role) | (nfc ? N : 0);
	struct program program = { .len = 0 };
	struct sock_fprog all = { .filter = program.code };

	/*
	 * Of no use to the answer. Linux works out for each of its numbers whether a filter always
	 * allows it, up to the first statement that looks at an argument; a process that makes a
	 * hundred calls does not live long enough to earn that back.
	 */
	add(&program, LOAD(offsetof(struct seccomp_data, args)));
	add(&program, LOAD(offsetof(struct seccomp_data, arch)));
	add(&program, SKIP(ARCHITECTURE, 1, 0));
	add(&program, ANSWER(SECCOMP_RET_KILL_PROCESS));
	/* No other ABI shares a number: x32 sets a bit in it, which then matches nothing here. */
	add(&program, LOAD(offsetof(struct seccomp_data, nr)));
	if (role == PPK_SANDBOX_LAUNCHER)
		add_path_table(&program, nfc);
	add_plain(&program, callers);
	for (size_t i = 0; i < RULES; i++)
		if ((rules[i].callers & callers) != 0 && !is_plain(&rules[i]))
			add_rule(&program, &rules[i]);
	add(&program, ANSWER(REFUSE(EPERM)));
	all.len = program.len;
	(void)prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &all, 0, 0);
}

#else

void ppk_syscall_filter_enter(enum ppk_sandbox_role role, bool nfc)
{
	(void)role;
	(void)nfc;
}

#endif
