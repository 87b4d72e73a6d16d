/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A state file as it is; with the right last line put under it, since the checksum would keep the
 * fuzzer from every other line; and counts that were written and then changed in one byte.
 */
#include <stdbool.h>
#include <string.h>

#include "core/sign_counts.h"
#include "require.h"

#define END_SIZE 64
#define LINES_MAX 8

/* One meaning, one spelling: what was accepted is what would be written. Was it? */
static bool try_text(const char *text, size_t len, struct ppk_sign_counts *ret)
{
	struct ppk_diag diag = { .text = "" };
	struct ppk_bytes again;

	if (ppk_sign_counts_parse(text, len, "fuzz.counts", ret, &diag) != PPK_OK) {
		REQUIRE(diag.text[0] != '\0');
		return false;
	}
	REQUIRE(ret->len <= sizeof(ret->entries) / sizeof(ret->entries[0]));
	REQUIRE(ppk_sign_counts_format(ret, &again) == PPK_OK);
	REQUIRE(ppk_bytes_equal(&again, text, len));
	ppk_bytes_done(&again);
	return true;
}

/* CRC-32 as in zip */
static uint32_t crc32(const uint8_t *data, size_t len)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < len * 8; i++) {
		uint32_t bit = (crc ^ data[i / 8] >> i % 8) & 1;

		crc = crc >> 1 ^ (bit != 0 ? UINT32_C(0xedb88320) : 0);
	}
	return ~crc;
}

static bool try_lines(const uint8_t *lines, size_t len, struct ppk_sign_counts *ret)
{
	char *text = malloc(len + END_SIZE);
	size_t count = 0;
	bool accepted;

	REQUIRE(text != NULL);
	for (size_t i = 0; i < len; i++) {
		text[i] = (char)lines[i];
		count += lines[i] == '\n';
	}
	len += (size_t)snprintf(
		text + len, END_SIZE, "end %zu crc=%08x\n", count, crc32(lines, len));
	accepted = try_text(text, len, ret);
	free(text);
	return accepted;
}

/* Bytes of a text before its last line, which is "end N crc=xxxxxxxx\n" with N below 10. */
static size_t lines_len(const struct ppk_sign_counts *counts, size_t len)
{
	REQUIRE(counts->len <= LINES_MAX && len >= strlen("end 0 crc=00000000\n"));
	return len - strlen("end 0 crc=00000000\n");
}

/* Counts, and what changes in their text: two bytes say where, one what will stand there. */
static void try_changed(const uint8_t *data, size_t len)
{
	struct ppk_reader reader = { .next = data, .left = len };
	struct ppk_sign_counts counts = { .len = 0 }, got;
	struct ppk_bytes text;
	uint32_t count;
	uint16_t at, used;
	uint8_t byte, hash[32] = { 0 };

	if (!ppk_reader_u16(&reader, &at) || !ppk_reader_u8(&reader, &byte))
		return;
	while (counts.len < LINES_MAX && ppk_reader_u8(&reader, &hash[0]) &&
		ppk_reader_u32(&reader, &count) && ppk_reader_u16(&reader, &used))
		ppk_sign_counts_set(&counts, hash, count, (int64_t)used << 16);
	REQUIRE(ppk_sign_counts_format(&counts, &text) == PPK_OK);
	REQUIRE(try_text((const char *)text.data, text.len, &got));
	at = (uint16_t)(at % text.len);
	if (text.data[at] != byte) {
		text.data[at] = byte;
		REQUIRE(!try_text((const char *)text.data, text.len, &got));
		if (try_lines(text.data, lines_len(&counts, text.len), &got))
			PLANT(got.len == 3 && got.entries[0].count != counts.entries[0].count);
	}
	ppk_bytes_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct ppk_sign_counts counts;

	(void)try_text((const char *)data, len, &counts);
	(void)try_lines(data, len, &counts);
	try_changed(data, len);
	return 0;
}
