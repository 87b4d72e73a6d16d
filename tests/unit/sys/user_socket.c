/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/user_socket.h"

#include <errno.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "scratch.h"
#include "sys/clock.h"

static struct ppk_diag diag;
static struct ppk_user user;
static int listener;

/* NOLINTBEGIN: the names are the linker's (--wrap) */
int64_t __real_ppk_clock_ms(void);
int64_t __wrap_ppk_clock_ms(void);
int __real_socket(int domain, int type, int protocol);
int __wrap_socket(int domain, int type, int protocol);
int __real_getsockopt(int fd, int level, int name, void *value, socklen_t *len);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len);

static int64_t clock_step_ms; /* how much later it is at each look */
static int64_t clock_ahead_ms;
static bool socket_fails;
static uid_t peer; /* who is said to listen; (uid_t)-1: the kernel says */

int64_t __wrap_ppk_clock_ms(void)
{
	clock_ahead_ms += clock_step_ms;
	return __real_ppk_clock_ms() + clock_ahead_ms;
}

int __wrap_socket(int domain, int type, int protocol)
{
	if (!socket_fails)
		return __real_socket(domain, type, protocol);
	errno = EMFILE;
	return -1;
}

int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	int done = __real_getsockopt(fd, level, name, value, len);

	if (done == 0 && peer != (uid_t)-1)
		((struct ucred *)value)->uid = peer;
	return done;
}
/* NOLINTEND */

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	CHECK(fd >= 0 && bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0);
	CHECK(listen(fd, 4) == 0);
	return fd;
}

static void start(void)
{
	static char name[] = "tester", home[] = "/";

	scratch_remove();
	CHECK(mkdir(scratch, 0755) == 0);
	peer = (uid_t)-1;
	socket_fails = false;
	clock_step_ms = 0;
	user = (struct ppk_user){ .name = name, .home = home, .uid = geteuid(), .gid = getegid() };
	listener = listen_at(in_scratch("agent"));
	diag = (struct ppk_diag){ .text = "" };
}

static void check_refused(const char *path, enum ppk_err err, const char *part)
{
	int fd = -7;

	CHECK_ERR(ppk_user_socket_connect(&user, path, &fd, &diag), err);
	CHECK_INT(fd, -7);
	if (strstr(diag.text, part) == NULL)
		CHECK_FAIL("\"%s\" is not in \"%s\"", part, diag.text);
	close(listener);
}

static void the_users_own_socket_is_connected(void)
{
	int fd = -1, other;
	char byte = 0;

	start();
	CHECK_OK(ppk_user_socket_connect(&user, in_scratch("agent"), &fd, &diag));
	CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	CHECK((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
	other = accept(listener, NULL, NULL);
	CHECK(other >= 0 && write(other, "x", 1) == 1);
	CHECK_OK(ppk_stream_receive(fd, -1, (uint8_t *)&byte, 1));
	CHECK_INT(byte, 'x');
	close(other);
	close(fd);
	close(listener);
}

static void another_listener_is_refused(void)
{
	start();
	peer = STRANGER;
	check_refused(in_scratch("agent"), PPK_ERR_UNSAFE_FILE, "somebody else listens");
}

static void another_owner_is_refused(void)
{
	start();
	if (geteuid() != 0)
		CHECK_SKIP("needs root");
	CHECK(chown(in_scratch("agent"), STRANGER, STRANGER) == 0);
	check_refused(in_scratch("agent"), PPK_ERR_UNSAFE_FILE, "belongs to somebody else");
}

static void what_is_no_socket_is_refused(void)
{
	start();
	put_file(in_scratch("file"), "x", 0600);
	check_refused(in_scratch("file"), PPK_ERR_UNSAFE_FILE, "not a socket");
	start();
	CHECK(symlink(in_scratch("agent"), in_scratch("link")) == 0);
	check_refused(in_scratch("link"), PPK_ERR_UNSAFE_FILE, "symbolic link");
	start();
	check_refused(in_scratch("missing"), PPK_ERR_NOT_FOUND, "does not exist");
	start();
	check_refused("relative", PPK_ERR_UNSAFE_FILE, "absolute");
}

static void a_path_that_no_socket_can_have_is_refused(void)
{
	char longest[PATH_MAX];

	start();
	snprintf(longest, sizeof(longest), "%s%.*s/agent", scratch, 100,
		"//////////////////////////////////////////////////////////////////////////////////"
		"//////////////////////////");
	check_refused(longest, PPK_ERR_LIMIT, "longer than a path may be");
}

static void a_socket_without_a_listener_is_no_agent(void)
{
	start();
	close(listener);
	check_refused(in_scratch("agent"), PPK_ERR_NOT_FOUND, "nobody listens");
}

static void a_full_queue_does_not_block(void)
{
	int waiting[64], count = 0, fd = -1;

	start();
	CHECK(listen(listener, 0) == 0);
	while (count < 64 &&
		ppk_user_socket_connect(&user, in_scratch("agent"), &fd, &diag) == PPK_OK)
		waiting[count++] = fd;
	CHECK(count >= 1 && count < 64);
	for (int i = 0; i < count; i++)
		close(waiting[i]);
	close(listener);
}

static void without_descriptors_there_is_no_connection(void)
{
	start();
	socket_fails = true;
	check_refused(in_scratch("agent"), PPK_ERR_LIMIT, "too many open files");
}

static void a_stream_arrives_in_any_pieces(void)
{
	uint8_t got[6];
	int ends[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	CHECK_OK(ppk_stream_send(ends[0], -1, (const uint8_t *)"abc", 3));
	CHECK_OK(ppk_stream_send(ends[0], -1, (const uint8_t *)"defX", 4));
	CHECK_OK(ppk_stream_receive(ends[1], -1, got, 6));
	CHECK_BYTES(got, sizeof(got), "abcdef", (size_t)6);
	CHECK_OK(ppk_stream_receive(ends[1], -1, got, 1));
	CHECK_OK(ppk_stream_receive(ends[1], -1, got, 0));
	close(ends[0]);
	CHECK_ERR(ppk_stream_receive(ends[1], -1, got, 1), PPK_ERR_PROCESS);
	CHECK_ERR(ppk_stream_send(ends[1], -1, got, 1), PPK_ERR_PROCESS); /* and no SIGPIPE */
	close(ends[1]);
}

static void silence_ends_at_the_deadline(void)
{
	uint8_t byte;
	int ends[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	CHECK_ERR(ppk_stream_receive(ends[0], ppk_clock_ms() + 20, &byte, 1), PPK_ERR_TIMEOUT);
	close(ends[0]);
	close(ends[1]);
}

static void one_byte_after_the_other_does_not_move_the_deadline(void)
{
	static uint8_t data[4096];
	int ends[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	CHECK_OK(ppk_stream_send(ends[0], -1, data, sizeof(data) / 2));
	clock_step_ms = 1000; /* more is always ready: only the clock can end this */
	CHECK_ERR(ppk_stream_receive(ends[1], __real_ppk_clock_ms() + clock_ahead_ms + 4000, data,
			  sizeof(data)),
		PPK_ERR_TIMEOUT);
	clock_step_ms = 0;
	close(ends[0]);
	close(ends[1]);
}

static void a_reader_that_stops_does_not_hold_the_sender(void)
{
	static uint8_t data[1 << 20];
	int ends[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
	CHECK_ERR(
		ppk_stream_send(ends[0], ppk_clock_ms() + 20, data, sizeof(data)), PPK_ERR_TIMEOUT);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	int status;

	scratch_make();
	peer = (uid_t)-1;
	status = CHECK_RUN(CHECK_TEST(the_users_own_socket_is_connected),
		CHECK_TEST(another_listener_is_refused), CHECK_TEST(another_owner_is_refused),
		CHECK_TEST(what_is_no_socket_is_refused),
		CHECK_TEST(a_path_that_no_socket_can_have_is_refused),
		CHECK_TEST(a_socket_without_a_listener_is_no_agent),
		CHECK_TEST(a_full_queue_does_not_block),
		CHECK_TEST(without_descriptors_there_is_no_connection),
		CHECK_TEST(a_stream_arrives_in_any_pieces),
		CHECK_TEST(silence_ends_at_the_deadline),
		CHECK_TEST(one_byte_after_the_other_does_not_move_the_deadline),
		CHECK_TEST(a_reader_that_stops_does_not_hold_the_sender));
	scratch_remove();
	return status;
}
