/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_TEXT_H
#define PPK_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/bytes.h"
#include "core/error.h"

/*
 * Copy text of unknown origin (an authenticator's product string, a name from a file) into out so
 * that a terminal and a log can show it: valid UTF-8 only, no control characters (C0, DEL, C1), no
 * bidirectional overrides; each offending byte becomes '?'. Cut at a character boundary to
 * size - 1 bytes, NUL-terminated (size >= 1). Pure.
 */
void ppk_text_sanitise(char *out, size_t size, const char *text, size_t len);

/* Is it one line of printable UTF-8, in the sense above, not empty, at most max bytes? Pure. */
bool ppk_text_is_printable(const char *text, size_t len, size_t max);

/*
 * A decimal number without sign, space or leading zero ("0" is fine), the whole of text, between
 * min and max. PPK_ERR_SYNTAX | PPK_ERR_LIMIT. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_text_to_number(
	const char *text, size_t len, uint64_t min, uint64_t max, uint64_t *ret);

/* Seconds since 1970 <-> "2026-11-24T07:30:00Z" (RFC 3339, UTC, whole seconds). Pure. */
#define PPK_TIME_TEXT_SIZE 21
PPK_MUST_CHECK enum ppk_err ppk_text_to_time(const char *text, size_t len, int64_t *ret_s);
void ppk_time_to_text(int64_t time_s, char out[static PPK_TIME_TEXT_SIZE]);

/* RFC 9562, 4: 8-4-4-4-12 hexadecimal digits, in either case. PPK_ERR_SYNTAX. Pure. */
PPK_MUST_CHECK enum ppk_err ppk_text_to_aaguid(
	const char *text, size_t len, uint8_t ret[static 16]);

/*
 * May name be a user name that becomes part of a path or a log line? 1 to 255 bytes of printable
 * ASCII without '/', white space, and not "." or "..", not starting with '-'. Pure.
 */
bool ppk_text_is_user_name(const char *name);

/*
 * Base64 (RFC 4648). Decoding takes the whole text or fails: no white space, no missing or extra
 * padding (padding is required for PPK_BASE64, refused for PPK_BASE64URL), no bits set in the
 * unused tail (each value has one spelling). PPK_ERR_SYNTAX | PPK_ERR_LIMIT (more than max bytes)
 * | PPK_ERR_NOMEM. *ret is owned by the caller. Pure.
 */
enum ppk_base64 { PPK_BASE64, PPK_BASE64URL };
PPK_MUST_CHECK enum ppk_err ppk_base64_decode(
	enum ppk_base64 variant, const char *text, size_t len, size_t max, struct ppk_bytes *ret);
/* Bytes that ppk_base64_encode() writes for len bytes, with the NUL. */
size_t ppk_base64_size(enum ppk_base64 variant, size_t len);
/* out must have ppk_base64_size() bytes; NUL-terminated. */
void ppk_base64_encode(enum ppk_base64 variant, const uint8_t *data, size_t len, char *out);

#endif
