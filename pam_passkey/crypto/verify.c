/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The verifier: whether an assertion lets somebody in (WebAuthn Level 3, 7.2).
 *
 *  1. PPK_OK MUST mean that every check was made and none objected. It is returned by one statement.
 *  2. *ret MUST be written together with PPK_OK only.
 *  3. The algorithm, the key, the RP ID and the demand for user verification MUST come from the
 *     record and the service, never from the assertion.
 *  4. A service MUST be able to raise what the record demands, and MUST NOT be able to lower it.
 *  5. The sign count MUST be judged after the signature that covers it.
 *  6. There MUST NOT be I/O, a clock, randomness or state in here.
 */
#include "crypto/verify.h"

#include <string.h>

#include "core/authenticator_data.h"
#include "core/sign_counts.h"
#include "crypto/digest.h"
#include "crypto/public_key.h"

/* Step 6: the user handle, when there is one, is the one that was enrolled. */
static bool user_handle_fits(
	const struct ppk_credential *credential, const struct ppk_assertion *assertion)
{
	const struct ppk_bytes *handle = &assertion->user_handle;

	return handle->len == 0 || credential->user_handle.len == 0 ||
	       ppk_bytes_equal(&credential->user_handle, handle->data, handle->len);
}

static enum ppk_err check_credential(const struct ppk_verification *verification,
	const struct ppk_assertion *assertion, const struct ppk_credential *credential)
{
	if (credential == NULL || !user_handle_fits(credential, assertion))
		return PPK_ERR_CREDENTIAL_UNKNOWN;
	return ppk_credential_in_force(credential, verification->now_s);
}

static enum ppk_err check_rp_id(const struct ppk_verification *verification,
	const struct ppk_credential *credential, const struct ppk_authenticator_data *data)
{
	const char *demanded = verification->rp_id;
	uint8_t hash[PPK_SHA256_SIZE];

	if (demanded != NULL && demanded[0] != '\0' && strcmp(demanded, credential->rp_id) != 0)
		return PPK_ERR_RP_ID;
	enum ppk_err err = ppk_sha256(credential->rp_id, strlen(credential->rp_id), hash);

	if (err != PPK_OK)
		return err;
	return memcmp(hash, data->rp_id_hash, sizeof(hash)) == 0 ? PPK_OK : PPK_ERR_RP_ID;
}

/* Steps 19 and 20: an eligible credential stays eligible; one that was not can never become so. */
static bool backup_flags_fit(enum ppk_backup enrolled, uint8_t flags)
{
	bool eligible = (flags & PPK_FLAG_BE) != 0;

	if ((flags & PPK_FLAG_BS) != 0 && !eligible)
		return false;
	switch (enrolled) {
	case PPK_BACKUP_UNKNOWN:
		return true;
	case PPK_BACKUP_NO:
		return !eligible;
	case PPK_BACKUP_ELIGIBLE:
	case PPK_BACKUP_STATE:
		return eligible;
	}
	return false;
}

static enum ppk_err check_flags(const struct ppk_verification *verification,
	const struct ppk_credential *credential, uint8_t flags)
{
	bool uv_required = verification->uv == PPK_UV_REQUIRED || credential->uv == PPK_UV_REQUIRED;

	if ((flags & PPK_FLAG_UP) == 0)
		return PPK_ERR_USER_PRESENCE;
	if (uv_required && (flags & PPK_FLAG_UV) == 0)
		return PPK_ERR_USER_VERIFICATION;
	return backup_flags_fit(credential->backup, flags) ? PPK_OK : PPK_ERR_BACKUP_FLAGS;
}

/* The caller has parsed the authenticator data: they are no longer than PPK_AUTHENTICATOR_DATA_MAX. */
static enum ppk_err check_signature(
	const struct ppk_credential *credential, const struct ppk_assertion *assertion)
{
	const struct ppk_bytes *data = &assertion->authenticator_data;
	const struct ppk_bytes *json = &assertion->client_data;
	uint8_t message[PPK_AUTHENTICATOR_DATA_MAX + PPK_SHA256_SIZE];

	memcpy(message, data->data, data->len);
	enum ppk_err err = ppk_sha256(json->data, json->len, message + data->len);

	if (err != PPK_OK)
		return err;
	return ppk_signature_verify(credential->alg, &credential->key, message,
		data->len + PPK_SHA256_SIZE, assertion->signature.data, assertion->signature.len);
}

/* Step 22. */
static enum ppk_err check_sign_count(
	const struct ppk_verification *verification, uint32_t count, bool *ret_fell)
{
	bool fell = !ppk_sign_count_has_risen(verification->stored_count, count);

	switch (verification->sign_count) {
	case PPK_SIGN_COUNT_ENFORCE:
		*ret_fell = false;
		return fell ? PPK_ERR_SIGN_COUNT : PPK_OK;
	case PPK_SIGN_COUNT_LOG:
		*ret_fell = fell;
		return PPK_OK;
	case PPK_SIGN_COUNT_OFF:
		*ret_fell = false;
		return PPK_OK;
	}
	return PPK_ERR_INTERNAL;
}

/* All that can be told from bytes alone; the cheap checks come before the signature. */
static enum ppk_err check_claims(const struct ppk_verification *verification,
	const struct ppk_assertion *assertion, const struct ppk_credential *credential,
	struct ppk_authenticator_data *ret)
{
	struct ppk_authenticator_data data;
	enum ppk_err err = check_credential(verification, assertion, credential);

	if (err == PPK_OK)
		err = ppk_client_data_check(verification->client_data, assertion->client_data.data,
			assertion->client_data.len);
	if (err == PPK_OK)
		err = ppk_authenticator_data_parse(assertion->authenticator_data.data,
			assertion->authenticator_data.len, &data);
	if (err == PPK_OK)
		err = check_rp_id(verification, credential, &data);
	if (err == PPK_OK)
		err = check_flags(verification, credential, data.flags);
	if (err == PPK_OK)
		*ret = data;
	return err;
}

enum ppk_err ppk_assertion_verify(const struct ppk_verification *verification,
	const struct ppk_assertion *assertion, struct ppk_verified *ret)
{
	const struct ppk_credential *credential = ppk_assertion_credential(
		assertion, verification->credentials, verification->credential_count);
	struct ppk_authenticator_data data;
	bool count_fell;
	enum ppk_err err = check_claims(verification, assertion, credential, &data);

	if (err != PPK_OK)
		return err;
	err = check_signature(credential, assertion);
	if (err != PPK_OK)
		return err;
	err = check_sign_count(verification, data.sign_count, &count_fell);
	if (err != PPK_OK)
		return err;
	*ret = (struct ppk_verified){
		.credential = credential,
		.flags = data.flags,
		.sign_count = data.sign_count,
		.count_fell = count_fell,
	};
	return PPK_OK;
}
