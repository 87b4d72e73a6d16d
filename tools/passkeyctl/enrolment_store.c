/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract:
 *  1. What another admin wrote during the ceremony MUST stay: the line is added under the store's lock
 *     to what is in the file then.
 *  2. A sign count MUST NOT be lowered.
 */
#include "enrolment_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"
#include "message.h"
#include "selection.h"
#include "sys/clock.h"
#include "sys/state.h"

/* What is to be written; name is the one that it got. */
struct addition {
	struct ppk_credential *credential; /* NULL once the file owns it */
	char name[PPK_CREDENTIAL_NAME_MAX + 1];
};

/*
 * Under the lock. The name was free before the ceremony; when another admin has taken it since, the
 * new passkey gets a number rather than being lost.
 */
static enum ppk_err append(struct ppk_credential_file *file, void *context, struct ppk_diag *reterr)
{
	struct addition *addition = context;
	char *copy;
	enum ppk_err err;

	(void)reterr;
	ppk_selection_free_name(file, addition->credential->name, addition->name);
	copy = strdup(addition->name);
	if (copy == NULL)
		return PPK_ERR_NOMEM;
	free(addition->credential->name);
	addition->credential->name = copy;
	err = ppk_credential_file_append(file, addition->credential);
	if (err == PPK_OK)
		addition->credential = NULL;
	return err;
}

/* The count of the test assertion, so that a copy made before it is noticed at the first sign-in. */
static enum ppk_err store_count(const struct ppk_session *session,
	const uint8_t id_hash[static PPK_SHA256_SIZE], uint32_t count, struct ppk_diag *reterr)
{
	const struct ppk_trust trust = { .root = 0 };
	struct ppk_state *state = calloc(1, sizeof(*state));
	const struct ppk_sign_count *stored;
	enum ppk_err err, lock_err = PPK_OK;

	if (state == NULL)
		return PPK_ERR_NOMEM;
	state->lock_fd = -1;
	err = ppk_state_begin(
		session->options.state, session->user->name, &trust, state, &lock_err, reterr);
	if (err == PPK_OK && lock_err != PPK_OK)
		err = lock_err;
	if (err == PPK_OK && state->writable) {
		stored = ppk_sign_counts_find(&state->counts, id_hash);
		ppk_sign_counts_set(&state->counts, id_hash,
			stored != NULL && stored->count > count ? stored->count : count,
			ppk_clock_now_s());
		err = ppk_state_commit(state, reterr);
	}
	ppk_state_end(state);
	free(state);
	return err;
}

enum ppk_err ppk_enrolment_store(const struct ppk_enrolment_plan *plan,
	struct ppk_credential **credential, uint32_t count,
	char label[static PPK_CREDENTIAL_NAME_MAX + 1], struct ppk_diag *reterr)
{
	const struct ppk_session *session = plan->session;
	struct addition addition = { .credential = *credential };
	uint8_t id_hash[PPK_SHA256_SIZE];
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err;

	addition.credential->expires_s = plan->expires_s;
	err = ppk_sha256(addition.credential->id.data, addition.credential->id.len, id_hash);
	if (err == PPK_OK)
		err = ppk_store_change(&session->store, append, &addition, reterr);
	*credential = addition.credential;
	if (err != PPK_OK)
		return err;
	snprintf(label, PPK_CREDENTIAL_NAME_MAX + 1, "%s", addition.name);
	err = store_count(session, id_hash, count, &diag);
	if (err != PPK_OK)
		ppk_message_warning("the sign count could not be written: %s",
			diag.text[0] == '\0' ? ppk_err_sentence(err) : diag.text);
	return PPK_OK;
}

void ppk_enrolment_print_success(const struct ppk_enrolment_plan *plan, const char *label)
{
	const struct ppk_session *session = plan->session;

	ppk_message_result("Enrolled \"%s\" for %s in %s (relying party ID %s).", label,
		session->user->name, session->store.path, plan->rp_id);
	ppk_message_note("Next: passkeyctl test tries it without PAM, and passkeyctl doctor looks for");
	ppk_message_note("what would keep you out. pam_passkey(8): how a service asks for it.");
	if (plan->file->credential_count == 0)
		ppk_message_note(
			"Enrol a second passkey too: losing the only one locks %s out.",
			session->user->name);
}
