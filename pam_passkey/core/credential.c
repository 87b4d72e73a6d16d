/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/credential.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

/* COSE numbers: the IANA registry "COSE Algorithms". */
static const struct {
	enum ppk_algorithm alg;
	int cose;
	const char *name;
} algorithms[] = {
	{ PPK_ALG_ES256, -7, "es256" },
	{ PPK_ALG_ES384, -35, "es384" },
	{ PPK_ALG_ES512, -36, "es512" },
	{ PPK_ALG_EDDSA, -8, "eddsa" },
	{ PPK_ALG_ED448, -53, "ed448" },
	{ PPK_ALG_RS256, -257, "rs256" },
};
#define ALGORITHM_COUNT (sizeof(algorithms) / sizeof(algorithms[0]))

static const char *const uv_names[] = {
	[PPK_UV_DISCOURAGED] = "discouraged",
	[PPK_UV_PREFERRED] = "preferred",
	[PPK_UV_REQUIRED] = "required",
};
#define UV_COUNT (sizeof(uv_names) / sizeof(uv_names[0]))

static bool is_word(const char *text, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(text, word, len) == 0;
}

enum ppk_err ppk_algorithm_parse(const char *text, size_t len, enum ppk_algorithm *ret)
{
	for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
		if (is_word(text, len, algorithms[i].name)) {
			*ret = algorithms[i].alg;
			return PPK_OK;
		}
	}
	return PPK_ERR_ALGORITHM;
}

const char *ppk_algorithm_name(enum ppk_algorithm alg)
{
	for (size_t i = 0; i < ALGORITHM_COUNT; i++)
		if (algorithms[i].alg == alg)
			return algorithms[i].name;
	return "unknown";
}

int ppk_algorithm_cose(enum ppk_algorithm alg)
{
	for (size_t i = 0; i < ALGORITHM_COUNT; i++)
		if (algorithms[i].alg == alg)
			return algorithms[i].cose;
	return 0; /* reserved in the registry */
}

enum ppk_err ppk_algorithm_from_cose(int cose, enum ppk_algorithm *ret)
{
	for (size_t i = 0; i < ALGORITHM_COUNT; i++) {
		if (algorithms[i].cose == cose) {
			*ret = algorithms[i].alg;
			return PPK_OK;
		}
	}
	return PPK_ERR_ALGORITHM;
}

enum ppk_err ppk_uv_parse(const char *text, size_t len, enum ppk_uv *ret)
{
	for (size_t i = 0; i < UV_COUNT; i++) {
		if (is_word(text, len, uv_names[i])) {
			*ret = (enum ppk_uv)i;
			return PPK_OK;
		}
	}
	return PPK_ERR_OPTION;
}

const char *ppk_uv_name(enum ppk_uv uv)
{
	return (size_t)uv < UV_COUNT ? uv_names[uv] : "unknown";
}

/* One label of a host name (RFC 1123, 2.1), lower case. *ret_is_number: nothing but digits. */
static bool is_host_label(const char *text, size_t len, bool *ret_is_number)
{
	bool is_number = true;

	if (len == 0 || len > 63 || text[0] == '-' || text[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++) {
		bool is_digit = text[i] >= '0' && text[i] <= '9';

		if (!is_digit && text[i] != '-' && (text[i] < 'a' || text[i] > 'z'))
			return false;
		is_number = is_number && is_digit;
	}
	*ret_is_number = is_number;
	return true;
}

bool ppk_rp_id_is_ssh(const char *text, size_t len)
{
	static const char others[] = "._-+/@:";

	if (len < 4 || len > PPK_RP_ID_MAX || memcmp(text, "ssh:", 4) != 0)
		return false;
	for (size_t i = 4; i < len; i++)
		if ((text[i] < '0' || text[i] > '9') && (text[i] < 'a' || text[i] > 'z') &&
			(text[i] < 'A' || text[i] > 'Z') &&
			memchr(others, text[i], sizeof(others) - 1) == NULL)
			return false;
	return true;
}

static bool is_domain(const char *text, size_t len)
{
	bool is_number = true; /* the last label: then it would be an IPv4 address */

	if (len == 0 || len > PPK_RP_ID_MAX)
		return false;
	for (size_t start = 0; start <= len;) {
		const char *dot = memchr(text + start, '.', len - start);
		size_t label_len = dot == NULL ? len - start : (size_t)(dot - (text + start));

		if (!is_host_label(text + start, label_len, &is_number))
			return false;
		start += label_len + 1;
	}
	return !is_number;
}

bool ppk_rp_id_is_valid(const char *text, size_t len)
{
	return is_domain(text, len) || ppk_rp_id_is_ssh(text, len);
}

enum ppk_err ppk_credential_in_force(const struct ppk_credential *credential, int64_t now_s)
{
	if (credential->disabled)
		return PPK_ERR_CREDENTIAL_DISABLED;
	if (credential->expires_s != 0 && now_s >= credential->expires_s)
		return PPK_ERR_CREDENTIAL_EXPIRED;
	return PPK_OK;
}

void ppk_credential_free(struct ppk_credential *credential)
{
	if (credential == NULL)
		return;
	ppk_bytes_done(&credential->id);
	ppk_bytes_done(&credential->key);
	ppk_bytes_done(&credential->user_handle);
	free(credential->rp_id);
	free(credential->name);
	free(credential->transports);
	free(credential->attestation);
	free(credential->unknown);
	free(credential);
}

void ppk_credential_label(const struct ppk_credential *credential, char *out, size_t size)
{
	char text[9]; /* 6 bytes are 8 characters of base64url */
	char label[sizeof("security key ") + sizeof(text)];
	size_t len = credential->id.len < 6 ? credential->id.len : 6;

	if (credential->name != NULL) {
		ppk_text_sanitise(out, size, credential->name, strlen(credential->name));
		return;
	}
	ppk_base64_encode(PPK_BASE64URL, credential->id.data, len, text);
	snprintf(label, sizeof(label), "security key %s", text);
	ppk_text_sanitise(out, size, label, strlen(label));
}

void ppk_credential_short_id(
	const struct ppk_credential *credential, char out[static PPK_SHORT_ID_SIZE])
{
	size_t len = credential->id.len < 6 ? credential->id.len : 6;

	ppk_base64_encode(PPK_BASE64URL, credential->id.data, len, out);
}
