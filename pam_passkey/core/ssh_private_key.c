/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 1. MUST take the whole file or nothing; the public half outside and inside MUST be the same.
 * 2. MUST NOT repeat what stands in the file, and MUST wipe it: it may be another key's secret half.
 */
#include "core/ssh_private_key.h"

#include <stdlib.h>
#include <string.h>

#include "core/ssh_key_line.h"
#include "core/ssh_wire.h"
#include "core/text.h"
#include "core/wipe.h"

#define BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----"
#define END "-----END OPENSSH PRIVATE KEY-----"
#define MAGIC "openssh-key-v1" /* and its NUL */
#define BLOCK 8 /* bytes: what the cipher "none" pads to */

bool ppk_ssh_is_private_key(const char *text, size_t len)
{
	return len >= strlen(BEGIN) && memcmp(text, BEGIN, strlen(BEGIN)) == 0;
}

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

/* The base64 between the two lines of dashes, without its line ends, in the bytes of out. */
static bool take_base64(const char *text, size_t len, char *out, size_t *ret_len)
{
	size_t at = strlen(BEGIN), used = 0;

	while (len > 0 && is_line_end(text[len - 1]))
		len--;
	if (len < at + strlen(END) || memcmp(text + len - strlen(END), END, strlen(END)) != 0 ||
		!is_line_end(text[at]))
		return false;
	for (len -= strlen(END); at < len; at++)
		if (!is_line_end(text[at]))
			out[used++] = text[at];
	*ret_len = used;
	return true;
}

static enum ppk_err decode(const char *text, size_t len, struct ppk_bytes *ret)
{
	char *base64 = malloc(len + 1);
	enum ppk_err err = PPK_ERR_SYNTAX;
	size_t base64_len;

	if (base64 == NULL)
		return PPK_ERR_NOMEM;
	if (take_base64(text, len, base64, &base64_len))
		err = ppk_base64_decode(PPK_BASE64, base64, base64_len, PPK_SSH_FILE_MAX, ret);
	ppk_wipe(base64, len + 1);
	free(base64);
	return err;
}

/* What stands before the private part. PPK_ERR_UNSUPPORTED: encrypted. */
static enum ppk_err read_outside(
	struct ppk_reader *reader, struct ppk_ssh_key *ret_key, struct ppk_reader *ret_private)
{
	const uint8_t *magic, *cipher, *kdf, *options, *blob, *private;
	size_t cipher_len, kdf_len, options_len, blob_len, private_len;
	uint32_t count;

	if (!ppk_reader_raw(reader, sizeof(MAGIC), &magic) ||
		memcmp(magic, MAGIC, sizeof(MAGIC)) != 0 ||
		!ppk_ssh_read_string(reader, 64, &cipher, &cipher_len) ||
		!ppk_ssh_read_string(reader, 64, &kdf, &kdf_len) ||
		!ppk_ssh_read_string(reader, 1024, &options, &options_len) ||
		!ppk_reader_u32(reader, &count) || count != 1 ||
		!ppk_ssh_read_string(reader, PPK_SSH_FILE_MAX, &blob, &blob_len) ||
		!ppk_ssh_read_string(reader, PPK_SSH_FILE_MAX, &private, &private_len))
		return PPK_ERR_SYNTAX;
	enum ppk_err err = ppk_ssh_key_parse(blob, blob_len, ret_key);

	if (err != PPK_OK)
		return err;
	if (cipher_len != 4 || memcmp(cipher, "none", 4) != 0)
		return PPK_ERR_UNSUPPORTED;
	if (kdf_len != 4 || memcmp(kdf, "none", 4) != 0 || options_len > 0 || reader->left > 0 ||
		private_len % BLOCK != 0)
		return PPK_ERR_SYNTAX;
	*ret_private = (struct ppk_reader){ .next = private, .left = private_len };
	return PPK_OK;
}

static bool same_key(const struct ppk_ssh_key *a, const struct ppk_ssh_key *b)
{
	return a->point_len == b->point_len && memcmp(a->point, b->point, a->point_len) == 0 &&
	       a->application_len == b->application_len &&
	       memcmp(a->application, b->application, a->application_len) == 0;
}

/* 1, 2, 3, ... to the end of the last block */
static bool is_padding(const struct ppk_reader *reader)
{
	if (reader->left >= BLOCK)
		return false;
	for (size_t i = 0; i < reader->left; i++)
		if (reader->next[i] != i + 1)
			return false;
	return true;
}

static enum ppk_err read_inside(struct ppk_reader *reader, const struct ppk_ssh_key *outside,
	struct ppk_ssh_private_key *key)
{
	const uint8_t *reserved, *comment;
	size_t reserved_len;
	uint32_t check, again;

	if (!ppk_reader_u32(reader, &check) || !ppk_reader_u32(reader, &again) || check != again ||
		!ppk_ssh_read_word(reader, ppk_ssh_key_type(outside->alg)) ||
		ppk_ssh_key_read_parts(reader, outside->alg, &key->key) != PPK_OK ||
		!same_key(outside, &key->key) || !ppk_reader_u8(reader, &key->flags) ||
		!ppk_ssh_read_string(
			reader, PPK_CREDENTIAL_ID_MAX, &key->handle, &key->handle_len) ||
		key->handle_len == 0 ||
		!ppk_ssh_read_string(reader, PPK_SSH_FILE_MAX, &reserved, &reserved_len) ||
		!ppk_ssh_read_string(reader, PPK_SSH_FILE_MAX, &comment, &key->comment_len) ||
		!is_padding(reader))
		return PPK_ERR_SYNTAX;
	key->comment = (const char *)comment;
	return PPK_OK;
}

static enum ppk_err read_all(const char *text, size_t len, struct ppk_ssh_private_key *key)
{
	struct ppk_reader reader, private;
	struct ppk_ssh_key outside;
	enum ppk_err err;

	if (len > PPK_SSH_FILE_MAX)
		return PPK_ERR_LIMIT;
	if (!ppk_ssh_is_private_key(text, len))
		return PPK_ERR_SYNTAX;
	err = decode(text, len, &key->memory);
	if (err != PPK_OK)
		return err;
	reader = (struct ppk_reader){ .next = key->memory.data, .left = key->memory.len };
	err = read_outside(&reader, &outside, &private);
	return err != PPK_OK ? err : read_inside(&private, &outside, key);
}

static const char *sentence(enum ppk_err err)
{
	if (err == PPK_ERR_ALGORITHM)
		return "this is the private half of a key that is not on a security key";
	if (err == PPK_ERR_UNSUPPORTED)
		return "the file is encrypted; give the public key, or a copy without passphrase "
		       "(ssh-keygen -p)";
	if (err == PPK_ERR_SYNTAX)
		return "the private key file is malformed or cut off";
	return ppk_err_sentence(err);
}

enum ppk_err ppk_ssh_private_key_parse(const char *text, size_t len, const char *source,
	struct ppk_ssh_private_key *ret, struct ppk_diag *reterr)
{
	struct ppk_ssh_private_key key = { .comment = NULL };
	enum ppk_err err = read_all(text, len, &key);

	if (err != PPK_OK) {
		ppk_ssh_private_key_done(&key);
		return ppk_diag_set(reterr, err, source, 0, 0, "%s", sentence(err));
	}
	*ret = key;
	return PPK_OK;
}

void ppk_ssh_private_key_done(struct ppk_ssh_private_key *key)
{
	if (key == NULL)
		return;
	ppk_bytes_wipe(&key->memory);
	*key = (struct ppk_ssh_private_key){ .comment = NULL };
}
