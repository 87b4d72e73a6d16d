/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"
#include "mutate.h"

#include "core/ssh_prompt.h"

static struct ppk_ssh_prompt prompt;

static void parse(const char *text)
{
	ppk_ssh_prompt_parse(text, strlen(text), &prompt);
}

static void check_kind(const char *text, enum ppk_ssh_prompt_kind kind)
{
	parse(text);
	if (prompt.kind != kind)
		CHECK_FAIL("\"%s\" is of kind %d", text, prompt.kind);
}

static void user_and_host_stand_before_a_challenge(void)
{
	check_kind("(alice@Web1.example.com) passkey1:AQID-_", PPK_SSH_PROMPT_CHALLENGE);
	CHECK_STR(prompt.user, "alice");
	CHECK_STR(prompt.host, "web1.example.com");
	CHECK_BYTES(prompt.challenge, prompt.challenge_len, "passkey1:AQID-_", 15);
	check_kind("(a@b@fe80::1%eth0) passkey1:A", PPK_SSH_PROMPT_CHALLENGE);
	CHECK_STR(prompt.user, "a@b");
	CHECK_STR(prompt.host, "fe80::1");
}

static void the_first_question_is_known_by_its_end(void)
{
	check_kind("(alice@web1) Passkey needed [passkey1]: ", PPK_SSH_PROMPT_QUESTION);
	check_kind(
		"(alice@web1) Welcome (all)\nPasskey needed [passkey1]: ", PPK_SSH_PROMPT_QUESTION);
	CHECK_STR(prompt.host, "web1");
}

static void other_questions_are_not_ours(void)
{
	check_kind("(alice@web1) Password: ", PPK_SSH_PROMPT_OTHER);
	check_kind("Enter passphrase for key '/home/alice/.ssh/id_rsa': ", PPK_SSH_PROMPT_OTHER);
	check_kind("", PPK_SSH_PROMPT_OTHER);
	check_kind("(alice@web1) [passkey1]", PPK_SSH_PROMPT_OTHER);
}

static void without_what_ssh_writes_nobody_is_believed(void)
{
	static const char *const forged[] = {
		"passkey1:AQID",
		" (alice@web1) passkey1:AQID",
		"Welcome\n(alice@web1) passkey1:AQID",
		"Passkey needed [passkey1]: ",
		"(alice) passkey1:AQID",
		"(@web1) passkey1:AQID",
		"(alice@) passkey1:AQID",
		"(alice@web1)passkey1:AQID",
		"(alice@web 1) passkey1:AQID",
		"(alice@[::1]:22) passkey1:AQID",
		"(\x1b[2J@web1) passkey1:AQID",
		"(alice@web1 passkey1:AQID",
	};

	for (size_t i = 0; i < sizeof(forged) / sizeof(forged[0]); i++)
		check_kind(forged[i], PPK_SSH_PROMPT_FORGED);
}

/* The machine is "evil"; the person shall sign for "web1". */
static void a_second_prefix_is_not_believed(void)
{
	check_kind("(alice@evil) (alice@web1) passkey1:AQID", PPK_SSH_PROMPT_FORGED);
	check_kind("(alice@evil) \n(alice@web1) passkey1:AQID", PPK_SSH_PROMPT_FORGED);
	check_kind("(alice@evil) \r(alice@web1) passkey1:AQID", PPK_SSH_PROMPT_FORGED);
	check_kind("(alice@evil) Hello\npasskey1:AQID", PPK_SSH_PROMPT_FORGED);
	check_kind("(alice@evil) passkey1:AQID\n(alice@web1) passkey1:AQID", PPK_SSH_PROMPT_FORGED);
	check_kind("(alice@evil) passkey1:AQID ", PPK_SSH_PROMPT_FORGED);
}

/* A user name may come from an address that somebody else made: ssh://alice@web1) ...@evil/ */
static void a_user_name_cannot_pass_for_a_host(void)
{
	check_kind("(alice@web1) x@evil) passkey1:AQID", PPK_SSH_PROMPT_FORGED);
	check_kind("(alice@web1) passkey1:AQ@evil) passkey1:AQID", PPK_SSH_PROMPT_FORGED);
	check_kind("(alice@web1) passkey1:@evil) ", PPK_SSH_PROMPT_FORGED);
}

static void damaged(const uint8_t *data, size_t len, const char *how, void *context)
{
	(void)how;
	(void)context;
	ppk_ssh_prompt_parse((const char *)data, len, &prompt);
	if (prompt.kind != PPK_SSH_PROMPT_CHALLENGE && prompt.kind != PPK_SSH_PROMPT_QUESTION)
		return;
	CHECK(ppk_ssh_host_is_valid(prompt.host, strlen(prompt.host)));
	CHECK(prompt.user[0] != '\0' && data[0] == '(');
	if (prompt.kind == PPK_SSH_PROMPT_CHALLENGE)
		CHECK((const uint8_t *)prompt.challenge + prompt.challenge_len == data + len);
}

static void damaged_prompts_stay_within_their_limits(void)
{
	static const char *const texts[] = { "(alice@web1) passkey1:AQID-_",
		"(a@192.0.2.1) Hello\nPasskey [passkey1]: " };

	for (size_t i = 0; i < 2; i++)
		mutate_each(texts[i], strlen(texts[i]), damaged, NULL);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(user_and_host_stand_before_a_challenge),
		CHECK_TEST(the_first_question_is_known_by_its_end),
		CHECK_TEST(other_questions_are_not_ours),
		CHECK_TEST(without_what_ssh_writes_nobody_is_believed),
		CHECK_TEST(a_second_prefix_is_not_believed),
		CHECK_TEST(a_user_name_cannot_pass_for_a_host),
		CHECK_TEST(damaged_prompts_stay_within_their_limits));
}
