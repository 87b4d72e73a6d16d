/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ssh_agent.h"

#include "check.h"
#include "core/ssh_wire.h"
#include "mutate.h"

#define HASH "0123456789abcdef0123456789ABCDEF"

static const uint8_t challenge[PPK_CHALLENGE_SIZE] = "a challenge of thirty-two bytes.";

static struct ppk_sshsig_purpose purpose(void)
{
	return (struct ppk_sshsig_purpose){
		.host = "web1", .user = "alice", .service = "sudo", .challenge = challenge
	};
}

static size_t message(const struct ppk_sshsig_purpose *about, uint8_t out[static 1024])
{
	struct ppk_writer writer = { .data = out, .size = 1024 };

	ppk_sshsig_message_write(&writer, about);
	CHECK(!writer.failed);
	return writer.len;
}

static void the_message_names_what_it_is_for(void)
{
	uint8_t got[1024];
	struct ppk_sshsig_purpose about = purpose();
	size_t len = message(&about, got);

	CHECK_BYTES(got, len,
		"\0\0\0\7sign-in\0\0\0\4web1\0\0\0\5alice\0\0\0\4sudo\0\0\0\40"
		"a challenge of thirty-two bytes.",
		(size_t)11 + 8 + 9 + 8 + 36);
}

static void another_host_user_service_or_challenge_is_another_message(void)
{
	static const uint8_t other[PPK_CHALLENGE_SIZE] = "A challenge of thirty-two bytes.";
	struct ppk_sshsig_purpose about = purpose();
	uint8_t got[1024], changed[1024];
	size_t len = message(&about, got);

	for (int i = 0; i < 5; i++) {
		size_t changed_len;

		about = purpose();
		if (i == 0)
			about.host = "web2";
		if (i == 1)
			about.user = "alicf";
		if (i == 2)
			about.service = "sshd";
		if (i == 3)
			about.challenge = other;
		if (i == 4) { /* no part can reach over into the next */
			about.host = "web";
			about.user = "1alice";
		}
		changed_len = message(&about, changed);
		CHECK(changed_len != len || memcmp(changed, got, len) != 0);
	}
}

static void names_that_do_not_fit_make_no_message(void)
{
	char longest[1100];
	uint8_t out[PPK_SSHSIG_MESSAGE_MAX];
	struct ppk_writer writer = { .data = out, .size = sizeof(out) };
	struct ppk_sshsig_purpose about = purpose();

	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	about.service = longest;
	ppk_sshsig_message_write(&writer, &about);
	CHECK(writer.failed);
}

static void what_is_signed_is_openssh_s_sshsig(void)
{
	uint8_t out[PPK_SSHSIG_SIZE];
	struct ppk_writer writer = { .data = out, .size = sizeof(out) };

	ppk_sshsig_write(&writer, (const uint8_t *)HASH);
	CHECK(!writer.failed);
	CHECK_BYTES(out, writer.len,
		"SSHSIG\0\0\0\13pam_passkey\0\0\0\0\0\0\0\6sha256\0\0\0\40" HASH,
		(size_t)6 + 15 + 4 + 10 + 36);
}

static void questions_are_whole_frames(void)
{
	uint8_t out[64];
	struct ppk_writer writer = { .data = out, .size = sizeof(out) };

	ppk_ssh_agent_write_list(&writer);
	CHECK_BYTES(out, writer.len, "\0\0\0\1\13", (size_t)5);
	writer.len = 0;
	ppk_ssh_agent_write_sign(&writer, (const uint8_t *)"key", 3, (const uint8_t *)"data", 4);
	CHECK_BYTES(out, writer.len, "\0\0\0\24\15\0\0\0\3key\0\0\0\4data\0\0\0\0", (size_t)24);
}

#define TWO_KEYS "\14\0\0\0\2\0\0\0\3one\0\0\0\0\0\0\0\3two\0\0\0\7comment"
#define TWO_KEYS_LEN (sizeof(TWO_KEYS) - 1)

static void keys_are_listed_in_order(void)
{
	struct ppk_reader keys;
	const uint8_t *blob;
	size_t len;

	CHECK_OK(ppk_ssh_agent_parse_keys((const uint8_t *)TWO_KEYS, TWO_KEYS_LEN, &keys));
	CHECK(ppk_ssh_agent_next_key(&keys, &blob, &len));
	CHECK_BYTES(blob, len, "one", (size_t)3);
	CHECK(ppk_ssh_agent_next_key(&keys, &blob, &len));
	CHECK_BYTES(blob, len, "two", (size_t)3);
	CHECK(!ppk_ssh_agent_next_key(&keys, &blob, &len));
}

static enum ppk_err parse_keys(const char *body, size_t len)
{
	struct ppk_reader keys;

	return ppk_ssh_agent_parse_keys((const uint8_t *)body, len, &keys);
}

static enum ppk_err parse_signature(const char *body, size_t len)
{
	const uint8_t *blob;
	size_t blob_len;

	return ppk_ssh_agent_parse_signature((const uint8_t *)body, len, &blob, &blob_len);
}

static void a_list_that_is_not_whole_is_refused(void)
{
	CHECK_OK(parse_keys("\14\0\0\0\0", 5));
	CHECK_ERR(parse_keys("", 0), PPK_ERR_AGENT);
	CHECK_ERR(parse_keys("\14", 1), PPK_ERR_AGENT);
	CHECK_ERR(parse_keys("\14\0\0\0\0x", 6), PPK_ERR_AGENT);
	CHECK_ERR(parse_keys("\14\0\0\0\1", 5), PPK_ERR_AGENT);
	CHECK_ERR(parse_keys("\14\377\377\377\377", 5), PPK_ERR_AGENT);
	CHECK_ERR(parse_keys("\16\0\0\0\0", 5), PPK_ERR_AGENT);
}

static void a_failure_is_a_refusal_in_every_dialect(void)
{
	static const char *const failures[] = { "\5", "\36", "\146" };

	for (size_t i = 0; i < 3; i++) {
		CHECK_ERR(parse_keys(failures[i], 1), PPK_ERR_AGENT_REFUSED);
		CHECK_ERR(parse_signature(failures[i], 1), PPK_ERR_AGENT_REFUSED);
	}
}

static void a_signature_is_handed_out_as_a_view(void)
{
	static const uint8_t body[] = { 14, 0, 0, 0, 2, 8, 9 };
	const uint8_t *blob;
	size_t len;

	CHECK_OK(ppk_ssh_agent_parse_signature(body, sizeof(body), &blob, &len));
	CHECK(blob == body + 5 && len == 2);
	CHECK_ERR(parse_signature("\16\0\0\0\2x", 6), PPK_ERR_AGENT);
	CHECK_ERR(parse_signature("\16\0\0\0\0x", 6), PPK_ERR_AGENT);
	CHECK_ERR(parse_signature("\14\0\0\0\0", 5), PPK_ERR_AGENT);
	CHECK_ERR(parse_signature("", 0), PPK_ERR_AGENT);
}

static void damaged(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct ppk_reader keys;
	const uint8_t *blob;
	size_t blob_len, used = 0;

	(void)context;
	if (ppk_ssh_agent_parse_keys(data, len, &keys) == PPK_OK)
		while (ppk_ssh_agent_next_key(&keys, &blob, &blob_len))
			used += 8 + blob_len;
	if (used > len)
		CHECK_FAIL("more keys than bytes when %s", how);
	if (ppk_ssh_agent_parse_signature(data, len, &blob, &blob_len) == PPK_OK)
		CHECK(blob_len <= len);
}

static void damaged_answers_are_read_whole_or_not_at_all(void)
{
	mutate_each(TWO_KEYS, TWO_KEYS_LEN, damaged, NULL);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(the_message_names_what_it_is_for),
		CHECK_TEST(another_host_user_service_or_challenge_is_another_message),
		CHECK_TEST(names_that_do_not_fit_make_no_message),
		CHECK_TEST(what_is_signed_is_openssh_s_sshsig),
		CHECK_TEST(questions_are_whole_frames), CHECK_TEST(keys_are_listed_in_order),
		CHECK_TEST(a_list_that_is_not_whole_is_refused),
		CHECK_TEST(a_failure_is_a_refusal_in_every_dialect),
		CHECK_TEST(a_signature_is_handed_out_as_a_view),
		CHECK_TEST(damaged_answers_are_read_whole_or_not_at_all));
}
