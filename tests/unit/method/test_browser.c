/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signing in through a browser, with a passkeyd that does what it likes: a process of its own, which spoils
 * one thing of what an honest one with an honest authenticator would say.
 */
#include <pwd.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "check.h"
#include "core/web_origin.h"
#include "fake_passkeyd.h"
#include "method/authenticate.h"
#include "method/browser_terms.h"
#include "method/passkeyd.h"
#include "scene.h"

#define ORIGIN "https://login.example.org"
#define URL ORIGIN "/abcdefgh"
#define RP "example.org"
#define CLIENT "192.0.2.7"
#define ALICE_ID "alice-credential"
#define BOB_ID "bob's-credential"
#define ID_SIZE 16
#define QR_WIDTH 25

/* What is spoilt. */
enum lie {
	NOTHING,
	/* before there is a page */
	LIE_CLOSES,
	LIE_URL,
	LIE_BUSY,
	LIE_FIRST_GARBAGE,
	LIE_FIRST_ASSERTION,
	/* instead of an assertion */
	LIE_GONE,
	LIE_GARBAGE,
	LIE_SILENT,
	LIE_ENDLESS,
	LIE_STARTED_TWICE,
	LIE_REGISTRATION,
	LIE_TIMEOUT,
	LIE_NUMBER,
	LIE_ALARM,
	LIE_BLOCKED, /* an end that is not passkeyd's to say */
	LIE_OK, /* "failed" */
	/* the assertion */
	LIE_REPLAY,
	LIE_CHALLENGE,
	LIE_TYPE,
	LIE_ORIGIN,
	LIE_ORIGIN_LONGER,
	LIE_SSH_ORIGIN,
	LIE_CROSS_ORIGIN,
	LIE_CLIENT_DATA,
	LIE_BOB,
	LIE_BOBS_ID,
	LIE_BOBS_KEY,
	LIE_UNKNOWN_ID,
	LIE_RP,
	LIE_UP,
	LIE_UV,
	LIE_BACKUP,
	LIE_SIGNATURE,
	LIE_COUNT,
	LIE_DATA,
	LIE_ADDRESS,
	LIE_HANDLE,
};

/* What is spoilt where a QR code is asked for. */
enum drawing { DRAWN, DRAWN_NOTHING, DRAWN_GARBAGE, DRAWN_ASSERTION, DRAWN_FAILED, DRAWN_GONE };

/* The honest half of a browser, and what a replay needs. */
static struct signer *alice, *bob;
static enum ppk_uv alice_uv;
static struct sent {
	size_t len;
	uint8_t packet[8192];
	unsigned drawings; /* that were asked for */
} * last; /* shared with the children */

static struct scene scene;
static struct ppk_options options;
static struct ppk_request request;
static char user[256];

/* What the person answers. */
static struct {
	const char *answers[10];
	unsigned asked;
	char text[PPK_QR_DRAWING_SIZE + 4096]; /* of the last question */
} person;

/* The lying side, in the child. */
static struct {
	int socket;
	enum lie lie;
	enum drawing drawing;
	struct ppk_browser_request request;
	uint8_t request_packet[PPK_BROWSER_REQUEST_MAX];
	uint8_t packet[PPK_BROWSER_MESSAGE_MAX];
} liar;

static size_t hear(uint8_t *packet, size_t size)
{
	return fake_passkeyd_hear(liar.socket, packet, size);
}

static void send_packet(const uint8_t *packet, size_t len)
{
	fake_passkeyd_send(liar.socket, packet, len);
}

static void say(struct ppk_browser_message message)
{
	size_t len = 0;

	if (message.address == NULL)
		message.address = CLIENT;
	must(ppk_browser_encode_message(&message, liar.packet, sizeof(liar.packet), &len) ==
		PPK_OK);
	if (message.type == PPK_BROWSER_ASSERTION && liar.lie == NOTHING) {
		must(len <= sizeof(last->packet));
		memcpy(last->packet, liar.packet, len);
		last->len = len;
	}
	send_packet(liar.packet, len);
}

static void say_started(void)
{
	say((struct ppk_browser_message){
		.type = PPK_BROWSER_STARTED,
		.url = liar.lie == LIE_URL ? ORIGIN ".evil.org/abcdefgh" : URL,
	});
}

static struct ppk_bytes client_data(void)
{
	struct ppk_bytes made;
	uint8_t challenge[PPK_CHALLENGE_SIZE];
	const char *origin = ORIGIN;

	memcpy(challenge, liar.request.challenge, sizeof(challenge));
	challenge[31] ^= liar.lie == LIE_CHALLENGE;
	if (liar.lie == LIE_ORIGIN)
		origin = "https://evil.example.org";
	else if (liar.lie == LIE_ORIGIN_LONGER)
		origin = ORIGIN ".evil.org";
	else if (liar.lie == LIE_SSH_ORIGIN)
		origin = "ssh://web1";
	made = browser_client_data(
		liar.lie == LIE_TYPE ? PPK_CLIENT_DATA_CREATE : PPK_CLIENT_DATA_GET, challenge,
		origin, liar.lie == LIE_CROSS_ORIGIN);
	made.len -= liar.lie == LIE_CLIENT_DATA;
	return made;
}

static struct ppk_bytes authenticator_data(void)
{
	unsigned flags = (liar.lie == LIE_UP ? 0 : UP) | (liar.lie == LIE_UV ? 0 : UV);
	struct ppk_bytes data = signer_authenticator_data(liar.lie == LIE_RP ? "example.com" : RP,
		(uint8_t)(flags | (liar.lie == LIE_BACKUP ? PPK_FLAG_BS : 0)),
		liar.lie == LIE_COUNT ? 3 : 7);

	data.len -= liar.lie == LIE_DATA;
	return data;
}

static void say_assertion(void)
{
	bool is_bob = liar.lie == LIE_BOB || liar.lie == LIE_BOBS_KEY;
	struct ppk_bytes json = client_data(), data = authenticator_data();
	struct ppk_bytes signature = signer_assert(is_bob ? bob : alice, &data, &json);
	const char *id = liar.lie == LIE_BOB || liar.lie == LIE_BOBS_ID ? BOB_ID : ALICE_ID;

	signature.data[signature.len - 1] ^= liar.lie == LIE_SIGNATURE;
	say((struct ppk_browser_message){
		.type = PPK_BROWSER_ASSERTION,
		.address = liar.lie == LIE_ADDRESS ? "198.51.100.9" : CLIENT,
		.assertion = {
			.credential_id = (const uint8_t *)id,
			.credential_id_len = ID_SIZE - (liar.lie == LIE_UNKNOWN_ID),
			.client_data = json.data,
			.client_data_len = json.len,
			.authenticator_data = data.data,
			.authenticator_data_len = data.len,
			.signature = signature.data,
			.signature_len = signature.len,
			.user_handle = (const uint8_t *)"HANDLE",
			.user_handle_len = liar.lie == LIE_HANDLE ? 6 : 0,
		},
	});
	ppk_bytes_done(&json);
	ppk_bytes_done(&data);
	ppk_bytes_done(&signature);
}

static void say_registration(void)
{
	say((struct ppk_browser_message){
		.type = PPK_BROWSER_REGISTRATION,
		.registration = {
			.client_data = (const uint8_t *)"{}",
			.client_data_len = 2,
			.attestation_object = (const uint8_t *)"\xa0",
			.attestation_object_len = 1,
			.name = "x",
		},
	});
}

static void say_failed(enum ppk_err err)
{
	say((struct ppk_browser_message){ .type = PPK_BROWSER_FAILED, .err = err });
}

/* Before there is a page. */
static void lie_first(void)
{
	if (liar.lie == LIE_CLOSES)
		_exit(NO_VERDICT);
	if (liar.lie == LIE_BUSY)
		say_failed(PPK_ERR_BUSY);
	else if (liar.lie == LIE_FIRST_GARBAGE)
		send_packet((const uint8_t *)"HTTP/1.1 200 OK", 15);
	else if (liar.lie == LIE_FIRST_ASSERTION)
		say_assertion();
	else
		say_started();
}

/* Instead of an assertion. */
static void lie_then(void)
{
	static const uint8_t failed_ok[] = { PPK_BROWSER_FAILED, 0, 3, 'o', 'k', 0, 0, 1, 0 };

	if (liar.lie == LIE_GONE)
		_exit(NO_VERDICT);
	if (liar.lie == LIE_SILENT)
		hear(liar.packet, sizeof(liar.packet));
	while (liar.lie == LIE_ENDLESS)
		say((struct ppk_browser_message){ .type = PPK_BROWSER_OPENED });
	if (liar.lie == LIE_GARBAGE)
		send_packet((const uint8_t *)"!", 1);
	else if (liar.lie == LIE_STARTED_TWICE)
		say_started();
	else if (liar.lie == LIE_REGISTRATION)
		say_registration();
	else if (liar.lie == LIE_TIMEOUT)
		say_failed(PPK_ERR_TIMEOUT);
	else if (liar.lie == LIE_NUMBER)
		say_failed(PPK_ERR_NUMBER_WRONG);
	else if (liar.lie == LIE_ALARM)
		say_failed(PPK_ERR_NOT_REQUESTED);
	else if (liar.lie == LIE_BLOCKED)
		say_failed(PPK_ERR_PIN_BLOCKED);
	else if (liar.lie == LIE_OK)
		send_packet(failed_ok, sizeof(failed_ok));
	else if (liar.lie == LIE_REPLAY)
		send_packet(last->packet, last->len);
}

static void say_drawn(void)
{
	static const uint8_t bits[(QR_WIDTH * QR_WIDTH + 7) / 8] = { 0xfe };
	struct ppk_browser_message drawn = { .type = PPK_BROWSER_DRAWN };

	if (liar.drawing == DRAWN)
		drawn.qr_code = (struct ppk_qr_code){ .width = QR_WIDTH, .bits = bits };
	if (liar.drawing == DRAWN_GARBAGE)
		send_packet((const uint8_t *)"\024\026 not a width", 14);
	else if (liar.drawing == DRAWN_ASSERTION)
		say_assertion();
	else if (liar.drawing == DRAWN_FAILED)
		say_failed(PPK_ERR_NOT_REQUESTED);
	else if (liar.drawing != DRAWN_GONE)
		say(drawn);
}

/* Draws for whoever connects, until the child that says the rest has ended. */
static void start_drawing(int listener)
{
	pid_t liars = getpid();
	const char *url;
	size_t len;

	if (fork() != 0)
		return;
	must(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == liars);
	close(liar.socket);
	while ((liar.socket = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		len = hear(liar.packet, sizeof(liar.packet));
		if (ppk_browser_decode_draw(liar.packet, len, &url) == PPK_OK &&
			strcmp(url, URL) == 0)
			last->drawings++;
		say_drawn();
		close(liar.socket);
	}
	_exit(0);
}

/* The next connection that says something: one that only looks whether somebody listens is closed at once. */
static int accept_ceremony(int listener)
{
	char first;
	int fd = -1;

	do {
		if (fd >= 0)
			close(fd);
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	} while (fd >= 0 && recv(fd, &first, 1, MSG_PEEK) == 0);
	return fd;
}

/* The child: exits with the verdict that it heard. */
static void run_liar(int listener, enum lie lie)
{
	size_t len;

	liar.lie = lie;
	liar.socket = accept_ceremony(listener);
	must(liar.socket >= 0);
	start_drawing(listener);
	len = hear(liar.request_packet, sizeof(liar.request_packet));
	must(ppk_browser_decode_request(liar.request_packet, len, &liar.request) == PPK_OK);
	must(liar.request.type == PPK_BROWSER_SIGN_IN && liar.request.credential_count > 0);
	lie_first();
	say((struct ppk_browser_message){ .type = PPK_BROWSER_OPENED });
	say((struct ppk_browser_message){ .type = PPK_BROWSER_NUMBER_WRONG, .tries_left = 2 });
	lie_then();
	say_assertion();
	len = hear(liar.packet, sizeof(liar.packet));
	fake_passkeyd_end(liar.packet, len);
}

/*
 * The side that signs in.
 */

static enum ppk_err ask(void *context, const char *text, char *out, size_t size)
{
	const char *answer = person.answers[person.asked];

	(void)context;
	snprintf(person.text, sizeof(person.text), "%s", text);
	if (answer == NULL)
		return PPK_ERR_CANCELLED;
	if (strcmp(answer, "wait") == 0) {
		sigset_t said;
		int number;

		CHECK(sigemptyset(&said) == 0 && sigaddset(&said, SIGUSR1) == 0);
		CHECK(sigwait(&said, &number) == 0);
		return PPK_ERR_CONVERSATION;
	}
	person.asked++;
	if (strlen(answer) >= size)
		return PPK_ERR_LIMIT;
	memcpy(out, answer, strlen(answer) + 1);
	return PPK_OK;
}

/* A line of a credential file; static. */
static const char *line_of(const struct signer *signer, const char *id, const char *more)
{
	static char line[2048];
	struct ppk_credential *credential =
		signer_credential(signer, PPK_ALG_ES256, id, ID_SIZE, RP);
	char *text = NULL;

	credential->uv = alice_uv;
	CHECK_OK(ppk_credential_format(credential, &text));
	snprintf(line, sizeof(line), "%s%s\n", text, more);
	free(text);
	ppk_credential_free(credential);
	return line;
}

static void start(const char *more)
{
	scene_begin(&scene, "stop\n");
	scene.dialogue.ask = ask;
	memset(&person, 0, sizeof(person));
	liar.drawing = DRAWN;
	person.answers[0] = "";
	ppk_options_init(&options);
	snprintf(options.credentials, sizeof(options.credentials), "%s/%%u", scene.folder);
	snprintf(options.state, sizeof(options.state), "%s/state", scene.folder);
	snprintf(options.browser_origin, sizeof(options.browser_origin), ORIGIN);
	snprintf(options.browser_socket, sizeof(options.browser_socket), "%s/socket", scene.folder);
	options.methods[0] = PPK_METHOD_BROWSER;
	options.method_count = 1;
	options.browser_timeout_s = 10;
	snprintf(user, sizeof(user), "%s", getpwuid(getuid())->pw_name);
	if (more != NULL)
		scene_write(&scene, user, line_of(alice, ALICE_ID, more));
	request = (struct ppk_request){ .user = user,
		.service = "sshd",
		.tty = "ssh",
		.rhost = CLIENT,
		.options = &options,
		.crypto = &ppk_crypto_linked,
		.dialogue = &scene.dialogue,
		.log = &scene.log,
		.root = getuid() };
}

static int listen_here(void)
{
	int fd = listen_at(options.browser_socket);

	/* for a child whose page nobody asks for: it would never end */
	CHECK(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){ .tv_sec = SOON_MS / 1000 },
		      sizeof(struct timeval)) == 0);
	return fd;
}

/* Sign in with this lie; the verdict that passkeyd heard, or NO_VERDICT, goes to *ret_verdict. */
static struct ppk_result run(enum lie lie, int *ret_verdict)
{
	int listener = listen_here(), status = 0;
	struct ppk_result result;
	pid_t child;

	last->drawings = 0;
	child = fork();

	CHECK(child >= 0);
	if (child == 0)
		run_liar(listener, lie);
	close(listener);
	result = ppk_authenticate(&request);
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
	CHECK(WEXITSTATUS(status) != LIAR_FAILED);
	*ret_verdict = WEXITSTATUS(status);
	return result;
}

static void check_sign_in(enum lie lie, enum ppk_outcome outcome, enum ppk_err reason)
{
	int verdict;
	struct ppk_result result = run(lie, &verdict);

	if (result.outcome != outcome || result.reason != reason ||
		(verdict != NO_VERDICT && verdict != (int)reason))
		CHECK_FAIL("lie %d: outcome %d, reason %s, verdict %d, log:\n%s", (int)lie,
			result.outcome, ppk_err_token(result.reason), verdict, scene.log_text);
	CHECK_INT(scene_count(scene.log_text, "notice result="), 1);
}

static void a_browser_signs_in(void)
{
	int verdict;
	struct ppk_result result;

	start(" name=\"My phone\"");
	result = run(NOTHING, &verdict);
	if (result.outcome != PPK_OUTCOME_GRANTED)
		CHECK_FAIL("%s: %s", ppk_err_token(result.reason), scene.log_text);
	CHECK_INT(verdict, PPK_OK);
	CHECK_HAS(scene.log_text, "reason=ok");
	CHECK_HAS(scene.log_text, "method=browser credential=\"My phone\"");
	scene_end(&scene);
}

static void every_lie_is_refused(void)
{
	static const struct {
		enum lie lie;
		enum ppk_outcome outcome;
		enum ppk_err reason;
	} lies[] = {
		{ LIE_CLOSES, PPK_OUTCOME_UNAVAILABLE, PPK_ERR_METHOD_UNAVAILABLE },
		{ LIE_URL, PPK_OUTCOME_UNAVAILABLE, PPK_ERR_METHOD_UNAVAILABLE },
		{ LIE_BUSY, PPK_OUTCOME_UNAVAILABLE, PPK_ERR_METHOD_UNAVAILABLE },
		{ LIE_FIRST_GARBAGE, PPK_OUTCOME_UNAVAILABLE, PPK_ERR_METHOD_UNAVAILABLE },
		{ LIE_FIRST_ASSERTION, PPK_OUTCOME_UNAVAILABLE, PPK_ERR_METHOD_UNAVAILABLE },
		{ LIE_GONE, PPK_OUTCOME_UNAVAILABLE, PPK_ERR_PROCESS },
		{ LIE_GARBAGE, PPK_OUTCOME_DENIED, PPK_ERR_FRAME },
		{ LIE_ENDLESS, PPK_OUTCOME_DENIED, PPK_ERR_FRAME },
		{ LIE_STARTED_TWICE, PPK_OUTCOME_DENIED, PPK_ERR_FRAME },
		{ LIE_REGISTRATION, PPK_OUTCOME_DENIED, PPK_ERR_FRAME },
		{ LIE_TIMEOUT, PPK_OUTCOME_DENIED, PPK_ERR_TIMEOUT },
		{ LIE_NUMBER, PPK_OUTCOME_DENIED, PPK_ERR_NUMBER_WRONG },
		{ LIE_ALARM, PPK_OUTCOME_DENIED, PPK_ERR_NOT_REQUESTED },
		{ LIE_BLOCKED, PPK_OUTCOME_DENIED, PPK_ERR_FRAME },
		{ LIE_OK, PPK_OUTCOME_DENIED, PPK_ERR_FRAME },
		{ LIE_CHALLENGE, PPK_OUTCOME_DENIED, PPK_ERR_CHALLENGE },
		{ LIE_TYPE, PPK_OUTCOME_DENIED, PPK_ERR_CLIENT_DATA_TYPE },
		{ LIE_ORIGIN, PPK_OUTCOME_DENIED, PPK_ERR_ORIGIN },
		{ LIE_ORIGIN_LONGER, PPK_OUTCOME_DENIED, PPK_ERR_ORIGIN },
		{ LIE_SSH_ORIGIN, PPK_OUTCOME_DENIED, PPK_ERR_ORIGIN },
		{ LIE_CROSS_ORIGIN, PPK_OUTCOME_DENIED, PPK_ERR_CROSS_ORIGIN },
		{ LIE_CLIENT_DATA, PPK_OUTCOME_DENIED, PPK_ERR_CLIENT_DATA },
		{ LIE_BOB, PPK_OUTCOME_DENIED, PPK_ERR_CREDENTIAL_UNKNOWN },
		{ LIE_BOBS_ID, PPK_OUTCOME_DENIED, PPK_ERR_CREDENTIAL_UNKNOWN },
		{ LIE_BOBS_KEY, PPK_OUTCOME_DENIED, PPK_ERR_SIGNATURE },
		{ LIE_UNKNOWN_ID, PPK_OUTCOME_DENIED, PPK_ERR_CREDENTIAL_UNKNOWN },
		{ LIE_RP, PPK_OUTCOME_DENIED, PPK_ERR_RP_ID },
		{ LIE_UP, PPK_OUTCOME_DENIED, PPK_ERR_USER_PRESENCE },
		{ LIE_BACKUP, PPK_OUTCOME_DENIED, PPK_ERR_BACKUP_FLAGS },
		{ LIE_SIGNATURE, PPK_OUTCOME_DENIED, PPK_ERR_SIGNATURE },
		{ LIE_DATA, PPK_OUTCOME_DENIED, PPK_ERR_AUTHENTICATOR_DATA },
		{ LIE_ADDRESS, PPK_OUTCOME_DENIED, PPK_ERR_ADDRESS },
	};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		for (unsigned at_ssh = 0; at_ssh < 2; at_ssh++) {
			start("");
			if (!at_ssh)
				request.tty = "/dev/pts/1";
			check_sign_in(lies[i].lie, lies[i].outcome, lies[i].reason);
			scene_end(&scene);
		}
	}
}

static void an_assertion_is_good_once(void)
{
	start("");
	check_sign_in(NOTHING, PPK_OUTCOME_GRANTED, PPK_OK);
	scene.log_text[0] = '\0';
	person.asked = 0;
	check_sign_in(LIE_REPLAY, PPK_OUTCOME_DENIED, PPK_ERR_CHALLENGE);
	scene.log_text[0] = '\0';
	person.asked = 0;
	check_sign_in(LIE_COUNT, PPK_OUTCOME_DENIED, PPK_ERR_SIGN_COUNT);
	scene_end(&scene);
}

static void verification_is_demanded_where_required(void)
{
	alice_uv = PPK_UV_REQUIRED;
	start("");
	alice_uv = PPK_UV_DISCOURAGED;
	check_sign_in(LIE_UV, PPK_OUTCOME_DENIED, PPK_ERR_USER_VERIFICATION);
	scene_end(&scene);
	start("");
	options.user_verification = PPK_UV_REQUIRED;
	check_sign_in(LIE_UV, PPK_OUTCOME_DENIED, PPK_ERR_USER_VERIFICATION);
	scene_end(&scene);
	start("");
	check_sign_in(LIE_UV, PPK_OUTCOME_GRANTED, PPK_OK);
	scene_end(&scene);
}

static void a_handle_is_that_of_the_credential(void)
{
	start(" user=aGFuZGxl"); /* "handle" */
	check_sign_in(LIE_HANDLE, PPK_OUTCOME_DENIED, PPK_ERR_CREDENTIAL_UNKNOWN);
	scene_end(&scene);
}

static void a_silent_passkeyd_is_waited_for_until_the_timeout(void)
{
	start("");
	options.browser_timeout_s = 1;
	check_sign_in(LIE_SILENT, PPK_OUTCOME_DENIED, PPK_ERR_TIMEOUT);
	CHECK_HAS(scene.said, "warn Nobody answered in the browser within 1 seconds\n");
	scene_end(&scene);
}

static void who_did_not_ask_raises_an_alarm(void)
{
	start("");
	check_sign_in(LIE_ALARM, PPK_OUTCOME_DENIED, PPK_ERR_NOT_REQUESTED);
	CHECK_HAS(scene.log_text, "alert alarm reason=not-requested: ");
	CHECK_HAS(scene.log_text, "from 192.0.2.7; the person, at 192.0.2.7, says");
	CHECK_HAS(scene.log_text, "result=denied reason=not-requested");
	scene_end(&scene);
}

/* Somebody else sits at the terminal, and leaves it at the question. */
static void an_alarm_is_heard_behind_a_question_without_answer(void)
{
	struct ppk_result result;
	int listener, status = 0;
	sigset_t said;
	pid_t child;

	start("");
	person.answers[0] = "wait"; /* until all is said; then the conversation fails */
	CHECK(sigemptyset(&said) == 0 && sigaddset(&said, SIGUSR1) == 0);
	CHECK(sigprocmask(SIG_BLOCK, &said, NULL) == 0);
	listener = listen_here();
	child = fork();
	CHECK(child >= 0);
	if (child == 0) {
		/* all is said before the question */
		liar.lie = LIE_ALARM;
		liar.socket = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		size_t len = hear(liar.request_packet, sizeof(liar.request_packet));

		must(ppk_browser_decode_request(liar.request_packet, len, &liar.request) == PPK_OK);
		say_started();
		say_failed(PPK_ERR_NOT_REQUESTED);
		must(kill(getppid(), SIGUSR1) == 0);
		hear(liar.packet, sizeof(liar.packet));
		_exit(NO_VERDICT);
	}
	close(listener);
	result = ppk_authenticate(&request);
	CHECK(waitpid(child, &status, 0) == child);
	CHECK_INT(result.outcome, PPK_OUTCOME_DENIED);
	CHECK_INT(result.reason, PPK_ERR_NOT_REQUESTED);
	CHECK_HAS(scene.log_text, "alert alarm reason=not-requested: ");
	scene_end(&scene);
}

static void over_ssh_everything_is_in_the_question(void)
{
	char number[64];

	start("");
	check_sign_in(NOTHING, PPK_OUTCOME_GRANTED, PPK_OK);
	CHECK_INT(person.asked, 1);
	CHECK(strncmp(person.text, "Open this page in a browser that has your passkey, to sign in",
		      61) == 0);
	CHECK_HAS(person.text, "\n" URL "\nEnter this number there: ");
	snprintf(number, sizeof(number), "%s", strstr(person.text, "there: ") + strlen("there: "));
	CHECK(number[0] >= '0' && number[0] <= '9' && number[1] >= '0' && number[1] <= '9' &&
		number[2] == '\n');
	CHECK_HAS(person.text, "\nThen press Enter here, or type qr for a QR code, no to stop: ");
	CHECK_HAS_NOT(person.text, "\u2588");
	CHECK_HAS_NOT(scene.said, "show ");
	CHECK_INT(
		last->drawings, 0); /* the dearest thing that passkeyd does, and nobody wanted it */
	scene_end(&scene);
}

static void the_question_speaks_of_another_way_where_the_order_has_one(void)
{
	start("");
	options.methods[1] = PPK_METHOD_LOCAL;
	options.method_count = 2;
	check_sign_in(NOTHING, PPK_OUTCOME_GRANTED, PPK_OK);
	CHECK_HAS(person.text,
		"\nThen press Enter here, or type qr for a QR code, no for another way: ");
	scene_end(&scene);
	start("");
	options.methods[1] = PPK_METHOD_LOCAL;
	options.method_count = 2;
	options.browser_qr = PPK_BROWSER_QR_NO;
	check_sign_in(NOTHING, PPK_OUTCOME_GRANTED, PPK_OK);
	CHECK_HAS(person.text, "\nThen press Enter here, or type no for another way: ");
	scene_end(&scene);
}

static void over_ssh_a_qr_code_is_shown_on_demand(void)
{
	start("");
	person.answers[0] = "qr";
	person.answers[1] = "qr";
	person.answers[2] = "";
	check_sign_in(NOTHING, PPK_OUTCOME_GRANTED, PPK_OK);
	CHECK_INT(person.asked, 3);
	CHECK_INT(last->drawings, 1);
	CHECK_HAS(person.text, URL "\n\u2588\u2588\u2588\u2588");
	CHECK_HAS(person.text, "\nThen press Enter here, or type no to stop: ");
	CHECK_HAS_NOT(person.text, "\033");
	scene_end(&scene);
	start("");
	options.browser_qr = PPK_BROWSER_QR_YES;
	check_sign_in(NOTHING, PPK_OUTCOME_GRANTED, PPK_OK);
	CHECK_HAS(person.text, URL "\n\u2588\u2588\u2588\u2588");
	scene_end(&scene);
	start("");
	options.browser_qr = PPK_BROWSER_QR_NO;
	check_sign_in(NOTHING, PPK_OUTCOME_GRANTED, PPK_OK);
	CHECK_HAS_NOT(person.text, "\u2588");
	CHECK_HAS_NOT(person.text, "qr");
	CHECK_INT(last->drawings, 0);
	scene_end(&scene);
}

/* The address alone will do, and what comes instead of a picture changes nothing. */
static void without_a_qr_code_the_sign_in_goes_on(void)
{
	for (enum drawing drawing = DRAWN_NOTHING; drawing <= DRAWN_GONE; drawing++) {
		start("");
		liar.drawing = drawing;
		person.answers[0] = "qr";
		person.answers[1] = "";
		check_sign_in(NOTHING, PPK_OUTCOME_GRANTED, PPK_OK);
		CHECK_INT(person.asked, 2);
		CHECK_INT(last->drawings, 1);
		CHECK_HAS_NOT(person.text, "\u2588");
		CHECK_HAS(person.text, "\nThen press Enter here, or type no to stop: ");
		CHECK_HAS_NOT(scene.log_text, "alarm");
		scene_end(&scene);
		start("");
		liar.drawing = drawing;
		request.tty = "/dev/pts/1";
		options.browser_qr = PPK_BROWSER_QR_YES;
		check_sign_in(NOTHING, PPK_OUTCOME_GRANTED, PPK_OK);
		CHECK_HAS_NOT(scene.said, "show \033[30;107m");
		scene_end(&scene);
	}
	start("");
	liar.drawing = DRAWN_NOTHING;
	person.answers[0] = "qr";
	person.answers[1] = "qr"; /* which is no longer offered: another way */
	check_sign_in(NOTHING, PPK_OUTCOME_DENIED, PPK_ERR_CANCELLED);
	scene_end(&scene);
}

static void any_other_word_is_another_way(void)
{
	static const char *const words[] = { "no", "yes", "qrr",
		"a word that is longer than any that is asked for" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		start("");
		person.answers[0] = words[i];
		check_sign_in(NOTHING, PPK_OUTCOME_DENIED, PPK_ERR_CANCELLED);
		scene_end(&scene);
	}
	start("");
	for (size_t i = 0; i < 9; i++)
		person.answers[i] = "qr";
	check_sign_in(NOTHING, PPK_OUTCOME_DENIED, PPK_ERR_CANCELLED);
	CHECK(person.asked < 9);
	scene_end(&scene);
}

static void elsewhere_it_is_shown_and_nothing_is_asked(void)
{
	start("");
	request.tty = "/dev/pts/1";
	request.service = "sudo";
	check_sign_in(NOTHING, PPK_OUTCOME_GRANTED, PPK_OK);
	CHECK_INT(person.asked, 0);
	CHECK_HAS(scene.said, "show Open this page in a browser that has your passkey, to sign in");
	CHECK_HAS(scene.said, "show " URL "\n");
	CHECK_HAS(scene.said, "show Enter this number there: ");
	CHECK_HAS(scene.said, "warn The page was opened at 192.0.2.7\n");
	CHECK_HAS(scene.said, "warn A wrong number was entered at 192.0.2.7; tries left: 2\n");
	scene_end(&scene);
	start("");
	request.tty = "/dev/pts/1";
	options.browser_qr = PPK_BROWSER_QR_YES;
	check_sign_in(NOTHING, PPK_OUTCOME_GRANTED, PPK_OK);
	CHECK_HAS(scene.said, "show \033[30;107m");
	scene_end(&scene);
}

static void what_cannot_be_shown_is_a_denial(void)
{
	start("");
	request.tty = "/dev/pts/1";
	scene.show_err = PPK_ERR_CONVERSATION;
	check_sign_in(NOTHING, PPK_OUTCOME_DENIED, PPK_ERR_CONVERSATION);
	scene_end(&scene);
}

static void check_passed_over(void)
{
	struct ppk_result result = ppk_authenticate(&request);

	CHECK_INT(result.outcome, PPK_OUTCOME_UNAVAILABLE);
	CHECK_INT(result.reason, PPK_ERR_METHOD_UNAVAILABLE);
	CHECK_INT(person.asked, 0);
	CHECK_STR(scene.said, "warn No passkey can be used in this session\n");
	scene_end(&scene);
}

static void without_a_page_nothing_is_asked(void)
{
	start("");
	options.browser_origin[0] = '\0';
	check_passed_over();
	start(""); /* nobody listens */
	check_passed_over();
	start("");
	scene.dialogue.ask = NULL;
	check_passed_over();
	start("");
	snprintf(options.browser_origin, sizeof(options.browser_origin), "https://example.com");
	close(listen_here()); /* no credential that a page there may use */
	check_passed_over();
	start("");
	request.rhost = "some-name.example.org"; /* an address it is not */
	request.tty = "/dev/pts/1";
	check_passed_over();
}

static bool found(const char *connection, const char *rhost, enum ppk_browser_peer peer,
	struct ppk_browser_place *ret)
{
	bool is_there;

	start("");
	request.ssh_connection = connection;
	request.rhost = rhost;
	request.tty = NULL;
	options.browser_peer = peer;
	is_there = ppk_browser_place_find(&request, "web1", ret);
	scene_end(&scene);
	return is_there;
}

static void the_address_is_the_ssh_clients(void)
{
	struct ppk_browser_place place;

	CHECK(found("192.0.2.1 50022 192.0.2.9 22", "192.0.2.7", PPK_BROWSER_PEER_SAME_ADDRESS,
		&place));
	CHECK_STR(place.address, "192.0.2.1");
	CHECK(found(NULL, "::FFFF:192.0.2.7", PPK_BROWSER_PEER_SAME_ADDRESS, &place));
	CHECK_STR(place.address, "192.0.2.7");
	CHECK(ppk_browser_place_allows(&place, "192.0.2.7"));
	CHECK(ppk_browser_place_allows(&place, "::ffff:192.0.2.7"));
	CHECK(!ppk_browser_place_allows(&place, "192.0.2.8"));
	CHECK(!ppk_browser_place_allows(&place, ""));
	CHECK(found("fe80::1%lo 5 fe80::2%lo 22", NULL, PPK_BROWSER_PEER_SAME_ADDRESS, &place));
	CHECK_STR(place.address, "fe80::1%1"); /* lo is the first interface */
	CHECK(ppk_browser_place_allows(&place, "fe80::1%1"));
	CHECK(!ppk_browser_place_allows(&place, "fe80::2%1"));
	CHECK(!ppk_browser_place_allows(&place, "fe80::1%2"));
	CHECK(!ppk_browser_place_allows(&place, "fe80::1"));
	CHECK(found(NULL, "fe80::1%77777", PPK_BROWSER_PEER_SAME_ADDRESS, &place));
	CHECK_STR(place.address, "fe80::1%77777");
	CHECK(!found(NULL, "fe80::1", PPK_BROWSER_PEER_SAME_ADDRESS, &place));
	CHECK(!found(NULL, "fe80::1%none", PPK_BROWSER_PEER_SAME_ADDRESS, &place));
	CHECK(!found(NULL, "192.0.2.7%lo", PPK_BROWSER_PEER_SAME_ADDRESS, &place));
	CHECK(!found(NULL, "cafe.de", PPK_BROWSER_PEER_SAME_ADDRESS, &place));
	CHECK(found(NULL, "cafe.de", PPK_BROWSER_PEER_ANY, &place));
	CHECK_STR(place.address, "");
	CHECK(ppk_browser_place_allows(&place, "198.51.100.9"));
}

/* sudo, in a session that began at an address. */
static void sudo_behind_sshd_has_the_address_of_its_session(void)
{
	static char cgroup[128], logind[128];
	const struct ppk_session_sources sources = {
		.cgroup = cgroup, .logind = logind, .utmp = "/nonexistent", .root = geteuid()
	};
	struct ppk_browser_place place;
	char sessions[128];

	start("");
	snprintf(cgroup, sizeof(cgroup), "%s/cgroup", scene.folder);
	snprintf(logind, sizeof(logind), "%s", scene.folder);
	snprintf(sessions, sizeof(sessions), "%s/sessions", scene.folder);
	CHECK(mkdir(sessions, 0755) == 0);
	scene_write(&scene, "cgroup", "0::/user.slice/user-1000.slice/session-5.scope\n");
	scene_write(&scene, "sessions/5", "CLASS=user\nREMOTE=1\nREMOTE_HOST=192.0.2.7\n");
	options.browser_peer = PPK_BROWSER_PEER_SAME_ADDRESS;
	request.ssh_connection = NULL;
	request.sources = &sources;
	request.rhost = "web1"; /* sudo's with pam_rhost: this machine */
	CHECK(ppk_browser_place_find(&request, "web1", &place));
	CHECK(ppk_browser_place_allows(&place, "192.0.2.7"));
	CHECK(!ppk_browser_place_allows(&place, "192.0.2.8"));
	request.rhost = "elsewhere.example.org"; /* what the application says comes first */
	CHECK(!ppk_browser_place_find(&request, "web1", &place));
	request.rhost = NULL;
	scene_write(&scene, "sessions/5", "CLASS=user\nREMOTE=1\nREMOTE_HOST=some-name\n");
	CHECK(!ppk_browser_place_find(&request, "web1", &place));
	request.sources = NULL;
	scene_end(&scene);
}

/*
 * Behind a key in this machine.
 */

#define OR_WAIT ", or wait 1 seconds for another way\n"

/* A person at this machine with methods=local,browser, and what passkey-device says. */
static void start_behind_a_key(const char *script, const char *more)
{
	start(more);
	scene_write(&scene, "script", script);
	snprintf(options.device_helper, sizeof(options.device_helper), "%s", scene.helper);
	options.methods[0] = PPK_METHOD_LOCAL;
	options.methods[1] = PPK_METHOD_BROWSER;
	options.method_count = 2;
	options.timeout_s = 2;
	request.service = "sudo";
	request.tty = "/dev/pts/1";
}

static void who_has_no_key_here_gets_a_page(void)
{
	static const char *const scripts[] = {
		"event insert\nhang\n",
		"authenticator 0\nevent gone 0 255 no-credential\nevent insert\nhang\n",
		"event gone 0 255 device-permission\nevent insert\nhang\n",
		"authenticator 0\nevent failed 0 0 pin-not-set\n",
		"authenticator 0\nevent failed 0 0 unsupported\n",
		"authenticator 0 pin\nevent pin_needed 0 8\nhang\n", /* no answer */
		"stop\n",
	};

	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		start_behind_a_key(scripts[i], "");
		check_sign_in(NOTHING, PPK_OUTCOME_GRANTED, PPK_OK);
		CHECK_HAS(scene.log_text, "method=browser ");
		CHECK_HAS(scene.said, "show Open this page in a browser");
		CHECK_INT(scene_count(scene.said, OR_WAIT), i < 3);
		scene_end(&scene);
	}
}

static void a_missing_helper_does_not_lock_out_who_has_another_way(void)
{
	start_behind_a_key("stop\n", "");
	snprintf(options.device_helper, sizeof(options.device_helper), "/nonexistent");
	check_sign_in(NOTHING, PPK_OUTCOME_GRANTED, PPK_OK);
	scene_end(&scene);
}

static void a_phone_alone_is_not_asked_for_as_a_key(void)
{
	start_behind_a_key("event insert\nhang\n", " transports=hybrid,internal");
	check_sign_in(NOTHING, PPK_OUTCOME_GRANTED, PPK_OK);
	CHECK_HAS_NOT(scene.said, "security key");
	scene_end(&scene);
}

static void a_key_is_asked_for_where_one_of_two_may_be_one(void)
{
	char lines[4096];

	start_behind_a_key("event insert\nhang\n", " transports=internal");
	snprintf(lines, sizeof(lines), "%s%s\n", line_of(alice, ALICE_ID, " transports=internal"),
		FAKE_DEVICE_LINE);
	scene_write(&scene, user, lines);
	check_sign_in(NOTHING, PPK_OUTCOME_GRANTED, PPK_OK);
	CHECK_HAS(scene.said, OR_WAIT);
	scene_end(&scene);
}

/* Was a page asked for? Whether somebody listens may be looked at. */
static bool asked_for_page(int listener)
{
	char first;
	int fd;

	CHECK(fcntl(listener, F_SETFL, O_NONBLOCK) == 0);
	while ((fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		bool asked = recv(fd, &first, 1, 0) > 0;

		close(fd);
		if (asked)
			return true;
	}
	return false;
}

static void who_answered_and_was_not_believed_gets_no_page(void)
{
	static const struct {
		const char *script;
		enum ppk_outcome outcome;
		enum ppk_err reason;
	} ends[] = {
		{ "authenticator 0\nevent touch 0\nassertion signature=flip\n", PPK_OUTCOME_DENIED,
			PPK_ERR_SIGNATURE },
		{ "authenticator 0 pin\nevent failed 0 0 pin-invalid\n", PPK_OUTCOME_DENIED,
			PPK_ERR_PIN_INVALID },
		{ "authenticator 0 pin\nevent failed 0 0 pin-blocked\n", PPK_OUTCOME_BLOCKED,
			PPK_ERR_PIN_BLOCKED },
		{ "authenticator 0\nevent failed 0 0 device\n", PPK_OUTCOME_DENIED,
			PPK_ERR_DEVICE },
		{ "raw 00\n", PPK_OUTCOME_DENIED, PPK_ERR_FRAME },
		{ "authenticator 0\nevent touch 0\nhang\n", PPK_OUTCOME_DENIED, PPK_ERR_TIMEOUT },
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		char lines[4096];
		struct ppk_result result;
		int listener;

		start_behind_a_key(ends[i].script, "");
		snprintf(lines, sizeof(lines), "%s%s\n", line_of(alice, ALICE_ID, ""),
			FAKE_DEVICE_LINE);
		scene_write(&scene, user, lines);
		listener = listen_here();
		result = ppk_authenticate(&request);
		CHECK(!asked_for_page(listener));
		close(listener);
		if (result.outcome != ends[i].outcome || result.reason != ends[i].reason)
			CHECK_FAIL("outcome %d, reason %s, log:\n%s", result.outcome,
				ppk_err_token(result.reason), scene.log_text);
		CHECK_HAS(scene.log_text, " method=local ");
		scene_end(&scene);
	}
}

static void check_end(const char *script, const char *helper, enum ppk_outcome outcome,
	enum ppk_err reason, const char *method)
{
	struct ppk_result result;

	start_behind_a_key(script, "");
	if (helper != NULL)
		snprintf(options.device_helper, sizeof(options.device_helper), "%s", helper);
	result = ppk_authenticate(&request); /* nobody listens */
	CHECK_INT(result.outcome, outcome);
	CHECK_INT(result.reason, reason);
	CHECK_HAS(scene.log_text, method);
	CHECK_HAS_NOT(scene.said, "wait");
	scene_end(&scene);
}

/* Whatever the second comes to; and no other way is promised where there is none. */
static void a_page_that_is_not_there_changes_nothing(void)
{
	check_end("event insert\nevent failed 255 255 timeout\n", NULL, PPK_OUTCOME_DENIED,
		PPK_ERR_NO_AUTHENTICATOR, " method=local ");
	check_end("stop\n", NULL, PPK_OUTCOME_UNAVAILABLE, PPK_ERR_PROCESS, " method=local ");
	check_end("stop\n", "/nonexistent", PPK_OUTCOME_UNAVAILABLE, PPK_ERR_NOT_FOUND,
		" method=local ");
}

static void a_page_that_goes_away_does_not_take_a_denial_back(void)
{
	start_behind_a_key("event insert\nhang\n", "");
	check_sign_in(LIE_GONE, PPK_OUTCOME_DENIED, PPK_ERR_NO_AUTHENTICATOR);
	CHECK_HAS(scene.log_text, " method=local ");
	scene_end(&scene);
	start_behind_a_key("stop\n", "");
	check_sign_in(LIE_GONE, PPK_OUTCOME_UNAVAILABLE, PPK_ERR_PROCESS);
	scene_end(&scene);
	start_behind_a_key("stop\n", "");
	check_sign_in(LIE_TIMEOUT, PPK_OUTCOME_DENIED, PPK_ERR_TIMEOUT);
	CHECK_HAS(scene.log_text, " method=browser ");
	scene_end(&scene);
}

/*
 * Nobody's page.
 */

static void strangers_get_a_page_like_everybody(void)
{
	static const struct {
		const char *name;
		enum ppk_err reason;
	} cases[] = {
		{ NULL, PPK_ERR_UNENROLLED },
		{ "nobody-of-this-name", PPK_ERR_USER_UNKNOWN },
		{ "no/\033name", PPK_ERR_USER_UNKNOWN },
		{ "", PPK_ERR_USER_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int verdict;
		struct ppk_result result;

		start(NULL);
		if (cases[i].name != NULL)
			request.user = cases[i].name;
		result = run(NOTHING, &verdict);
		CHECK_INT(result.outcome, PPK_OUTCOME_DENIED);
		CHECK_INT(result.reason, cases[i].reason);
		CHECK_INT(person.asked, 1);
		/* what anybody's page says of a passkey that is not theirs */
		CHECK_INT(verdict, PPK_ERR_CREDENTIAL_UNKNOWN);
		CHECK_HAS(scene.said, "warn The passkey's answer was not accepted\n");
		if (cases[i].name != NULL && cases[i].name[0] != '\0')
			CHECK_HAS_NOT(scene.log_text, cases[i].name);
		scene_end(&scene);
	}
}

static void who_is_skipped_gets_no_page(void)
{
	start(NULL);
	options.unenrolled = PPK_UNENROLLED_SKIP;
	CHECK_INT(ppk_authenticate(&request).outcome, PPK_OUTCOME_SKIPPED);
	CHECK_INT(person.asked, 0);
	scene_end(&scene);
}

int main(void)
{
	signer_seed(11);
	alice = signer_new(PPK_ALG_ES256);
	bob = signer_new(PPK_ALG_ES256);
	last = mmap(NULL, sizeof(*last), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (last == MAP_FAILED)
		return 1;
	return CHECK_RUN(CHECK_TEST(a_browser_signs_in), CHECK_TEST(every_lie_is_refused),
		CHECK_TEST(an_assertion_is_good_once),
		CHECK_TEST(verification_is_demanded_where_required),
		CHECK_TEST(a_handle_is_that_of_the_credential),
		CHECK_TEST(a_silent_passkeyd_is_waited_for_until_the_timeout),
		CHECK_TEST(who_did_not_ask_raises_an_alarm),
		CHECK_TEST(an_alarm_is_heard_behind_a_question_without_answer),
		CHECK_TEST(over_ssh_everything_is_in_the_question),
		CHECK_TEST(the_question_speaks_of_another_way_where_the_order_has_one),
		CHECK_TEST(over_ssh_a_qr_code_is_shown_on_demand),
		CHECK_TEST(without_a_qr_code_the_sign_in_goes_on),
		CHECK_TEST(any_other_word_is_another_way),
		CHECK_TEST(elsewhere_it_is_shown_and_nothing_is_asked),
		CHECK_TEST(what_cannot_be_shown_is_a_denial),
		CHECK_TEST(without_a_page_nothing_is_asked),
		CHECK_TEST(the_address_is_the_ssh_clients),
		CHECK_TEST(sudo_behind_sshd_has_the_address_of_its_session),
		CHECK_TEST(who_has_no_key_here_gets_a_page),
		CHECK_TEST(a_missing_helper_does_not_lock_out_who_has_another_way),
		CHECK_TEST(a_phone_alone_is_not_asked_for_as_a_key),
		CHECK_TEST(a_key_is_asked_for_where_one_of_two_may_be_one),
		CHECK_TEST(who_answered_and_was_not_believed_gets_no_page),
		CHECK_TEST(a_page_that_is_not_there_changes_nothing),
		CHECK_TEST(a_page_that_goes_away_does_not_take_a_denial_back),
		CHECK_TEST(strangers_get_a_page_like_everybody),
		CHECK_TEST(who_is_skipped_gets_no_page));
}
