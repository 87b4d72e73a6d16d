/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"
#include "mutate.h"

#include <stdlib.h>

#include "core/sign_counts.h"
#include "core/text.h"

#define ENTRIES_MAX (PPK_CREDENTIALS_MAX * 2)

#define LINE_A                                                                                     \
	"count1 id=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA count=41 "                          \
	"used=2026-11-24T07:30:00Z\n"
#define LINE_B                                                                                     \
	"count1 id=AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE count=0 "                           \
	"used=2026-11-20T18:02:11Z\n"

static const uint8_t hash_a[32] = { 0 };
static uint8_t hash_b[32];

static struct ppk_sign_counts sample(void)
{
	struct ppk_sign_counts counts = { .len = 0 };

	ppk_sign_counts_set(&counts, hash_a, 41, 1795505400);
	ppk_sign_counts_set(&counts, hash_b, 0, 1795197731);
	return counts;
}

/* CRC-32 of the text by another way than the code under test: long division, bit by bit. */
static uint32_t crc32_by_division(const char *text, size_t len)
{
	uint64_t remainder = 0;

	for (size_t i = 0; i < (len + 4) * 8; i++) {
		unsigned byte = i / 8 < len ? (uint8_t)text[i / 8] : 0;
		unsigned bit = byte >> (i % 8) & 1;

		if (i < 32)
			bit ^= 1;
		remainder = remainder << 1 | bit;
		if ((remainder & UINT64_C(1) << 32) != 0)
			remainder ^= UINT64_C(0x104c11db7);
	}
	uint32_t reflected = 0;

	for (int i = 0; i < 32; i++)
		reflected |= (uint32_t)(remainder >> i & 1) << (31 - i);
	return ~reflected;
}

/* Put the right last line under lines and parse. */
static enum ppk_err parse_lines(
	const char *lines, unsigned count, struct ppk_sign_counts *ret, struct ppk_diag *reterr)
{
	size_t size = strlen(lines) + 64;
	char *text = malloc(size);
	enum ppk_err err;

	CHECK(text != NULL);
	snprintf(text, size, "%send %u crc=%08x\n", lines, count,
		crc32_by_division(lines, strlen(lines)));
	err = ppk_sign_counts_parse(text, strlen(text), "alice.counts", ret, reterr);
	free(text);
	return err;
}

static void the_text_is_as_its_page_says(void)
{
	struct ppk_sign_counts counts = sample();
	struct ppk_bytes text;
	char want[512];

	snprintf(want, sizeof(want), LINE_A LINE_B "end 2 crc=%08x\n",
		crc32_by_division(LINE_A LINE_B, strlen(LINE_A LINE_B)));
	CHECK_OK(ppk_sign_counts_format(&counts, &text));
	CHECK_BYTES(text.data, text.len, want, strlen(want));
	ppk_bytes_done(&text);
}

/* The check value of CRC-32 that every catalogue names: of "123456789". */
static void the_checksum_of_the_test_is_that_of_zip(void)
{
	CHECK_INT(crc32_by_division("123456789", 9), 0xcbf43926);
	CHECK_INT(crc32_by_division("", 0), 0);
}

static void what_is_written_reads_back(void)
{
	struct ppk_sign_counts counts = sample(), got;
	struct ppk_bytes text;
	struct ppk_sign_count *entry;

	CHECK_OK(ppk_sign_counts_format(&counts, &text));
	CHECK_OK(ppk_sign_counts_parse((char *)text.data, text.len, "x", &got, NULL));
	ppk_bytes_done(&text);
	CHECK_INT(got.len, 2);
	entry = ppk_sign_counts_find(&got, hash_a);
	CHECK(entry != NULL && entry->count == 41 && entry->used_s == 1795505400);
	entry = ppk_sign_counts_find(&got, hash_b);
	CHECK(entry != NULL && entry->count == 0 && entry->used_s == 1795197731);
}

static void no_counts_have_a_text_too(void)
{
	struct ppk_sign_counts none = { .len = 0 }, got = { .len = 9 };
	struct ppk_bytes text;

	CHECK_OK(ppk_sign_counts_format(&none, &text));
	CHECK_BYTES(text.data, text.len, "end 0 crc=00000000\n", (size_t)19);
	CHECK_OK(ppk_sign_counts_parse((char *)text.data, text.len, "x", &got, NULL));
	CHECK_INT(got.len, 0);
	ppk_bytes_done(&text);
}

static void the_largest_count_fits_and_no_larger(void)
{
	struct ppk_sign_counts got;

	CHECK_OK(parse_lines("count1 id=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA "
			     "count=4294967295 used=2026-11-24T07:30:00Z\n",
		1, &got, NULL));
	CHECK_INT(got.entries[0].count, UINT32_MAX);
	CHECK_ERR(parse_lines("count1 id=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA "
			      "count=4294967296 used=2026-11-24T07:30:00Z\n",
			  1, &got, NULL),
		PPK_ERR_SYNTAX);
}

static void a_line_that_is_not_as_written_is_refused(void)
{
	static const char *const lines[] = {
		"\n",
		"# a comment\n",
		"count2 id=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA count=1 "
		"used=2026-11-24T07:30:00Z\n",
		"count1 id=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA count=1 "
		"used=2026-11-24T07:30:00Z\n",
		"count1 id=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB count=1 "
		"used=2026-11-24T07:30:00Z\n",
		"count1 id=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA  count=1 "
		"used=2026-11-24T07:30:00Z\n",
		"count1 id=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA count= "
		"used=2026-11-24T07:30:00Z\n",
		"count1 id=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA count=-1 "
		"used=2026-11-24T07:30:00Z\n",
		"count1 id=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA count=01 "
		"used=2026-11-24T07:30:00Z\n",
		"count1 id=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA count=1 "
		"used=2026-11-24\n",
		"count1 id=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA count=1 "
		"used=2026-11-24T07:30:00Z \n",
		"count1 id=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA count=1 "
		"used=2026-11-24T07:30:00Z\r\n",
		"count1 id=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA count=1\n",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct ppk_sign_counts got;

		if (parse_lines(lines[i], 1, &got, NULL) != PPK_ERR_SYNTAX)
			CHECK_FAIL("accepted: %s", lines[i]);
	}
}

static void damage_is_reported_with_its_place(void)
{
	struct ppk_sign_counts got = { .len = 7 };
	struct ppk_diag diag;

	CHECK_ERR(parse_lines(LINE_A "nonsense\n", 2, &got, &diag), PPK_ERR_SYNTAX);
	CHECK_STR(diag.source, "alice.counts");
	CHECK_INT(diag.line, 2);
	CHECK_STR(diag.text, "these sign counts are damaged: not well formed");
	CHECK_INT(got.len, 7);
}

static void the_same_credential_twice_is_refused(void)
{
	struct ppk_sign_counts got;

	CHECK_ERR(parse_lines(LINE_A LINE_B LINE_A, 3, &got, NULL), PPK_ERR_DUPLICATE);
}

static void a_wrong_number_of_lines_is_refused(void)
{
	struct ppk_sign_counts got;

	CHECK_OK(parse_lines(LINE_A LINE_B, 2, &got, NULL));
	CHECK_ERR(parse_lines(LINE_A LINE_B, 1, &got, NULL), PPK_ERR_SYNTAX);
	CHECK_ERR(parse_lines(LINE_A LINE_B, 3, &got, NULL), PPK_ERR_SYNTAX);
}

static void an_empty_file_is_damaged_and_not_empty_of_counts(void)
{
	struct ppk_sign_counts got;

	CHECK_ERR(ppk_sign_counts_parse("", 0, "x", &got, NULL), PPK_ERR_SYNTAX);
	CHECK_ERR(ppk_sign_counts_parse(NULL, 0, "x", &got, NULL), PPK_ERR_SYNTAX);
}

static void lines_that_end_where_the_last_line_is_missing_are_refused(void)
{
	struct ppk_sign_counts got;

	CHECK_ERR(ppk_sign_counts_parse(LINE_A, strlen(LINE_A), "x", &got, NULL), PPK_ERR_SYNTAX);
}

static struct ppk_sign_counts *full_counts(void)
{
	struct ppk_sign_counts *counts = calloc(1, sizeof(*counts));

	CHECK(counts != NULL);
	for (size_t i = 0; i < ENTRIES_MAX; i++) {
		uint8_t hash[32] = { (uint8_t)i, 0x77 };

		ppk_sign_counts_set(counts, hash, UINT32_MAX, 1000 + (int64_t)i);
	}
	return counts;
}

static void as_many_as_there_is_room_for_read_back(void)
{
	struct ppk_sign_counts *counts = full_counts();
	struct ppk_bytes text;

	CHECK_OK(ppk_sign_counts_format(counts, &text));
	CHECK(text.len <= PPK_SIGN_COUNTS_FILE_MAX);
	memset(counts, 0, sizeof(*counts));
	CHECK_OK(ppk_sign_counts_parse((char *)text.data, text.len, "x", counts, NULL));
	CHECK_INT(counts->len, ENTRIES_MAX);
	ppk_bytes_done(&text);
	free(counts);
}

static void more_lines_than_there_is_room_for_are_refused(void)
{
	struct ppk_sign_counts *counts = full_counts();
	struct ppk_bytes text;
	char *end, *more;

	CHECK_OK(ppk_sign_counts_format(counts, &text));
	more = malloc(text.len + 200);
	CHECK(more != NULL);
	memcpy(more, text.data, text.len);
	more[text.len] = '\0';
	end = strstr(more, "end ");
	memcpy(end, LINE_A, strlen(LINE_A) + 1);
	CHECK_ERR(parse_lines(more, ENTRIES_MAX + 1, counts, NULL), PPK_ERR_LIMIT);
	free(more);
	ppk_bytes_done(&text);
	free(counts);
}

static void a_file_over_the_limit_is_refused(void)
{
	char *text = calloc(1, PPK_SIGN_COUNTS_FILE_MAX + 1);
	struct ppk_sign_counts got;

	CHECK(text != NULL);
	CHECK_ERR(ppk_sign_counts_parse(text, PPK_SIGN_COUNTS_FILE_MAX + 1, "x", &got, NULL),
		PPK_ERR_LIMIT);
	free(text);
}

static void setting_a_known_credential_replaces_its_count(void)
{
	struct ppk_sign_counts counts = sample();

	ppk_sign_counts_set(&counts, hash_a, 50, 1800000000);
	CHECK_INT(counts.len, 2);
	CHECK_INT(ppk_sign_counts_find(&counts, hash_a)->count, 50);
	CHECK_INT(ppk_sign_counts_find(&counts, hash_a)->used_s, 1800000000);
	CHECK_INT(ppk_sign_counts_find(&counts, hash_b)->count, 0);
}

static void an_unknown_credential_has_no_count(void)
{
	struct ppk_sign_counts counts = sample();
	uint8_t other[32] = { 1 };

	CHECK(ppk_sign_counts_find(&counts, other) == NULL);
}

static void the_one_that_was_not_used_for_longest_makes_room(void)
{
	struct ppk_sign_counts *counts = full_counts();
	uint8_t oldest[32] = { 9, 0x77 }, newcomer[32] = { 1 };

	ppk_sign_counts_find(counts, oldest)->used_s = 5;
	ppk_sign_counts_set(counts, newcomer, 3, 2000);
	CHECK_INT(counts->len, ENTRIES_MAX);
	CHECK(ppk_sign_counts_find(counts, oldest) == NULL);
	CHECK_INT(ppk_sign_counts_find(counts, newcomer)->count, 3);
	free(counts);
}

/* WebAuthn Level 3, 7.2: the table of stored and reported. */
static void a_count_has_risen_when_it_is_greater_or_when_none_is_kept(void)
{
	CHECK(ppk_sign_count_has_risen(0, 0));
	CHECK(ppk_sign_count_has_risen(0, 1));
	CHECK(ppk_sign_count_has_risen(41, 42));
	CHECK(ppk_sign_count_has_risen(0, UINT32_MAX));
	CHECK(!ppk_sign_count_has_risen(41, 41));
	CHECK(!ppk_sign_count_has_risen(41, 40));
	CHECK(!ppk_sign_count_has_risen(41, 0));
	CHECK(!ppk_sign_count_has_risen(1, 0));
	CHECK(!ppk_sign_count_has_risen(UINT32_MAX, 0));
	CHECK(!ppk_sign_count_has_risen(UINT32_MAX, UINT32_MAX));
}

static void refuse_damage(const uint8_t *data, size_t len, const char *how, void *context)
{
	struct ppk_sign_counts got;

	(void)context;
	if (ppk_sign_counts_parse((const char *)data, len, "x", &got, NULL) == PPK_OK)
		CHECK_FAIL("accepted when %s", how);
}

static void every_damage_is_refused(void)
{
	struct ppk_sign_counts counts = sample();
	struct ppk_bytes text;

	CHECK_OK(ppk_sign_counts_format(&counts, &text));
	mutate_each(text.data, text.len, refuse_damage, NULL);
	ppk_bytes_done(&text);
}

static void two_changed_digits_are_refused(void)
{
	struct ppk_sign_counts counts = sample(), got;
	struct ppk_bytes text;
	uint8_t *digits;

	CHECK_OK(ppk_sign_counts_format(&counts, &text));
	digits = memmem(text.data, text.len, "count=41", 8);
	CHECK(digits != NULL);
	digits[6] = '1';
	digits[7] = '0';
	CHECK_ERR(ppk_sign_counts_parse((char *)text.data, text.len, "x", &got, NULL),
		PPK_ERR_SYNTAX);
	ppk_bytes_done(&text);
}

int main(void)
{
	memset(hash_b, 1, sizeof(hash_b));
	return CHECK_RUN(CHECK_TEST(the_text_is_as_its_page_says),
		CHECK_TEST(the_checksum_of_the_test_is_that_of_zip),
		CHECK_TEST(what_is_written_reads_back), CHECK_TEST(no_counts_have_a_text_too),
		CHECK_TEST(the_largest_count_fits_and_no_larger),
		CHECK_TEST(a_line_that_is_not_as_written_is_refused),
		CHECK_TEST(damage_is_reported_with_its_place),
		CHECK_TEST(the_same_credential_twice_is_refused),
		CHECK_TEST(a_wrong_number_of_lines_is_refused),
		CHECK_TEST(an_empty_file_is_damaged_and_not_empty_of_counts),
		CHECK_TEST(lines_that_end_where_the_last_line_is_missing_are_refused),
		CHECK_TEST(as_many_as_there_is_room_for_read_back),
		CHECK_TEST(more_lines_than_there_is_room_for_are_refused),
		CHECK_TEST(a_file_over_the_limit_is_refused),
		CHECK_TEST(setting_a_known_credential_replaces_its_count),
		CHECK_TEST(an_unknown_credential_has_no_count),
		CHECK_TEST(the_one_that_was_not_used_for_longest_makes_room),
		CHECK_TEST(a_count_has_risen_when_it_is_greater_or_when_none_is_kept),
		CHECK_TEST(every_damage_is_refused), CHECK_TEST(two_changed_digits_are_refused));
}
