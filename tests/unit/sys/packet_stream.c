/* SPDX-License-Identifier: BSD-2-Clause */
/* What can go wrong where packets go behind their length on a stream: sys/packet_portable.c. */
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "packet_pair.h"

/* A clock of our own, which moves by what is waited. */
static int64_t clock_ms = 1000;
static bool waits; /* for real, and then it stands still */

int64_t __wrap_ppk_clock_ms(void);
int64_t __wrap_ppk_clock_ms(void)
{
	return clock_ms;
}

int __real_poll(struct pollfd *entries, nfds_t count, int timeout_ms);
int __wrap_poll(struct pollfd *entries, nfds_t count, int timeout_ms);
int __wrap_poll(struct pollfd *entries, nfds_t count, int timeout_ms)
{
	int ready = __real_poll(entries, count, waits ? timeout_ms : 0);

	if (ready == 0 && timeout_ms > 0)
		clock_ms += timeout_ms;
	return ready;
}

static void put(const char *bytes, size_t count)
{
	CHECK(write(ends[1], bytes, count) == (ssize_t)count);
}

/* The end for both: the other side cannot send what would be taken for something else. */
static void is_over(void)
{
	CHECK_ERR(receive(-1), PPK_ERR_PROCESS);
	CHECK_ERR(ppk_packet_send(ends[1], (const uint8_t *)"x", 1), PPK_ERR_PROCESS);
}

static void a_packet_that_is_begun_and_not_ended_costs_a_second_and_no_more(void)
{
	static const char whole[] = "\0\0\0\4four";

	for (size_t begun = 1; begun < sizeof(whole) - 1; begun++) {
		int64_t before_ms = clock_ms;

		make_pair();
		put(whole, begun);
		CHECK_ERR(receive(-1), PPK_ERR_FRAME);
		CHECK_INT(clock_ms - before_ms, 1000);
		CHECK_INT(len, 0);
		is_over();
		close_pair();
	}
}

static void a_deadline_is_for_the_beginning_of_a_packet(void)
{
	make_pair();
	put("\0\0\0\1x", 5);
	CHECK_ERR(receive(clock_ms - 1), PPK_ERR_TIMEOUT);
	CHECK_OK(receive(clock_ms + 1));
	CHECK_BYTES(data, len, "x", 1);
	CHECK_ERR(receive(clock_ms + 20), PPK_ERR_TIMEOUT);
	put("\0\0\0\1y", 5);
	CHECK_OK(receive(clock_ms + 1));
	CHECK_BYTES(data, len, "y", 1);
	close_pair();
}

static void a_packet_that_is_cut_by_the_end_is_none(void)
{
	static const char whole[] = "\0\0\0\4four";

	for (size_t begun = 0; begun < sizeof(whole) - 1; begun++) {
		make_pair();
		put(whole, begun);
		close(ends[1]);
		CHECK_ERR(receive(-1), PPK_ERR_PROCESS);
		CHECK_INT(len, 0);
		close(ends[0]);
	}
}

static void a_length_that_is_none_is_the_end(void)
{
	static const char lengths[][5] = { "\0\0\0\0", "\0\0\0\11", "\0\0\1\1", "\0\1\0\1",
		"\1\0\0\1", "\377\377\377\377" };

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		make_pair();
		put(lengths[i], 4);
		put("123456789", 9);
		CHECK_ERR(receive(-1), PPK_ERR_FRAME);
		is_over();
		close_pair();
	}
}

static void one_that_cannot_be_sent_whole_is_the_end(void)
{
	uint8_t *packet = calloc(1, PPK_PACKET_MAX);
	unsigned packets = 0;

	CHECK(packet != NULL);
	make_pair();
	while (ppk_packet_send(ends[0], packet, PPK_PACKET_MAX) == PPK_OK)
		CHECK(++packets < 100);
	CHECK_ERR(ppk_packet_send(ends[0], packet, 1), PPK_ERR_PROCESS);
	CHECK_ERR(ppk_packet_send(ends[0], packet, PPK_PACKET_MAX + 1), PPK_ERR_FRAME);
	free(packet);
	close_pair();
}

static void send_largest(void)
{
	static uint8_t packet[PPK_PACKET_MAX];

	for (size_t i = 0; i < sizeof(packet); i++)
		packet[i] = (uint8_t)(i * 31);
	_exit(ppk_packet_send(ends[1], packet, sizeof(packet)) == PPK_OK ? 0 : 1);
}

static void the_largest_goes_in_several_pieces_where_it_has_to(void)
{
	static uint8_t packet[PPK_PACKET_MAX];
	const int small = 1;
	int status = 1;
	pid_t pid;

	make_pair();
	waits = true;
	CHECK(setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)) == 0);
	pid = fork();
	if (pid == 0)
		send_largest();
	close(ends[1]);
	CHECK_OK(ppk_packet_receive(ends[0], -1, packet, sizeof(packet), &len));
	CHECK_INT(len, sizeof(packet));
	for (size_t i = 0; i < sizeof(packet); i++)
		CHECK(packet[i] == (uint8_t)(i * 31));
	CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	CHECK_INT(WEXITSTATUS(status), 0);
	waits = false;
	close(ends[0]);
}

int main(void)
{
	return CHECK_RUN(
		CHECK_TEST(a_packet_that_is_begun_and_not_ended_costs_a_second_and_no_more),
		CHECK_TEST(a_deadline_is_for_the_beginning_of_a_packet),
		CHECK_TEST(a_packet_that_is_cut_by_the_end_is_none),
		CHECK_TEST(a_length_that_is_none_is_the_end),
		CHECK_TEST(one_that_cannot_be_sent_whole_is_the_end),
		CHECK_TEST(the_largest_goes_in_several_pieces_where_it_has_to));
}
