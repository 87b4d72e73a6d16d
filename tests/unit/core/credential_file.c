/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/credential_file.h"

#include <stdlib.h>

#include "check.h"
#include "credential_sample.h"

#define LINE(id) "passkey1 uv=required rp=example.com id=" id " alg=es256 key=" SAMPLE_KEY

static struct ppk_credential_file *file;
static struct ppk_diag diag;

static enum ppk_err parse_bytes(const char *text, size_t len, ppk_key_check_fn *key_check)
{
	ppk_credential_file_free(file);
	file = NULL;
	diag = (struct ppk_diag){ 0 };
	return ppk_credential_file_parse(text, len, "/etc/passkeys/alice", key_check, &file, &diag);
}

static void parse(const char *text)
{
	CHECK_OK(parse_bytes(text, strlen(text), NULL));
}

static void check_counts(size_t lines, size_t credentials, size_t bad)
{
	CHECK_INT(file->line_count, lines);
	CHECK_INT(file->credential_count, credentials);
	CHECK_INT(file->bad_count, bad);
}

static void check_bad(size_t index, enum ppk_err err, unsigned column, const char *what)
{
	const struct ppk_credential_line *line = &file->lines[index];

	CHECK_ERR(line->err, err);
	CHECK(line->credential == NULL);
	CHECK_STR(line->diag.source, "/etc/passkeys/alice");
	CHECK_INT(line->diag.line, index + 1);
	CHECK_INT(line->diag.column, column);
	if (strstr(line->diag.text, what) == NULL)
		CHECK_FAIL("%s has no \"%s\"", line->diag.text, what);
}

static void check_formatted(const char *want)
{
	struct ppk_bytes text = { 0 };

	CHECK_OK(ppk_credential_file_format(file, &text));
	if (!ppk_bytes_equal(&text, want, strlen(want)))
		CHECK_FAIL("formatted as: %.*s", (int)text.len, (const char *)text.data);
	ppk_bytes_done(&text);
}

static void an_empty_file_has_nothing(void)
{
	parse("");
	check_counts(0, 0, 0);
	check_formatted("");
}

static void comments_order_and_blanks_are_kept(void)
{
	static const char text[] = "# Alice's keys\n\n  # indented\n" LINE(
		"AAAA") "\n \t \n"
			"passkey9 from the future\n" LINE("BBBB") "\n#end\n";

	parse(text);
	check_counts(8, 2, 1);
	check_bad(5, PPK_ERR_VERSION, 1, "passkey1");
	check_formatted(text);
}

static void a_line_in_the_order_of_a_person_is_kept_as_it_is(void)
{
	parse(SAMPLE_MINIMAL "   name=\"x\"\n");
	check_counts(1, 1, 0);
	check_formatted(SAMPLE_MINIMAL "   name=\"x\"\n");
}

static void one_bad_line_leaves_the_others(void)
{
	parse(LINE("AAAA") "\n" LINE("BBBB") " uv\n" LINE("CCCC") "\n");
	check_counts(3, 2, 1);
	check_bad(1, PPK_ERR_SYNTAX, (unsigned)strlen(LINE("BBBB")) + 4, "'='");
}

static void an_unknown_algorithm_costs_its_line_alone(void)
{
	parse("passkey1 rp=a id=AAAA alg=falcon512 key=" SAMPLE_KEY "\n" LINE("BBBB") "\n");
	check_counts(2, 1, 1);
	check_bad(0, PPK_ERR_ALGORITHM, 27, "alg=");
}

static void truncated_base64_costs_its_line_alone(void)
{
	parse("passkey1 rp=a id=AAAA alg=es256 key=MFkwEwYHKoZIzj0CAQ\n" LINE("BBBB") "\n");
	check_counts(2, 1, 1);
	check_bad(0, PPK_ERR_SYNTAX, 37, "key=");
}

static void a_nul_byte_is_refused_where_it_stands(void)
{
	static const char text[] =
		LINE("AAAA") "\n#\0x\npasskey1\0 " LINE("BBBB") "\n" LINE("CCCC") "\n";
	struct ppk_bytes bytes = { 0 };

	CHECK_OK(parse_bytes(text, sizeof(text) - 1, NULL));
	check_counts(4, 2, 2);
	check_bad(1, PPK_ERR_SYNTAX, 2, "NUL");
	check_bad(2, PPK_ERR_SYNTAX, 9, "NUL");
	CHECK_OK(ppk_credential_file_format(file, &bytes));
	CHECK_BYTES(bytes.data, bytes.len, text, sizeof(text) - 1);
	ppk_bytes_done(&bytes);
}

static void carriage_returns_are_refused(void)
{
	parse("# comment\r\n\r\n" LINE("AAAA") "\r\n");
	check_counts(3, 0, 2);
	check_bad(1, PPK_ERR_SYNTAX, 1, "carriage return");
	check_bad(2, PPK_ERR_SYNTAX, (unsigned)strlen(LINE("AAAA")) + 1, "carriage return");
}

static void an_over_long_line_costs_itself_alone(void)
{
	char *text = malloc(10000 + sizeof(LINE("AAAA") "\n"));

	CHECK(text != NULL);
	memset(text, 'x', 10000);
	text[9999] = '\n';
	strcpy(text + 10000, LINE("AAAA") "\n");
	parse(text);
	free(text);
	check_counts(2, 1, 1);
	check_bad(0, PPK_ERR_LIMIT, 8193, "8192 bytes");
}

static void the_second_of_two_equal_ids_is_refused(void)
{
	parse(LINE("AAAA") "\n" LINE(
		"BBBB") "\n" SAMPLE_MINIMAL "\n"
			"passkey1 rp=other.example id=AAAA alg=eddsa key=" SAMPLE_ED25519_KEY "\n");
	check_counts(4, 3, 1);
	check_bad(3, PPK_ERR_DUPLICATE, 0, "earlier line");
	CHECK_STR(file->lines[0].credential->rp_id, "example.com");
}

static void a_credential_without_newline_may_have_lost_its_tail(void)
{
	parse(LINE("AAAA") "\n" LINE("BBBB"));
	check_counts(2, 1, 1);
	check_bad(1, PPK_ERR_SYNTAX, (unsigned)strlen(LINE("BBBB")) + 1, "may have been cut");
	CHECK(file->lines[1].cut);
	parse(LINE("AAAA") "\n# the end");
	check_counts(2, 1, 0);
	parse(LINE("AAAA") "\nbad");
	check_counts(2, 1, 1);
	CHECK(!file->lines[1].cut);
}

/* With a newline behind it, it would be whole. */
static void a_cut_line_is_written_back_as_a_comment(void)
{
	parse(LINE("AAAA") "\n" LINE("BBBB"));
	check_formatted(LINE("AAAA") "\n# cut: " LINE("BBBB") "\n");
}

static void one_mebibyte_is_read_and_a_byte_more_is_not(void)
{
	char *text = malloc(PPK_CREDENTIAL_FILE_MAX + 1);

	CHECK(text != NULL);
	memset(text, '#', PPK_CREDENTIAL_FILE_MAX + 1);
	CHECK_OK(parse_bytes(text, PPK_CREDENTIAL_FILE_MAX, NULL));
	check_counts(1, 0, 0);
	CHECK_ERR(parse_bytes(text, PPK_CREDENTIAL_FILE_MAX + 1, NULL), PPK_ERR_LIMIT);
	CHECK_STR(diag.text, "more than 1048576 bytes");
	CHECK_STR(diag.source, "/etc/passkeys/alice");
	free(text);
}

static void lines_are_bounded(void)
{
	char text[PPK_CREDENTIAL_LINES_MAX + 2];

	memset(text, '\n', sizeof(text));
	CHECK_OK(parse_bytes(text, PPK_CREDENTIAL_LINES_MAX, NULL));
	CHECK_ERR(parse_bytes(text, PPK_CREDENTIAL_LINES_MAX + 1, NULL), PPK_ERR_LIMIT);
	CHECK_STR(diag.text, "more than 4096 lines");
	text[PPK_CREDENTIAL_LINES_MAX] = '#';
	CHECK_ERR(parse_bytes(text, PPK_CREDENTIAL_LINES_MAX + 1, NULL), PPK_ERR_LIMIT);
}

/* count credentials with ids of their own; the caller frees */
static char *many(int count)
{
	char *text = malloc(65536), *next = text;

	CHECK(text != NULL);
	for (int i = 0; i < count; i++)
		next += sprintf(next,
			"passkey1 uv=required rp=a id=A%c%cA alg=eddsa key=" SAMPLE_ED25519_KEY
			"\n",
			'A' + i / 16, 'A' + i % 16);
	return text;
}

static void sixty_four_credentials_count_and_sixty_five_fail(void)
{
	char *text = many(64);

	parse(text);
	check_counts(64, 64, 0);
	free(text);
	text = many(65);
	CHECK_ERR(parse_bytes(text, strlen(text), NULL), PPK_ERR_LIMIT);
	CHECK_INT(diag.line, 65);
	CHECK_STR(diag.text, "more than 64 credentials");
	free(text);
}

static enum ppk_err only_eddsa(const struct ppk_credential *credential)
{
	return credential->alg == PPK_ALG_EDDSA ? PPK_OK : PPK_ERR_KEY;
}

static enum ppk_err no_memory(const struct ppk_credential *credential)
{
	return credential->alg == PPK_ALG_EDDSA ? PPK_OK : PPK_ERR_NOMEM;
}

static void a_key_that_does_not_fit_costs_its_line_alone(void)
{
	static const char text[] = LINE("AAAA") "\n" SAMPLE_FULL "\n";

	CHECK_OK(parse_bytes(text, strlen(text), only_eddsa));
	check_counts(2, 1, 1);
	check_bad(0, PPK_ERR_KEY, 0, "a public key that does not fit its algorithm");
	check_formatted(text);
}

/* Otherwise a moment without memory would look like a file without that credential. */
static void a_key_check_without_memory_fails_as_a_whole(void)
{
	static const char text[] = SAMPLE_FULL "\n" LINE("AAAA") "\n";

	CHECK_ERR(parse_bytes(text, strlen(text), no_memory), PPK_ERR_NOMEM);
	CHECK(file == NULL);
}

static void a_credential_is_found_by_its_id(void)
{
	parse("#\n" LINE("AAAA") "\n" LINE("BBBB") "\n");
	CHECK(ppk_credential_file_find(file, "\0\0\0", 3) == &file->lines[1]);
	CHECK(ppk_credential_file_find(file, "\x04\x10\x41", 3) == &file->lines[2]);
	CHECK(ppk_credential_file_find(file, "\0\0", 2) == NULL);
	CHECK(ppk_credential_file_find(file, "", 0) == NULL);
}

static struct ppk_credential *make(const char *line)
{
	struct ppk_credential *credential = NULL;

	CHECK_OK(ppk_credential_parse(line, strlen(line), &credential, NULL));
	return credential;
}

static void a_credential_is_appended_as_the_last_line(void)
{
	parse("# x\n" LINE("AAAA") "\n# end");
	CHECK_OK(ppk_credential_file_append(file, make(LINE("BBBB"))));
	check_counts(4, 2, 0);
	check_formatted("# x\n" LINE("AAAA") "\n# end\n" LINE("BBBB") "\n");
}

static void an_id_that_is_there_is_not_appended(void)
{
	struct ppk_credential *credential = make(SAMPLE_MINIMAL);

	parse(SAMPLE_FULL "\n");
	CHECK_ERR(ppk_credential_file_append(file, credential), PPK_ERR_DUPLICATE);
	check_counts(1, 1, 0);
	ppk_credential_free(credential);
}

static void the_sixty_fifth_is_not_appended(void)
{
	struct ppk_credential *credential = make(LINE("ZZZZ"));
	char *text = many(64);

	parse(text);
	free(text);
	CHECK_ERR(ppk_credential_file_append(file, credential), PPK_ERR_LIMIT);
	ppk_credential_free(credential);
}

static void a_credential_that_no_line_can_hold_is_not_appended(void)
{
	struct ppk_credential *credential = make(LINE("ZZZZ"));

	parse("");
	credential->rp_id[0] = '\n';
	CHECK_ERR(ppk_credential_file_append(file, credential), PPK_ERR_SYNTAX);
	check_counts(0, 0, 0);
	ppk_credential_free(credential);
}

static void a_changed_credential_is_written_back_in_place(void)
{
	parse("# a\n" LINE("AAAA") " name=Old\n# b\n");
	free(file->lines[1].credential->name);
	file->lines[1].credential->name = strdup("New key");
	file->lines[1].credential->disabled = true;
	CHECK_OK(ppk_credential_file_update(file, &file->lines[1]));
	check_formatted(
		"# a\npasskey1 uv=required disabled=yes name=\"New key\" rp=example.com id=AAAA "
		"alg=es256 key=" SAMPLE_KEY "\n# b\n");
}

static void a_change_that_no_line_can_hold_leaves_the_text(void)
{
	parse(LINE("AAAA") "\n" LINE("BBBB") "\n");
	file->lines[0].credential->rp_id[0] = 'X';
	CHECK_ERR(ppk_credential_file_update(file, &file->lines[0]), PPK_ERR_SYNTAX);
	file->lines[0].credential->rp_id[0] = 'e';
	memcpy(file->lines[0].credential->id.data, "\x04\x10\x41", 3);
	CHECK_ERR(ppk_credential_file_update(file, &file->lines[0]), PPK_ERR_DUPLICATE);
	check_formatted(LINE("AAAA") "\n" LINE("BBBB") "\n");
}

static void a_line_is_removed_and_the_others_stay(void)
{
	parse("# a\n" LINE("AAAA") "\nbad\n" LINE("BBBB") "\n");
	ppk_credential_file_remove(file, &file->lines[1]);
	check_counts(3, 1, 1);
	ppk_credential_file_remove(file, &file->lines[1]);
	check_counts(2, 1, 0);
	check_formatted("# a\n" LINE("BBBB") "\n");
	ppk_credential_file_remove(file, &file->lines[1]);
	check_formatted("# a\n");
}

static void nothing_is_fine_to_free(void)
{
	ppk_credential_file_free(NULL);
	CHECK_ERR(
		ppk_credential_file_parse("", PPK_CREDENTIAL_FILE_MAX + 1, "f", NULL, &file, NULL),
		PPK_ERR_LIMIT);
	ppk_credential_file_free(file);
}

int main(void)
{
	return CHECK_RUN(CHECK_TEST(an_empty_file_has_nothing),
		CHECK_TEST(comments_order_and_blanks_are_kept),
		CHECK_TEST(a_line_in_the_order_of_a_person_is_kept_as_it_is),
		CHECK_TEST(one_bad_line_leaves_the_others),
		CHECK_TEST(an_unknown_algorithm_costs_its_line_alone),
		CHECK_TEST(truncated_base64_costs_its_line_alone),
		CHECK_TEST(a_nul_byte_is_refused_where_it_stands),
		CHECK_TEST(carriage_returns_are_refused),
		CHECK_TEST(an_over_long_line_costs_itself_alone),
		CHECK_TEST(the_second_of_two_equal_ids_is_refused),
		CHECK_TEST(a_credential_without_newline_may_have_lost_its_tail),
		CHECK_TEST(a_cut_line_is_written_back_as_a_comment),
		CHECK_TEST(one_mebibyte_is_read_and_a_byte_more_is_not),
		CHECK_TEST(lines_are_bounded),
		CHECK_TEST(sixty_four_credentials_count_and_sixty_five_fail),
		CHECK_TEST(a_key_that_does_not_fit_costs_its_line_alone),
		CHECK_TEST(a_key_check_without_memory_fails_as_a_whole),
		CHECK_TEST(a_credential_is_found_by_its_id),
		CHECK_TEST(a_credential_is_appended_as_the_last_line),
		CHECK_TEST(an_id_that_is_there_is_not_appended),
		CHECK_TEST(the_sixty_fifth_is_not_appended),
		CHECK_TEST(a_credential_that_no_line_can_hold_is_not_appended),
		CHECK_TEST(a_changed_credential_is_written_back_in_place),
		CHECK_TEST(a_change_that_no_line_can_hold_leaves_the_text),
		CHECK_TEST(a_line_is_removed_and_the_others_stay),
		CHECK_TEST(nothing_is_fine_to_free));
}
