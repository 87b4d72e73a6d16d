/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is left of a line when a part of it is lost or damaged never has a weaker policy. The
 * property, exactly (L is a line that ppk_credential_format() made):
 *   - no proper prefix of L is a credential;
 *   - L with one bit flipped is no credential, or one with the same uv and disabled, and with the
 *     same expiry unless the bit is one of the expiry's own value, which then is still an expiry;
 *   - a file cut after any byte has no credential but those whose whole line is in it, each with
 *     the policy of its line, whatever the order of its keys; also after a rewrite.
 */
#include <stdlib.h>

#include "check.h"
#include "core/credential.h"
#include "core/credential_file.h"
#include "credential_sample.h"
#include "mutate.h"

/* Lines as the program writes them. */
static const char *const written[] = {
	SAMPLE_FULL,
	"passkey1 uv=required rp=example.com id=mx2f_8Qa alg=es256 key=" SAMPLE_KEY,
	"passkey1 uv=required disabled=yes name=b2b rp=2.b id=mx2f_8Qa alg=es256 key=" SAMPLE_KEY,
	"passkey1 uv=preferred disabled=yes expires=2026-12-31T23:59:59Z name=\"T X ]^\" "
	"rp=example.com id=mx2f_8Qa alg=eddsa key=" SAMPLE_ED25519_KEY,
};

struct original {
	const char *line;
	struct ppk_credential *credential;
	size_t accepted;
};

static void check_damaged(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct original *original = context;
	const struct ppk_credential *want = original->credential;
	struct ppk_credential *got = NULL;

	if (ppk_credential_parse((const char *)data, len, &got, NULL) != PPK_OK)
		return;
	original->accepted++;
	bool cut = len < strlen(original->line);
	bool same = got->uv == want->uv && got->disabled == want->disabled;
	const char *value = strstr(original->line, " expires=");
	size_t start = value == NULL ? 0 : (size_t)(value - original->line) + strlen(" expires=");
	bool in_value = value != NULL && !cut && memcmp(data, original->line, start) == 0 &&
			memcmp(data + start, original->line + start, 20) != 0;

	same = same && (got->expires_s == want->expires_s || (in_value && got->expires_s != 0));
	ppk_credential_free(got);
	if (cut || !same)
		CHECK_FAIL("%s: still a credential: %.*s", how, (int)len, (const char *)data);
}

static void damage_never_weakens_a_line_that_the_program_wrote(void)
{
	for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
		struct original original = { .line = written[i] };
		char *line = NULL;

		CHECK_OK(ppk_credential_parse(
			written[i], strlen(written[i]), &original.credential, NULL));
		CHECK_OK(ppk_credential_format(original.credential, &line));
		CHECK_STR(line, written[i]);
		free(line);
		CHECK_INT(mutate_each(written[i], strlen(written[i]), check_damaged, &original),
			strlen(written[i]) * 9);
		CHECK(original.accepted > 0); /* a name may change: the parser saw the change */
		ppk_credential_free(original.credential);
	}
}

/* Three credentials, two of them in the order of a person, with the policy at the end. */
static const char by_hand[] =
	"# Alice\n" SAMPLE_FULL "\n"
	"passkey1 id=AAAA alg=es256 rp=example.com key=" SAMPLE_KEY " name=Two uv=required\n"
	"passkey1 id=BBBB alg=eddsa key=" SAMPLE_ED25519_KEY
	" rp=example.com expires=2030-01-31T23:59:59Z disabled=yes\n";

/* Does every credential of file have the policy of the same credential of whole? */
static void check_not_weaker(const struct ppk_credential_file *file,
	const struct ppk_credential_file *whole, const char *how)
{
	for (size_t i = 0; i < file->line_count; i++) {
		const struct ppk_credential *got = file->lines[i].credential;

		if (got == NULL)
			continue;
		const struct ppk_credential_line *line =
			ppk_credential_file_find(whole, got->id.data, got->id.len);

		if (line == NULL || got->uv != line->credential->uv ||
			got->disabled != line->credential->disabled ||
			got->expires_s != line->credential->expires_s ||
			strcmp(got->rp_id, line->credential->rp_id) != 0)
			CHECK_FAIL("%s: the policy changed: %s", how, file->lines[i].text);
	}
}

static void check_cut_file(const struct ppk_credential_file *whole, size_t len)
{
	struct ppk_credential_file *file = NULL, *again = NULL;
	struct ppk_bytes rewritten = { 0 };
	char how[32];

	snprintf(how, sizeof(how), "cut to %zu bytes", len);
	CHECK_OK(ppk_credential_file_parse(by_hand, len, "f", NULL, &file, NULL));
	check_not_weaker(file, whole, how);
	/* what a tool writes back has a newline at its end: it must not revive the last line */
	CHECK_OK(ppk_credential_file_format(file, &rewritten));
	CHECK_OK(ppk_credential_file_parse(
		(const char *)rewritten.data, rewritten.len, "f", NULL, &again, NULL));
	check_not_weaker(again, whole, how);
	CHECK_INT(again->credential_count, file->credential_count);
	ppk_bytes_done(&rewritten);
	ppk_credential_file_free(file);
	ppk_credential_file_free(again);
}

static void a_cut_file_never_has_a_weaker_policy(void)
{
	struct ppk_credential_file *whole = NULL;

	CHECK_OK(ppk_credential_file_parse(by_hand, strlen(by_hand), "f", NULL, &whole, NULL));
	CHECK_INT(whole->credential_count, 3);
	for (size_t len = 0; len < strlen(by_hand); len++)
		check_cut_file(whole, len);
	ppk_credential_file_free(whole);
}

static void check_flipped_file(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct ppk_credential_file *file = NULL;

	CHECK_OK(ppk_credential_file_parse((const char *)data, len, "f", NULL, &file, NULL));
	*(size_t *)context += file->bad_count;
	/* two lines are lost when the newline between them is */
	if (len == strlen(by_hand) && file->credential_count + 2 < 3)
		CHECK_FAIL("%s: all lines are lost", how);
	ppk_credential_file_free(file);
}

static void a_damaged_file_costs_at_most_its_damaged_lines(void)
{
	size_t bad_count = 0;

	CHECK_INT(mutate_each(by_hand, strlen(by_hand), check_flipped_file, &bad_count),
		strlen(by_hand) * 9);
	CHECK(bad_count > strlen(by_hand));
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(damage_never_weakens_a_line_that_the_program_wrote),
		CHECK_TEST(a_cut_file_never_has_a_weaker_policy),
		CHECK_TEST(a_damaged_file_costs_at_most_its_damaged_lines));
}
