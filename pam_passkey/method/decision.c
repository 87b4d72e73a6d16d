/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract.
 *  1. GRANTED MUST come from one statement, after the one verifier (crypto/verify.h) said PPK_OK.
 *  2. The sign count MUST be compared and advanced under one lock. What cannot be read denies; what
 *     cannot be written is an error in the log and no denial: a full disk must not lock the admin out.
 */
#include "method/decision.h"

#include <unistd.h>

#include "crypto/crypto.h"
#include "sys/clock.h"
#include "sys/state.h"

static void log_not_advanced(
	const struct ppk_sign_in *sign_in, enum ppk_log_level level, const char *why)
{
	ppk_log(sign_in->log, level, "state: the sign count was checked and not advanced: %s", why);
}

/* A state that cannot be read decides nothing where the sign count decides nothing. */
static enum ppk_err begin_state(struct ppk_sign_in *sign_in, struct ppk_state *state)
{
	struct ppk_diag diag = { .line = 0 };
	enum ppk_err lock_err = PPK_OK, err;

	err = ppk_state_begin(sign_in->options->state, sign_in->user->name, &sign_in->trust, state,
		&lock_err, &diag);
	if (err != PPK_OK) {
		ppk_sign_in_log(sign_in, PPK_LOG_ERROR, "state", &diag, err);
		return sign_in->options->sign_count == PPK_SIGN_COUNT_OFF ? PPK_OK : err;
	}
	if (lock_err != PPK_OK)
		log_not_advanced(sign_in, PPK_LOG_ERROR, ppk_err_sentence(lock_err));
	else if (!state->writable && geteuid() == sign_in->request->root)
		log_not_advanced(sign_in, PPK_LOG_ERROR, ppk_err_sentence(PPK_ERR_PERMISSION));
	else if (!state->writable)
		log_not_advanced(sign_in, PPK_LOG_WARNING,
			"the calling program runs without privilege; "
			"the next privileged sign-in catches up");
	return PPK_OK;
}

/* Only missing memory is an error: nothing goes on without it. */
static enum ppk_err advance(const struct ppk_sign_in *sign_in, struct ppk_state *state,
	const uint8_t id_hash[static PPK_SHA256_SIZE], uint32_t stored,
	const struct ppk_verified *verified)
{
	/* a count that fell and was let through must go on being noticed: the higher one stays */
	uint32_t count = verified->sign_count > stored ? verified->sign_count : stored;
	struct ppk_diag diag = { .line = 0 };
	enum ppk_err err;

	if (verified->count_fell)
		ppk_log(sign_in->log, PPK_LOG_WARNING,
			"the sign count did not rise (%u stored, %u reported): "
			"the authenticator may have been copied",
			stored, verified->sign_count);
	if (!state->writable)
		return PPK_OK;
	ppk_sign_counts_set(&state->counts, id_hash, count, sign_in->now_s);
	err = ppk_state_commit(state, &diag);
	if (err == PPK_ERR_NOMEM)
		return err;
	if (err != PPK_OK)
		ppk_sign_in_log(sign_in, PPK_LOG_ERROR, "state: the sign count was not advanced",
			&diag, err);
	return PPK_OK;
}

/* Verify against the state and advance it. The lock is held on return. */
static enum ppk_err verify(struct ppk_sign_in *sign_in, struct ppk_state *state)
{
	struct ppk_verification verification =
		ppk_sign_in_verification(sign_in, sign_in->options->sign_count);
	const struct ppk_bytes *id = &sign_in->assertion.credential_id;
	struct ppk_verified verified;
	const struct ppk_sign_count *stored;
	uint8_t id_hash[PPK_SHA256_SIZE];
	enum ppk_err err;

	sign_in->credential = ppk_assertion_credential(
		&sign_in->assertion, sign_in->usable, sign_in->usable_count);
	if (sign_in->credential != NULL && sign_in->request->credential_label != NULL)
		ppk_credential_label(sign_in->credential, sign_in->request->credential_label,
			PPK_CREDENTIAL_NAME_MAX + 1);
	err = ppk_crypto_sha256(sign_in->request->crypto, id->data, id->len, id_hash);
	if (err != PPK_OK)
		return err;
	stored = ppk_sign_counts_find(&state->counts, id_hash);
	verification.stored_count = stored == NULL ? 0 : stored->count;
	err = ppk_crypto_assertion_verify(
		sign_in->request->crypto, &verification, &sign_in->assertion, &verified);
	if (err == PPK_OK)
		err = advance(sign_in, state, id_hash, verification.stored_count, &verified);
	return err;
}

void ppk_decide(struct ppk_sign_in *sign_in)
{
	struct ppk_state state = { .lock_fd = -1 };
	enum ppk_err err;

	sign_in->now_s = ppk_clock_now_s(); /* a person may have taken minutes */
	err = begin_state(sign_in, &state);
	if (err != PPK_OK) {
		ppk_state_end(&state);
		ppk_sign_in_cannot_say(sign_in, err);
		return;
	}
	err = verify(sign_in, &state);
	ppk_state_end(&state);
	if (err != PPK_OK) {
		ppk_sign_in_deny(sign_in, err);
		ppk_sign_in_tell(sign_in, PPK_MESSAGE_REFUSED);
		return;
	}
	sign_in->result = (struct ppk_result){ PPK_OUTCOME_GRANTED, PPK_OK };
}
