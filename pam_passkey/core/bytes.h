/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_BYTES_H
#define PPK_CORE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

/* Bytes on the heap. {NULL, 0} is empty. Owned by whoever holds the struct. */
struct ppk_bytes {
	uint8_t *data;
	size_t len;
};

/* Free and empty; NULL and an empty one are fine. ppk_bytes_wipe() overwrites first. */
void ppk_bytes_done(struct ppk_bytes *bytes);
void ppk_bytes_wipe(struct ppk_bytes *bytes);

/* Copy len bytes into *ret (owned by the caller). PPK_ERR_NOMEM. *ret is untouched on failure. */
PPK_MUST_CHECK enum ppk_err ppk_bytes_copy(const void *data, size_t len, struct ppk_bytes *ret);

/* Same length and content? Not constant-time: for public values. */
bool ppk_bytes_equal(const struct ppk_bytes *bytes, const void *data, size_t len);

/*
 * A cursor over bytes that somebody else owns. Every getter checks the length, moves on only on
 * success, and returns false when there is not enough left.
 */
struct ppk_reader {
	const uint8_t *next;
	size_t left;
};

bool ppk_reader_u8(struct ppk_reader *reader, uint8_t *ret);
bool ppk_reader_u16(struct ppk_reader *reader, uint16_t *ret); /* big-endian */
bool ppk_reader_u32(struct ppk_reader *reader, uint32_t *ret); /* big-endian */
/* One byte, from min to max. */
bool ppk_reader_value(struct ppk_reader *reader, unsigned min, unsigned max, uint8_t *ret);
bool ppk_reader_raw(struct ppk_reader *reader, size_t len, const uint8_t **ret);
/* A 16-bit length and that many bytes, at most max; *ret points into the reader's memory. */
bool ppk_reader_block(struct ppk_reader *reader, size_t max, const uint8_t **ret, size_t *ret_len);

/* The same for a block of at least min bytes; *ret is NULL for an empty one. */
bool ppk_reader_part(
	struct ppk_reader *reader, size_t min, size_t max, const uint8_t **ret, size_t *ret_len);

/*
 * A writer into a buffer of fixed size that the caller owns. Once something did not fit, failed
 * stays true and nothing more is written: check it once, at the end.
 */
struct ppk_writer {
	uint8_t *data;
	size_t size;
	size_t len;
	bool failed;
};

void ppk_writer_u8(struct ppk_writer *writer, uint8_t value);
void ppk_writer_u16(struct ppk_writer *writer, uint16_t value);
void ppk_writer_u32(struct ppk_writer *writer, uint32_t value);
/* One byte; fails for one that ppk_reader_value() would not take. */
void ppk_writer_value(struct ppk_writer *writer, size_t value, size_t min, size_t max);
void ppk_writer_raw(struct ppk_writer *writer, const void *data, size_t len);
/* 16-bit length and the bytes; fails for len > 65535 */
void ppk_writer_block(struct ppk_writer *writer, const void *data, size_t len);
/* The same; fails for less than min or more than max bytes, which ppk_reader_part() would not take. */
void ppk_writer_part(
	struct ppk_writer *writer, const void *data, size_t len, size_t min, size_t max);

/* How many bytes were written. PPK_ERR_LIMIT when something failed. */
PPK_MUST_CHECK enum ppk_err ppk_writer_end(const struct ppk_writer *writer, size_t *ret_len);

#endif
