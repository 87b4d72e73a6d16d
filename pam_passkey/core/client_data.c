/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Client data: WebAuthn Level 3, 5.8.1.1 (serialisation) and 5.8.1.2 (limited verification).
 *
 * 1. MUST accept only what 5.8.1.1 makes of the expected values, up to and with crossOrigin; of
 *    what follows nothing is read but its first and its last byte.
 * 2. MUST NOT parse: a parser would have to agree with every client's about each odd JSON text.
 * 3. MUST NOT accept a page inside another site's, or a challenge too short to be unguessable.
 */
#include "core/client_data.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"

#define CHALLENGE_TEXT_SIZE 88 /* base64url of PPK_CHALLENGE_MAX bytes, and the NUL */
#define ESCAPED_SIZE 7 /* "\u001f" and the NUL */

static const char *type_name(enum ppk_client_data_type type)
{
	switch (type) {
	case PPK_CLIENT_DATA_GET:
		return "webauthn.get";
	case PPK_CLIENT_DATA_CREATE:
		return "webauthn.create";
	}
	return "";
}

/* What CCDToString (5.8.1.1) makes of one byte of UTF-8; the bytes of longer characters stay. */
static void escape(unsigned char byte, char out[static ESCAPED_SIZE])
{
	static const char hex[] = "0123456789abcdef";
	size_t len = 0;

	if (byte < 0x20) {
		memcpy(out, "\\u00", 4);
		out[4] = hex[byte >> 4];
		out[5] = hex[byte & 0xf];
		len = 6;
	} else {
		if (byte == '"' || byte == '\\')
			out[len++] = '\\';
		out[len++] = (char)byte;
	}
	out[len] = '\0';
}

static void put_text(struct ppk_writer *writer, const char *text)
{
	ppk_writer_raw(writer, text, strlen(text));
}

static void put_string(struct ppk_writer *writer, const char *text)
{
	char escaped[ESCAPED_SIZE];

	put_text(writer, "\"");
	for (; *text != '\0'; text++) {
		escape((unsigned char)*text, escaped);
		put_text(writer, escaped);
	}
	put_text(writer, "\"");
}

enum ppk_err ppk_client_data_make(enum ppk_client_data_type type, const uint8_t *challenge,
	size_t challenge_len, const char *origin, struct ppk_bytes *ret)
{
	struct ppk_writer writer = { .size = PPK_CLIENT_DATA_MAX };
	char challenge_text[CHALLENGE_TEXT_SIZE];

	if (challenge_len < PPK_CHALLENGE_MIN || challenge_len > PPK_CHALLENGE_MAX ||
		*origin == '\0')
		return PPK_ERR_LIMIT;
	writer.data = malloc(writer.size);
	if (writer.data == NULL)
		return PPK_ERR_NOMEM;
	ppk_base64_encode(PPK_BASE64URL, challenge, challenge_len, challenge_text);
	put_text(&writer, "{\"type\":");
	put_string(&writer, type_name(type));
	put_text(&writer, ",\"challenge\":");
	put_string(&writer, challenge_text);
	put_text(&writer, ",\"origin\":");
	put_string(&writer, origin);
	put_text(&writer, ",\"crossOrigin\":false}");
	if (writer.failed) {
		free(writer.data);
		return PPK_ERR_LIMIT;
	}
	*ret = (struct ppk_bytes){ .data = writer.data, .len = writer.len };
	return PPK_OK;
}

enum match { MATCH, DIFFERS, CUT }; /* CUT: the JSON ends before it could differ */

/* Move on over text, where the JSON has it. */
static enum match take_text(struct ppk_reader *json, const char *text)
{
	struct ppk_reader ahead = *json;
	uint8_t byte;

	for (; *text != '\0'; text++) {
		if (!ppk_reader_u8(&ahead, &byte))
			return CUT;
		if (byte != (uint8_t)*text)
			return DIFFERS;
	}
	*json = ahead;
	return MATCH;
}

/* Move on over text as put_string() writes it. */
static enum match take_string(struct ppk_reader *json, const char *text)
{
	struct ppk_reader ahead = *json;
	char escaped[ESCAPED_SIZE];
	enum match match = take_text(&ahead, "\"");

	for (; match == MATCH && *text != '\0'; text++) {
		escape((unsigned char)*text, escaped);
		match = take_text(&ahead, escaped);
	}
	if (match == MATCH)
		match = take_text(&ahead, "\"");
	if (match == MATCH)
		*json = ahead;
	return match;
}

/*
 * Move on over key, which has the punctuation around it, and value as a string. differs is the error
 * when the string is there and another one.
 */
static enum ppk_err take_member(
	struct ppk_reader *json, const char *key, const char *value, enum ppk_err differs)
{
	struct ppk_reader ahead = *json;

	if (take_text(&ahead, key) != MATCH)
		return PPK_ERR_CLIENT_DATA;
	switch (take_string(&ahead, value)) {
	case MATCH:
		*json = ahead;
		return PPK_OK;
	case DIFFERS:
		return differs;
	case CUT:
		break;
	}
	return PPK_ERR_CLIENT_DATA;
}

static enum ppk_err take_challenge(
	struct ppk_reader *json, const struct ppk_client_data_expected *expected)
{
	char text[CHALLENGE_TEXT_SIZE];

	if (expected->challenge_len < PPK_CHALLENGE_MIN ||
		expected->challenge_len > PPK_CHALLENGE_MAX)
		return PPK_ERR_CHALLENGE;
	ppk_base64_encode(PPK_BASE64URL, expected->challenge, expected->challenge_len, text);
	return take_member(json, ",\"challenge\":", text, PPK_ERR_CHALLENGE);
}

/* Any of the origins. None of their serialisations begins another: each ends in its only bare quote. */
static enum ppk_err take_origin(
	struct ppk_reader *json, const struct ppk_client_data_expected *expected)
{
	enum ppk_err err = PPK_ERR_ORIGIN;

	for (size_t i = 0; i < expected->origin_count; i++) {
		err = take_member(json, ",\"origin\":", expected->origins[i], PPK_ERR_ORIGIN);
		if (err == PPK_OK)
			return PPK_OK;
	}
	return err;
}

static enum ppk_err take_cross_origin(struct ppk_reader *json)
{
	if (take_text(json, ",\"crossOrigin\":") != MATCH)
		return PPK_ERR_CLIENT_DATA;
	if (take_text(json, "true") == MATCH)
		return PPK_ERR_CROSS_ORIGIN;
	if (take_text(json, "false") != MATCH)
		return PPK_ERR_CLIENT_DATA;
	/* 5.8.1.1 writes topOrigin here, and only for a page inside another's. */
	if (take_text(json, ",\"topOrigin\":") == MATCH)
		return PPK_ERR_CROSS_ORIGIN;
	return PPK_OK;
}

/* The end of the object, or other members and then the end. */
static enum ppk_err check_rest(const struct ppk_reader *json)
{
	if (json->left == 0 || json->next[json->left - 1] != '}')
		return PPK_ERR_CLIENT_DATA;
	if (json->left == 1 || json->next[0] == ',')
		return PPK_OK;
	return PPK_ERR_CLIENT_DATA;
}

static enum ppk_err check_prefix(
	const struct ppk_client_data_expected *expected, const uint8_t *data, size_t len)
{
	struct ppk_reader json = { .next = data, .left = len };
	enum ppk_err err;

	err = take_member(&json, "{\"type\":", type_name(expected->type), PPK_ERR_CLIENT_DATA_TYPE);
	if (err == PPK_OK)
		err = take_challenge(&json, expected);
	if (err == PPK_OK)
		err = take_origin(&json, expected);
	if (err == PPK_OK)
		err = take_cross_origin(&json);
	if (err == PPK_OK)
		err = check_rest(&json);
	return err;
}

enum ppk_err ppk_client_data_check(
	const struct ppk_client_data_expected *expected, const uint8_t *json, size_t len)
{
	if (len > PPK_CLIENT_DATA_MAX)
		return PPK_ERR_CLIENT_DATA;
	if (expected->exact.data == NULL)
		return check_prefix(expected, json, len);
	return ppk_bytes_equal(&expected->exact, json, len) ? PPK_OK : PPK_ERR_CLIENT_DATA;
}
