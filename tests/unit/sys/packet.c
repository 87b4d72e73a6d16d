/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "packet_pair.h"

/* A clock of our own: it moves by what is waited, and by a step for each look. */
static int64_t clock_ms = 1000, step_ms;
static int64_t asleep_ms; /* the machine sleeps that long in the next poll */
static unsigned interruptions;

int64_t __wrap_ppk_clock_ms(void);
int64_t __wrap_ppk_clock_ms(void)
{
	clock_ms += step_ms;
	return clock_ms;
}

int __real_poll(struct pollfd *entries, nfds_t count, int timeout_ms);
int __wrap_poll(struct pollfd *entries, nfds_t count, int timeout_ms);
int __wrap_poll(struct pollfd *entries, nfds_t count, int timeout_ms)
{
	int ready = __real_poll(entries, count, 0);

	if (interruptions > 0) {
		interruptions--;
		errno = EINTR;
		return -1;
	}
	clock_ms += asleep_ms;
	asleep_ms = 0;
	if (ready == 0 && timeout_ms > 0)
		clock_ms += timeout_ms;
	return ready;
}

static void packets_arrive_one_by_one(void)
{
	make_pair();
	CHECK_OK(ppk_packet_send(ends[1], (const uint8_t *)"one", 3));
	CHECK_OK(ppk_packet_send(ends[1], (const uint8_t *)"twotwo", 6));
	CHECK_OK(receive(-1));
	CHECK_BYTES(data, len, "one", 3);
	CHECK_OK(receive(clock_ms + 10));
	CHECK_BYTES(data, len, "twotwo", 6);
	close_pair();
}

static void a_packet_larger_than_the_buffer_is_an_error_and_not_cut(void)
{
	make_pair();
	CHECK_OK(ppk_packet_send(ends[1], (const uint8_t *)"123456789", 9));
	CHECK_ERR(receive(-1), PPK_ERR_FRAME);
	CHECK_INT(len, 0);
	close_pair();
	make_pair();
	CHECK_OK(ppk_packet_send(ends[1], (const uint8_t *)"12345678", 8));
	CHECK_OK(receive(-1));
	CHECK_INT(len, 8);
	close_pair();
}

static void silence_ends_at_the_deadline(void)
{
	int64_t deadline_ms = clock_ms + 500;

	make_pair();
	CHECK_ERR(receive(deadline_ms), PPK_ERR_TIMEOUT);
	CHECK(clock_ms >= deadline_ms);
	close_pair();
}

static void a_deadline_long_past_is_past(void)
{
	make_pair();
	CHECK_OK(ppk_packet_send(ends[1], (const uint8_t *)"x", 1));
	clock_ms += (int64_t)3 << 30; /* 37 days */
	CHECK_ERR(receive(0), PPK_ERR_TIMEOUT);
	close_pair();
}

static void an_answer_after_the_machine_slept_past_the_deadline_is_too_late(void)
{
	make_pair();
	CHECK_OK(ppk_packet_send(ends[1], (const uint8_t *)"x", 1));
	asleep_ms = 60000;
	CHECK_ERR(receive(clock_ms + 30000), PPK_ERR_TIMEOUT);
	close_pair();
}

static void a_sender_without_end_does_not_move_the_deadline(void)
{
	int64_t deadline_ms = clock_ms + 20;
	unsigned packets = 0;

	make_pair();
	step_ms = 1;
	for (;;) {
		CHECK_OK(ppk_packet_send(ends[1], (const uint8_t *)"x", 1));
		if (receive(deadline_ms) != PPK_OK)
			break;
		CHECK(++packets < 100);
	}
	CHECK_ERR(receive(deadline_ms), PPK_ERR_TIMEOUT);
	step_ms = 0;
	close_pair();
}

static void a_signal_of_the_host_is_no_end(void)
{
	make_pair();
	interruptions = 3;
	CHECK_OK(ppk_packet_send(ends[1], (const uint8_t *)"x", 1));
	CHECK_OK(receive(-1));
	interruptions = 3;
	CHECK_ERR(receive(clock_ms + 5), PPK_ERR_TIMEOUT);
	CHECK_INT(interruptions, 0);
	close_pair();
}

static volatile sig_atomic_t pipe_signals;

static void count_signal(int number)
{
	(void)number;
	pipe_signals++;
}

static void an_end_is_told_without_a_signal(void)
{
	struct sigaction count = { .sa_handler = count_signal }, before;

	make_pair();
	CHECK(sigaction(SIGPIPE, &count, &before) == 0);
	CHECK_OK(ppk_packet_send(ends[1], (const uint8_t *)"last", 4));
	close(ends[1]);
	CHECK_OK(receive(-1));
	CHECK_ERR(receive(-1), PPK_ERR_PROCESS);
	CHECK_ERR(ppk_packet_send(ends[0], (const uint8_t *)"x", 1), PPK_ERR_PROCESS);
	CHECK(sigaction(SIGPIPE, &before, NULL) == 0);
	CHECK_INT(pipe_signals, 0);
	close(ends[0]);
}

static void an_empty_packet_cannot_be_sent(void)
{
	make_pair();
	CHECK_ERR(ppk_packet_send(ends[1], data, 0), PPK_ERR_FRAME);
	close_pair();
}

static void whoever_does_not_read_counts_as_gone(void)
{
	enum ppk_err err = PPK_OK;

	make_pair();
	for (unsigned packets = 0; err == PPK_OK; packets++) {
		CHECK(packets < 1000000);
		err = ppk_packet_send(ends[0], (const uint8_t *)"12345678", 8);
	}
	CHECK_ERR(err, PPK_ERR_PROCESS);
	close_pair();
}

static int count_open(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void a_descriptor_that_comes_along_is_dropped(void)
{
	int before;

	make_pair();
	before = count_open();
	CHECK_OK(ppk_packet_send_descriptor(ends[1], (const uint8_t *)"x", 1, ends[1]));
	CHECK_OK(receive(-1));
	CHECK_BYTES(data, len, "x", 1);
	CHECK_INT(count_open(), before);
	close_pair();
}

static void a_descriptor_that_is_awaited_comes_with_its_packet(void)
{
	struct stat sent, came;
	int fd = -2, before;

	make_pair();
	before = count_open();
	CHECK_OK(ppk_packet_send(ends[1], (const uint8_t *)"one", 3));
	CHECK_OK(ppk_packet_send_descriptor(ends[1], (const uint8_t *)"two", 3, STDIN_FILENO));
	CHECK_OK(ppk_packet_receive_descriptor(ends[0], data, sizeof(data), &len, &fd));
	CHECK_BYTES(data, len, "one", 3);
	CHECK_INT(fd, -1);
	CHECK_OK(ppk_packet_receive_descriptor(ends[0], data, sizeof(data), &len, &fd));
	CHECK_BYTES(data, len, "two", 3);
	CHECK(fstat(STDIN_FILENO, &sent) == 0 && fstat(fd, &came) == 0);
	CHECK(sent.st_dev == came.st_dev && sent.st_ino == came.st_ino);
	CHECK_INT(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	CHECK_INT(count_open(), before);
	close_pair();
}

static void a_descriptor_of_a_packet_that_does_not_fit_is_closed(void)
{
	int fd = -2, before;

	make_pair();
	before = count_open();
	CHECK_OK(
		ppk_packet_send_descriptor(ends[1], (const uint8_t *)"123456789", 9, STDIN_FILENO));
	CHECK_ERR(ppk_packet_receive_descriptor(ends[0], data, sizeof(data), &len, &fd),
		PPK_ERR_FRAME);
	CHECK_INT(fd, -2);
	CHECK_INT(count_open(), before);
	close(ends[1]);
	CHECK_ERR(ppk_packet_receive_descriptor(ends[0], data, sizeof(data), &len, &fd),
		PPK_ERR_PROCESS);
	close(ends[0]);
}

static void both_ends_are_close_on_exec(void)
{
	make_pair();
	CHECK_INT(fcntl(ends[0], F_GETFD), FD_CLOEXEC);
	CHECK_INT(fcntl(ends[1], F_GETFD), FD_CLOEXEC);
	close_pair();
}

static void a_broken_socket_is_an_io_error(void)
{
	CHECK_ERR(ppk_packet_send(-1, (const uint8_t *)"x", 1), PPK_ERR_IO);
	CHECK_ERR(ppk_packet_receive(STDERR_FILENO + 200, clock_ms, data, sizeof(data), &len),
		PPK_ERR_IO);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(packets_arrive_one_by_one),
		CHECK_TEST(a_packet_larger_than_the_buffer_is_an_error_and_not_cut),
		CHECK_TEST(silence_ends_at_the_deadline), CHECK_TEST(a_deadline_long_past_is_past),
		CHECK_TEST(an_answer_after_the_machine_slept_past_the_deadline_is_too_late),
		CHECK_TEST(a_sender_without_end_does_not_move_the_deadline),
		CHECK_TEST(a_signal_of_the_host_is_no_end),
		CHECK_TEST(an_end_is_told_without_a_signal),
		CHECK_TEST(an_empty_packet_cannot_be_sent),
		CHECK_TEST(whoever_does_not_read_counts_as_gone),
		CHECK_TEST(a_descriptor_that_comes_along_is_dropped),
		CHECK_TEST(a_descriptor_that_is_awaited_comes_with_its_packet),
		CHECK_TEST(a_descriptor_of_a_packet_that_does_not_fit_is_closed),
		CHECK_TEST(both_ends_are_close_on_exec),
		CHECK_TEST(a_broken_socket_is_an_io_error));
}
