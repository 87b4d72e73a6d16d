/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 1. MUST allow by name and refuse the rest: a system call that is not in the list does not happen.
 * 2. What a worker is allowed the launcher MUST be allowed too: a worker has both filters.
 * 3. A number MUST NOT be looked at before the architecture that gives it its meaning.
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
	/* memory, none of which can be executed */
	ALLOW(brk, ALL),
#ifdef __s390x__
	ALLOW(mmap, ALL), /* its arguments are in memory, where no filter looks */
#else
	ALLOW_MASKED(mmap, ALL, 2, PROT_EXEC, 0),
#endif
	ALLOW_MASKED(mprotect, ALL, 2, PROT_EXEC, 0),
	ALLOW(munmap, ALL),
	ALLOW(mremap, ALL),
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
	/* what a worker does until it enters its own sandbox */
	ALLOW_MASKED(openat, L, 2, CHANGES_FILES, 0),
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
#define PROGRAM_MAX (RULES * PER_RULE_MAX + 7)

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
/* Skip so many statements when the value that was loaded is this one, and so many when it is not. */
#define SKIP(value, when_equal, when_not)                                                          \
	((struct sock_filter)BPF_JUMP(                                                             \
		BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), (when_equal), (when_not)))

static size_t offset_of_argument(unsigned number)
{
	const uint16_t one = 1;
	size_t lower = *(const uint8_t *)&one == 1 ? 0 : sizeof(uint32_t);

	return offsetof(struct seccomp_data, args) + number * sizeof(uint64_t) + lower;
}

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
	add(program, LOAD(offset_of_argument(rule->argument)));
	add(program, AND(rule->mask));
	add(program, SKIP(rule->value, 0, 1));
	add(program, ANSWER(rule->answer));
	add(program, LOAD(offsetof(struct seccomp_data, nr)));
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
