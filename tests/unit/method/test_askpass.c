/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The askpass method and the whole sign-in through it. The client is here: it answers in the dialogue,
 * and fake_device signs for it.
 */
#include <pwd.h>

#include "check.h"
#include "core/ssh_challenge.h"
#include "core/text.h"
#include "method/authenticate.h"
#include "method/decoy.h"
#include "method/local.h"
#include "scene.h"

#define SCRIPT "authenticator 0 fido2\nevent touch 0\nassertion count=5\n"
#define LAST_MAX 4096

/* How the client behaves, and what it was asked. */
static struct client {
	const char *hello; /* to the first question */
	const char *host; /* that it signs for */
	const char *answer; /* instead of its own; NULL: its own */
	enum ppk_err fails; /* what the second question gives */
	bool wrong_index;
	bool late; /* waits a second for a touch that does not come */
	char first[LAST_MAX], second[LAST_MAX];
	char answered[PPK_SSH_ANSWER_MAX + 1];
	unsigned asked;
} client;

static struct scene scene;
static struct ppk_options options;
static char user[256];
static struct ppk_request request;

static enum ppk_err sign(const struct ppk_ssh_challenge *challenge, struct ppk_assertion *ret)
{
	struct ppk_device device = { .packet = NULL };
	struct ppk_ceremony ceremony = { .device = &device,
		.crypto = &ppk_crypto_linked,
		.dialogue = &scene.dialogue,
		.log = &scene.log,
		.timeout_s = challenge->timeout_s };
	struct ppk_bytes client_data;
	enum ppk_err err;
	char origin[PPK_SSH_ORIGIN_SIZE];

	ppk_ssh_origin(client.host, strlen(client.host), origin);
	CHECK_OK(ppk_client_data_make(PPK_CLIENT_DATA_GET, challenge->challenge, PPK_CHALLENGE_SIZE,
		origin, &client_data));
	err = ppk_local_sign(
		&ceremony, scene.helper, &scene.trust, &client_data, &challenge->groups, ret);
	ppk_device_stop(&device);
	ppk_bytes_done(&client_data);
	return err;
}

static void wait_in_vain(const char *text)
{
	struct ppk_ssh_challenge challenge;
	struct ppk_assertion assertion;

	CHECK_OK(ppk_ssh_challenge_parse(text, strlen(text), &challenge));
	CHECK_ERR(sign(&challenge, &assertion), PPK_ERR_TIMEOUT);
	ppk_ssh_challenge_done(&challenge);
}

static void answer_challenge(const char *text, char *out, size_t size)
{
	struct ppk_ssh_challenge challenge;
	struct ppk_assertion assertion;
	struct ppk_ssh_answer answer = { .host = client.host, .host_len = strlen(client.host) };

	CHECK_OK(ppk_ssh_challenge_parse(text, strlen(text), &challenge));
	CHECK_OK(sign(&challenge, &assertion));
	answer.index = client.wrong_index ? challenge.groups.id_count : 0;
	answer.signature = assertion.signature.data;
	answer.signature_len = assertion.signature.len;
	answer.authenticator_data = assertion.authenticator_data.data + 32;
	answer.authenticator_data_len = assertion.authenticator_data.len - 32;
	CHECK(size == PPK_SSH_ANSWER_MAX + 1);
	CHECK_OK(ppk_ssh_answer_format(&answer, out));
	snprintf(client.answered, sizeof(client.answered), "%s", out);
	ppk_assertion_done(&assertion);
	ppk_ssh_challenge_done(&challenge);
}

static enum ppk_err give(const char *answer, char *out, size_t size)
{
	if (answer == NULL)
		return PPK_ERR_CANCELLED;
	if (strlen(answer) >= size)
		return PPK_ERR_LIMIT;
	memcpy(out, answer, strlen(answer) + 1);
	return PPK_OK;
}

static enum ppk_err ask(void *context, const char *text, char *out, size_t size)
{
	char *line = client.asked == 0 ? client.first : client.second;

	(void)context;
	client.asked++;
	CHECK(client.asked <= 2 && strlen(text) < LAST_MAX);
	strcpy(line, text);
	if (client.asked == 1)
		return give(client.hello, out, size);
	if (client.fails != PPK_OK)
		return client.fails;
	if (client.late)
		wait_in_vain(strstr(text, PPK_SSH_PREFIX));
	if (client.answer != NULL)
		return give(client.answer, out, size);
	answer_challenge(strstr(text, PPK_SSH_PREFIX), out, size);
	return PPK_OK;
}

static void start(const char *script, const char *credentials)
{
	scene_begin(&scene, script);
	scene.dialogue.ask = ask;
	ppk_options_init(&options);
	snprintf(options.credentials, sizeof(options.credentials), "%s/%%u", scene.folder);
	snprintf(options.state, sizeof(options.state), "%s/state", scene.folder);
	snprintf(options.origins, sizeof(options.origins), "ssh://web1,ssh://10.0.0.1");
	options.methods[0] = PPK_METHOD_ASKPASS;
	options.method_count = 1;
	options.timeout_s = 5;
	snprintf(user, sizeof(user), "%s", getpwuid(getuid())->pw_name);
	if (credentials != NULL)
		scene_write(&scene, user, credentials);
	client = (struct client){ .hello = PPK_SSH_HELLO, .host = "web1" };
	request = (struct ppk_request){ .user = user,
		.service = "sshd",
		.tty = "ssh",
		.rhost = "192.0.2.7",
		.options = &options,
		.crypto = &ppk_crypto_linked,
		.dialogue = &scene.dialogue,
		.log = &scene.log,
		.root = getuid() };
}

static void check_result(enum ppk_outcome outcome, enum ppk_err reason)
{
	struct ppk_result result = ppk_authenticate(&request);

	if (result.outcome != outcome || result.reason != reason)
		CHECK_FAIL("outcome %d, reason %s, log:\n%s", result.outcome,
			ppk_err_token(result.reason), scene.log_text);
	CHECK_INT(scene_count(scene.log_text, "notice result="), 1);
}

static void an_answer_of_the_program_signs_in(void)
{
	start(SCRIPT, FAKE_DEVICE_LINE " name=\"Blue key\"\n");
	check_result(PPK_OUTCOME_GRANTED, PPK_OK);
	CHECK_HAS(scene.log_text, "method=askpass credential=\"Blue key\"");
	CHECK_INT(client.asked, 2);
	CHECK(strncmp(client.second, PPK_SSH_PREFIX, strlen(PPK_SSH_PREFIX)) == 0);
	CHECK(strlen(client.answered) < 500);
	scene_end(&scene);
}

static void the_first_question_is_one_short_sentence(void)
{
	const char *end;

	start(SCRIPT, FAKE_DEVICE_LINE "\n");
	client.hello = "";
	check_result(PPK_OUTCOME_DENIED, PPK_ERR_CANCELLED);
	end = client.first + strlen(client.first) - strlen(PPK_SSH_QUESTION_END);
	CHECK_STR(end, PPK_SSH_QUESTION_END);
	CHECK(strlen(client.first) <= 110 && strchr(client.first, '\n') == NULL);
	CHECK_HAS(scene.said, "warn No passkey was used.");
	CHECK_INT(client.asked, 1);
	scene_end(&scene);
}

static void by_hand_the_challenge_stands_on_a_line_of_its_own(void)
{
	start(SCRIPT, FAKE_DEVICE_LINE "\n");
	client.hello = "paste";
	client.answer = "";
	check_result(PPK_OUTCOME_DENIED, PPK_ERR_CANCELLED);
	CHECK_HAS(client.second, "--answer:\n" PPK_SSH_PREFIX);
	CHECK_HAS(client.second, "\nWhat it answers: ");
	scene_end(&scene);
}

static void each_accepted_origin_signs_in(void)
{
	start(SCRIPT, FAKE_DEVICE_LINE "\n");
	client.host = "10.0.0.1";
	check_result(PPK_OUTCOME_GRANTED, PPK_OK);
	scene_end(&scene);
	start(SCRIPT, FAKE_DEVICE_LINE "\n");
	options.origins[0] = '\0';
	request.ssh_connection = "192.0.2.7 50022 192.0.2.1 22";
	client.host = "192.0.2.1";
	check_result(PPK_OUTCOME_GRANTED, PPK_OK);
	scene_end(&scene);
}

static void an_answer_for_another_machine_is_refused_and_explained(void)
{
	start(SCRIPT, FAKE_DEVICE_LINE "\n");
	client.host = "evil.example";
	check_result(PPK_OUTCOME_DENIED, PPK_ERR_ORIGIN);
	CHECK_HAS(scene.log_text, "warning the answer was made for ssh://evil.example, and this "
				  "machine is ssh://web1, ssh://10.0.0.1: another machine may");
	CHECK_HAS(scene.said, "warn The passkey's answer was not accepted\n");
	scene_end(&scene);
}

static void an_answer_is_good_for_its_challenge_alone(void)
{
	char replayed[PPK_SSH_ANSWER_MAX + 1];

	start(SCRIPT, FAKE_DEVICE_LINE "\n");
	check_result(PPK_OUTCOME_GRANTED, PPK_OK);
	memcpy(replayed, client.answered, sizeof(replayed));
	scene_end(&scene);
	start(SCRIPT, FAKE_DEVICE_LINE "\n");
	client.answer = replayed;
	check_result(PPK_OUTCOME_DENIED, PPK_ERR_SIGNATURE);
	scene_end(&scene);
}

static void what_the_verifier_refuses_is_denied(void)
{
	static const struct {
		const char *script;
		enum ppk_err reason;
	} cases[] = {
		{ "assertion signature=flip\n", PPK_ERR_SIGNATURE },
		{ "assertion flags=00\n", PPK_ERR_USER_PRESENCE },
		{ "assertion rp=evil.example\n", PPK_ERR_SIGNATURE }, /* the hash is put in here */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start(cases[i].script, FAKE_DEVICE_LINE "\n");
		check_result(PPK_OUTCOME_DENIED, cases[i].reason);
		scene_end(&scene);
	}
}

static void an_index_of_no_credential_is_refused(void)
{
	start(SCRIPT, FAKE_DEVICE_LINE "\n");
	client.wrong_index = true;
	check_result(PPK_OUTCOME_DENIED, PPK_ERR_CREDENTIAL_UNKNOWN);
	scene_end(&scene);
}

static void what_is_no_answer_is_refused(void)
{
	static char endless[PPK_SSH_ANSWER_MAX + 2];
	static const struct {
		const char *answer;
		enum ppk_err reason;
	} cases[] = {
		{ "y", PPK_ERR_SYNTAX },
		{ "passkey1:", PPK_ERR_SYNTAX },
		{ "passkey1:AgAA", PPK_ERR_SYNTAX },
		{ "\b\n\r\177INCORRECT", PPK_ERR_SYNTAX },
		{ endless, PPK_ERR_LIMIT },
	};

	memset(endless, 'A', sizeof(endless) - 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start(SCRIPT, FAKE_DEVICE_LINE "\n");
		client.answer = cases[i].answer;
		check_result(PPK_OUTCOME_DENIED, cases[i].reason);
		scene_end(&scene);
	}
}

static void a_conversation_that_fails_is_a_denial(void)
{
	start(SCRIPT, FAKE_DEVICE_LINE "\n");
	client.fails = PPK_ERR_CONVERSATION;
	check_result(PPK_OUTCOME_DENIED, PPK_ERR_CONVERSATION);
	scene_end(&scene);
}

static void an_answer_after_the_timeout_is_refused(void)
{
	start("authenticator 0 fido2\nevent touch 0\nhang\n", FAKE_DEVICE_LINE "\n");
	options.timeout_s = 1;
	client.late = true;
	client.answer = "passkey1:AAAA";
	check_result(PPK_OUTCOME_DENIED, PPK_ERR_TIMEOUT);
	CHECK_HAS(scene.said, "warn The answer came too late: 1 seconds are allowed\n");
	scene_end(&scene);
}

static void where_nothing_can_be_asked_the_method_is_passed_over(void)
{
	start(SCRIPT, FAKE_DEVICE_LINE "\n");
	scene.dialogue.ask = NULL;
	check_result(PPK_OUTCOME_UNAVAILABLE, PPK_ERR_METHOD_UNAVAILABLE);
	CHECK_STR(scene.said, "warn No passkey can be used in this session\n");
	scene_end(&scene);
}

/*
 * Nobody's questions.
 */

/* What a challenge looks like, without what is random in it. */
static void describe(const char *text, char out[static LAST_MAX])
{
	struct ppk_ssh_challenge challenge;
	size_t len = 0;

	CHECK_OK(ppk_ssh_challenge_parse(text, strlen(text), &challenge));
	for (size_t i = 0; i < challenge.groups.group_count; i++)
		len += (size_t)snprintf(out + len, LAST_MAX - len, "%s/%d ",
			challenge.groups.groups[i].rp_id, challenge.groups.groups[i].uv);
	for (size_t i = 0; i < challenge.groups.id_count; i++) {
		const struct ppk_bytes *id = &challenge.groups.ids[i];

		ppk_base64_encode(PPK_BASE64URL, id->data, id->len, out + len);
		len = strlen(out);
		out[len++] = ' ';
		out[len] = '\0';
	}
	ppk_ssh_challenge_done(&challenge);
}

/* Ask somebody who has no credential. */
static void ask_nobody(const char *name, const char *credentials, enum ppk_err reason)
{
	start(SCRIPT, credentials);
	if (name != NULL)
		request.user = name;
	snprintf(options.rp_id, sizeof(options.rp_id), "example.com");
	client.answer = "\b\n\r\177INCORRECT";
	check_result(PPK_OUTCOME_DENIED, reason);
}

static void strangers_are_asked_like_everybody(void)
{
	static const struct {
		const char *name, *credentials;
		enum ppk_err reason;
	} cases[] = {
		{ "nobody-of-this-name", NULL, PPK_ERR_USER_UNKNOWN },
		{ "no/name", NULL, PPK_ERR_USER_UNKNOWN },
		{ NULL, NULL, PPK_ERR_UNENROLLED },
		{ NULL, FAKE_DEVICE_LINE " disabled=yes\n", PPK_ERR_CREDENTIAL_DISABLED },
	};
	char first[LAST_MAX], said[sizeof(scene.said)];

	start(SCRIPT, FAKE_DEVICE_LINE "\n");
	client.answer = "\b\n\r\177INCORRECT";
	check_result(PPK_OUTCOME_DENIED, PPK_ERR_SYNTAX);
	memcpy(first, client.first, sizeof(first));
	memcpy(said, scene.said, sizeof(said));
	scene_end(&scene);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char shape[LAST_MAX];

		ask_nobody(cases[i].name, cases[i].credentials, cases[i].reason);
		CHECK_INT(client.asked, 2);
		CHECK_STR(client.first, first);
		CHECK_STR(scene.said, said);
		describe(client.second, shape);
		CHECK(strncmp(shape, "example.com/0 ", 14) == 0);
		scene_end(&scene);
	}
}

static void a_stranger_is_asked_the_same_again(void)
{
	char before[LAST_MAX], after[LAST_MAX];

	ask_nobody("nobody-of-this-name", NULL, PPK_ERR_USER_UNKNOWN);
	describe(client.second, before);
	memset(&client, 0, sizeof(client));
	client = (struct client){ .hello = PPK_SSH_HELLO, .host = "web1", .answer = "x" };
	scene.log_text[0] = '\0';
	check_result(PPK_OUTCOME_DENIED, PPK_ERR_USER_UNKNOWN);
	describe(client.second, after);
	CHECK_STR(after, before);
	scene_end(&scene);
	ask_nobody("nobody-of-this-name", NULL, PPK_ERR_USER_UNKNOWN);
	describe(client.second, after);
	CHECK(strcmp(after, before) != 0); /* another machine, another secret */
	scene_end(&scene);
}

static void the_help_is_the_same_for_strangers(void)
{
	start(SCRIPT, NULL);
	request.user = "nobody-of-this-name";
	client.hello = "";
	check_result(PPK_OUTCOME_DENIED, PPK_ERR_USER_UNKNOWN);
	CHECK_HAS(scene.said, "warn No passkey was used.");
	scene_end(&scene);
}

/* Whatever a stranger answers, a well-formed answer among it, is refused for the same reason. */
static void a_strangers_answer_is_looked_at_and_thrown_away(void)
{
	start(SCRIPT, NULL);
	request.user = "nobody-of-this-name";
	check_result(PPK_OUTCOME_DENIED, PPK_ERR_USER_UNKNOWN);
	CHECK_INT(client.asked, 2);
	CHECK(client.answered[0] != '\0');
	CHECK_HAS(scene.said, "warn The passkey's answer was not accepted\n");
	CHECK_HAS_NOT(scene.log_text, "nobody-of-this-name");
	CHECK_HAS_NOT(scene.log_text, "credential=");
	CHECK_HAS_NOT(scene.log_text, "verified");
	scene_end(&scene);
}

/* Who is not there is told that an answer came too late, like everybody. */
static void a_stranger_has_as_much_time_as_everybody(void)
{
	char said[sizeof(scene.said)];

	for (int stranger = 0; stranger < 2; stranger++) {
		start("authenticator 0 fido2\nevent touch 0\nhang\n",
			stranger ? NULL : FAKE_DEVICE_LINE "\n");
		if (stranger)
			request.user = "nobody-of-this-name";
		options.timeout_s = 1;
		client.late = true;
		client.answer = "passkey1:AAAA";
		check_result(PPK_OUTCOME_DENIED, stranger ? PPK_ERR_USER_UNKNOWN : PPK_ERR_TIMEOUT);
		if (stranger)
			CHECK_STR(scene.said, said);
		memcpy(said, scene.said, sizeof(said));
		scene_end(&scene);
	}
}

static void who_is_skipped_is_asked_nothing(void)
{
	start(SCRIPT, NULL);
	options.unenrolled = PPK_UNENROLLED_SKIP;
	check_result(PPK_OUTCOME_SKIPPED, PPK_ERR_UNENROLLED);
	CHECK_INT(client.asked, 0);
	scene_end(&scene);
}

static void without_this_method_strangers_are_asked_nothing(void)
{
	start(SCRIPT, NULL);
	options.methods[0] = PPK_METHOD_LOCAL;
	check_result(PPK_OUTCOME_DENIED, PPK_ERR_UNENROLLED);
	CHECK_INT(client.asked, 0);
	scene_end(&scene);
}

static void decoys_differ_by_name_and_look_like_credentials(void)
{
	static const uint8_t secret[PPK_MACHINE_SECRET_SIZE] = { 7 };
	size_t counts[PPK_DECOY_MAX + 1] = { 0 };

	for (int i = 0; i < 64; i++) {
		struct ppk_decoy decoy, other;
		char name[16];

		snprintf(name, sizeof(name), "user%d", i);
		CHECK_OK(ppk_decoy_make(&ppk_crypto_linked, secret, name, "example.com", &decoy));
		CHECK_OK(ppk_decoy_make(
			&ppk_crypto_linked, secret, "somebody", "example.com", &other));
		CHECK(decoy.count >= 1 && decoy.count <= PPK_DECOY_MAX);
		counts[decoy.count]++;
		CHECK(!ppk_bytes_equal(&decoy.credentials[0]->id, other.credentials[0]->id.data,
			other.credentials[0]->id.len));
		CHECK(decoy.credentials[0]->id.len >= 32);
		ppk_decoy_done(&decoy);
		ppk_decoy_done(&other);
	}
	CHECK(counts[1] > 0 && counts[2] > 0);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(an_answer_of_the_program_signs_in),
		CHECK_TEST(the_first_question_is_one_short_sentence),
		CHECK_TEST(by_hand_the_challenge_stands_on_a_line_of_its_own),
		CHECK_TEST(each_accepted_origin_signs_in),
		CHECK_TEST(an_answer_for_another_machine_is_refused_and_explained),
		CHECK_TEST(an_answer_is_good_for_its_challenge_alone),
		CHECK_TEST(what_the_verifier_refuses_is_denied),
		CHECK_TEST(an_index_of_no_credential_is_refused),
		CHECK_TEST(what_is_no_answer_is_refused),
		CHECK_TEST(a_conversation_that_fails_is_a_denial),
		CHECK_TEST(an_answer_after_the_timeout_is_refused),
		CHECK_TEST(where_nothing_can_be_asked_the_method_is_passed_over),
		CHECK_TEST(strangers_are_asked_like_everybody),
		CHECK_TEST(a_stranger_is_asked_the_same_again),
		CHECK_TEST(the_help_is_the_same_for_strangers),
		CHECK_TEST(a_strangers_answer_is_looked_at_and_thrown_away),
		CHECK_TEST(a_stranger_has_as_much_time_as_everybody),
		CHECK_TEST(who_is_skipped_is_asked_nothing),
		CHECK_TEST(without_this_method_strangers_are_asked_nothing),
		CHECK_TEST(decoys_differ_by_name_and_look_like_credentials));
}
