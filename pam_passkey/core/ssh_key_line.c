/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 1. MUST NOT take a certificate or a certificate authority for a key.
 * 2. MUST NOT read a damaged verify-required or expiry-time= as absent: what an option is cannot be
 *    told from its first characters, and options that are not closed are an error.
 * 3. MUST NOT repeat what stands in the text.
 */
#include "core/ssh_key_line.h"

#include <string.h>
#include <strings.h>

#include "core/text.h"

#define CERTIFICATE_END "-cert-v01@openssh.com"
#define NOT_A_KEY_LINE PPK_ERR_NOT_FOUND

/* A piece of the line. */
struct word {
	const char *text;
	size_t len;
};

/* A line that is being read. */
struct reading {
	const char *line;
	size_t len;
	size_t at;
	const char *source;
	unsigned number;
	struct ppk_diag *reterr;
};

static enum ppk_err refuse(const struct reading *reading, enum ppk_err err, const char *sentence)
{
	return ppk_diag_set(
		reading->reterr, err, reading->source, reading->number, 0, "%s", sentence);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_word(const struct word *word, const char *text)
{
	return word->len == strlen(text) && memcmp(word->text, text, word->len) == 0;
}

static bool ends_with(const struct word *word, const char *end)
{
	size_t len = strlen(end);

	return word->len >= len && memcmp(word->text + word->len - len, end, len) == 0;
}

static void skip_blanks(struct reading *reading)
{
	while (reading->at < reading->len && is_blank(reading->line[reading->at]))
		reading->at++;
}

/* The next word; blanks in double quotes belong to it. PPK_ERR_SYNTAX: the quotes do not end. */
static enum ppk_err next_word(struct reading *reading, struct word *ret)
{
	bool quoted = false;
	size_t start;

	skip_blanks(reading);
	start = reading->at;
	for (; reading->at < reading->len; reading->at++) {
		char c = reading->line[reading->at];

		if (c == '\\' && quoted && reading->at + 1 < reading->len)
			reading->at++;
		else if (c == '"')
			quoted = !quoted;
		else if (is_blank(c) && !quoted)
			break;
	}
	*ret = (struct word){ reading->line + start, reading->at - start };
	return quoted ? refuse(reading, PPK_ERR_SYNTAX, "a double quote is missing") : PPK_OK;
}

/* Does it name an algorithm of a key, of a security key or not? Options have no such names. */
static bool is_key_type(const struct word *word)
{
	static const char *const starts[] = { "ssh-", "ecdsa-sha2-", "sk-", "webauthn-sk-" };

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		if (word->len > strlen(starts[i]) &&
			memcmp(word->text, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

/*
 * expiry-time= is YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, and Z for UTC (sshd(8)). Rewritten as
 * the time that core/text.h reads.
 */
static enum ppk_err read_time(const struct word *value, struct ppk_ssh_expiry *ret)
{
	char digits[15] = "00000000000000", text[PPK_TIME_TEXT_SIZE];
	struct ppk_writer writer = { .data = (uint8_t *)text, .size = sizeof(text) - 1 };
	static const char separators[] = { '-', '-', 'T', ':', ':', 'Z' };
	size_t len = value->len;
	bool is_utc = len > 0 && value->text[len - 1] == 'Z';

	len -= is_utc;
	if (len != 8 && len != 12 && len != 14)
		return PPK_ERR_OPTION;
	memcpy(digits, value->text, len);
	ppk_writer_raw(&writer, digits, 4);
	ppk_writer_u8(&writer, '-');
	for (size_t i = 4; i < 14; i += 2) {
		ppk_writer_raw(&writer, digits + i, 2);
		ppk_writer_u8(&writer, (uint8_t)separators[i / 2 - 1]);
	}
	ret->is_given = true;
	ret->is_utc = is_utc;
	return ppk_text_to_time(text, writer.len, &ret->time_s) == PPK_OK ? PPK_OK : PPK_ERR_OPTION;
}

/* value: without its quotes, and len 0 where there is none. */
static enum ppk_err take_option(const struct reading *reading, const struct word *name,
	const struct word *value, struct ppk_ssh_key_line *line)
{
	static const char authority[] = "cert-authority", verify[] = "verify-required";
	static const char no_touch[] = "no-touch-required", expiry[] = "expiry-time";

	if (name->len == strlen(authority) && strncasecmp(name->text, authority, name->len) == 0)
		return refuse(reading, PPK_ERR_OPTION,
			"the key of a certificate authority is no passkey: it signs certificates "
			"and not sign-ins");
	if (name->len == strlen(verify) && strncasecmp(name->text, verify, name->len) == 0) {
		line->verify_required = true;
	} else if (name->len == strlen(no_touch) &&
		   strncasecmp(name->text, no_touch, name->len) == 0) {
		line->no_touch_required = true;
	} else if (name->len == strlen(expiry) && strncasecmp(name->text, expiry, name->len) == 0) {
		if (line->expiry.is_given || read_time(value, &line->expiry) != PPK_OK)
			return refuse(reading, PPK_ERR_OPTION,
				"expiry-time= must be given once, as YYYYMMDD[HHMM[SS]] with or "
				"without Z");
	} else {
		line->has_other_options = true;
	}
	return PPK_OK;
}

/* name or name="value", and the comma behind it. options is one word: its quotes are closed. */
static enum ppk_err next_option(
	const struct reading *reading, struct word *options, struct ppk_ssh_key_line *line)
{
	struct word name = { options->text, 0 }, value = { options->text, 0 };
	size_t at = 0;

	while (at < options->len && options->text[at] != '=' && options->text[at] != ',' &&
		options->text[at] != '"')
		at++;
	name.len = at;
	if (at + 1 < options->len && options->text[at] == '=' && options->text[at + 1] == '"') {
		value.text = options->text + at + 2;
		for (at += 2; options->text[at] != '"'; at++)
			if (options->text[at] == '\\')
				at++;
		value.len = (size_t)(options->text + at - value.text);
		at++;
	}
	if (name.len == 0 || (at < options->len && options->text[at] != ',') ||
		at + 1 == options->len)
		return refuse(reading, PPK_ERR_SYNTAX, "the options before the key are malformed");
	at += at < options->len;
	options->text += at;
	options->len -= at;
	return take_option(reading, &name, &value, line);
}

static enum ppk_err read_options(
	const struct reading *reading, struct word options, struct ppk_ssh_key_line *line)
{
	enum ppk_err err = PPK_OK;

	while (err == PPK_OK && options.len > 0)
		err = next_option(reading, &options, line);
	return err;
}

/* The key itself: base64, and of the type that stands before it. */
static enum ppk_err read_key(const struct reading *reading, const struct word *type,
	const struct word *text, struct ppk_ssh_key_line *line)
{
	enum ppk_err err = ppk_base64_decode(
		PPK_BASE64, text->text, text->len, PPK_SSH_KEY_BLOB_MAX, &line->blob);

	if (err == PPK_ERR_NOMEM)
		return refuse(reading, err, ppk_err_sentence(err));
	if (err == PPK_OK)
		err = ppk_ssh_key_parse(line->blob.data, line->blob.len, &line->key);
	if (err != PPK_OK || !is_word(type, ppk_ssh_key_type(line->key.alg)))
		return refuse(reading, PPK_ERR_SYNTAX, "the key is malformed or cut off");
	return PPK_OK;
}

/* NOT_A_KEY_LINE: nothing that concerns us. */
static enum ppk_err read_line(struct reading *reading, struct ppk_ssh_key_line *line)
{
	struct word options = { "", 0 }, type, key;
	enum ppk_err err = next_word(reading, &type);

	if (err == PPK_OK && !is_key_type(&type)) {
		options = type;
		err = next_word(reading, &type);
	}
	if (err == PPK_OK && type.len == 0)
		return NOT_A_KEY_LINE;
	if (err == PPK_OK && ends_with(&type, CERTIFICATE_END))
		return PPK_ERR_ALGORITHM;
	if (err == PPK_OK && !is_word(&type, ppk_ssh_key_type(PPK_ALG_ES256)) &&
		!is_word(&type, ppk_ssh_key_type(PPK_ALG_EDDSA)))
		return NOT_A_KEY_LINE;
	if (err == PPK_OK)
		err = read_options(reading, options, line);
	if (err == PPK_OK)
		err = next_word(reading, &key);
	if (err == PPK_OK)
		err = read_key(reading, &type, &key, line);
	if (err != PPK_OK)
		return err;
	skip_blanks(reading);
	line->comment = reading->line + reading->at;
	line->comment_len = reading->len - reading->at;
	return PPK_OK;
}

/* What the whole of a text has come to. */
struct findings {
	size_t keys;
	size_t certificates;
};

static enum ppk_err look_at_line(
	struct reading *reading, struct findings *findings, struct ppk_ssh_key_line *ret)
{
	struct ppk_ssh_key_line line = { .comment = NULL };
	enum ppk_err err;

	if (reading->len > 0 && reading->line[reading->len - 1] == '\r')
		reading->len--;
	skip_blanks(reading);
	if (reading->at == reading->len || reading->line[reading->at] == '#')
		return PPK_OK;
	err = read_line(reading, &line);
	if (err == PPK_OK && findings->keys == 0)
		*ret = line;
	else
		ppk_ssh_key_line_done(&line);
	findings->keys += err == PPK_OK;
	findings->certificates += err == PPK_ERR_ALGORITHM;
	return err == NOT_A_KEY_LINE || err == PPK_ERR_ALGORITHM ? PPK_OK : err;
}

static enum ppk_err judge(
	const struct findings *findings, const char *source, struct ppk_diag *reterr)
{
	if (findings->keys == 1)
		return PPK_OK;
	if (findings->keys > 1)
		return ppk_diag_set(reterr, PPK_ERR_DUPLICATE, source, 0, 0,
			"there are %zu keys of security keys; give one alone", findings->keys);
	if (findings->certificates > 0)
		return ppk_diag_set(reterr, PPK_ERR_ALGORITHM, source, 0, 0,
			"this is an SSH certificate; give the public key that it was made for");
	return ppk_diag_set(reterr, PPK_ERR_NOT_FOUND, source, 0, 0,
		"there is no key of a security key (a line with sk-ssh-ed25519@openssh.com or "
		"sk-ecdsa-sha2-nistp256@openssh.com)");
}

static enum ppk_err find(const char *text, size_t len, const char *source,
	struct ppk_ssh_key_line *ret, struct ppk_diag *reterr)
{
	struct findings findings = { .keys = 0 };
	struct reading reading = { .source = source, .reterr = reterr };
	enum ppk_err err = PPK_OK;

	for (size_t start = 0; start < len && err == PPK_OK;) {
		const char *end = memchr(text + start, '\n', len - start);

		reading.line = text + start;
		reading.len = end == NULL ? len - start : (size_t)(end - (text + start));
		reading.at = 0;
		reading.number++;
		start += reading.len + 1;
		err = look_at_line(&reading, &findings, ret);
	}
	return err != PPK_OK ? err : judge(&findings, source, reterr);
}

enum ppk_err ppk_ssh_key_line_find(const char *text, size_t len, const char *source,
	struct ppk_ssh_key_line *ret, struct ppk_diag *reterr)
{
	struct ppk_ssh_key_line line = { .comment = NULL };
	enum ppk_err err;

	if (len > PPK_SSH_FILE_MAX)
		return ppk_diag_set(reterr, PPK_ERR_LIMIT, source, 0, 0, "the file is too long");
	if (memchr(text, '\0', len) != NULL)
		return ppk_diag_set(reterr, PPK_ERR_SYNTAX, source, 0, 0, "the file is no text");
	err = find(text, len, source, &line, reterr);
	if (err == PPK_OK)
		*ret = line;
	else
		ppk_ssh_key_line_done(&line);
	return err;
}

void ppk_ssh_key_line_done(struct ppk_ssh_key_line *line)
{
	if (line == NULL)
		return;
	ppk_bytes_done(&line->blob);
	*line = (struct ppk_ssh_key_line){ .comment = NULL };
}
