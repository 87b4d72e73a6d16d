/* SPDX-License-Identifier: BSD-2-Clause */
#include "selection.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"

#define SHORT_ID_LENGTH 12 /* characters of an id in a message */

void ppk_credential_id_text(
	const struct ppk_credential *credential, char out[static PPK_ID_TEXT_SIZE])
{
	ppk_base64_encode(PPK_BASE64URL, credential->id.data, credential->id.len, out);
}

static bool is_named(const struct ppk_credential *credential, const char *text)
{
	return credential->name != NULL && strcmp(credential->name, text) == 0;
}

static bool has_id(const struct ppk_credential *credential, const char *text)
{
	char id[PPK_ID_TEXT_SIZE];

	ppk_credential_id_text(credential, id);
	return strcmp(id, text) == 0 ||
	       (strlen(text) >= PPK_SELECTION_PREFIX_MIN && strncmp(id, text, strlen(text)) == 0);
}

typedef bool match_fn(const struct ppk_credential *credential, const char *text);

/* How many match; *found is the first one. */
static size_t count_matches(const struct ppk_credential_file *file, match_fn *matches,
	const char *text, struct ppk_credential_line **found)
{
	size_t count = 0;

	for (size_t i = 0; i < file->line_count; i++) {
		struct ppk_credential_line *line = &file->lines[i];

		if (line->credential == NULL || !matches(line->credential, text))
			continue;
		if (count++ == 0)
			*found = line;
	}
	return count;
}

static enum ppk_err list_matches(const struct ppk_credential_file *file, match_fn *matches,
	const char *text, struct ppk_diag *reterr)
{
	char ids[256] = "", id[PPK_ID_TEXT_SIZE];
	size_t len = 0;

	for (size_t i = 0; i < file->line_count; i++) {
		const struct ppk_credential *credential = file->lines[i].credential;

		if (credential == NULL || !matches(credential, text))
			continue;
		ppk_credential_id_text(credential, id);
		if (len + SHORT_ID_LENGTH + 2 >= sizeof(ids))
			break;
		len += (size_t)snprintf(ids + len, sizeof(ids) - len, "%s%.*s", len == 0 ? "" : " ",
			SHORT_ID_LENGTH, id);
	}
	return ppk_diag_set(reterr, PPK_ERR_DUPLICATE, NULL, 0, 0,
		"\"%s\" means several passkeys; say the id of one: %s", text, ids);
}

enum ppk_err ppk_selection_find(const struct ppk_credential_file *file, const char *text,
	struct ppk_credential_line **ret, struct ppk_diag *reterr)
{
	match_fn *const ways[] = { is_named, has_id };
	struct ppk_credential_line *found = NULL;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		size_t count = count_matches(file, ways[i], text, &found);

		if (count > 1)
			return list_matches(file, ways[i], text, reterr);
		if (count == 1) {
			*ret = found;
			return PPK_OK;
		}
	}
	return ppk_diag_set(reterr, PPK_ERR_NOT_FOUND, NULL, 0, 0,
		"no passkey has the name or id \"%s\"", text);
}

bool ppk_selection_has_name(const struct ppk_credential_file *file, const char *name,
	const struct ppk_credential *except)
{
	for (size_t i = 0; i < file->line_count; i++) {
		const struct ppk_credential *credential = file->lines[i].credential;

		if (credential != NULL && credential != except && is_named(credential, name))
			return true;
	}
	return false;
}

void ppk_selection_free_name(const struct ppk_credential_file *file, const char *name,
	char out[static PPK_CREDENTIAL_NAME_MAX + 1])
{
	char number[24] = "";

	/* One more name than there are lines: one of them is free. */
	for (size_t i = 1; i <= file->line_count + 1; i++) {
		if (i > 1)
			snprintf(number, sizeof(number), " %zu", i);
		ppk_text_sanitise(
			out, PPK_CREDENTIAL_NAME_MAX + 1 - strlen(number), name, strlen(name));
		memcpy(out + strlen(out), number, strlen(number) + 1);
		if (!ppk_selection_has_name(file, out, NULL))
			return;
	}
}
