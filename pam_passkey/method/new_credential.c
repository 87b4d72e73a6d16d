/* SPDX-License-Identifier: BSD-2-Clause */
#include "method/new_credential.h"

#include <string.h>

#include "core/authenticator_data.h"
#include "crypto/attestation.h"
#include "crypto/verify.h"
#include "sys/clock.h"

enum ppk_err ppk_new_credential_accept(const struct ppk_new_credential *wanted,
	const struct ppk_attestation_object *object, const uint8_t client_data_hash[static 32],
	struct ppk_credential **ret, uint32_t *ret_count)
{
	struct ppk_authenticator_data data;
	struct ppk_credential *credential = NULL;
	enum ppk_err err = ppk_authenticator_data_parse(
		object->authenticator_data, object->authenticator_data_len, &data);

	if (err == PPK_OK)
		err = ppk_attestation_verify(
			object, wanted->rp_id, wanted->uv, client_data_hash, &credential);
	if (err == PPK_OK)
		err = ppk_enrolment_policy_check(wanted->policy, object, credential);
	if (err != PPK_OK) {
		ppk_credential_free(credential);
		return err;
	}
	*ret = credential;
	*ret_count = data.sign_count;
	return PPK_OK;
}

enum ppk_err ppk_new_credential_complete(const struct ppk_new_credential *wanted, const char *name,
	struct ppk_credential *credential)
{
	credential->name = strdup(name);
	if (credential->name == NULL)
		return PPK_ERR_NOMEM;
	credential->uv = wanted->uv;
	credential->created_s = ppk_clock_now_s();
	return ppk_bytes_copy(
		wanted->user_handle, wanted->user_handle_len, &credential->user_handle);
}

enum ppk_err ppk_new_credential_test(const struct ppk_new_credential *wanted,
	const struct ppk_credential *credential, const struct ppk_assertion *assertion,
	const struct ppk_client_data_expected *expected, uint32_t *count)
{
	const struct ppk_verification verification = {
		.credentials = &credential,
		.credential_count = 1,
		.client_data = expected,
		.rp_id = wanted->rp_id,
		.uv = wanted->uv,
		.now_s = ppk_clock_now_s(),
		.stored_count = *count,
		.sign_count = PPK_SIGN_COUNT_ENFORCE,
	};
	struct ppk_verified verified;
	enum ppk_err err = ppk_assertion_verify(&verification, assertion, &verified);

	if (err == PPK_OK)
		*count = verified.sign_count;
	return err;
}
