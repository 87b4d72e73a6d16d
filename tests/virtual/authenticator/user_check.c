/* SPDX-License-Identifier: BSD-2-Clause */
#include "user_check.h"

#include <string.h>

#include "authenticator.h"

/* An empty pinUvAuthParam asks for a touch, to choose among several authenticators. */
static enum ppk_ctap_status
choose_by_touch(struct ppk_authenticator *authenticator)
{
	enum ppk_ctap_status status = ppk_person_touch(authenticator);

	if (status != PPK_CTAP_OK)
		return status;
	return authenticator->state.pin_hash.len != 0 ? PPK_CTAP_PIN_INVALID : PPK_CTAP_PIN_NOT_SET;
}

static bool
token_allows(const struct ppk_pin_session *session, const struct ppk_user_check *check)
{
	if (!session->user_verified || (session->permissions & check->permission) == 0)
		return false;
	return session->rp_id == NULL || strcmp(session->rp_id, check->rp_id) == 0;
}

static enum ppk_ctap_status
check_token(struct ppk_authenticator *authenticator, struct ppk_user_check *check,
    const struct ppk_bytes *param)
{
	struct ppk_pin_session *session = &authenticator->pin;
	int64_t protocol;

	if (check->protocol == NULL)
		return PPK_CTAP_MISSING_PARAMETER;
	if (!ppk_cbor_int(check->protocol, &protocol) ||
	    !ppk_pin_protocol_supported(&authenticator->options, protocol))
		return PPK_CTAP_INVALID_PARAMETER;
	if (protocol != session->token_protocol ||
	    !ppk_pin_verify(protocol, session->token, &check->client_data_hash, param) ||
	    !token_allows(session, check))
		return PPK_CTAP_PIN_AUTH_INVALID;
	if (session->rp_id == NULL)
		session->rp_id = ppk_string_copy(check->rp_id, strlen(check->rp_id));
	check->verified = true;
	check->present = session->user_present;
	return PPK_CTAP_OK;
}

/* A failure of the built-in verification sends the platform on to the PIN where there is one. */
static enum ppk_ctap_status
verify_built_in(struct ppk_authenticator *authenticator, struct ppk_user_check *check)
{
	enum ppk_ctap_status status = ppk_person_verify(authenticator, true);

	if (status == PPK_CTAP_OK) {
		check->verified = true;
		check->present = true; /* the finger is the touch */
	} else if (status == PPK_CTAP_UV_INVALID || status == PPK_CTAP_UV_BLOCKED) {
		status = authenticator->state.pin_hash.len != 0 ? PPK_CTAP_PUAT_REQUIRED :
		                                                   PPK_CTAP_OPERATION_DENIED;
	}
	return status;
}

enum ppk_ctap_status
ppk_user_check_verification(struct ppk_authenticator *authenticator, struct ppk_user_check *check)
{
	const struct ppk_options *options = &authenticator->options;
	struct ppk_bytes param;

	if (check->pin_uv_auth_param != NULL) {
		if (!ppk_cbor_bytes(check->pin_uv_auth_param, &param))
			return PPK_CTAP_CBOR_UNEXPECTED_TYPE;
		if (param.len == 0)
			return choose_by_touch(authenticator);
		return check_token(authenticator, check, &param);
	}
	if (check->wants_uv && !options->uv)
		return options->ctap20 ? PPK_CTAP_UNSUPPORTED_OPTION : PPK_CTAP_INVALID_OPTION;
	if (check->wants_uv || (options->always_uv && options->uv))
		return verify_built_in(authenticator, check);
	return options->always_uv ? PPK_CTAP_PUAT_REQUIRED : PPK_CTAP_OK;
}

enum ppk_ctap_status
ppk_user_check_presence(struct ppk_authenticator *authenticator, struct ppk_user_check *check)
{
	enum ppk_ctap_status status = PPK_CTAP_OK;

	if (!check->present)
		status = ppk_person_touch(authenticator);
	check->present = status == PPK_CTAP_OK;
	if (check->present && check->verified && !authenticator->options.ctap20)
		ppk_pin_session_clear_token(&authenticator->pin);
	return status;
}
