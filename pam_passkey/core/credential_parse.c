/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A credential from its line (credential.md).
 *
 * 1. MUST NOT make a credential of a line of which any part was not understood, but for an unknown
 *    key that cannot be a damaged or misspelt known one.
 * 2. MUST NOT make a credential of any proper prefix of a line that ppk_credential_format() wrote:
 *    key= is required, comes last, and says in itself where it ends (checked in read_key).
 * 3. MUST NOT read a damaged uv=, disabled= or expires= as absent.
 */
#include <stdlib.h>
#include <string.h>

#include "core/credential.h"
#include "core/key_value.h"
#include "core/text.h"

#define VERSION_WORD "passkey1"
#define TRANSPORTS_MAX 128 /* bytes */
#define TOKEN_MAX 32 /* bytes of a transport or of an attestation */

static enum ppk_err copy_text(const char *text, size_t len, char **ret)
{
	char *copy = malloc(len + 1);

	if (copy == NULL)
		return PPK_ERR_NOMEM;
	memcpy(copy, text, len);
	copy[len] = '\0';
	*ret = copy;
	return PPK_OK;
}

static enum ppk_err read_id(struct ppk_credential *credential, const char *text, size_t len)
{
	return ppk_base64_decode(PPK_BASE64URL, text, len, PPK_CREDENTIAL_ID_MAX, &credential->id);
}

static enum ppk_err read_alg(struct ppk_credential *credential, const char *text, size_t len)
{
	return ppk_algorithm_parse(text, len, &credential->alg);
}

/*
 * Is it one DER SEQUENCE and nothing else (X.690, 8.1.3 and 10.1: definite length, as short as it
 * can be)? What is inside is for crypto/ to judge; here it matters that nothing was cut off.
 */
static bool is_whole_sequence(const struct ppk_bytes *der)
{
	struct ppk_reader reader = { .next = der->data, .left = der->len };
	uint8_t tag, first;
	uint8_t byte = 0;
	uint16_t word = 0;

	if (!ppk_reader_u8(&reader, &tag) || tag != 0x30 || !ppk_reader_u8(&reader, &first))
		return false;
	if (first < 0x80)
		return reader.left == first;
	if (first == 0x81)
		return ppk_reader_u8(&reader, &byte) && byte >= 0x80 && reader.left == byte;
	if (first == 0x82)
		return ppk_reader_u16(&reader, &word) && word >= 0x100 && reader.left == word;
	return false;
}

static enum ppk_err read_key(struct ppk_credential *credential, const char *text, size_t len)
{
	enum ppk_err err =
		ppk_base64_decode(PPK_BASE64, text, len, PPK_CREDENTIAL_KEY_MAX, &credential->key);

	if (err == PPK_OK && !is_whole_sequence(&credential->key))
		return PPK_ERR_SYNTAX;
	return err;
}

static enum ppk_err read_rp(struct ppk_credential *credential, const char *text, size_t len)
{
	if (!ppk_rp_id_is_valid(text, len))
		return PPK_ERR_SYNTAX;
	return copy_text(text, len, &credential->rp_id);
}

static enum ppk_err read_name(struct ppk_credential *credential, const char *text, size_t len)
{
	if (len > PPK_CREDENTIAL_NAME_MAX)
		return PPK_ERR_LIMIT;
	return copy_text(text, len, &credential->name);
}

static enum ppk_err read_user(struct ppk_credential *credential, const char *text, size_t len)
{
	return ppk_base64_decode(
		PPK_BASE64URL, text, len, PPK_USER_HANDLE_MAX, &credential->user_handle);
}

static enum ppk_err read_uv(struct ppk_credential *credential, const char *text, size_t len)
{
	return ppk_uv_parse(text, len, &credential->uv) == PPK_OK ? PPK_OK : PPK_ERR_SYNTAX;
}

/* Lower-case letters, digits and '-': how WebAuthn spells transports and attestation formats. */
static bool is_token(const char *text, size_t len)
{
	if (len == 0 || len > TOKEN_MAX)
		return false;
	for (size_t i = 0; i < len; i++)
		if ((text[i] < 'a' || text[i] > 'z') && (text[i] < '0' || text[i] > '9') &&
			text[i] != '-')
			return false;
	return true;
}

/* Transports that nobody knows yet are kept (WebAuthn Level 3, 5.8.4). */
static enum ppk_err read_transports(struct ppk_credential *credential, const char *text, size_t len)
{
	if (len > TRANSPORTS_MAX)
		return PPK_ERR_LIMIT;
	for (size_t start = 0; start <= len;) {
		const char *comma = memchr(text + start, ',', len - start);
		size_t token_len = comma == NULL ? len - start : (size_t)(comma - (text + start));

		if (!is_token(text + start, token_len))
			return PPK_ERR_SYNTAX;
		start += token_len + 1;
	}
	return copy_text(text, len, &credential->transports);
}

static enum ppk_err read_aaguid(struct ppk_credential *credential, const char *text, size_t len)
{
	enum ppk_err err = ppk_text_to_aaguid(text, len, credential->aaguid);

	credential->has_aaguid = err == PPK_OK;
	return err;
}

static enum ppk_err read_backup(struct ppk_credential *credential, const char *text, size_t len)
{
	(void)len; /* the value is NUL-terminated and holds no other NUL */
	if (strcmp(text, "no") == 0)
		credential->backup = PPK_BACKUP_NO;
	else if (strcmp(text, "eligible") == 0)
		credential->backup = PPK_BACKUP_ELIGIBLE;
	else if (strcmp(text, "state") == 0)
		credential->backup = PPK_BACKUP_STATE;
	else
		return PPK_ERR_SYNTAX;
	return PPK_OK;
}

/* 0 stands for "none" in struct ppk_credential, and must not come from a time that is written. */
static enum ppk_err read_time(const char *text, size_t len, int64_t *ret_s)
{
	int64_t time_s = 0;
	enum ppk_err err = ppk_text_to_time(text, len, &time_s);

	if (err != PPK_OK || time_s == 0)
		return PPK_ERR_SYNTAX;
	*ret_s = time_s;
	return PPK_OK;
}

static enum ppk_err read_created(struct ppk_credential *credential, const char *text, size_t len)
{
	return read_time(text, len, &credential->created_s);
}

static enum ppk_err read_expires(struct ppk_credential *credential, const char *text, size_t len)
{
	return read_time(text, len, &credential->expires_s);
}

static enum ppk_err read_disabled(struct ppk_credential *credential, const char *text, size_t len)
{
	(void)len;
	credential->disabled = strcmp(text, "yes") == 0;
	return credential->disabled || strcmp(text, "no") == 0 ? PPK_OK : PPK_ERR_SYNTAX;
}

/* There is one value: a record either has a handle, and then it is its id, or says that it has none. */
static enum ppk_err read_handle(struct ppk_credential *credential, const char *text, size_t len)
{
	(void)len;
	credential->no_handle = strcmp(text, "none") == 0;
	return credential->no_handle ? PPK_OK : PPK_ERR_SYNTAX;
}

static enum ppk_err read_attestation(
	struct ppk_credential *credential, const char *text, size_t len)
{
	if (!is_token(text, len))
		return PPK_ERR_SYNTAX;
	return copy_text(text, len, &credential->attestation);
}

static const struct field {
	const char *key;
	bool required;
	/* The value is not empty, printable, NUL-terminated. PPK_ERR_SYNTAX, _LIMIT, _NOMEM, ... */
	enum ppk_err (*read)(struct ppk_credential *credential, const char *text, size_t len);
	const char *must_be;
} fields[] = {
	{ "id", true, read_id, "1 to 1023 bytes in base64url without padding" },
	{ "alg", true, read_alg, "es256, es384, es512, eddsa, ed448 or rs256" },
	{ "key", true, read_key, "a whole SubjectPublicKeyInfo (at most 1100 bytes) in base64" },
	{ "rp", true, read_rp, "a lower-case domain or host name, or ssh: and more" },
	{ "name", false, read_name, "at most 128 bytes" },
	{ "user", false, read_user, "1 to 64 bytes in base64url without padding" },
	{ "uv", false, read_uv, "discouraged, preferred or required" },
	{ "transports", false, read_transports, "a list such as usb,nfc" },
	{ "aaguid", false, read_aaguid, "32 hexadecimal digits as 8-4-4-4-12" },
	{ "backup", false, read_backup, "no, eligible or state" },
	{ "created", false, read_created, "a time such as 2026-11-24T07:30:00Z" },
	{ "expires", false, read_expires, "a time such as 2026-11-24T07:30:00Z" },
	{ "disabled", false, read_disabled, "yes or no" },
	{ "handle", false, read_handle, "none, or left out" },
	{ "attestation", false, read_attestation, "a word such as packed" },
};
#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

/* A line that is being read. */
struct reading {
	const char *line;
	size_t len;
	struct ppk_pair pairs[PPK_PAIRS_MAX];
	size_t pair_count;
	char *scratch; /* len + 1 bytes: the value that is being read */
	struct ppk_diag *reterr;
};

/* The version word; *ret_end is where it ends. */
static enum ppk_err read_version(const struct reading *reading, size_t *ret_end)
{
	const char *line = reading->line;
	size_t start = 0;

	while (start < reading->len && (line[start] == ' ' || line[start] == '\t'))
		start++;
	size_t end = start;

	while (end < reading->len && line[end] != ' ' && line[end] != '\t')
		end++;
	if (end - start == strlen(VERSION_WORD) &&
		memcmp(line + start, VERSION_WORD, end - start) == 0) {
		*ret_end = end;
		return PPK_OK;
	}
	if (end - start >= strlen("passkey") && memcmp(line + start, "passkey", 7) == 0)
		return ppk_diag_set(reading->reterr, PPK_ERR_VERSION, NULL, 0, (unsigned)start + 1,
			"this program knows " VERSION_WORD " alone");
	return ppk_diag_set(reading->reterr, PPK_ERR_SYNTAX, NULL, 0, (unsigned)start + 1,
		"a credential begins with " VERSION_WORD);
}

static enum ppk_err read_field(const struct reading *reading, const struct field *field,
	const struct ppk_pair *pair, struct ppk_credential *credential)
{
	size_t len = ppk_pair_unquote(pair, reading->scratch);
	enum ppk_err err = field->read(credential, reading->scratch, len);

	if (err == PPK_ERR_NOMEM)
		return ppk_diag_set(reading->reterr, err, NULL, 0, 0, "%s", ppk_err_sentence(err));
	if (err != PPK_OK)
		return ppk_diag_set(reading->reterr, err, NULL, 0, pair->value_column,
			"%s= must be %s", field->key, field->must_be);
	return PPK_OK;
}

static enum ppk_err read_known(const struct reading *reading, struct ppk_credential *credential)
{
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		const struct ppk_pair *pair = NULL;
		enum ppk_err err;

		for (size_t j = 0; j < reading->pair_count && pair == NULL; j++)
			if (ppk_pair_has_key(&reading->pairs[j], fields[i].key))
				pair = &reading->pairs[j];
		if (pair == NULL && fields[i].required)
			return ppk_diag_set(reading->reterr, PPK_ERR_SYNTAX, NULL, 0,
				(unsigned)reading->len + 1, "%s= is missing", fields[i].key);
		if (pair == NULL)
			continue;
		err = read_field(reading, &fields[i], pair, credential);
		if (err != PPK_OK)
			return err;
	}
	return PPK_OK;
}

/*
 * Is it a key that this version does not know? A key that is nearly a known one is none: it is a
 * slip of the finger or a damaged byte, and what it restricts would be lost.
 */
static enum ppk_err classify(
	const struct reading *reading, const struct ppk_pair *pair, bool *ret_unknown)
{
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (ppk_pair_has_key(pair, fields[i].key)) {
			*ret_unknown = false;
			return PPK_OK;
		}
	}
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (ppk_pair_nearly_has_key(pair, fields[i].key))
			return ppk_diag_set(reading->reterr, PPK_ERR_SYNTAX, NULL, 0,
				pair->key_column, "unknown key %.*s=: is %s= meant?",
				(int)pair->key_len, pair->key, fields[i].key);
	*ret_unknown = true;
	return PPK_OK;
}

/* Gather the unknown pairs, as they are written, with one space between two. */
static enum ppk_err read_unknown(const struct reading *reading, struct ppk_credential *credential)
{
	struct ppk_writer kept = { .data = (uint8_t *)reading->scratch, .size = reading->len };

	for (size_t i = 0; i < reading->pair_count; i++) {
		const struct ppk_pair *pair = &reading->pairs[i];
		bool unknown = false;
		enum ppk_err err = classify(reading, pair, &unknown);

		if (err != PPK_OK)
			return err;
		if (!unknown)
			continue;
		if (kept.len > 0)
			ppk_writer_u8(&kept, ' ');
		ppk_writer_raw(&kept, pair->key, pair->key_len + 1 + pair->value_len);
	}
	if (kept.len == 0)
		return PPK_OK;
	enum ppk_err err = copy_text(reading->scratch, kept.len, &credential->unknown);

	if (err != PPK_OK)
		return ppk_diag_set(reading->reterr, err, NULL, 0, 0, "%s", ppk_err_sentence(err));
	return PPK_OK;
}

static enum ppk_err read_line(struct reading *reading, struct ppk_credential *credential)
{
	size_t end = 0;
	enum ppk_err err = read_version(reading, &end);

	if (err == PPK_OK)
		err = ppk_pairs_split(reading->line, reading->len, end, reading->pairs,
			&reading->pair_count, reading->reterr);
	if (err == PPK_OK)
		err = read_unknown(reading, credential);
	if (err == PPK_OK)
		err = read_known(reading, credential);
	return err;
}

enum ppk_err ppk_credential_parse(
	const char *text, size_t len, struct ppk_credential **ret, struct ppk_diag *reterr)
{
	struct reading reading = { .line = text, .len = len, .reterr = reterr };

	if (len > PPK_CREDENTIAL_LINE_MAX)
		return ppk_diag_set(reterr, PPK_ERR_LIMIT, NULL, 0, PPK_CREDENTIAL_LINE_MAX + 1,
			"a line has at most %d bytes", PPK_CREDENTIAL_LINE_MAX);
	struct ppk_credential *credential = calloc(1, sizeof(*credential));

	reading.scratch = malloc(len + 1);
	enum ppk_err err = PPK_ERR_NOMEM;

	if (credential == NULL || reading.scratch == NULL)
		ppk_diag_set(reterr, err, NULL, 0, 0, "%s", ppk_err_sentence(err));
	else
		err = read_line(&reading, credential);
	free(reading.scratch);
	if (err != PPK_OK) {
		ppk_credential_free(credential);
		return err;
	}
	*ret = credential;
	return PPK_OK;
}
