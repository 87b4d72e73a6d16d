/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a server may have an SSH client show to passkey-askpass (a prompt and the challenge in it), and
 * what anybody may answer to the module.
 */
#include <string.h>

#include "core/ssh_challenge.h"
#include "core/ssh_prompt.h"
#include "read_bytes.h"
#include "require.h"

/* One meaning, one spelling. */
static void check_challenge(const struct ppk_ssh_challenge *got, const char *text, size_t len)
{
	char *again = NULL;

	REQUIRE(got->groups.id_count >= 1 && got->groups.id_count <= PPK_CREDENTIALS_MAX);
	for (size_t i = 0; i < got->groups.id_count; i++)
		read_bytes(got->groups.ids[i].data, got->groups.ids[i].len);
	REQUIRE(ppk_ssh_challenge_format(got->challenge, got->timeout_s, &got->groups, &again) ==
		PPK_OK);
	REQUIRE(strlen(again) == len && memcmp(again, text, len) == 0);
	free(again);
}

static void try_challenge(const char *text, size_t len)
{
	struct ppk_ssh_challenge challenge;

	if (ppk_ssh_challenge_parse(text, len, &challenge) != PPK_OK)
		return;
	check_challenge(&challenge, text, len);
	ppk_ssh_challenge_done(&challenge);
}

static void try_prompt(const char *text, size_t len)
{
	struct ppk_ssh_prompt prompt;

	ppk_ssh_prompt_parse(text, len, &prompt);
	if (prompt.kind != PPK_SSH_PROMPT_CHALLENGE)
		return;
	REQUIRE(text[0] == '(' && prompt.challenge + prompt.challenge_len == text + len);
	REQUIRE(memchr(text, '\n', len) == NULL);
	REQUIRE(ppk_ssh_host_is_valid(prompt.host, strlen(prompt.host)));
	try_challenge(prompt.challenge, prompt.challenge_len);
}

static void try_answer(const char *text, size_t len)
{
	char again[PPK_SSH_ANSWER_MAX + 1];
	struct ppk_ssh_answer answer;
	struct ppk_bytes memory;

	if (ppk_ssh_answer_parse(text, len, &answer, &memory) != PPK_OK)
		return;
	REQUIRE(ppk_ssh_host_is_valid(answer.host, answer.host_len));
	read_bytes(answer.signature, answer.signature_len);
	read_bytes(answer.authenticator_data, answer.authenticator_data_len);
	REQUIRE(ppk_ssh_answer_format(&answer, again) == PPK_OK);
	REQUIRE(strlen(again) == len && memcmp(again, text, len) == 0);
	PLANT(answer.signature_len == 8 &&
		memcmp(answer.signature, "\x30\x06\x02\x01\x01\x02\x01\x01", 8) != 0);
	ppk_bytes_done(&memory);
}

static void try_machine(const char *text, size_t len)
{
	struct ppk_ssh_origins origins;

	ppk_ssh_origins_of_machine("web1", text, len, NULL, &origins);
	REQUIRE(origins.count >= 1 && origins.count <= PPK_SSH_ORIGINS_MAX);
	if (ppk_ssh_origins_parse(text, len, &origins) == PPK_OK)
		REQUIRE(origins.count >= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *text = (const char *)data;

	try_prompt(text, len);
	try_challenge(text, len);
	try_answer(text, len);
	try_machine(text, len);
	return 0;
}
