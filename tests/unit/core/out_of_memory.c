/* SPDX-License-Identifier: BSD-2-Clause */
/* Each allocation fails once: the answer is PPK_ERR_NOMEM, nothing leaks, nothing is half done. */
#include <stdlib.h>

#include "check.h"
#include "core/client_data.h"
#include "core/credential.h"
#include "core/credential_file.h"
#include "core/device_message.h"
#include "core/sign_counts.h"
#include "core/ssh_challenge.h"
#include "core/ssh_key_line.h"
#include "core/ssh_private_key.h"
#include "core/text.h"
#include "credential_sample.h"
#include "ssh_sample.h"

/* Allocations that still succeed; negative: all of them. */
static long allocations_left = -1;

static bool is_failing(void)
{
	if (allocations_left < 0)
		return false;
	if (allocations_left == 0)
		return true;
	allocations_left--;
	return false;
}

/* NOLINTBEGIN: the names are the linker's (--wrap) */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

void *__wrap_malloc(size_t size)
{
	return is_failing() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return is_failing() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return is_failing() ? NULL : __real_realloc(old, size);
}
/* NOLINTEND */

/*
 * Run work() with 0, 1, 2, ... allocations until it succeeds: each time before, it must answer
 * PPK_ERR_NOMEM. Returns how many times it failed.
 */
static long sweep(enum ppk_err (*work)(void))
{
	for (long allowed = 0; allowed < 1000; allowed++) {
		allocations_left = allowed;
		enum ppk_err err = work();

		allocations_left = -1;
		if (err == PPK_OK)
			return allowed;
		CHECK_ERR(err, PPK_ERR_NOMEM);
	}
	CHECK_FAIL("never succeeds");
}

static enum ppk_err parse_line(void)
{
	struct ppk_credential *credential = NULL;
	struct ppk_diag diag;
	enum ppk_err err =
		ppk_credential_parse(SAMPLE_FULL, strlen(SAMPLE_FULL), &credential, &diag);

	if (err != PPK_OK && (credential != NULL || strcmp(diag.text, "out of memory") != 0))
		return PPK_ERR_INTERNAL;
	ppk_credential_free(credential);
	return err;
}

static void a_line_without_memory_is_out_of_memory(void)
{
	/* the struct, the scratch, id, key, rp, name, user, transports, attestation, unknown */
	CHECK_INT(sweep(parse_line), 10);
}

static struct ppk_credential *sample;

static enum ppk_err format_line(void)
{
	char *line = NULL;
	enum ppk_err err = ppk_credential_format(sample, &line);

	if (err != PPK_OK && line != NULL)
		return PPK_ERR_INTERNAL;
	free(line);
	return err;
}

static void a_line_is_not_written_without_memory(void)
{
	CHECK_OK(ppk_credential_parse(SAMPLE_FULL, strlen(SAMPLE_FULL), &sample, NULL));
	/* its own buffer and the ten of reading it back; what cannot be shrunk stays as it is */
	CHECK_INT(sweep(format_line), 11);
	ppk_credential_free(sample);
}

static const char file_text[] = "# Alice\n" SAMPLE_FULL "\nbad\n" SAMPLE_MINIMAL "\n";

static enum ppk_err parse_file(void)
{
	struct ppk_credential_file *file = NULL;
	struct ppk_diag diag;
	enum ppk_err err =
		ppk_credential_file_parse(file_text, strlen(file_text), "f", NULL, &file, &diag);

	if (err != PPK_OK && (file != NULL || strcmp(diag.text, "out of memory") != 0))
		return PPK_ERR_INTERNAL;
	ppk_credential_file_free(file);
	return err;
}

/* It must not become a file in which one line is bad: that could pass for "no credential". */
static void a_file_without_memory_is_out_of_memory_as_a_whole(void)
{
	CHECK(sweep(parse_file) > 15);
}

static struct ppk_credential_file *edited;

static enum ppk_err append(void)
{
	static const char line[] = "passkey1 id=AAAA alg=es256 rp=a key=" SAMPLE_KEY;
	struct ppk_credential *credential = NULL;
	size_t line_count = edited->line_count;
	enum ppk_err err = ppk_credential_parse(line, strlen(line), &credential, NULL);

	if (err == PPK_OK)
		err = ppk_credential_file_append(edited, credential);
	if (err == PPK_OK)
		ppk_credential_file_remove(edited, &edited->lines[edited->line_count - 1]);
	else
		ppk_credential_free(credential);
	return edited->line_count == line_count ? err : PPK_ERR_INTERNAL;
}

static enum ppk_err update(void)
{
	enum ppk_err err = ppk_credential_file_update(edited, &edited->lines[0]);

	return strcmp(edited->lines[0].text, SAMPLE_FULL) == 0 ? err : PPK_ERR_INTERNAL;
}

static enum ppk_err format_file(void)
{
	struct ppk_bytes text = { 0 };
	enum ppk_err err = ppk_credential_file_format(edited, &text);

	ppk_bytes_done(&text);
	return err;
}

static void a_file_that_is_edited_without_memory_stays_as_it_was(void)
{
	static const char text[] = SAMPLE_FULL "\n";

	CHECK_OK(ppk_credential_file_parse(text, strlen(text), "f", NULL, &edited, NULL));
	CHECK(sweep(append) > 10);
	CHECK_INT(sweep(update), 11);
	CHECK_INT(sweep(format_file), 1);
	ppk_credential_file_free(edited);
}

static enum ppk_err find_ssh_key(void)
{
	struct ppk_ssh_key_line line = { .comment = NULL };
	struct ppk_diag diag;
	enum ppk_err err = ppk_ssh_key_line_find(
		SSH_ED25519_LINE, strlen(SSH_ED25519_LINE), "f", &line, &diag);

	if (err != PPK_OK && (line.blob.data != NULL || strcmp(diag.text, "out of memory") != 0))
		return PPK_ERR_INTERNAL;
	ppk_ssh_key_line_done(&line);
	return err;
}

static enum ppk_err parse_ssh_private_key(void)
{
	struct ppk_ssh_private_key key = { .comment = NULL };
	struct ppk_diag diag;
	enum ppk_err err = ppk_ssh_private_key_parse(
		SSH_ED25519_FILE, strlen(SSH_ED25519_FILE), "f", &key, &diag);

	if (err != PPK_OK && (key.memory.data != NULL || strcmp(diag.text, "out of memory") != 0))
		return PPK_ERR_INTERNAL;
	ppk_ssh_private_key_done(&key);
	return err;
}

static void an_ssh_key_is_not_read_without_memory(void)
{
	CHECK_INT(sweep(find_ssh_key), 1);
	CHECK_INT(sweep(parse_ssh_private_key), 2);
}

static enum ppk_err copy_bytes(void)
{
	struct ppk_bytes bytes = { 0 };
	enum ppk_err err = ppk_bytes_copy("x", 1, &bytes);

	ppk_bytes_done(&bytes);
	return err;
}

static enum ppk_err decode_base64(void)
{
	struct ppk_bytes bytes = { 0 };
	enum ppk_err err = ppk_base64_decode(PPK_BASE64, "Zm9v", 4, 3, &bytes);

	ppk_bytes_done(&bytes);
	return err;
}

static void bytes_without_memory_are_out_of_memory(void)
{
	CHECK_INT(sweep(copy_bytes), 1);
	CHECK_INT(sweep(decode_base64), 1);
}

static enum ppk_err make_client_data(void)
{
	static const uint8_t challenge[PPK_CHALLENGE_SIZE];
	struct ppk_bytes made = { 0 };
	enum ppk_err err = ppk_client_data_make(
		PPK_CLIENT_DATA_GET, challenge, sizeof(challenge), "https://a", &made);

	if (err != PPK_OK && made.data != NULL)
		return PPK_ERR_INTERNAL;
	ppk_bytes_done(&made);
	return err;
}

static enum ppk_err decode_request(void)
{
	struct ppk_device_request request = { .memory = NULL };
	uint8_t packet[64];
	size_t len;
	enum ppk_err err = ppk_device_encode_list(1, false, packet, sizeof(packet), &len);

	if (err == PPK_OK)
		err = ppk_device_decode_request(packet, len, &request);
	if (err != PPK_OK && request.memory != NULL)
		return PPK_ERR_INTERNAL;
	ppk_device_request_done(&request);
	return err;
}

static void messages_without_memory_are_out_of_memory(void)
{
	CHECK_INT(sweep(make_client_data), 1);
	CHECK_INT(sweep(decode_request), 1);
}

static struct ppk_sign_counts two_counts;

static enum ppk_err format_counts(void)
{
	struct ppk_bytes text = { 0 };
	enum ppk_err err = ppk_sign_counts_format(&two_counts, &text);

	ppk_bytes_done(&text);
	return err;
}

static struct ppk_bytes two_counts_text;

static enum ppk_err parse_counts(void)
{
	struct ppk_sign_counts got = { .len = 99 };
	enum ppk_err err = ppk_sign_counts_parse(
		(const char *)two_counts_text.data, two_counts_text.len, "f", &got, NULL);

	return err != PPK_OK && got.len != 99 ? PPK_ERR_INTERNAL : err;
}

/* It must not become "no count": a copied authenticator would pass. */
static void sign_counts_without_memory_are_out_of_memory(void)
{
	ppk_sign_counts_set(&two_counts, (const uint8_t[32]){ 1 }, 41, 1);
	ppk_sign_counts_set(&two_counts, (const uint8_t[32]){ 2 }, 42, 2);
	CHECK_INT(sweep(format_counts), 1);
	CHECK_OK(ppk_sign_counts_format(&two_counts, &two_counts_text));
	CHECK_INT(sweep(parse_counts), 3); /* the struct, and each line's hash */
	ppk_bytes_done(&two_counts_text);
}

static char *challenge_text;

static enum ppk_err format_challenge(void)
{
	static uint8_t id[16];
	static const uint8_t challenge[PPK_CHALLENGE_SIZE];
	struct ppk_credential_groups groups = {
		.ids = { { id, sizeof(id) } }, .id_count = 1, .group_count = 1
	};
	char *text = NULL;
	enum ppk_err err;

	groups.groups[0] = (struct ppk_device_group){
		.rp_id = "a.example", .ids = groups.ids, .id_count = 1
	};
	err = ppk_ssh_challenge_format(challenge, 30, &groups, &text);
	if (err != PPK_OK && text != NULL)
		return PPK_ERR_INTERNAL;
	free(challenge_text);
	challenge_text = text;
	return err;
}

static enum ppk_err parse_challenge(void)
{
	struct ppk_ssh_challenge challenge;
	enum ppk_err err =
		ppk_ssh_challenge_parse(challenge_text, strlen(challenge_text), &challenge);

	if (err != PPK_OK && (challenge.memory.data != NULL || challenge.groups.id_count != 0))
		return PPK_ERR_INTERNAL;
	ppk_ssh_challenge_done(&challenge);
	return err;
}

static enum ppk_err parse_answer(void)
{
	static const char text[] = "passkey1:AQAEd2ViMQAIMAYCAQECAQEBAAAABw";
	struct ppk_ssh_answer answer;
	struct ppk_bytes memory = { .data = NULL };
	enum ppk_err err = ppk_ssh_answer_parse(text, strlen(text), &answer, &memory);

	if (err != PPK_OK && memory.data != NULL)
		return PPK_ERR_INTERNAL;
	ppk_bytes_done(&memory);
	return err;
}

static void questions_at_ssh_clients_without_memory_are_out_of_memory(void)
{
	CHECK_INT(sweep(format_challenge), 2); /* the bytes and the text */
	CHECK_INT(sweep(parse_challenge), 1);
	CHECK_INT(sweep(parse_answer), 1);
	free(challenge_text);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(a_line_without_memory_is_out_of_memory),
		CHECK_TEST(a_line_is_not_written_without_memory),
		CHECK_TEST(a_file_without_memory_is_out_of_memory_as_a_whole),
		CHECK_TEST(an_ssh_key_is_not_read_without_memory),
		CHECK_TEST(a_file_that_is_edited_without_memory_stays_as_it_was),
		CHECK_TEST(bytes_without_memory_are_out_of_memory),
		CHECK_TEST(messages_without_memory_are_out_of_memory),
		CHECK_TEST(sign_counts_without_memory_are_out_of_memory),
		CHECK_TEST(questions_at_ssh_clients_without_memory_are_out_of_memory));
}
