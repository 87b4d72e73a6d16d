/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_JSON_H
#define PPK_TOOLS_PASSKEYCTL_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define PPK_JSON_DEPTH_MAX 8

/*
 * Writes one JSON value (RFC 8259), indented by two spaces, ended by a newline. key is NULL at the
 * top and in arrays. The output is safe for a terminal as it is: control characters (C0, DEL, C1)
 * and bidirectional overrides are written as \uXXXX, bytes that are no UTF-8 as U+FFFD.
 */
struct ppk_json {
	FILE *out;
	unsigned depth;
	char close[PPK_JSON_DEPTH_MAX]; /* what ends each open object or array */
	bool filled[PPK_JSON_DEPTH_MAX];
};

void ppk_json_init(struct ppk_json *json, FILE *out);
void ppk_json_object(struct ppk_json *json, const char *key);
void ppk_json_array(struct ppk_json *json, const char *key);
void ppk_json_end(struct ppk_json *json); /* of the innermost object or array */
void ppk_json_string(struct ppk_json *json, const char *key, const char *value); /* NULL: null */
void ppk_json_number(struct ppk_json *json, const char *key, int64_t value);
void ppk_json_bool(struct ppk_json *json, const char *key, bool value);
void ppk_json_null(struct ppk_json *json, const char *key);
/* RFC 3339 in UTC; null for 0 */
void ppk_json_time(struct ppk_json *json, const char *key, int64_t time_s);

#endif
