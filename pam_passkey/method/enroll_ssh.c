/* SPDX-License-Identifier: BSD-2-Clause */
#include "method/enroll_ssh.h"

#include <stdlib.h>
#include <string.h>

#include "core/methods.h"
#include "crypto/crypto.h"
#include "crypto/digest.h"
#include "crypto/public_key.h"
#include "method/agent.h"
#include "method/local.h"
#include "sys/clock.h"
#include "sys/random.h"

/* SHA-256 of the key as SSH encodes it: what ssh-keygen -l prints. */
static enum ppk_err fingerprint(const struct ppk_ssh_key *key, struct ppk_bytes *ret)
{
	uint8_t memory[PPK_SSH_KEY_BLOB_MAX], hash[PPK_SHA256_SIZE];
	struct ppk_writer blob = { .data = memory, .size = sizeof(memory) };
	enum ppk_err err;

	ppk_ssh_key_write(&blob, key);
	if (blob.failed)
		return PPK_ERR_LIMIT;
	err = ppk_sha256(memory, blob.len, hash);
	return err != PPK_OK ? err : ppk_bytes_copy(hash, sizeof(hash), ret);
}

static enum ppk_err fill(const struct ppk_ssh_key *key, const uint8_t *handle, size_t handle_len,
	struct ppk_credential *credential)
{
	size_t form = key->alg == PPK_ALG_ES256 ? 1 : 0; /* the byte that says "uncompressed" */
	enum ppk_err err;

	credential->alg = key->alg;
	credential->no_handle = handle_len == 0;
	credential->created_s = ppk_clock_now_s();
	credential->rp_id = strndup(key->application, key->application_len);
	if (credential->rp_id == NULL)
		return PPK_ERR_NOMEM;
	err = ppk_public_key_from_raw(
		key->alg, key->point + form, key->point_len - form, &credential->key);
	if (err != PPK_OK)
		return err;
	return handle_len == 0 ? fingerprint(key, &credential->id)
			       : ppk_bytes_copy(handle, handle_len, &credential->id);
}

enum ppk_err ppk_ssh_credential_make(const struct ppk_ssh_key *key, const uint8_t *handle,
	size_t handle_len, struct ppk_credential **ret)
{
	struct ppk_credential *credential = calloc(1, sizeof(*credential));
	enum ppk_err err;

	if (credential == NULL)
		return PPK_ERR_NOMEM;
	err = fill(key, handle, handle_len, credential);
	if (err == PPK_OK)
		*ret = credential;
	else
		ppk_credential_free(credential);
	return err;
}

static enum ppk_err verify(const struct ppk_credential *credential,
	const struct ppk_assertion *assertion, const struct ppk_client_data_expected *expected,
	struct ppk_verified *ret)
{
	const struct ppk_verification verification = {
		.credentials = &credential,
		.credential_count = 1,
		.client_data = expected,
		.uv = credential->uv,
		.now_s = ppk_clock_now_s(),
		.sign_count = PPK_SIGN_COUNT_ENFORCE,
	};

	return ppk_assertion_verify(&verification, assertion, ret);
}

static enum ppk_err ask(const struct ppk_ssh_test *test, ppk_method_fn *method,
	const struct ppk_credential *credential, struct ppk_verified *ret)
{
	struct ppk_client_data_expected expected = { .exact = { .data = NULL } };
	struct ppk_assertion assertion = { .credential_id = { .data = NULL } };
	struct ppk_device device = { .packet = NULL };
	uint8_t challenge[PPK_CHALLENGE_SIZE];
	const struct ppk_method_request request = {
		.user = test->account->name,
		.host = test->host,
		.service = "passkeyctl",
		.action = "to test it",
		.agent_socket = test->agent_socket,
		.account = test->account,
		.credentials = &credential,
		.credential_count = 1,
		.uv = credential->uv,
		.timeout_s = test->timeout_s,
		.nfc = test->nfc,
		.cue = true,
		.device_helper = test->device_helper,
		.trust = test->trust,
		.device = &device,
		.challenge = challenge,
		.crypto = &ppk_crypto_linked,
		.dialogue = test->dialogue,
		.log = test->log,
	};
	enum ppk_err err = ppk_random(challenge, sizeof(challenge));

	if (err == PPK_OK)
		err = method(&request, &assertion, &expected);
	ppk_device_stop(&device);
	if (err == PPK_OK)
		err = verify(credential, &assertion, &expected, ret);
	ppk_assertion_done(&assertion);
	ppk_bytes_done(&expected.exact);
	return err;
}

enum ppk_err ppk_ssh_credential_test(const struct ppk_ssh_test *test,
	const struct ppk_credential *credential, struct ppk_verified *ret)
{
	enum ppk_err err = ask(test, ppk_method_agent, credential, ret);

	if (err != PPK_ERR_METHOD_UNAVAILABLE || !test->is_local ||
		!ppk_method_serves(PPK_METHOD_LOCAL, credential))
		return err;
	return ask(test, ppk_method_local, credential, ret);
}
