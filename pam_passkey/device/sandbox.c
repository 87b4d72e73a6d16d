/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Confinement of a worker, which reads what an unknown device sends.
 *
 * 1. MUST be entered before the first byte of CBOR is read.
 * 2. MUST allow by name and refuse the rest: a system call that is not in the list does not happen.
 *    Refusing is by an error, not by death: libraries try things that they can do without.
 * 3. MUST NOT be a condition for signing in.
 */
#include "device/sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "sys/identity.h"

#define NOBODY 65534 /* the id that the kernel itself uses for "no id" */

/* A filter looks at the number of a system call, which means nothing without the architecture. */
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

#define LOAD(member) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, member))
#define ANSWER(action) BPF_STMT(BPF_RET | BPF_K, (action))
/* The answer when the value that was loaded is this one; else the next statement. */
#define IF(value, action) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, 1), ANSWER(action)
#define ALLOW(name) IF(__NR_##name, SECCOMP_RET_ALLOW)
#define REFUSE(code) (SECCOMP_RET_ERRNO | (code))

static const struct sock_filter filter[] = {
	LOAD(arch),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
	ANSWER(SECCOMP_RET_KILL_PROCESS),
	/* No other ABI shares the number: x32 sets a bit in it, which then matches nothing here. */
	LOAD(nr),
	/* reports and packets */
	ALLOW(read),
	ALLOW(write),
	ALLOW(ppoll),
#ifdef __NR_poll
	ALLOW(poll),
#endif
	ALLOW(recvfrom),
	ALLOW(sendto),
	ALLOW(getpeername),
	ALLOW(getsockname),
	ALLOW(close),
	/* memory */
	ALLOW(brk),
	ALLOW(mmap),
	ALLOW(munmap),
	ALLOW(mremap),
	ALLOW(mprotect),
	ALLOW(madvise),
	/* time, randomness, locks of libraries */
	ALLOW(clock_gettime),
	ALLOW(clock_nanosleep),
	ALLOW(nanosleep),
	ALLOW(getrandom),
	ALLOW(futex),
	ALLOW(sched_yield),
	/* who am I */
	ALLOW(getpid),
	ALLOW(gettid),
	ALLOW(getuid),
	ALLOW(geteuid),
	ALLOW(getgid),
	ALLOW(getegid),
	ALLOW(fstat),
	/* signals and the end */
	ALLOW(rt_sigprocmask),
	ALLOW(rt_sigreturn),
	ALLOW(restart_syscall),
	ALLOW(sigaltstack), /* an address sanitizer ends without it before the end */
	ALLOW(exit),
	ALLOW(exit_group),
	/* libcrypto looks for its configuration and does without one that does not exist */
	IF(__NR_openat, REFUSE(ENOENT)),
#ifdef __NR_open
	IF(__NR_open, REFUSE(ENOENT)),
#endif
	ANSWER(REFUSE(EPERM)),
};

static void filter_system_calls(void)
{
	struct sock_filter copy[sizeof(filter) / sizeof(filter[0])];
	const struct sock_fprog program = {
		.len = sizeof(filter) / sizeof(filter[0]),
		.filter = copy,
	};

	for (size_t i = 0; i < program.len; i++)
		copy[i] = filter[i]; /* the kernel's structure has no const */
	(void)prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

#else

static void filter_system_calls(void)
{
}

#endif

void ppk_sandbox_enter(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_FSIZE, &none);
	if (ppk_identity_is_privileged())
		(void)!ppk_identity_become(NOBODY, NOBODY, NULL, 0);
	(void)setrlimit(RLIMIT_NPROC, &none);
	/* Both are reset by a change of ids. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	filter_system_calls();
}
