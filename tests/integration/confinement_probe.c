/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A program that enters the sandbox of passkey-device as one of its processes does, and then tries to
 * do what nobody in there may do.
 *
 * usage: confinement_probe ROLE WITHOUT FOLDER VICTIM
 *   ROLE     free (no sandbox: all of it succeeds), supervisor, launcher or worker; with "+nfc"
 *   WITHOUT  none, landlock or filter: a kernel without it; with "+N" and Landlock's version N
 *   FOLDER   holds secret, file, hidraw63, listener (a Unix socket) and the folder place
 *   VICTIM   the number of another process of the same user
 *
 * One line each: the name of the attempt, and 0 or why it failed, as errno.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "confinement_probe.h"
#include "device/sandbox.h"
#include "sys/child.h"

enum place place = FREE;
static pid_t victim;
static bool no_landlock, no_filter;
static long landlock_version; /* that the kernel says it has; 0: the true one */

/*
 * Stand behind the sandbox's own calls (--wrap): a kernel that lacks a layer.
 */

int __real_prctl(int option, ...);
int __wrap_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d);

int __wrap_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	if (option == PR_SET_SECCOMP && no_filter) {
		errno = EINVAL;
		return -1;
	}
	return __real_prctl(option, a, b, c, d);
}

/* Does a kernel with that version know all that is asked of it? (Documentation/userspace-api/landlock) */
static bool is_known(const uint64_t *attributes, size_t size)
{
	static const unsigned file_rights[] = { 13, 14, 15, 15, 16, 16, 16, 16,
		17 }; /* from 1 on */
	unsigned rights = file_rights[landlock_version <= 9 ? landlock_version - 1 : 8];

	return attributes[0] >> rights == 0 &&
	       (size <= 8 || landlock_version >= 4 || attributes[1] == 0) &&
	       (size <= 16 || landlock_version >= 6 || attributes[2] == 0);
}

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

/* It passes on six arguments, of which the caller may have given fewer. */
__attribute__((no_sanitize("address"))) long __wrap_syscall(long number, ...)
{
	long arguments[6];
	va_list list;

	va_start(list, number);
	for (size_t i = 0; i < 6; i++)
		arguments[i] = va_arg(list, long);
	va_end(list);
	if (number == SYS_landlock_create_ruleset && no_landlock) {
		errno = ENOSYS;
		return -1;
	}
	if (number == SYS_landlock_create_ruleset && landlock_version != 0) {
		if (arguments[0] == 0)
			return landlock_version;
		if (!is_known((const uint64_t *)arguments[0], (size_t)arguments[1])) {
			errno = EINVAL;
			return -1;
		}
	}
	return __real_syscall(number, arguments[0], arguments[1], arguments[2], arguments[3],
		arguments[4], arguments[5]);
}

/*
 * The attempts: 0 or errno.
 */

int outcome(long result)
{
	return result < 0 ? errno : 0;
}

int opened(int fd)
{
	int code = outcome(fd);

	if (fd >= 0)
		close(fd);
	return code;
}

static int read_file(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int code = outcome(fd);

	if (fd >= 0) {
		code = outcome(read(fd, &byte, 1));
		close(fd);
	}
	return code;
}

static int read_shadow(void)
{
	return read_file("/etc/shadow");
}

static int read_secret(void)
{
	return read_file("secret");
}

static int read_passwd(void)
{
	return read_file("/etc/passwd");
}

static int read_proc(void)
{
	return read_file("/proc/self/maps");
}

static int read_memory_file(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)victim);
	return opened(open(path, O_RDONLY | O_CLOEXEC));
}

static int read_sysfs(void)
{
	return read_file("/sys/kernel/mm/transparent_hugepage/enabled");
}

static int list_sysfs(void)
{
	return opened(open("/sys/class", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static int list_root(void)
{
	return opened(open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

static int watch_nodes(void)
{
	int fd = inotify_init1(IN_CLOEXEC);
	int code = outcome(fd);

	if (fd >= 0) {
		code = outcome(inotify_add_watch(fd, "/dev", IN_CREATE));
		close(fd);
	}
	return code;
}

static int write_file(void)
{
	return opened(open("file", O_WRONLY | O_CLOEXEC));
}

static int append_file(void)
{
	return opened(open("file", O_WRONLY | O_APPEND | O_CLOEXEC));
}

static int create_file(void)
{
	return opened(open("created", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

static int create_node_file(void)
{
	int code = opened(open("/dev/shm/ppk-confinement", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));

	(void)unlink("/dev/shm/ppk-confinement");
	return code;
}

static int truncate_file(void)
{
	return outcome(truncate("file", 0));
}

static int chmod_file(void)
{
	return outcome(chmod("file", 0600));
}

static int make_folder(void)
{
	return outcome(mkdir("made", 0700));
}

static int make_link(void)
{
	return outcome(symlink("secret", "linked"));
}

static int rename_file(void)
{
	return outcome(rename("file", "file2"));
}

static int unlink_file(void)
{
	return outcome(unlink("file2"));
}

static int change_root(void)
{
	return outcome(syscall(SYS_chroot, "/"));
}

static int mount_tmpfs(void)
{
	return outcome(mount("none", "place", "tmpfs", 0, NULL));
}

static int new_user_namespace(void)
{
	return outcome(unshare(CLONE_NEWUSER));
}

static int socket_inet(void)
{
	return opened(socket(AF_INET, SOCK_STREAM, 0));
}

static int socket_inet6(void)
{
	return opened(socket(AF_INET6, SOCK_STREAM, 0));
}

static int socket_udp(void)
{
	return opened(socket(AF_INET, SOCK_DGRAM, 0));
}

static int socket_netlink(void)
{
	return opened(socket(AF_NETLINK, SOCK_RAW, 0));
}

static int socket_packet(void)
{
	return opened(socket(AF_PACKET, SOCK_RAW, 0));
}

static int connect_to(const char *name, bool abstract)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	int code = outcome(fd);

	snprintf(address.sun_path + abstract, sizeof(address.sun_path) - 1, "%s", name);
	if (fd >= 0) {
		code = outcome(connect(fd, (const void *)&address,
			(socklen_t)(sizeof(sa_family_t) + abstract + strlen(name))));
		close(fd);
	}
	return code;
}

static int connect_path(void)
{
	return connect_to("listener", false);
}

static int connect_abstract(void)
{
	char name[64];

	snprintf(name, sizeof(name), "ppk-confinement-%d", (int)victim);
	return connect_to(name, true);
}

static int start_process(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return errno;
	(void)waitpid(pid, NULL, 0);
	return 0;
}

static int nothing(void *context)
{
	(void)context;
	return 0;
}

/* As the launcher starts a worker. */
static int start_child(void)
{
	struct ppk_child child;

	if (ppk_child_start(nothing, NULL, &child) != PPK_OK)
		return EPERM;
	ppk_child_reap(&child);
	return 0;
}

static int signal_victim(void)
{
	return outcome(kill(victim, SIGCONT));
}

static int signal_group(void)
{
	return outcome(kill(0, SIGCONT));
}

static int open_pidfd(void)
{
	return opened((int)syscall(SYS_pidfd_open, victim, 0));
}

static int trace_victim(void)
{
	long result = ptrace(PTRACE_SEIZE, victim, NULL, NULL);
	int code = outcome(result);

	if (result == 0) {
		(void)ptrace(PTRACE_INTERRUPT, victim, NULL, NULL);
		(void)waitpid(victim, NULL, __WALL);
		(void)ptrace(PTRACE_DETACH, victim, NULL, NULL);
	}
	return code;
}

/* What is at address 1 cannot be read: EFAULT is what an allowed call says. */
static int read_memory(void)
{
	char byte;
	struct iovec here = { &byte, 1 }, there = { (void *)(uintptr_t)1, 1 };

	if (process_vm_readv(victim, &here, 1, &there, 1, 0) >= 0 || errno == EFAULT)
		return 0;
	return errno;
}

static int become_root(void)
{
	return outcome(syscall(SYS_setuid, 0));
}

static int become_another(void)
{
	return outcome(syscall(SYS_setuid, 12));
}

static int use_bpf(void)
{
	union bpf_attr attributes = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1
	};

	return opened((int)syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof(attributes)));
}

static int use_io_uring(void)
{
	char parameters[512] = { 0 };

	return opened((int)syscall(SYS_io_uring_setup, 1, parameters));
}

static int use_userfaultfd(void)
{
	return opened((int)syscall(SYS_userfaultfd, O_CLOEXEC | 1));
}

static int use_keys(void)
{
	return outcome(syscall(SYS_add_key, "user", "ppk-confinement", "x", 1, -1 /* thread's */));
}

static int use_memfd(void)
{
	return opened((int)syscall(SYS_memfd_create, "x", 0));
}

static int map_code(void)
{
	void *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (code == MAP_FAILED)
		return errno;
	munmap(code, 4096);
	return 0;
}

static int make_code(void)
{
	void *data = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int code;

	if (data == MAP_FAILED)
		return errno;
	code = outcome(mprotect(data, 4096, PROT_READ | PROT_EXEC));
	munmap(data, 4096);
	return code;
}

static int ask_for_signals(void)
{
	return outcome(fcntl(1, F_SETOWN, victim));
}

/* Last: where it works there is no way back. The program that it becomes prints its line. */
static int execute(void)
{
	char *const arguments[] = { (char[]){ "echo" }, (char[]){ "execute 0" }, NULL };

	fflush(stdout);
	execve("/bin/echo", arguments, (char *const[]){ NULL });
	return errno;
}

static const struct attempt attempts[] = {
	{ "read-shadow", read_shadow },
	{ "read-secret", read_secret },
	{ "read-passwd", read_passwd },
	{ "read-proc", read_proc },
	{ "read-sysfs", read_sysfs },
	{ "list-sysfs", list_sysfs },
	{ "list-root", list_root },
	{ "watch-nodes", watch_nodes },
	{ "create-file", create_file },
	{ "create-node-file", create_node_file },
	{ "append-file", append_file },
	{ "write-file", write_file },
	{ "truncate-file", truncate_file },
	{ "chmod-file", chmod_file },
	{ "make-folder", make_folder },
	{ "make-link", make_link },
	{ "rename-file", rename_file },
	{ "unlink-file", unlink_file },
	{ "chroot", change_root },
	{ "mount", mount_tmpfs },
	{ "socket-inet", socket_inet },
	{ "socket-inet6", socket_inet6 },
	{ "socket-udp", socket_udp },
	{ "socket-netlink", socket_netlink },
	{ "socket-packet", socket_packet },
	{ "connect-path", connect_path },
	{ "connect-abstract", connect_abstract },
	{ "start-process", start_process },
	{ "start-child", start_child },
	{ "signal", signal_victim },
	{ "signal-group", signal_group },
	{ "pidfd", open_pidfd },
	{ "ptrace", trace_victim },
	{ "read-memory", read_memory },
	{ "read-memory-file", read_memory_file },
	{ "bpf", use_bpf },
	{ "io_uring", use_io_uring },
	{ "userfaultfd", use_userfaultfd },
	{ "keys", use_keys },
	{ "memfd", use_memfd },
	{ "map-code", map_code },
	{ "make-code", make_code },
	{ "ask-for-signals", ask_for_signals },
	{ "setuid-0", become_root },
	{ "setuid-12", become_another },
	{ "user-namespace", new_user_namespace },
	{ "execute", execute },
};

static void make(const struct attempt *attempt)
{
	int code = attempt->make();

	printf("%s %d\n", attempt->name, code);
	fflush(stdout);
}

static bool enter(const char *role)
{
	static const char *const roles[] = { "supervisor", "launcher", "worker" };
	const char *more = strchr(role, '+');
	size_t len = more == NULL ? strlen(role) : (size_t)(more - role);

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		if (strlen(roles[i]) != len || strncmp(role, roles[i], len) != 0)
			continue;
		ppk_sandbox_harden();
		if (!ppk_sandbox_give_up_privilege())
			return false;
		/* a worker comes out of the launcher's */
		if (i == PPK_SANDBOX_WORKER)
			ppk_sandbox_enter(PPK_SANDBOX_LAUNCHER, more != NULL);
		ppk_sandbox_enter((enum ppk_sandbox_role)i, more != NULL);
		place = i == PPK_SANDBOX_SUPERVISOR || no_filter ? WITHOUT_THE_TABLE
								 : WITH_THE_TABLE;
		return true;
	}
	return strcmp(role, "free") == 0;
}

int main(int argc, char **argv)
{
	if (argc != 5 || chdir(argv[3]) != 0)
		return 2;
	printf("landlock %ld\n", syscall(SYS_landlock_create_ruleset, NULL, 0, 1 /* version */));
	no_landlock = strncmp(argv[2], "landlock", 8) == 0;
	no_filter = strncmp(argv[2], "filter", 6) == 0;
	if (strchr(argv[2], '+') != NULL)
		landlock_version = strtol(strchr(argv[2], '+'), NULL, 10);
	victim = (pid_t)strtol(argv[4], NULL, 10);
	if (!enter(argv[1]))
		return 3;
	for (size_t i = 0; i < path_attempts_count; i++)
		make(&path_attempts[i]);
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++)
		make(&attempts[i]);
	_exit(0); /* a leak sanitizer would look into this process from another */
}
