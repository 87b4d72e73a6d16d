/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#include "connections.h"
#include "core/wipe.h"
#include "sys/clock.h"

#define CHAIN_MAX 8 /* certificates */

struct pair {
	struct pair *before; /* handshakes that began with it may still use it */
	int64_t replaced_ms;
	gnutls_pcert_st chain[CHAIN_MAX];
	unsigned count;
	gnutls_privkey_t key;
};

static struct pair *current;

static void pair_free(struct pair *pair)
{
	for (unsigned i = 0; i < pair->count; i++)
		gnutls_pcert_deinit(&pair->chain[i]);
	if (pair->key != NULL)
		gnutls_privkey_deinit(pair->key);
	free(pair);
}

static enum ppk_err fail(
	enum ppk_err err, const char *path, const char *sentence, struct ppk_diag *reterr)
{
	return ppk_diag_set(reterr, err, path, 0, 0, "%s", sentence);
}

static enum ppk_err load_chain(struct pair *pair, const char *path, struct ppk_diag *reterr)
{
	gnutls_datum_t text;
	unsigned count = CHAIN_MAX;
	int status;

	if (gnutls_load_file(path, &text) != GNUTLS_E_SUCCESS)
		return fail(PPK_ERR_IO, path, "cannot be read", reterr);
	status = gnutls_pcert_list_import_x509_raw(
		pair->chain, &count, &text, GNUTLS_X509_FMT_PEM, 0);
	gnutls_free(text.data);
	if (status == GNUTLS_E_SHORT_MEMORY_BUFFER)
		return fail(PPK_ERR_LIMIT, path, "has more than 8 certificates", reterr);
	if (status != GNUTLS_E_SUCCESS || count == 0)
		return fail(PPK_ERR_SYNTAX, path, "is no certificate chain in PEM", reterr);
	pair->count = count;
	return PPK_OK;
}

static enum ppk_err load_key(struct pair *pair, const char *path, struct ppk_diag *reterr)
{
	gnutls_datum_t text;
	int status;

	if (gnutls_privkey_init(&pair->key) != GNUTLS_E_SUCCESS)
		return fail(PPK_ERR_NOMEM, path, "out of memory", reterr);
	if (gnutls_load_file(path, &text) != GNUTLS_E_SUCCESS)
		return fail(PPK_ERR_IO, path, "cannot be read", reterr);
	status = gnutls_privkey_import_x509_raw(pair->key, &text, GNUTLS_X509_FMT_PEM, NULL, 0);
	ppk_wipe(text.data, text.size);
	gnutls_free(text.data);
	if (status != GNUTLS_E_SUCCESS)
		return fail(PPK_ERR_SYNTAX, path, "is no private key in PEM", reterr);
	return PPK_OK;
}

/* Do they belong together? A mistake would show as a failed handshake only. */
static bool is_pair(const struct pair *pair)
{
	unsigned char of_key[64], of_certificate[64];
	size_t key_len = sizeof(of_key), certificate_len = sizeof(of_certificate);
	gnutls_pubkey_t public;
	bool equal;

	if (gnutls_pubkey_init(&public) != GNUTLS_E_SUCCESS)
		return false;
	equal = gnutls_pubkey_import_privkey(public, pair->key, 0, 0) == GNUTLS_E_SUCCESS &&
		gnutls_pubkey_get_key_id(public, GNUTLS_KEYID_USE_SHA256, of_key, &key_len) ==
			GNUTLS_E_SUCCESS &&
		gnutls_pubkey_get_key_id(pair->chain[0].pubkey, GNUTLS_KEYID_USE_SHA256,
			of_certificate, &certificate_len) == GNUTLS_E_SUCCESS &&
		key_len == certificate_len && memcmp(of_key, of_certificate, key_len) == 0;
	gnutls_pubkey_deinit(public);
	return equal;
}

static enum ppk_err load(
	struct pair *pair, const char *certificate, const char *key, struct ppk_diag *reterr)
{
	enum ppk_err err = load_chain(pair, certificate, reterr);

	if (err == PPK_OK)
		err = load_key(pair, key, reterr);
	if (err == PPK_OK && !is_pair(pair))
		err = fail(PPK_ERR_KEY, key, "does not belong to the certificate", reterr);
	return err;
}

/* No handshake lasts longer than an unproven connection may. */
static void free_unused(int64_t now_ms)
{
	struct pair **at = &current->before;

	while (*at != NULL) {
		struct pair *pair = *at;

		if (now_ms - pair->replaced_ms <= 2 * PPKD_UNPROVEN_MS) {
			at = &pair->before;
			continue;
		}
		*at = pair->before;
		pair_free(pair);
	}
}

enum ppk_err ppkd_tls_load(const char *certificate, const char *key, struct ppk_diag *reterr)
{
	struct pair *pair = calloc(1, sizeof(*pair));
	enum ppk_err err;

	if (pair == NULL)
		return fail(PPK_ERR_NOMEM, certificate, "out of memory", reterr);
	err = load(pair, certificate, key, reterr);
	if (err != PPK_OK) {
		pair_free(pair);
		return err;
	}
	if (current != NULL)
		current->replaced_ms = ppk_clock_ms();
	pair->before = current;
	current = pair;
	free_unused(ppk_clock_ms());
	return PPK_OK;
}

int ppkd_tls_retrieve(gnutls_session_t session, const gnutls_datum_t *authorities,
	int authority_count, const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
	gnutls_pcert_st **ret_chain, unsigned *ret_count, gnutls_privkey_t *ret_key)
{
	(void)session;
	(void)authorities;
	(void)authority_count;
	(void)algorithms;
	(void)algorithm_count;
	*ret_chain = current->chain;
	*ret_count = current->count;
	*ret_key = current->key;
	return 0;
}

void ppkd_tls_done(void)
{
	while (current != NULL) {
		struct pair *pair = current;

		current = pair->before;
		pair_free(pair);
	}
}
