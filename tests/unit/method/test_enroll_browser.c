/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Enrolling in a browser, with a passkeyd that does what it likes: a process of its own, which spoils one
 * thing of what an honest one with an honest authenticator would say.
 */
#include <stdlib.h>
#include <sys/wait.h>

#include "../sys/scratch.h"
#include "check.h"
#include "fake_passkeyd.h"
#include "method/enroll_browser.h"

#define RP_ID "example.org"
#define ORIGIN "https://login.example.org"
#define URL ORIGIN "/page"

/* What is spoilt. */
enum lie {
	NOTHING,
	/* the page, and the order of messages */
	LIE_URL,
	LIE_OTHER_URL,
	LIE_FAILED,
	LIE_GONE,
	LIE_GARBAGE,
	LIE_STARTED_TWICE,
	LIE_ASSERTION_FIRST,
	/* the registration */
	LIE_CHALLENGE,
	LIE_ORIGIN,
	LIE_CROSS_ORIGIN,
	LIE_TYPE,
	LIE_RP_ID,
	LIE_UP,
	LIE_UV,
	LIE_ALGORITHM,
	LIE_OBJECT,
	LIE_STATEMENT,
	/* the test */
	LIE_TEST_GONE,
	LIE_TEST_REGISTRATION,
	LIE_TEST_KEY,
	LIE_TEST_CHALLENGE,
	LIE_TEST_ID,
	LIE_TEST_COUNT,
	LIE_TEST_BACKUP,
	LIE_TEST_TYPE,
	LIE_TEST_RP_ID,
	LIE_TEST_HANDLE,
};

/* The enrolling side. */
static struct {
	struct ppk_options options;
	struct ppk_enrolment_policy policy;
	struct ppk_browser_enrollment enrollment;
	const struct ppk_credential *enrolled[1];
	const char *path;
	size_t shown, told, stored;
	enum ppk_err show_err, store_err;
	struct ppk_credential *credential;
	uint32_t count;
	struct ppk_diag diag;
} side;

/* The lying side, in the child. */
static struct {
	int socket;
	struct enrolment *authenticator; /* of tests/unit/crypto */
	struct ppk_browser_request request;
	uint8_t request_packet[PPK_BROWSER_REQUEST_MAX];
	uint8_t packet[PPK_BROWSER_MESSAGE_MAX];
	enum lie lie;
} liar;

static size_t hear(uint8_t *packet, size_t size)
{
	return fake_passkeyd_hear(liar.socket, packet, size);
}

static void say(struct ppk_browser_message message)
{
	size_t len = 0;

	message.address = message.type == PPK_BROWSER_FAILED ? "" : "192.0.2.9";
	must(ppk_browser_encode_message(&message, liar.packet, sizeof(liar.packet), &len) ==
		PPK_OK);
	fake_passkeyd_send(liar.socket, liar.packet, len);
}

static struct ppk_bytes created_client_data(void)
{
	uint8_t challenge[PPK_CHALLENGE_SIZE];

	memcpy(challenge, liar.request.challenge, sizeof(challenge));
	challenge[0] ^= liar.lie == LIE_CHALLENGE;
	return browser_client_data(
		liar.lie == LIE_TYPE ? PPK_CLIENT_DATA_GET : PPK_CLIENT_DATA_CREATE, challenge,
		liar.lie == LIE_ORIGIN ? "https://evil.example.org" : ORIGIN,
		liar.lie == LIE_CROSS_ORIGIN);
}

/* {"fmt": "none", "attStmt": {}, "authData": data}; the caller's */
static struct ppk_bytes attestation_object(void)
{
	struct ppk_bytes *data = &liar.authenticator->data, object = { 0 };
	const uint8_t len[2] = { 0x58, (uint8_t)data->len };

	enrolment_set_data(liar.authenticator,
		(uint8_t)((liar.lie == LIE_UP ? 0 : UP) | (liar.lie == LIE_UV ? 0 : UV) | AT | BE));
	data->data[0] ^= liar.lie == LIE_RP_ID;
	if (liar.lie == LIE_ALGORITHM)
		data->data[DATA_HEAD + ID_LEN + 4] = 0x2b; /* -12 */
	must(data->len < 256);
	signer_append(&object,
		"\xa3\x63"
		"fmt\x64"
		"none\x67"
		"attStmt",
		18);
	signer_append(&object,
		liar.lie == LIE_STATEMENT ? "\xa1\x63"
					    "sig\x41"
					    "x"
					  : "\xa0",
		liar.lie == LIE_STATEMENT ? 7 : 1);
	signer_append(&object,
		"\x68"
		"authData",
		9);
	signer_append(&object, len, sizeof(len));
	signer_append(&object, data->data, data->len);
	object.len -= liar.lie == LIE_OBJECT;
	return object;
}

static void say_registration(void)
{
	struct ppk_bytes json = created_client_data(), object = attestation_object();

	say((struct ppk_browser_message){
		.type = PPK_BROWSER_REGISTRATION,
		.registration = {
			.client_data = json.data,
			.client_data_len = json.len,
			.attestation_object = object.data,
			.attestation_object_len = object.len,
			.transports = PPK_BROWSER_HYBRID | PPK_BROWSER_INTERNAL,
			.name = "Alice's phone",
		},
	});
	ppk_bytes_done(&json);
	ppk_bytes_done(&object);
}

static void say_assertion(const struct ppk_browser_test *test)
{
	uint8_t challenge[PPK_CHALLENGE_SIZE];
	bool old = liar.lie == LIE_TEST_CHALLENGE;

	memcpy(challenge, old ? liar.request.challenge : test->challenge, sizeof(challenge));
	struct ppk_bytes json = browser_client_data(
		liar.lie == LIE_TEST_TYPE ? PPK_CLIENT_DATA_CREATE : PPK_CLIENT_DATA_GET, challenge,
		ORIGIN, false);
	struct ppk_bytes data =
		signer_authenticator_data(liar.lie == LIE_TEST_RP_ID ? "example.com" : RP_ID,
			(uint8_t)(UP | UV | (liar.lie == LIE_TEST_BACKUP ? 0 : BE)),
			liar.lie == LIE_TEST_COUNT ? 1 : 2);
	const struct signer *signer =
		liar.lie == LIE_TEST_KEY ? liar.authenticator->maker : liar.authenticator->signer;
	struct ppk_bytes signature = signer_assert(signer, &data, &json);

	say((struct ppk_browser_message){
		.type = PPK_BROWSER_ASSERTION,
		.assertion = {
			.credential_id = (const uint8_t *)ENROLMENT_ID,
			.credential_id_len = ID_LEN - (liar.lie == LIE_TEST_ID),
			.client_data = json.data,
			.client_data_len = json.len,
			.authenticator_data = data.data,
			.authenticator_data_len = data.len,
			.signature = signature.data,
			.signature_len = signature.len,
			.user_handle = (const uint8_t *)"HANDLE",
			.user_handle_len = liar.lie == LIE_TEST_HANDLE ? 6 : 0,
		},
	});
	ppk_bytes_done(&json);
	ppk_bytes_done(&data);
	ppk_bytes_done(&signature);
}

static void answer_test(void)
{
	uint8_t packet[2048];
	struct ppk_browser_test test;
	enum ppk_err verdict;
	size_t len = hear(packet, sizeof(packet));

	if (ppk_browser_decode_verdict(packet, len, &verdict) == PPK_OK)
		_exit((int)verdict);
	must(ppk_browser_decode_test(packet, len, &test) == PPK_OK);
	must(test.credential.len == ID_LEN &&
		memcmp(test.credential.id, ENROLMENT_ID, ID_LEN) == 0 &&
		memcmp(test.challenge, liar.request.challenge, PPK_CHALLENGE_SIZE) != 0);
	if (liar.lie == LIE_TEST_GONE)
		_exit(NO_VERDICT);
	if (liar.lie == LIE_TEST_REGISTRATION)
		say_registration();
	else
		say_assertion(&test);
}

/* The first half of a ceremony. */
static void lie_first(void)
{
	static const struct ppk_browser_test none;

	say((struct ppk_browser_message){
		.type = PPK_BROWSER_STARTED,
		.url = liar.lie == LIE_URL         ? ORIGIN ".evil.org/page"
		       : liar.lie == LIE_OTHER_URL ? URL "2"
						   : URL,
	});
	say((struct ppk_browser_message){ .type = PPK_BROWSER_OPENED });
	say((struct ppk_browser_message){ .type = PPK_BROWSER_NUMBER_WRONG, .tries_left = 2 });
	if (liar.lie == LIE_GONE)
		_exit(NO_VERDICT);
	if (liar.lie == LIE_FAILED)
		say((struct ppk_browser_message){
			.type = PPK_BROWSER_FAILED, .err = PPK_ERR_NOT_REQUESTED });
	if (liar.lie == LIE_GARBAGE)
		fake_passkeyd_send(liar.socket, (const uint8_t *)"!", 1);
	if (liar.lie == LIE_STARTED_TWICE)
		say((struct ppk_browser_message){ .type = PPK_BROWSER_STARTED, .url = URL });
	if (liar.lie == LIE_ASSERTION_FIRST)
		say_assertion(&none);
	say_registration();
}

/* The child: exits with the verdict that it heard. */
static void run_liar(int listener, enum lie lie)
{
	size_t len;

	liar.lie = lie;
	liar.socket = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	must(liar.socket >= 0);
	liar.authenticator = enrolment_new("none");
	len = hear(liar.request_packet, sizeof(liar.request_packet));
	must(ppk_browser_decode_request(liar.request_packet, len, &liar.request) == PPK_OK);
	must(liar.request.type == PPK_BROWSER_ENROL && strcmp(liar.request.user, "alice") == 0);
	must(strcmp(liar.request.enrolment.path, side.enrollment.url == NULL ? "" : "page") == 0);
	lie_first();
	answer_test();
	len = hear(liar.packet, sizeof(liar.packet));
	fake_passkeyd_end(liar.packet, len);
}

static enum ppk_err show(void *context, const char *url)
{
	CHECK(context == &side);
	CHECK_STR(url, URL);
	side.shown++;
	return side.show_err;
}

static void told(void *context, const struct ppk_browser_message *message)
{
	CHECK(context == &side);
	CHECK_STR(message->address, "192.0.2.9");
	side.told++;
}

static enum ppk_err store(void *context, struct ppk_credential **credential, uint32_t count)
{
	CHECK(context == &side);
	side.stored++;
	side.count = count;
	if (side.store_err != PPK_OK)
		return side.store_err;
	side.credential = *credential;
	*credential = NULL;
	return PPK_OK;
}

static void begin(void)
{
	memset(&side, 0, sizeof(side));
	side.path = in_scratch("socket");
	ppk_options_init(&side.options);
	side.policy = (struct ppk_enrolment_policy){ .options = &side.options };
	side.enrollment = (struct ppk_browser_enrollment){
		.socket = side.path,
		.origin = ORIGIN,
		.rp_id = RP_ID,
		.user = "alice",
		.host = "web1",
		.user_handle = (const uint8_t *)"handle",
		.user_handle_len = 6,
		.enrolled = side.enrolled,
		.timeout_s = 10,
		.number = 42,
		.trust = { .root = geteuid() },
		.policy = &side.policy,
		.context = &side,
		.show = show,
		.told = told,
		.store = store,
	};
}

/* Enrol with this lie; the verdict that passkeyd heard, or NO_VERDICT, goes to *ret_verdict. */
static enum ppk_err run(enum lie lie, int *ret_verdict)
{
	int listener = listen_at(side.path), status = 0;
	pid_t child = fork();

	CHECK(child >= 0);
	if (child == 0)
		run_liar(listener, lie);
	close(listener);
	enum ppk_err err = ppk_enroll_browser(&side.enrollment, &side.diag);

	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
	CHECK(WEXITSTATUS(status) != LIAR_FAILED);
	*ret_verdict = WEXITSTATUS(status);
	return err;
}

static void end(void)
{
	ppk_credential_free(side.credential);
}

/* Refused, not stored, and the page was told why, unless it was not there any more. */
static void check_refused(enum lie lie, enum ppk_err wanted)
{
	int verdict;
	enum ppk_err err = run(lie, &verdict);

	if (err != wanted || side.stored != 0 || (verdict != NO_VERDICT && verdict != (int)wanted))
		CHECK_FAIL("lie %d: %s, stored %zu, verdict %d", (int)lie, ppk_err_token(err),
			side.stored, verdict);
}

static void an_honest_registration_is_stored(void)
{
	int verdict;

	begin();
	CHECK_OK(run(NOTHING, &verdict));
	CHECK_INT(verdict, PPK_OK);
	CHECK_INT(side.shown, 1);
	CHECK_INT(side.told, 3); /* opened, a wrong number, registered */
	CHECK_INT(side.stored, 1);
	CHECK_INT(side.count, 2);
	const struct ppk_credential *credential = side.credential;

	CHECK_BYTES(credential->id.data, credential->id.len, ENROLMENT_ID, ID_LEN);
	CHECK_STR(credential->name, "Alice's phone");
	CHECK_STR(credential->rp_id, RP_ID);
	CHECK_STR(credential->transports, "hybrid,internal");
	CHECK_STR(credential->attestation, "none");
	CHECK_BYTES(credential->user_handle.data, credential->user_handle.len, "handle", 6);
	CHECK_INT(credential->backup, PPK_BACKUP_ELIGIBLE);
	CHECK(credential->created_s > 0);
	end();
}

static void every_lie_is_refused(void)
{
	static const struct {
		enum lie lie;
		enum ppk_err err;
	} lies[] = {
		{ LIE_URL, PPK_ERR_ORIGIN },
		{ LIE_FAILED, PPK_ERR_NOT_REQUESTED },
		{ LIE_GONE, PPK_ERR_PROCESS },
		{ LIE_GARBAGE, PPK_ERR_FRAME },
		{ LIE_STARTED_TWICE, PPK_ERR_FRAME },
		{ LIE_ASSERTION_FIRST, PPK_ERR_FRAME },
		{ LIE_CHALLENGE, PPK_ERR_CHALLENGE },
		{ LIE_ORIGIN, PPK_ERR_ORIGIN },
		{ LIE_CROSS_ORIGIN, PPK_ERR_CROSS_ORIGIN },
		{ LIE_TYPE, PPK_ERR_CLIENT_DATA_TYPE },
		{ LIE_RP_ID, PPK_ERR_RP_ID },
		{ LIE_UP, PPK_ERR_USER_PRESENCE },
		{ LIE_ALGORITHM, PPK_ERR_ALGORITHM },
		{ LIE_OBJECT, PPK_ERR_ATTESTATION },
		{ LIE_STATEMENT, PPK_ERR_ATTESTATION },
		{ LIE_TEST_GONE, PPK_ERR_PROCESS },
		{ LIE_TEST_REGISTRATION, PPK_ERR_FRAME },
		{ LIE_TEST_KEY, PPK_ERR_SIGNATURE },
		{ LIE_TEST_CHALLENGE, PPK_ERR_CHALLENGE },
		{ LIE_TEST_ID, PPK_ERR_CREDENTIAL_UNKNOWN },
		{ LIE_TEST_COUNT, PPK_ERR_SIGN_COUNT },
		{ LIE_TEST_BACKUP, PPK_ERR_BACKUP_FLAGS },
		{ LIE_TEST_TYPE, PPK_ERR_CLIENT_DATA_TYPE },
		{ LIE_TEST_RP_ID, PPK_ERR_RP_ID },
		{ LIE_TEST_HANDLE, PPK_ERR_CREDENTIAL_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		begin();
		check_refused(lies[i].lie, lies[i].err);
		end();
	}
}

static void verification_is_demanded_where_required(void)
{
	begin();
	side.enrollment.uv = PPK_UV_REQUIRED;
	check_refused(LIE_UV, PPK_ERR_USER_VERIFICATION);
	end();
}

static void the_policy_is_the_admins(void)
{
	begin();
	side.options.synced = PPK_SYNCED_DENY;
	check_refused(NOTHING, PPK_ERR_SYNCED);
	side.options.synced = PPK_SYNCED_ALLOW;
	side.options.attestation = PPK_ATTESTATION_REQUIRE;
	check_refused(NOTHING, PPK_ERR_ATTESTATION_MISSING);
	side.options.attestation = PPK_ATTESTATION_NONE;
	side.options.aaguid_count = 1;
	check_refused(NOTHING, PPK_ERR_MODEL);
	end();
}

/* The exclude list is the page's to keep; this is what counts. */
static void what_is_enrolled_is_not_enrolled_again(void)
{
	struct ppk_credential enrolled = {
		.id = { .data = (uint8_t *)strdup(ENROLMENT_ID), .len = ID_LEN },
		.rp_id = strdup(RP_ID),
	};

	begin();
	side.enrolled[0] = &enrolled;
	side.enrollment.enrolled_count = 1;
	check_refused(NOTHING, PPK_ERR_ALREADY_ENROLLED);
	end();
	ppk_bytes_done(&enrolled.id);
	free(enrolled.rp_id);
}

/* 20 ids of 1,023 bytes: a request has room for 3 of them. The last one is the one that is made again. */
static void more_ids_than_fit_are_no_obstacle(void)
{
	static uint8_t long_id[PPK_CREDENTIAL_ID_MAX];
	static const struct ppk_credential *enrolled[20];
	struct ppk_credential with_long_id = {
		.id = { .data = long_id, .len = sizeof(long_id) },
		.rp_id = (char[]){ RP_ID },
	};
	int verdict;

	begin();
	for (size_t i = 0; i < 20; i++)
		enrolled[i] = &with_long_id;
	side.enrollment.enrolled = enrolled;
	side.enrollment.enrolled_count = 20;
	CHECK_OK(run(NOTHING, &verdict));
	CHECK_INT(side.stored, 1);
	end();
	begin();
	struct ppk_credential same = {
		.id = { .data = (uint8_t[]){ ENROLMENT_ID }, .len = ID_LEN },
		.rp_id = (char[]){ RP_ID },
	};

	enrolled[19] = &same;
	side.enrollment.enrolled = enrolled;
	side.enrollment.enrolled_count = 20;
	check_refused(NOTHING, PPK_ERR_ALREADY_ENROLLED);
	end();
}

static void the_page_is_told_that_it_was_not_stored(void)
{
	int verdict;

	begin();
	side.store_err = PPK_ERR_IO;
	CHECK_ERR(run(NOTHING, &verdict), PPK_ERR_IO);
	CHECK_INT(verdict, PPK_ERR_IO);
	end();
}

static void who_cannot_show_the_page_does_not_wait_for_it(void)
{
	int verdict;

	begin();
	side.show_err = PPK_ERR_CANCELLED;
	CHECK_ERR(run(NOTHING, &verdict), PPK_ERR_CANCELLED);
	CHECK_INT(side.stored, 0);
	end();
}

/* passkeyd was restarted. */
static void a_page_is_opened_again_at_its_url_alone(void)
{
	int verdict;

	begin();
	side.enrollment.url = URL;
	check_refused(LIE_OTHER_URL, PPK_ERR_FRAME);
	CHECK_INT(side.shown, 0);
	check_refused(LIE_GONE, PPK_ERR_PROCESS);
	CHECK_OK(run(NOTHING, &verdict));
	CHECK_INT(side.stored, 1);
	end();
}

static void without_passkeyd_it_says_so(void)
{
	begin();
	(void)unlink(side.path);
	CHECK_ERR(ppk_enroll_browser(&side.enrollment, &side.diag), PPK_ERR_NOT_FOUND);
	CHECK(side.diag.text[0] != '\0' && side.shown == 0);
	end();
}

int main(void)
{
	int status;

	signer_seed(7);
	scratch_make();
	status = CHECK_RUN(CHECK_TEST(an_honest_registration_is_stored),
		CHECK_TEST(every_lie_is_refused),
		CHECK_TEST(verification_is_demanded_where_required),
		CHECK_TEST(the_policy_is_the_admins),
		CHECK_TEST(what_is_enrolled_is_not_enrolled_again),
		CHECK_TEST(more_ids_than_fit_are_no_obstacle),
		CHECK_TEST(the_page_is_told_that_it_was_not_stored),
		CHECK_TEST(who_cannot_show_the_page_does_not_wait_for_it),
		CHECK_TEST(a_page_is_opened_again_at_its_url_alone),
		CHECK_TEST(without_passkeyd_it_says_so));
	scratch_remove();
	return status;
}
