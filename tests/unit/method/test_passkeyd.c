/* SPDX-License-Identifier: BSD-2-Clause */
/* The program's side of passkeyd. What passkeyd says is sent before it is waited for: one thread. */
#include <sys/socket.h>
#include <unistd.h>

#include "../core/browser_sample.h"
#include "../sys/scratch.h"
#include "check.h"
#include "listener.h"
#include "method/passkeyd.h"
#include "sys/clock.h"
#include "sys/packet.h"

#define SOON_MS 10000 /* so long that only a hang reaches it */

static uint8_t packet[PPK_BROWSER_MESSAGE_MAX];

static struct ppk_trust trust(void)
{
	return (struct ppk_trust){ .root = geteuid() };
}

static void say(int fd, const struct ppk_browser_message *message)
{
	size_t len = 0;

	CHECK_OK(ppk_browser_encode_message(message, packet, sizeof(packet), &len));
	CHECK_OK(ppk_packet_send(fd, packet, len));
}

/* Connected; what passkeyd's side says goes to *ret_peer. */
static struct ppk_passkeyd connected(int *ret_peer)
{
	const char *path = in_scratch("socket");
	struct ppk_passkeyd passkeyd = { .socket = -1 };
	struct ppk_trust me = trust();
	struct ppk_diag diag;
	int listener = listen_at(path);

	CHECK_OK(ppk_passkeyd_connect(&passkeyd, path, &me, &diag));
	*ret_peer = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	CHECK(*ret_peer >= 0);
	close(listener);
	return passkeyd;
}

static void a_ceremony_runs_from_url_to_verdict(void)
{
	struct ppk_browser_request request = browser_sign_in(), asked;
	struct ppk_browser_message started = { .type = PPK_BROWSER_STARTED, .url = "http://x/y" };
	struct ppk_browser_message assertion = browser_assertion(), got;
	struct ppk_browser_message began = { .url = NULL };
	enum ppk_err verdict = PPK_ERR_INTERNAL;
	size_t len = 0;
	int peer;
	struct ppk_passkeyd passkeyd = connected(&peer);
	int64_t soon_ms = ppk_clock_ms() + SOON_MS;

	say(peer, &started);
	CHECK_OK(ppk_passkeyd_begin(&passkeyd, &request, soon_ms, &began));
	CHECK_STR(began.url, "http://x/y");
	CHECK_OK(ppk_packet_receive(peer, soon_ms, packet, sizeof(packet), &len));
	CHECK_OK(ppk_browser_decode_request(packet, len, &asked));
	CHECK_STR(asked.user, "alice");
	say(peer, &assertion);
	CHECK_OK(ppk_passkeyd_next(&passkeyd, soon_ms, &got));
	CHECK_INT(got.type, PPK_BROWSER_ASSERTION);
	CHECK_OK(ppk_passkeyd_verdict(&passkeyd, PPK_ERR_SIGNATURE));
	CHECK_STR(got.address, "2001:db8::7"); /* the view is still there */
	CHECK_OK(ppk_packet_receive(peer, soon_ms, packet, sizeof(packet), &len));
	CHECK_OK(ppk_browser_decode_verdict(packet, len, &verdict));
	CHECK_INT(verdict, PPK_ERR_SIGNATURE);
	ppk_passkeyd_close(&passkeyd);
	CHECK_ERR(ppk_packet_receive(peer, soon_ms, packet, sizeof(packet), &len), PPK_ERR_PROCESS);
	close(peer);
}

static void why_no_ceremony_begins_is_the_answer(void)
{
	struct ppk_browser_request request = browser_sign_in();
	struct ppk_browser_message busy = { .type = PPK_BROWSER_FAILED, .err = PPK_ERR_BUSY };
	struct ppk_browser_message opened = { .type = PPK_BROWSER_OPENED, .address = "::1" };
	struct ppk_browser_message began = { .url = NULL };
	int peer;
	struct ppk_passkeyd passkeyd = connected(&peer);
	int64_t soon_ms = ppk_clock_ms() + SOON_MS;

	say(peer, &busy);
	CHECK_ERR(ppk_passkeyd_begin(&passkeyd, &request, soon_ms, &began), PPK_ERR_BUSY);
	say(peer, &opened); /* an event before the start */
	CHECK_ERR(ppk_passkeyd_begin(&passkeyd, &request, soon_ms, &began), PPK_ERR_FRAME);
	CHECK_ERR(ppk_passkeyd_begin(&passkeyd, &request, 0, &began), PPK_ERR_PROCESS);
	close(peer);
	CHECK_ERR(ppk_passkeyd_begin(&passkeyd, &request, soon_ms, &began), PPK_ERR_PROCESS);
	CHECK(began.url == NULL);
	ppk_passkeyd_close(&passkeyd);
}

static void who_is_turned_away_before_asking_is_told_why(void)
{
	struct ppk_browser_request request = browser_sign_in();
	struct ppk_browser_message no = { .type = PPK_BROWSER_FAILED, .err = PPK_ERR_PERMISSION };
	struct ppk_browser_message began = { .url = NULL };
	int peer;
	struct ppk_passkeyd passkeyd = connected(&peer);

	say(peer, &no);
	close(peer);
	CHECK_ERR(ppk_passkeyd_begin(&passkeyd, &request, ppk_clock_ms() + SOON_MS, &began),
		PPK_ERR_PERMISSION);
	ppk_passkeyd_close(&passkeyd);
}

static void a_qr_code_is_brought_or_there_is_none(void)
{
	static const uint8_t bits[56] = { 0xfe };
	struct ppk_browser_message drawn = { .type = PPK_BROWSER_DRAWN,
		.qr_code = { .width = 21, .bits = bits } };
	struct ppk_browser_message started = { .type = PPK_BROWSER_STARTED, .url = "http://x/y" };
	struct ppk_browser_message no = { .type = PPK_BROWSER_FAILED, .err = PPK_ERR_PERMISSION };
	struct ppk_qr_code code = { .width = 7 };
	const char *url = NULL;
	size_t len = 0;
	int peer;
	struct ppk_passkeyd passkeyd = connected(&peer);
	int64_t soon_ms = ppk_clock_ms() + SOON_MS;

	say(peer, &drawn);
	CHECK_OK(ppk_passkeyd_draw(&passkeyd, "http://x/y", soon_ms, &code));
	CHECK_INT(code.width, 21);
	CHECK_BYTES(code.bits, sizeof(bits), bits, sizeof(bits));
	CHECK_OK(ppk_packet_receive(peer, soon_ms, packet, sizeof(packet), &len));
	CHECK_OK(ppk_browser_decode_draw(packet, len, &url));
	CHECK_STR(url, "http://x/y");
	code.width = 7;
	say(peer, &started);
	CHECK_ERR(ppk_passkeyd_draw(&passkeyd, "http://x/y", soon_ms, &code), PPK_ERR_FRAME);
	say(peer, &no);
	CHECK_ERR(ppk_passkeyd_draw(&passkeyd, "http://x/y", soon_ms, &code), PPK_ERR_PERMISSION);
	CHECK_ERR(ppk_passkeyd_draw(&passkeyd, "", soon_ms, &code), PPK_ERR_LIMIT);
	CHECK_ERR(ppk_passkeyd_draw(&passkeyd, "http://x/y", 0, &code), PPK_ERR_PROCESS);
	CHECK_INT(code.width, 7);
	ppk_passkeyd_close(&passkeyd);
	close(peer);
}

static void nonsense_is_a_frame_error(void)
{
	struct ppk_browser_message got;
	int peer;
	struct ppk_passkeyd passkeyd = connected(&peer);

	CHECK_OK(ppk_packet_send(peer, (const uint8_t *)"GET / HTTP/1.1", 14));
	CHECK_ERR(ppk_passkeyd_next(&passkeyd, ppk_clock_ms() + SOON_MS, &got), PPK_ERR_FRAME);
	ppk_passkeyd_close(&passkeyd);
	ppk_passkeyd_close(&passkeyd);
	close(peer);
}

static void connect_fails(const char *path, enum ppk_err want, const char *sentence)
{
	struct ppk_passkeyd passkeyd = { .socket = -1 };
	struct ppk_trust me = trust();
	struct ppk_diag diag = { 0 };

	CHECK_ERR(ppk_passkeyd_connect(&passkeyd, path, &me, &diag), want);
	CHECK_STR(diag.text, sentence);
	ppk_passkeyd_close(&passkeyd);
}

static void a_passkeyd_that_does_not_run_is_not_found(void)
{
	const char *path = in_scratch("gone");

	connect_fails(path, PPK_ERR_NOT_FOUND, "passkeyd is not running");
	close(listen_at(path)); /* the socket stays, nobody listens */
	connect_fails(path, PPK_ERR_NOT_FOUND, "passkeyd is not running");
	connect_fails("relative", PPK_ERR_LIMIT, "passkeyd cannot be reached");
}

static void a_full_queue_is_busy(void)
{
	const char *path = in_scratch("full");
	int listener = listen_at(path);
	struct ppk_passkeyd held[16];
	struct ppk_trust me = trust();
	struct ppk_diag diag;
	enum ppk_err err = PPK_OK;
	size_t count = 0;

	while (count < 16 && err == PPK_OK) {
		held[count] = (struct ppk_passkeyd){ .socket = -1 };
		err = ppk_passkeyd_connect(&held[count++], path, &me, &diag);
	}
	CHECK_ERR(err, PPK_ERR_BUSY);
	while (count > 0)
		ppk_passkeyd_close(&held[--count]);
	close(listener);
}

/* As if root were somebody else, and the folder that somebody's: then we are strangers. */
static void a_strangers_socket_is_refused(void)
{
	const char *path = in_scratch("strange/socket");
	struct ppk_passkeyd passkeyd = { .socket = -1 };
	struct ppk_trust other = { .root = STRANGER };
	struct ppk_diag diag;
	int listener;

	if (geteuid() != 0)
		CHECK_SKIP("needs root, to give a folder away");
	CHECK(mkdir(in_scratch("strange"), 0755) == 0);
	listener = listen_at(path);
	CHECK_OK(ppk_passkeyd_connect(&passkeyd, path, &other, &diag)); /* the folder's owner */
	ppk_passkeyd_close(&passkeyd);
	CHECK(chown(in_scratch("strange"), OTHER_STRANGER, 0) == 0);
	CHECK_ERR(ppk_passkeyd_connect(&passkeyd, path, &other, &diag), PPK_ERR_UNSAFE_FILE);
	CHECK_STR(diag.text, "somebody else than passkeyd listens here");
	ppk_passkeyd_close(&passkeyd);
	close(listener);
}

int main(void)
{
	int status;

	scratch_make();
	status = CHECK_RUN(CHECK_TEST(a_ceremony_runs_from_url_to_verdict),
		CHECK_TEST(why_no_ceremony_begins_is_the_answer),
		CHECK_TEST(who_is_turned_away_before_asking_is_told_why),
		CHECK_TEST(a_qr_code_is_brought_or_there_is_none),
		CHECK_TEST(nonsense_is_a_frame_error),
		CHECK_TEST(a_passkeyd_that_does_not_run_is_not_found),
		CHECK_TEST(a_full_queue_is_busy), CHECK_TEST(a_strangers_socket_is_refused));
	scratch_remove();
	return status;
}
