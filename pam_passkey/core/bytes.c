/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/bytes.h"

#include <stdlib.h>
#include <string.h>

#include "core/wipe.h"

void ppk_bytes_done(struct ppk_bytes *bytes)
{
	if (bytes == NULL)
		return;
	free(bytes->data);
	*bytes = (struct ppk_bytes){ 0 };
}

void ppk_bytes_wipe(struct ppk_bytes *bytes)
{
	if (bytes != NULL && bytes->data != NULL)
		ppk_wipe(bytes->data, bytes->len);
	ppk_bytes_done(bytes);
}

enum ppk_err ppk_bytes_copy(const void *data, size_t len, struct ppk_bytes *ret)
{
	if (len == 0) {
		*ret = (struct ppk_bytes){ 0 };
		return PPK_OK;
	}
	uint8_t *copy = malloc(len);

	if (copy == NULL)
		return PPK_ERR_NOMEM;
	memcpy(copy, data, len);
	*ret = (struct ppk_bytes){ .data = copy, .len = len };
	return PPK_OK;
}

bool ppk_bytes_equal(const struct ppk_bytes *bytes, const void *data, size_t len)
{
	/* memcmp() must not be given the NULL of an empty one, whatever the length */
	return bytes->len == len && (len == 0 || memcmp(bytes->data, data, len) == 0);
}

bool ppk_reader_raw(struct ppk_reader *reader, size_t len, const uint8_t **ret)
{
	if (len > reader->left)
		return false;
	*ret = reader->next;
	if (len > 0)
		reader->next += len;
	reader->left -= len;
	return true;
}

bool ppk_reader_u8(struct ppk_reader *reader, uint8_t *ret)
{
	const uint8_t *at;

	if (!ppk_reader_raw(reader, 1, &at))
		return false;
	*ret = at[0];
	return true;
}

bool ppk_reader_u16(struct ppk_reader *reader, uint16_t *ret)
{
	const uint8_t *at;

	if (!ppk_reader_raw(reader, 2, &at))
		return false;
	*ret = (uint16_t)(at[0] << 8 | at[1]);
	return true;
}

bool ppk_reader_u32(struct ppk_reader *reader, uint32_t *ret)
{
	const uint8_t *at;

	if (!ppk_reader_raw(reader, 4, &at))
		return false;
	*ret = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
	return true;
}

bool ppk_reader_value(struct ppk_reader *reader, unsigned min, unsigned max, uint8_t *ret)
{
	struct ppk_reader ahead = *reader;
	uint8_t value;

	if (!ppk_reader_u8(&ahead, &value) || value < min || value > max)
		return false;
	*ret = value;
	*reader = ahead;
	return true;
}

bool ppk_reader_block(struct ppk_reader *reader, size_t max, const uint8_t **ret, size_t *ret_len)
{
	struct ppk_reader ahead = *reader; /* so that a failure after the length moves nothing */
	uint16_t len;

	if (!ppk_reader_u16(&ahead, &len) || len > max || !ppk_reader_raw(&ahead, len, ret))
		return false;
	*ret_len = len;
	*reader = ahead;
	return true;
}

bool ppk_reader_part(
	struct ppk_reader *reader, size_t min, size_t max, const uint8_t **ret, size_t *ret_len)
{
	struct ppk_reader ahead = *reader;
	const uint8_t *data;
	size_t len;

	if (!ppk_reader_block(&ahead, max, &data, &len) || len < min)
		return false;
	*ret = len == 0 ? NULL : data;
	*ret_len = len;
	*reader = ahead;
	return true;
}

void ppk_writer_raw(struct ppk_writer *writer, const void *data, size_t len)
{
	if (writer->failed || len > writer->size - writer->len) {
		writer->failed = true;
		return;
	}
	if (len > 0)
		memcpy(writer->data + writer->len, data, len);
	writer->len += len;
}

void ppk_writer_u8(struct ppk_writer *writer, uint8_t value)
{
	ppk_writer_raw(writer, &value, 1);
}

void ppk_writer_value(struct ppk_writer *writer, size_t value, size_t min, size_t max)
{
	if (value < min || value > max || value > UINT8_MAX)
		writer->failed = true;
	else
		ppk_writer_u8(writer, (uint8_t)value);
}

void ppk_writer_u16(struct ppk_writer *writer, uint16_t value)
{
	uint8_t bytes[2] = { (uint8_t)(value >> 8), (uint8_t)value };

	ppk_writer_raw(writer, bytes, sizeof(bytes));
}

void ppk_writer_u32(struct ppk_writer *writer, uint32_t value)
{
	uint8_t bytes[4] = { (uint8_t)(value >> 24), (uint8_t)(value >> 16), (uint8_t)(value >> 8),
		(uint8_t)value };

	ppk_writer_raw(writer, bytes, sizeof(bytes));
}

void ppk_writer_block(struct ppk_writer *writer, const void *data, size_t len)
{
	if (len > UINT16_MAX) {
		writer->failed = true;
		return;
	}
	ppk_writer_u16(writer, (uint16_t)len);
	ppk_writer_raw(writer, data, len);
}

void ppk_writer_part(
	struct ppk_writer *writer, const void *data, size_t len, size_t min, size_t max)
{
	if (len < min || len > max)
		writer->failed = true;
	else
		ppk_writer_block(writer, data, len);
}

enum ppk_err ppk_writer_end(const struct ppk_writer *writer, size_t *ret_len)
{
	if (writer->failed)
		return PPK_ERR_LIMIT;
	*ret_len = writer->len;
	return PPK_OK;
}
