/* SPDX-License-Identifier: BSD-2-Clause */
#include "json.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/text.h"

void ppk_json_init(struct ppk_json *json, FILE *out)
{
	*json = (struct ppk_json){ .out = out };
}

/*
 * One character of UTF-8 (RFC 3629: no over-long form, no surrogate, at most U+10FFFF).
 * Returns its length in bytes, or 0.
 */
static size_t decode_utf8(const unsigned char *text, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = text[0] < 0x80             ? 1
		     : (text[0] & 0xe0) == 0xc0 ? 2
		     : (text[0] & 0xf0) == 0xe0 ? 3
		     : (text[0] & 0xf8) == 0xf0 ? 4
						: 0;
	uint32_t value = len == 1 ? text[0] : text[0] & (0x7fu >> len);

	for (size_t i = 1; i < len; i++) {
		if ((text[i] & 0xc0) != 0x80) /* the terminating NUL too */
			return 0;
		value = value << 6 | (text[i] & 0x3fu);
	}
	if (len == 0 || value < least[len] || value > 0x10ffff ||
		(value >= 0xd800 && value <= 0xdfff))
		return 0;
	*ret = value;
	return len;
}

static bool needs_escape(uint32_t c)
{
	return c < 0x20 || c == '"' || c == '\\' || (c >= 0x7f && c <= 0x9f) || c == 0x200e ||
	       c == 0x200f || c == 0x061c || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

static void write_string(FILE *out, const char *value)
{
	const unsigned char *next = (const unsigned char *)value;
	uint32_t c;

	putc('"', out);
	while (*next != '\0') {
		size_t len = decode_utf8(next, &c);

		if (len == 0) {
			fputs("\\ufffd", out);
			len = 1;
		} else if (c == '"' || c == '\\') {
			fprintf(out, "\\%c", (int)c);
		} else if (needs_escape(c)) {
			fprintf(out, "\\u%04" PRIx32, c);
		} else {
			fwrite(next, 1, len, out);
		}
		next += len;
	}
	putc('"', out);
}

static void indent(const struct ppk_json *json)
{
	fprintf(json->out, "\n%*s", (int)json->depth * 2, "");
}

/* Everything that goes before a value. */
static void begin_value(struct ppk_json *json, const char *key)
{
	if (json->depth > 0) {
		if (json->filled[json->depth - 1])
			putc(',', json->out);
		json->filled[json->depth - 1] = true;
		indent(json);
	}
	if (key != NULL) {
		write_string(json->out, key);
		fputs(": ", json->out);
	}
}

static void end_value(struct ppk_json *json)
{
	if (json->depth == 0)
		putc('\n', json->out);
}

static void open_group(struct ppk_json *json, const char *key, char open, char close)
{
	begin_value(json, key);
	if (json->depth == PPK_JSON_DEPTH_MAX)
		abort(); /* a bug of the caller: depth does not follow from input */
	putc(open, json->out);
	json->close[json->depth] = close;
	json->filled[json->depth] = false;
	json->depth++;
}

void ppk_json_object(struct ppk_json *json, const char *key)
{
	open_group(json, key, '{', '}');
}

void ppk_json_array(struct ppk_json *json, const char *key)
{
	open_group(json, key, '[', ']');
}

void ppk_json_end(struct ppk_json *json)
{
	if (json->depth == 0)
		abort();
	json->depth--;
	if (json->filled[json->depth])
		indent(json);
	putc(json->close[json->depth], json->out);
	end_value(json);
}

void ppk_json_string(struct ppk_json *json, const char *key, const char *value)
{
	if (value == NULL) {
		ppk_json_null(json, key);
		return;
	}
	begin_value(json, key);
	write_string(json->out, value);
	end_value(json);
}

void ppk_json_number(struct ppk_json *json, const char *key, int64_t value)
{
	begin_value(json, key);
	fprintf(json->out, "%" PRId64, value);
	end_value(json);
}

void ppk_json_bool(struct ppk_json *json, const char *key, bool value)
{
	begin_value(json, key);
	fputs(value ? "true" : "false", json->out);
	end_value(json);
}

void ppk_json_null(struct ppk_json *json, const char *key)
{
	begin_value(json, key);
	fputs("null", json->out);
	end_value(json);
}

void ppk_json_time(struct ppk_json *json, const char *key, int64_t time_s)
{
	char text[PPK_TIME_TEXT_SIZE];

	if (time_s == 0) {
		ppk_json_null(json, key);
		return;
	}
	ppk_time_to_text(time_s, text);
	ppk_json_string(json, key, text);
}
