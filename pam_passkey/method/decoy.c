/* SPDX-License-Identifier: BSD-2-Clause */
#include "method/decoy.h"

#include <stdio.h>
#include <string.h>

#include "core/ssh_host.h"
#include "core/text.h"
#include "core/web_origin.h"
#include "core/wipe.h"
#include "sys/host.h"
#include "sys/random.h"

#define ID_MAX 96 /* bytes: three digests */
#define LINE_SIZE 1024

/* A key whose private half was thrown away when it was made. */
#define KEY                                                                                        \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEAv6Yqp+frNH7emIZF6J332KyFSBSfLhQ"                     \
	"JFm+vTtrbChB+2Y7yGQ3pFIBsPRrHPWVFzPHek5jG1dDCTZwNwlBRA=="

/*
 * A digest that nobody has who has not the secret. What is hashed has one length, so that no digest is
 * the beginning of another.
 */
static enum ppk_err derive(const struct ppk_crypto_source *crypto,
	const uint8_t secret[static PPK_MACHINE_SECRET_SIZE], const char *name, uint8_t purpose,
	uint8_t ret[static PPK_SHA256_SIZE])
{
	uint8_t input[PPK_MACHINE_SECRET_SIZE + PPK_SHA256_SIZE + 1];
	enum ppk_err err;

	memcpy(input, secret, PPK_MACHINE_SECRET_SIZE);
	err = ppk_crypto_sha256(crypto, name, strlen(name), input + PPK_MACHINE_SECRET_SIZE);
	input[sizeof(input) - 1] = purpose;
	if (err == PPK_OK)
		err = ppk_crypto_sha256(crypto, input, sizeof(input), ret);
	ppk_wipe(input, sizeof(input));
	return err;
}

/* The id as long as those of many security keys are. */
static size_t id_len(uint8_t chosen)
{
	static const unsigned char lengths[] = { 64, 64, 64, 48, 48, 64, 32, 96 };

	return lengths[chosen % sizeof(lengths)];
}

static enum ppk_err make_one(const struct ppk_crypto_source *crypto,
	const uint8_t secret[static PPK_MACHINE_SECRET_SIZE], const char *name, const char *rp_id,
	uint8_t number, size_t len, struct ppk_credential **ret)
{
	uint8_t id[ID_MAX];
	char id_text[2 * ID_MAX], line[LINE_SIZE];
	enum ppk_err err = PPK_OK;
	int line_len;

	for (uint8_t part = 0; part < ID_MAX / PPK_SHA256_SIZE && err == PPK_OK; part++)
		err = derive(crypto, secret, name, (uint8_t)(1 + number * 8 + part),
			id + part * PPK_SHA256_SIZE);
	if (err != PPK_OK)
		return err;
	ppk_base64_encode(PPK_BASE64URL, id, len, id_text);
	line_len = snprintf(
		line, sizeof(line), "passkey1 id=%s alg=es256 key=" KEY " rp=%s", id_text, rp_id);
	if (line_len < 0 || (size_t)line_len >= sizeof(line))
		return PPK_ERR_SYNTAX;
	return ppk_credential_parse(line, (size_t)line_len, ret, NULL);
}

enum ppk_err ppk_decoy_make(const struct ppk_crypto_source *crypto,
	const uint8_t secret[static PPK_MACHINE_SECRET_SIZE], const char *name, const char *rp_id,
	struct ppk_decoy *ret)
{
	uint8_t shape[PPK_SHA256_SIZE];
	enum ppk_err err = derive(crypto, secret, name, 0, shape);
	size_t count = 1 + shape[0] % PPK_DECOY_MAX;

	memset(ret, 0, sizeof(*ret));
	while (err == PPK_OK && ret->count < count) {
		err = make_one(crypto, secret, name, rp_id, (uint8_t)ret->count, id_len(shape[1]),
			&ret->credentials[ret->count]);
		if (err == PPK_OK)
			ret->count++;
	}
	return err;
}

/* Where nobody says another, passkeyctl enrols with the host name. */
static const char *usual_rp_id(
	const struct ppk_options *options, char host[static PPK_SSH_HOST_SIZE])
{
	char name[PPK_HOST_NAME_SIZE];

	if (options->rp_id[0] != '\0')
		return options->rp_id;
	if (options->browser_origin[0] != '\0') {
		ppk_web_origin_host(options->browser_origin, host);
		return host;
	}
	ppk_host_name(name);
	if (ppk_ssh_host_normalise(name, strlen(name), host) == PPK_OK &&
		ppk_rp_id_is_valid(host, strlen(host)))
		return host;
	return "localhost";
}

enum ppk_err ppk_decoy_here(const struct ppk_crypto_source *crypto,
	const struct ppk_options *options, const char *name, const struct ppk_trust *trust,
	const struct ppk_log *log, struct ppk_decoy *ret)
{
	uint8_t secret[PPK_MACHINE_SECRET_SIZE];
	struct ppk_diag diag = { .line = 0 };
	char host[PPK_SSH_HOST_SIZE], text[704];
	enum ppk_err err = ppk_machine_secret(options->state, trust, secret, &diag);

	if (err != PPK_OK) {
		ppk_diag_format(&diag, text, sizeof(text));
		ppk_log(log, PPK_LOG_ERROR, "state: what unknown users are asked will vary: %s",
			diag.text[0] != '\0' ? text : ppk_err_sentence(err));
		err = ppk_random(secret, sizeof(secret));
	}
	if (err == PPK_OK)
		err = ppk_decoy_make(crypto, secret, name, usual_rp_id(options, host), ret);
	ppk_wipe(secret, sizeof(secret));
	return err;
}

void ppk_decoy_done(struct ppk_decoy *decoy)
{
	for (size_t i = 0; i < decoy->count; i++)
		ppk_credential_free(decoy->credentials[i]);
	memset(decoy, 0, sizeof(*decoy));
}
