/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ssh_wire.h"

#include <string.h>

bool ppk_ssh_read_string(
	struct ppk_reader *reader, size_t max, const uint8_t **ret, size_t *ret_len)
{
	struct ppk_reader ahead = *reader; /* so that a failure after the length moves nothing */
	uint32_t len;

	if (!ppk_reader_u32(&ahead, &len) || len > max || !ppk_reader_raw(&ahead, len, ret))
		return false;
	*ret_len = len;
	*reader = ahead;
	return true;
}

bool ppk_ssh_read_word(struct ppk_reader *reader, const char *word)
{
	struct ppk_reader ahead = *reader;
	const uint8_t *text;
	size_t len;

	if (!ppk_ssh_read_string(&ahead, strlen(word), &text, &len) || len != strlen(word) ||
		memcmp(text, word, len) != 0)
		return false;
	*reader = ahead;
	return true;
}

/* RFC 4251, 5: two's complement, no unnecessary leading byte; zero is the empty string. */
static bool is_positive(const uint8_t *bytes, size_t len)
{
	if (len == 0 || (bytes[0] & 0x80) != 0)
		return false;
	return bytes[0] != 0 || (len > 1 && (bytes[1] & 0x80) != 0);
}

bool ppk_ssh_read_positive(
	struct ppk_reader *reader, size_t max, const uint8_t **ret, size_t *ret_len)
{
	struct ppk_reader ahead = *reader;
	const uint8_t *bytes;
	size_t len;

	if (!ppk_ssh_read_string(&ahead, max, &bytes, &len) || !is_positive(bytes, len))
		return false;
	*ret = bytes;
	*ret_len = len;
	*reader = ahead;
	return true;
}

void ppk_ssh_write_string(struct ppk_writer *writer, const void *data, size_t len)
{
	if (len > UINT32_MAX) {
		writer->failed = true;
		return;
	}
	ppk_writer_u32(writer, (uint32_t)len);
	ppk_writer_raw(writer, data, len);
}

void ppk_ssh_write_text(struct ppk_writer *writer, const char *text)
{
	ppk_ssh_write_string(writer, text, strlen(text));
}
