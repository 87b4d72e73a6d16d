/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sign counts as text (sign_counts.md).
 *
 * 1. MUST refuse a text that was cut, or changed in any one run of up to 32 bits: a count that reads
 *    as a smaller one lets a copied authenticator in, and one that reads as a larger one locks its
 *    owner out without a word.
 * 2. MUST NOT take a part of a text: the whole or nothing.
 */
#include "core/sign_counts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

#define HASH_SIZE 32
#define HASH_TEXT_LEN 43 /* base64url of HASH_SIZE bytes */
#define LINE_SIZE 128 /* bytes, with the newline; a line of "count1" has at most 102 */
#define ENTRIES_MAX (PPK_CREDENTIALS_MAX * 2)

/* CRC-32 of ISO 3309 and zip; against accidents, not against people (root alone may write). */
static uint32_t checksum(const char *text, size_t len)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < len; i++) {
		crc ^= (uint8_t)text[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ ((crc & 1) != 0 ? UINT32_C(0xedb88320) : 0);
	}
	return ~crc;
}

static bool take_text(struct ppk_reader *line, const char *text)
{
	const uint8_t *data;
	size_t len = strlen(text);

	if (line->left < len || memcmp(line->next, text, len) != 0)
		return false;
	return ppk_reader_raw(line, len, &data);
}

/* A decimal number up to the next space or the end. */
static bool take_number(struct ppk_reader *line, uint64_t max, uint64_t *ret)
{
	const char *text = (const char *)line->next;
	const uint8_t *data;
	size_t len = 0;

	while (len < line->left && text[len] != ' ')
		len++;
	return ppk_text_to_number(text, len, 0, max, ret) == PPK_OK &&
	       ppk_reader_raw(line, len, &data);
}

static enum ppk_err take_hash(struct ppk_reader *line, uint8_t hash[static HASH_SIZE])
{
	struct ppk_bytes decoded = { 0 };
	const uint8_t *text;
	enum ppk_err err;

	if (!ppk_reader_raw(line, HASH_TEXT_LEN, &text))
		return PPK_ERR_SYNTAX;
	err = ppk_base64_decode(
		PPK_BASE64URL, (const char *)text, HASH_TEXT_LEN, HASH_SIZE, &decoded);
	if (err != PPK_OK)
		return err;
	if (decoded.len == HASH_SIZE)
		memcpy(hash, decoded.data, HASH_SIZE);
	else
		err = PPK_ERR_SYNTAX;
	ppk_bytes_done(&decoded);
	return err;
}

static enum ppk_err parse_count(const char *text, size_t len, struct ppk_sign_count *ret)
{
	struct ppk_reader line = { .next = (const uint8_t *)text, .left = len };
	struct ppk_sign_count entry;
	uint64_t count;
	enum ppk_err err;

	if (!take_text(&line, "count1 id="))
		return PPK_ERR_SYNTAX;
	err = take_hash(&line, entry.id_hash);
	if (err != PPK_OK)
		return err;
	if (!take_text(&line, " count=") || !take_number(&line, UINT32_MAX, &count) ||
		!take_text(&line, " used="))
		return PPK_ERR_SYNTAX;
	if (ppk_text_to_time((const char *)line.next, line.left, &entry.used_s) != PPK_OK)
		return PPK_ERR_SYNTAX;
	entry.count = (uint32_t)count;
	*ret = entry;
	return PPK_OK;
}

/* "end 2 crc=0a1b2c3d": how many lines came before it, and their checksum. */
static void format_end(char out[static LINE_SIZE], size_t lines, uint32_t crc)
{
	snprintf(out, LINE_SIZE, "end %zu crc=%08x\n", lines, crc);
}

/* Does text end, from start on, in the right last line? */
static bool is_end(const char *text, size_t start, size_t len, size_t lines)
{
	char expected[LINE_SIZE];

	format_end(expected, lines, checksum(text, start));
	return len - start == strlen(expected) && memcmp(text + start, expected, len - start) == 0;
}

static bool begins_end(const char *line, size_t len)
{
	return len >= 4 && memcmp(line, "end ", 4) == 0;
}

static enum ppk_err add_line(struct ppk_sign_counts *counts, const char *line, size_t len)
{
	struct ppk_sign_count entry;
	enum ppk_err err = parse_count(line, len, &entry);

	if (err != PPK_OK)
		return err;
	if (ppk_sign_counts_find(counts, entry.id_hash) != NULL)
		return PPK_ERR_DUPLICATE;
	if (counts->len == ENTRIES_MAX)
		return PPK_ERR_LIMIT;
	counts->entries[counts->len++] = entry;
	return PPK_OK;
}

/* A line that is no count, and the end of text without a last line, fail alike. */
static enum ppk_err parse_lines(const char *text, size_t len, struct ppk_sign_counts *counts)
{
	size_t start = 0;

	while (start < len && !begins_end(text + start, len - start)) {
		const char *newline = memchr(text + start, '\n', len - start);
		size_t line_len = newline == NULL ? 0 : (size_t)(newline - text) - start;
		enum ppk_err err = add_line(counts, text + start, line_len);

		if (err != PPK_OK)
			return err;
		start += line_len + 1;
	}
	return is_end(text, start, len, counts->len) ? PPK_OK : PPK_ERR_SYNTAX;
}

enum ppk_err ppk_sign_counts_parse(const char *text, size_t len, const char *source,
	struct ppk_sign_counts *ret, struct ppk_diag *reterr)
{
	struct ppk_sign_counts *counts;
	enum ppk_err err;

	if (len > PPK_SIGN_COUNTS_FILE_MAX)
		return ppk_diag_set(reterr, PPK_ERR_LIMIT, source, 0, 0,
			"a file of sign counts has at most %d bytes", PPK_SIGN_COUNTS_FILE_MAX);
	counts = calloc(1, sizeof(*counts));
	if (counts == NULL)
		return ppk_diag_set(
			reterr, PPK_ERR_NOMEM, source, 0, 0, "%s", ppk_err_sentence(PPK_ERR_NOMEM));
	err = parse_lines(text, len, counts);
	if (err == PPK_OK)
		*ret = *counts;
	else
		ppk_diag_set(reterr, err, source, (unsigned)counts->len + 1, 0,
			"these sign counts are damaged: %s", ppk_err_sentence(err));
	free(counts);
	return err;
}

static void put_count(struct ppk_writer *writer, const struct ppk_sign_count *entry)
{
	char id[HASH_TEXT_LEN + 1], used[PPK_TIME_TEXT_SIZE], line[LINE_SIZE];

	ppk_base64_encode(PPK_BASE64URL, entry->id_hash, HASH_SIZE, id);
	ppk_time_to_text(entry->used_s, used);
	snprintf(line, sizeof(line), "count1 id=%s count=%u used=%s\n", id, entry->count, used);
	ppk_writer_raw(writer, line, strlen(line));
}

enum ppk_err ppk_sign_counts_format(const struct ppk_sign_counts *counts, struct ppk_bytes *ret)
{
	struct ppk_writer writer = { .size = (counts->len + 1) * LINE_SIZE };
	char end[LINE_SIZE];

	writer.data = malloc(writer.size);
	if (writer.data == NULL)
		return PPK_ERR_NOMEM;
	for (size_t i = 0; i < counts->len; i++)
		put_count(&writer, &counts->entries[i]);
	format_end(end, counts->len, checksum((const char *)writer.data, writer.len));
	ppk_writer_raw(&writer, end, strlen(end));
	*ret = (struct ppk_bytes){ .data = writer.data, .len = writer.len };
	return PPK_OK;
}

struct ppk_sign_count *ppk_sign_counts_find(
	struct ppk_sign_counts *counts, const uint8_t id_hash[static 32])
{
	for (size_t i = 0; i < counts->len; i++) {
		if (memcmp(counts->entries[i].id_hash, id_hash, HASH_SIZE) == 0)
			return &counts->entries[i];
	}
	return NULL;
}

static struct ppk_sign_count *find_oldest(struct ppk_sign_counts *counts)
{
	struct ppk_sign_count *oldest = &counts->entries[0];

	for (size_t i = 1; i < counts->len; i++) {
		if (counts->entries[i].used_s < oldest->used_s)
			oldest = &counts->entries[i];
	}
	return oldest;
}

void ppk_sign_counts_set(struct ppk_sign_counts *counts, const uint8_t id_hash[static 32],
	uint32_t count, int64_t used_s)
{
	struct ppk_sign_count *entry = ppk_sign_counts_find(counts, id_hash);

	if (entry == NULL && counts->len == ENTRIES_MAX)
		entry = find_oldest(counts);
	if (entry == NULL)
		entry = &counts->entries[counts->len++];
	memcpy(entry->id_hash, id_hash, HASH_SIZE);
	entry->count = count;
	entry->used_s = used_s;
}

bool ppk_sign_count_has_risen(uint32_t stored, uint32_t reported)
{
	return reported > stored || (reported == 0 && stored == 0);
}
