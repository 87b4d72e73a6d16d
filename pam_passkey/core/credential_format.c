/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line of a credential (credential.md).
 *
 * 1. MUST write what restricts the credential before what it cannot do without, and key= last, so
 *    that a line which lost its tail is no credential.
 * 2. MUST NOT hand out a line that does not read back as the credential it was made from, whatever
 *    the strings hold (a line feed in a name would be a second line).
 */
#include <stdlib.h>
#include <string.h>

#include "core/credential.h"
#include "core/key_value.h"
#include "core/text.h"

/* " key=value", or nothing when value is NULL */
static void put_text(struct ppk_writer *line, const char *key, const char *value)
{
	if (value == NULL)
		return;
	ppk_writer_u8(line, ' ');
	ppk_pair_write(line, key, value);
}

static void put_bytes(struct ppk_writer *line, const char *key, enum ppk_base64 variant,
	const struct ppk_bytes *bytes)
{
	ppk_writer_u8(line, ' ');
	ppk_writer_raw(line, key, strlen(key));
	ppk_writer_u8(line, '=');
	if (line->failed || ppk_base64_size(variant, bytes->len) > line->size - line->len) {
		line->failed = true;
		return;
	}
	ppk_base64_encode(variant, bytes->data, bytes->len, (char *)line->data + line->len);
	line->len += ppk_base64_size(variant, bytes->len) - 1;
}

/* Nothing when time_s is 0: not recorded, or never. */
static void put_time(struct ppk_writer *line, const char *key, int64_t time_s)
{
	char text[PPK_TIME_TEXT_SIZE];

	if (time_s == 0)
		return;
	ppk_time_to_text(time_s, text);
	put_text(line, key, text);
}

static void put_aaguid(struct ppk_writer *line, const struct ppk_credential *credential)
{
	static const char digits[] = "0123456789abcdef";
	char text[37];
	size_t used = 0;

	if (!credential->has_aaguid)
		return;
	for (size_t i = 0; i < sizeof(credential->aaguid); i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			text[used++] = '-';
		text[used++] = digits[credential->aaguid[i] >> 4];
		text[used++] = digits[credential->aaguid[i] & 0xf];
	}
	text[used] = '\0';
	put_text(line, "aaguid", text);
}

static const char *backup_name(enum ppk_backup backup)
{
	switch (backup) {
	case PPK_BACKUP_UNKNOWN:
		return NULL;
	case PPK_BACKUP_NO:
		return "no";
	case PPK_BACKUP_ELIGIBLE:
		return "eligible";
	case PPK_BACKUP_STATE:
		return "state";
	}
	return "";
}

/* What restricts it, what a person looks for, the rest, and at last what it is made of. */
static void put_line(struct ppk_writer *line, const struct ppk_credential *credential)
{
	ppk_writer_raw(line, "passkey1", 8);
	put_text(line, "uv", ppk_uv_name(credential->uv));
	put_text(line, "disabled", credential->disabled ? "yes" : NULL);
	put_time(line, "expires", credential->expires_s);
	put_text(line, "name", credential->name);
	put_text(line, "rp", credential->rp_id);
	put_text(line, "handle", credential->no_handle ? "none" : NULL);
	put_text(line, "transports", credential->transports);
	put_aaguid(line, credential);
	put_text(line, "backup", backup_name(credential->backup));
	put_time(line, "created", credential->created_s);
	put_text(line, "attestation", credential->attestation);
	if (credential->user_handle.len > 0)
		put_bytes(line, "user", PPK_BASE64URL, &credential->user_handle);
	if (credential->unknown != NULL) {
		ppk_writer_u8(line, ' ');
		ppk_writer_raw(line, credential->unknown, strlen(credential->unknown));
	}
	put_bytes(line, "id", PPK_BASE64URL, &credential->id);
	put_text(line, "alg", ppk_algorithm_name(credential->alg));
	put_bytes(line, "key", PPK_BASE64, &credential->key);
}

static bool same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool same_aaguid(const struct ppk_credential *a, const struct ppk_credential *b)
{
	if (!a->has_aaguid || !b->has_aaguid)
		return a->has_aaguid == b->has_aaguid;
	return memcmp(a->aaguid, b->aaguid, sizeof(a->aaguid)) == 0;
}

static bool same_credential(const struct ppk_credential *a, const struct ppk_credential *b)
{
	return ppk_bytes_equal(&a->id, b->id.data, b->id.len) && a->alg == b->alg &&
	       ppk_bytes_equal(&a->key, b->key.data, b->key.len) && same_text(a->rp_id, b->rp_id) &&
	       same_text(a->name, b->name) &&
	       ppk_bytes_equal(&a->user_handle, b->user_handle.data, b->user_handle.len) &&
	       a->uv == b->uv && same_text(a->transports, b->transports) && same_aaguid(a, b) &&
	       a->backup == b->backup && a->created_s == b->created_s &&
	       a->expires_s == b->expires_s && a->disabled == b->disabled &&
	       a->no_handle == b->no_handle &&
	       same_text(a->attestation, b->attestation) && same_text(a->unknown, b->unknown);
}

static enum ppk_err check_reads_back(
	const struct ppk_credential *credential, const char *line, size_t len)
{
	struct ppk_credential *again = NULL;
	enum ppk_err err = ppk_credential_parse(line, len, &again, NULL);

	if (err == PPK_OK && !same_credential(credential, again))
		err = PPK_ERR_SYNTAX;
	ppk_credential_free(again);
	return err;
}

enum ppk_err ppk_credential_format(const struct ppk_credential *credential, char **ret)
{
	char *text = malloc(PPK_CREDENTIAL_LINE_MAX + 1);

	if (text == NULL)
		return PPK_ERR_NOMEM;
	struct ppk_writer line = { .data = (uint8_t *)text, .size = PPK_CREDENTIAL_LINE_MAX + 1 };

	put_line(&line, credential);
	ppk_writer_u8(&line, '\0');
	enum ppk_err err =
		line.failed ? PPK_ERR_LIMIT : check_reads_back(credential, text, line.len - 1);

	if (err != PPK_OK) {
		free(text);
		return err;
	}
	char *fitting = realloc(text, line.len);

	*ret = fitting != NULL ? fitting : text;
	return PPK_OK;
}
