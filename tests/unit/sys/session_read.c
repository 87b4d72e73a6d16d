/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/session_read.h"

#include <utmpx.h>

#include "scratch.h"
#include "sys/environment.h"

#define SESSION_5 "0::/user.slice/user-1000.slice/session-5.scope\n"
#define MANAGER "0::/user.slice/user-1000.slice/user@1000.service/app.slice\n"
#define REMOTE_SESSION "CLASS=user\nTYPE=tty\nREMOTE=1\n"
#define LOCAL_SESSION "CLASS=user\nTYPE=tty\nREMOTE=0\n"

static char cgroup[PATH_MAX], logind[PATH_MAX], utmp[PATH_MAX];
static struct ppk_session_sources sources;

/* A system that knows nothing yet. */
static void make_system(void)
{
	scratch_remove();
	CHECK(mkdir(scratch, 0755) == 0);
	snprintf(cgroup, sizeof(cgroup), "%s/cgroup", scratch);
	snprintf(logind, sizeof(logind), "%s/systemd", scratch);
	snprintf(utmp, sizeof(utmp), "%s/utmp", scratch);
	CHECK(mkdir(logind, 0755) == 0);
	CHECK(mkdir(in_scratch("systemd/sessions"), 0755) == 0);
	CHECK(mkdir(in_scratch("systemd/users"), 0755) == 0);
	sources = (struct ppk_session_sources){
		.cgroup = cgroup, .logind = logind, .utmp = utmp, .root = geteuid()
	};
}

static struct ppk_session_facts facts(const char *rhost, const char *tty)
{
	struct ppk_session_facts got = { .has_remote_host = false };

	CHECK_OK(ppk_session_facts_read(&sources, rhost, tty, "web1", &got));
	return got;
}

static bool says_nothing(const char *rhost, const char *tty)
{
	struct ppk_session_facts got = facts(rhost, tty);

	return !got.has_remote_host && !got.tty_has_address &&
	       got.session == PPK_LOCALITY_UNKNOWN && got.user_sessions == PPK_LOCALITY_UNKNOWN &&
	       got.remote_host[0] == '\0';
}

static void a_system_without_anything_says_nothing(void)
{
	make_system();
	CHECK(says_nothing(NULL, "pts/1"));
	CHECK(says_nothing("", NULL));
	sources.cgroup = sources.logind = sources.utmp = "/nonexistent/file";
	CHECK(says_nothing("web1", "pts/1"));
}

static void the_remote_host_is_the_applications(void)
{
	make_system();
	CHECK(facts("192.0.2.7", NULL).has_remote_host);
	CHECK(!facts("web1", NULL).has_remote_host);
}

static void the_session_of_the_process_is_looked_up(void)
{
	make_system();
	put_file(cgroup, SESSION_5, 0444);
	CHECK_INT(facts(NULL, NULL).session, PPK_LOCALITY_UNKNOWN);
	put_file(in_scratch("systemd/sessions/5"), REMOTE_SESSION, 0644);
	put_file(in_scratch("systemd/sessions/6"), LOCAL_SESSION, 0644);
	CHECK_INT(facts(NULL, NULL).session, PPK_LOCALITY_REMOTE);
	put_file(in_scratch("systemd/sessions/5"), LOCAL_SESSION, 0644);
	CHECK_INT(facts(NULL, NULL).session, PPK_LOCALITY_LOCAL);
}

static void a_session_file_that_others_could_write_is_not_believed(void)
{
	make_system();
	put_file(cgroup, SESSION_5, 0444);
	put_file(in_scratch("systemd/sessions/5"), LOCAL_SESSION, 0666);
	CHECK_INT(facts(NULL, NULL).session, PPK_LOCALITY_UNKNOWN);
	put_file(in_scratch("systemd/sessions/5"), LOCAL_SESSION, 0644);
	if (geteuid() == 0) {
		CHECK(chown(in_scratch("systemd/sessions/5"), STRANGER, STRANGER) == 0);
		CHECK_INT(facts(NULL, NULL).session, PPK_LOCALITY_UNKNOWN);
	}
	CHECK(unlink(in_scratch("systemd/sessions/5")) == 0);
	put_file(in_scratch("forged"), LOCAL_SESSION, 0644);
	CHECK(symlink(in_scratch("forged"), in_scratch("systemd/sessions/5")) == 0);
	CHECK_INT(facts(NULL, NULL).session, PPK_LOCALITY_UNKNOWN);
}

static const char *remote_host(void)
{
	static struct ppk_session_facts got;

	got = facts(NULL, NULL);
	return got.remote_host;
}

static void where_the_session_of_the_process_comes_from_is_looked_up(void)
{
	make_system();
	CHECK_STR(remote_host(), "");
	put_file(in_scratch("systemd/sessions/5"), REMOTE_SESSION "REMOTE_HOST=192.0.2.7\n", 0644);
	CHECK_STR(remote_host(), ""); /* somebody's, not the process's */
	put_file(cgroup, SESSION_5, 0444);
	CHECK_STR(remote_host(), "192.0.2.7");
	put_file(in_scratch("systemd/sessions/5"), REMOTE_SESSION "REMOTE_HOST=192.0.2.7\n", 0666);
	CHECK_STR(remote_host(), "");
	put_file(in_scratch("systemd/sessions/5"), LOCAL_SESSION "REMOTE_HOST=192.0.2.7\n", 0644);
	CHECK_STR(remote_host(), "");
}

static void a_program_of_the_users_manager_has_the_users_sessions(void)
{
	make_system();
	put_file(cgroup, MANAGER, 0444);
	put_file(in_scratch("systemd/users/1000"), "ONLINE_SESSIONS=5 6 7\n", 0644);
	put_file(in_scratch("systemd/sessions/5"), LOCAL_SESSION, 0644);
	put_file(in_scratch("systemd/sessions/6"), "CLASS=manager\nREMOTE=0\n", 0644);
	CHECK_INT(facts(NULL, NULL).user_sessions, PPK_LOCALITY_LOCAL);
	CHECK_INT(facts(NULL, NULL).session, PPK_LOCALITY_UNKNOWN);
	put_file(in_scratch("systemd/sessions/7"), REMOTE_SESSION, 0644);
	CHECK_INT(facts(NULL, NULL).user_sessions, PPK_LOCALITY_UNKNOWN);
	CHECK(unlink(in_scratch("systemd/sessions/5")) == 0);
	CHECK_INT(facts(NULL, NULL).user_sessions, PPK_LOCALITY_REMOTE);
}

static void put_utmp(mode_t mode)
{
	struct utmpx entry = { .ut_type = USER_PROCESS, .ut_line = "pts/1" };
	int fd = open(utmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	entry.ut_addr_v6[0] = 1;
	CHECK(fd >= 0 && write(fd, &entry, sizeof(entry)) == (ssize_t)sizeof(entry));
	CHECK(fchmod(fd, mode) == 0);
	close(fd);
}

static void utmp_is_believed_where_not_everybody_can_write_it(void)
{
	make_system();
	put_utmp(0664);
	CHECK(facts(NULL, "pts/1").tty_has_address);
	CHECK(facts(NULL, "/dev/pts/1").tty_has_address);
	CHECK(!facts(NULL, "pts/2").tty_has_address);
	CHECK(!facts(NULL, NULL).tty_has_address);
	put_utmp(0666);
	CHECK(!facts(NULL, "pts/1").tty_has_address);
	CHECK(unlink(utmp) == 0);
	CHECK(mkfifo(utmp, 0600) == 0);
	CHECK(!facts(NULL, "pts/1").tty_has_address);
}

static void this_machine_has_sources(void)
{
	struct ppk_session_sources real = ppk_session_sources_of_system();

	CHECK_STR(real.cgroup, "/proc/self/cgroup");
	CHECK_STR(real.logind, "/run/systemd");
	CHECK_STR(real.utmp, "/run/utmp");
	CHECK_INT(real.root, 0);
}

static void a_socket_of_the_environment_is_an_absolute_path_that_fits(void)
{
	char longest[PPK_AGENT_SOCKET_SIZE + 1], out[PPK_AGENT_SOCKET_SIZE];

	CHECK(ppk_agent_socket_take("/run/agent", out));
	CHECK_STR(out, "/run/agent");
	CHECK(!ppk_agent_socket_take(NULL, out));
	CHECK_STR(out, "");
	CHECK(!ppk_agent_socket_take("", out));
	CHECK(!ppk_agent_socket_take("agent", out));
	memset(longest, '/', sizeof(longest));
	longest[PPK_AGENT_SOCKET_SIZE] = '\0';
	CHECK(!ppk_agent_socket_take(longest, out));
	longest[PPK_AGENT_SOCKET_SIZE - 1] = '\0';
	CHECK(ppk_agent_socket_take(longest, out));
	CHECK(setenv("SSH_AUTH_SOCK", "/run/other", 1) == 0);
	CHECK(ppk_environment_agent_socket(out));
	CHECK_STR(out, "/run/other");
	CHECK(unsetenv("SSH_AUTH_SOCK") == 0);
	CHECK(!ppk_environment_agent_socket(out));
}

int main(void)
{
	int status;

	scratch_make();
	status = CHECK_RUN(CHECK_TEST(a_system_without_anything_says_nothing),
		CHECK_TEST(the_remote_host_is_the_applications),
		CHECK_TEST(the_session_of_the_process_is_looked_up),
		CHECK_TEST(a_session_file_that_others_could_write_is_not_believed),
		CHECK_TEST(where_the_session_of_the_process_comes_from_is_looked_up),
		CHECK_TEST(a_program_of_the_users_manager_has_the_users_sessions),
		CHECK_TEST(utmp_is_believed_where_not_everybody_can_write_it),
		CHECK_TEST(this_machine_has_sources),
		CHECK_TEST(a_socket_of_the_environment_is_an_absolute_path_that_fits));
	scratch_remove();
	return status;
}
