/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * argv[1]: the helper program of these tests (process_probe.c); argv[2]: "portable", where the host is a
 * program of ours and the helper its child (process_portable.c).
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "scratch.h"
#include "sys/clock.h"
#include "sys/packet.h"
#include "sys/process.h"

#define WAIT_MS 20000
#define GRACE_MS 20000

static const char *probe;
static bool portable;
static volatile sig_atomic_t child_signals;

/* The helper as it behaves under this name. */
static const char *probe_as(const char *name)
{
	if (symlink(probe, in_scratch("%s", name)) != 0 && errno != EEXIST)
		abort();
	return in_scratch("%s", name);
}

static void copy_program(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC),
	    out = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
	char part[4096];
	ssize_t len;

	while ((len = read(in, part, sizeof(part))) > 0)
		if (write(out, part, (size_t)len) != len)
			abort();
	if (in < 0 || out < 0 || len != 0 || fchmod(out, 0755) != 0)
		abort();
	close(in);
	close(out);
}

static enum ppk_err receive(const struct ppk_process *process, void *data, size_t size, size_t *ret)
{
	return ppk_packet_receive(process->socket, ppk_clock_ms() + WAIT_MS, data, size, ret);
}

static bool echoes(const struct ppk_process *process)
{
	uint8_t data[16];
	size_t len = 0;

	return ppk_packet_send(process->socket, (const uint8_t *)"hello", 5) == PPK_OK &&
	       receive(process, data, sizeof(data), &len) == PPK_OK && len == 5 &&
	       memcmp(data, "hello", 5) == 0;
}

/* What the helper says about itself; empty: it did not run. */
static const char *report(char text[static 512])
{
	struct ppk_process process = { .socket = -1 };
	size_t len = 0;

	text[0] = '\0';
	if (ppk_process_start(probe_as("report"), &process) != PPK_OK)
		return text;
	if (receive(&process, text, 511, &len) == PPK_OK)
		text[len] = '\0';
	ppk_process_finish(&process, GRACE_MS);
	return text;
}

static const char *expected_report(char text[static 512])
{
	int uid = (int)geteuid(), gid = (int)getegid();

	snprintf(text, 512,
		"argc=1 env=0 fds=0=null 1=null 2=null 3 blocked=0 ignored=0 cwd=/ uid=%d,%d,%d "
		"gid=%d,%d,%d death=%d",
		uid, uid, uid, gid, gid, gid, portable ? 0 : SIGKILL);
	return text;
}

/* Run test in a forked host, so that what it does to itself stays there. */
static int in_other_host(int (*test)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(test());
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 98;
	return WEXITSTATUS(status);
}

static int report_is_as_expected(void)
{
	char got[512], want[512];

	if (strcmp(report(got), expected_report(want)) == 0)
		return 0;
	printf("# got  %s\n# want %s\n", got, want);
	return 1;
}

static void the_program_finds_nothing_of_the_host(void)
{
	CHECK_INT(report_is_as_expected(), 0);
}

static int report_with_open_descriptors(void)
{
	for (int i = 0; i < 40; i++)
		if (open("/etc/passwd", O_RDONLY) < 0)
			return 90;
	if (dup2(0, 700) < 0 || chdir("/tmp") != 0 ||
		setenv("LD_PRELOAD", "/nonexistent.so", 1) != 0)
		return 91;
	return report_is_as_expected();
}

static void no_descriptor_or_environment_is_inherited(void)
{
	CHECK_INT(in_other_host(report_with_open_descriptors), 0);
}

static int report_with_ignored_signals(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t all;

	for (int number = 1; number < NSIG; number++)
		(void)sigaction(number, &ignore, NULL);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	return report_is_as_expected();
}

static void ignored_and_blocked_signals_are_not_inherited(void)
{
	CHECK_INT(in_other_host(report_with_ignored_signals), 0);
}

static int closed_mask;

static int report_with_closed_descriptors(void)
{
	char got[512], want[512];

	for (int fd = 0; fd < 3; fd++)
		if ((closed_mask & (1 << fd)) != 0)
			close(fd);
	return strcmp(report(got), expected_report(want)) == 0 ? 0 : 1;
}

static void standard_descriptors_may_be_closed_in_the_host(void)
{
	for (closed_mask = 0; closed_mask < 8; closed_mask++)
		CHECK_INT(in_other_host(report_with_closed_descriptors), 0);
}

static int report_as_set_user_id(void)
{
	char got[512], want[512];

	if (setresgid(STRANGER, 0, 0) != 0 || setresuid(STRANGER, 0, 0) != 0)
		return 90;
	return strcmp(report(got), expected_report(want)) == 0 ? 0 : 1;
}

static void all_ids_become_the_effective_ones(void)
{
	if (!is_root())
		CHECK_SKIP("needs root");
	CHECK_INT(in_other_host(report_as_set_user_id), 0);
	CHECK_INT(as_stranger(STRANGER, report_is_as_expected), 0);
}

static void count_signal(int number)
{
	(void)number;
	child_signals++;
}

static void the_host_gets_no_signal_and_finds_no_child(void)
{
	struct sigaction count = { .sa_handler = count_signal }, before;
	static const char *const names[] = { "echo", "three", "nobody" };

	unlink(in_scratch("nobody"));
	CHECK(sigaction(SIGCHLD, &count, &before) == 0);
	for (size_t i = 0; i < 3; i++) {
		struct ppk_process process = { .socket = -1 };

		CHECK_OK(ppk_process_start(
			i < 2 ? probe_as(names[i]) : in_scratch("nobody"), &process));
		CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
		if (i == 0)
			CHECK(echoes(&process));
		CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
		ppk_process_finish(&process, GRACE_MS);
		CHECK(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
	}
	CHECK(waitpid(-1, NULL, WNOHANG | __WALL) == -1 && errno == ECHILD);
	CHECK(sigaction(SIGCHLD, &before, NULL) == 0);
	CHECK_INT(child_signals, 0);
}

struct condition {
	struct {
		void (*handler)(int);
		int flags;
		bool blocks[NSIG]; /* beyond those bits libc leaves what happens to lie there */
	} actions[NSIG];
	bool blocked[NSIG];
	mode_t umask;
	int descriptors;
	char folder[PATH_MAX];
	struct rlimit limit;
	uid_t uid[3];
};

static void look(struct condition *now)
{
	sigset_t mask;

	memset(now, 0, sizeof(*now));
	sigprocmask(SIG_SETMASK, NULL, &mask);
	for (int number = 1; number < NSIG; number++) {
		struct sigaction action = { .sa_flags = 0 };

		now->blocked[number] = sigismember(&mask, number) == 1;
		if (sigaction(number, NULL, &action) != 0)
			continue;
		now->actions[number].handler = action.sa_handler;
		now->actions[number].flags = action.sa_flags;
		for (int other = 1; other < NSIG; other++)
			now->actions[number].blocks[other] =
				sigismember(&action.sa_mask, other) == 1;
	}
	now->umask = umask(0);
	umask(now->umask);
	now->descriptors = count_descriptors();
	CHECK(getcwd(now->folder, sizeof(now->folder)) != NULL);
	getrlimit(RLIMIT_NOFILE, &now->limit);
	CHECK(getresuid(&now->uid[0], &now->uid[1], &now->uid[2]) == 0);
}

static void the_host_is_as_it_was(void)
{
	static struct condition before, during, after;
	struct ppk_process process = { .socket = -1 };

	sigset_t mask, mask_before;

	/* A mask of its own, so that it shows when one is put in its place. */
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR2);
	CHECK(sigprocmask(SIG_SETMASK, &mask, &mask_before) == 0);
	look(&before);
	CHECK_OK(ppk_process_start(probe_as("echo"), &process));
	look(&during);
	CHECK(echoes(&process));
	CHECK_INT(fcntl(process.socket, F_GETFD), FD_CLOEXEC);
	CHECK(process.keeper.fd < 0 || fcntl(process.keeper.fd, F_GETFD) == FD_CLOEXEC);
	ppk_process_finish(&process, GRACE_MS);
	look(&after);
	CHECK(memcmp(&before, &after, sizeof(before)) == 0);
	/* Meanwhile there are the socket and the pidfd. */
	CHECK(during.descriptors <= before.descriptors + 2);
	during.descriptors = before.descriptors;
	CHECK(memcmp(&before, &during, sizeof(before)) == 0);
	CHECK(sigprocmask(SIG_SETMASK, &mask_before, NULL) == 0);
}

static void a_program_that_cannot_be_run_shows_as_end_of_file(void)
{
	struct ppk_process process = { .socket = -1 };
	uint8_t data[8];
	size_t len;

	unlink(in_scratch("nobody"));
	CHECK_OK(ppk_process_start(in_scratch("nobody"), &process));
	CHECK_ERR(receive(&process, data, sizeof(data), &len), PPK_ERR_PROCESS);
	ppk_process_finish(&process, GRACE_MS);
	CHECK_ERR(ppk_process_start("echo", &process), PPK_ERR_PROCESS);
}

static void finishing_what_never_started_does_nothing(void)
{
	struct ppk_process process;

	memset(&process, 0, sizeof(process));
	ppk_process_finish(&process, GRACE_MS);
	CHECK(fcntl(0, F_GETFD) >= 0);
	CHECK_OK(ppk_process_start(probe_as("echo"), &process));
	ppk_process_finish(&process, GRACE_MS);
	CHECK_INT(process.socket, -1);
	ppk_process_finish(&process, GRACE_MS);
}

static int pidfd_of_stubborn(struct ppk_process *process)
{
	pid_t pid = 0;
	size_t len;

	CHECK_OK(ppk_process_start(probe_as("stubborn"), process));
	CHECK_OK(receive(process, &pid, sizeof(pid), &len));
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

static bool has_ended(int pidfd)
{
	struct pollfd entry = { .fd = pidfd, .events = POLLIN };

	return poll(&entry, 1, WAIT_MS) == 1;
}

static void finishing_ends_a_program_that_ignores_everything(void)
{
	struct ppk_process process = { .socket = -1 };
	struct pollfd entry = { .events = POLLIN };
	int64_t before = ppk_clock_ms();

	entry.fd = pidfd_of_stubborn(&process);
	if (entry.fd < 0)
		CHECK_SKIP("needs pidfd_open");
	ppk_process_finish(&process, 50);
	CHECK(poll(&entry, 1, 0) == 1); /* gone when finish returns, and not some time later */
	CHECK(ppk_clock_ms() - before < WAIT_MS);
	close(entry.fd);
}

static void the_program_does_not_outlive_its_keeper(void)
{
	struct ppk_process process = { .socket = -1 };
	int fd = pidfd_of_stubborn(&process);

	if (fd < 0)
		CHECK_SKIP("needs pidfd_open");
	CHECK(kill(process.keeper.pid, SIGKILL) == 0);
	CHECK(has_ended(fd));
	ppk_process_finish(&process, GRACE_MS);
	close(fd);
}

static void the_program_does_not_outlive_a_killed_host(void)
{
	struct ppk_process process = { .socket = -1 };
	int ends[2], fd;
	pid_t host, pid = 0;

	CHECK(pipe2(ends, O_CLOEXEC) == 0);
	host = fork();
	if (host == 0) {
		size_t len;

		if (ppk_process_start(probe_as("stubborn"), &process) != PPK_OK ||
			receive(&process, &pid, sizeof(pid), &len) != PPK_OK ||
			write(ends[1], &pid, sizeof(pid)) != sizeof(pid))
			_exit(1);
		for (;;)
			pause();
	}
	CHECK_INT(read(ends[0], &pid, sizeof(pid)), sizeof(pid));
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	CHECK(kill(host, SIGKILL) == 0);
	CHECK(waitpid(host, NULL, 0) == host);
	if (fd >= 0)
		CHECK(has_ended(fd));
	close(fd);
	close(ends[0]);
	close(ends[1]);
}

static void a_copy_of_the_socket_in_a_child_of_the_host_delays_nothing(void)
{
	struct ppk_process process = { .socket = -1 };
	int ends[2];
	pid_t pid;
	int64_t before;

	CHECK_OK(ppk_process_start(probe_as("echo"), &process));
	CHECK(pipe2(ends, O_CLOEXEC) == 0);
	pid = fork();
	if (pid == 0) {
		char end;

		close(ends[1]);
		_exit(read(ends[0], &end, 1) == 0 ? 0 : 1);
	}
	before = ppk_clock_ms();
	ppk_process_finish(&process, GRACE_MS);
	CHECK(ppk_clock_ms() - before < GRACE_MS / 2);
	close(ends[0]);
	close(ends[1]);
	CHECK(waitpid(pid, NULL, 0) == pid);
}

static void two_run_at_once(void)
{
	struct ppk_process one = { .socket = -1 }, two = { .socket = -1 };

	CHECK_OK(ppk_process_start(probe_as("echo"), &one));
	CHECK_OK(ppk_process_start(probe_as("echo"), &two));
	CHECK(echoes(&two));
	CHECK(echoes(&one));
	ppk_process_finish(&one, GRACE_MS);
	CHECK(echoes(&two));
	ppk_process_finish(&two, GRACE_MS);
}

static volatile bool threads_stop;

/* Whoever is stopped here by clone holds the allocator's lock in the copy. */
static void *allocate(void *unused)
{
	while (!threads_stop) {
		void *memory = malloc(3000);

		free(memory);
	}
	return unused;
}

static void *start_and_finish(void *ret_failures)
{
	unsigned *failures = ret_failures;

	for (int i = 0; i < 20; i++) {
		struct ppk_process process = { .socket = -1 };

		if (ppk_process_start(in_scratch("echo"), &process) != PPK_OK || !echoes(&process))
			(*failures)++;
		ppk_process_finish(&process, GRACE_MS);
	}
	return NULL;
}

static void a_host_with_threads_is_fine(void)
{
	pthread_t busy[2], starters[2];
	unsigned failures[2] = { 0, 0 };

	probe_as("echo");
	threads_stop = false;
	for (int i = 0; i < 2; i++) {
		CHECK(pthread_create(&busy[i], NULL, allocate, NULL) == 0);
		CHECK(pthread_create(&starters[i], NULL, start_and_finish, &failures[i]) == 0);
	}
	for (int i = 0; i < 2; i++)
		pthread_join(starters[i], NULL);
	threads_stop = true;
	for (int i = 0; i < 2; i++)
		pthread_join(busy[i], NULL);
	CHECK_INT(failures[0] + failures[1], 0);
}

static int start_with_few_descriptors(void)
{
	struct ppk_process process = { .socket = -1 };

	for (rlim_t limit = 3; limit < 12; limit++) {
		struct rlimit few = { limit, 12 };
		int before = count_descriptors(), after;
		enum ppk_err err;

		if (setrlimit(RLIMIT_NOFILE, &few) != 0)
			return 90;
		err = ppk_process_start(probe_as("echo"), &process);
		if (err == PPK_OK)
			ppk_process_finish(&process, GRACE_MS);
		else if (err != PPK_ERR_IO && err != PPK_ERR_LIMIT)
			return 91;
		few.rlim_cur = 12;
		if (setrlimit(RLIMIT_NOFILE, &few) != 0)
			return 92;
		after = count_descriptors();
		if (before != -2 && after != before && limit > 3)
			return 93;
	}
	return waitpid(-1, NULL, WNOHANG | __WALL) == -1 ? 0 : 94;
}

static void without_descriptors_it_is_an_error(void)
{
	CHECK_INT(in_other_host(start_with_few_descriptors), 0);
}

static int run_all(void)
{
	return CHECK_RUN(CHECK_TEST(the_program_finds_nothing_of_the_host),
		CHECK_TEST(no_descriptor_or_environment_is_inherited),
		CHECK_TEST(ignored_and_blocked_signals_are_not_inherited),
		CHECK_TEST(standard_descriptors_may_be_closed_in_the_host),
		CHECK_TEST(all_ids_become_the_effective_ones),
		CHECK_TEST(the_host_gets_no_signal_and_finds_no_child),
		CHECK_TEST(the_host_is_as_it_was),
		CHECK_TEST(a_program_that_cannot_be_run_shows_as_end_of_file),
		CHECK_TEST(finishing_what_never_started_does_nothing),
		CHECK_TEST(finishing_ends_a_program_that_ignores_everything),
		CHECK_TEST(the_program_does_not_outlive_its_keeper),
		CHECK_TEST(the_program_does_not_outlive_a_killed_host),
		CHECK_TEST(a_copy_of_the_socket_in_a_child_of_the_host_delays_nothing),
		CHECK_TEST(two_run_at_once), CHECK_TEST(a_host_with_threads_is_fine),
		CHECK_TEST(without_descriptors_it_is_an_error));
}

static int run_portable(void)
{
	return CHECK_RUN(CHECK_TEST(the_program_finds_nothing_of_the_host),
		CHECK_TEST(no_descriptor_or_environment_is_inherited),
		CHECK_TEST(ignored_and_blocked_signals_are_not_inherited),
		CHECK_TEST(standard_descriptors_may_be_closed_in_the_host),
		CHECK_TEST(all_ids_become_the_effective_ones), CHECK_TEST(the_host_is_as_it_was),
		CHECK_TEST(a_program_that_cannot_be_run_shows_as_end_of_file),
		CHECK_TEST(finishing_what_never_started_does_nothing),
		CHECK_TEST(finishing_ends_a_program_that_ignores_everything),
		CHECK_TEST(a_copy_of_the_socket_in_a_child_of_the_host_delays_nothing),
		CHECK_TEST(two_run_at_once), CHECK_TEST(without_descriptors_it_is_an_error));
}

int main(int argc, char **argv)
{
	int result;

	if (argc < 2)
		return 2;
	portable = argc == 3;
	scratch_make();
	/* Where the program was built, another user may not reach it. */
	copy_program(argv[1], in_scratch("probe"));
	probe = "probe";
	result = portable ? run_portable() : run_all();
	scratch_remove();
	return result;
}
