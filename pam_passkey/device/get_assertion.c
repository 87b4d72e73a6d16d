/* SPDX-License-Identifier: BSD-2-Clause */
/* authenticatorGetAssertion (CTAP 2.1, 6.2). */
#include "device/get_assertion.h"

#include <string.h>

#include "device/attempt.h"
#include "device/byte_string.h"
#include "device/waiting.h"

/* CBOR around the list of ids: hash, options, pinUvAuthParam and the keys of the map. */
#define REQUEST_OVERHEAD 128

/* One allow list. */
struct question {
	const char *rp_id;
	const struct ppk_bytes *ids;
	struct ppk_list_part part;
	fido_opt_t up;
	fido_assert_t *answer; /* of the last attempt */
};

static int fill(fido_assert_t *assert, const struct ppk_worker *worker,
	const struct question *question, fido_opt_t up, enum ppk_verification how)
{
	/* What is signed without a touch must not be of use to anybody. */
	static const uint8_t no_hash[32];
	const uint8_t *hash =
		up == FIDO_OPT_FALSE ? no_hash : worker->request->get_assertion.client_data_hash;
	int status = fido_assert_set_rp(assert, question->rp_id);

	if (status == FIDO_OK)
		status = fido_assert_set_clientdata_hash(assert, hash, 32);
	if (status == FIDO_OK)
		status = fido_assert_set_up(assert, up);
	if (status == FIDO_OK && how == PPK_VERIFY_BUILT_IN)
		status = fido_assert_set_uv(assert, FIDO_OPT_TRUE);
	for (size_t i = question->part.first; i < question->part.end && status == FIDO_OK; i++)
		if (ppk_list_takes(&worker->limits, question->ids[i].len))
			status = fido_assert_allow_cred(
				assert, question->ids[i].data, question->ids[i].len);
	return status;
}

static int ask_once(struct ppk_worker *worker, struct question *question, fido_opt_t up,
	enum ppk_verification how, const char *pin)
{
	struct ppk_waiting waiting;
	int status;

	fido_assert_free(&question->answer);
	question->answer = fido_assert_new();
	if (question->answer == NULL)
		return FIDO_ERR_INTERNAL;
	status = fill(question->answer, worker, question, up, how);
	if (status != FIDO_OK)
		return status;
	if (up != FIDO_OPT_FALSE)
		ppk_waiting_begin(worker, true, &waiting);
	status = fido_dev_get_assert(worker->dev, question->answer, pin);
	if (up != FIDO_OPT_FALSE)
		ppk_waiting_end(&waiting);
	if (status == FIDO_OK && fido_assert_count(question->answer) == 0)
		status = FIDO_ERR_NO_CREDENTIALS; /* how libfido2 says it for U2F */
	return status;
}

/*
 * Where it does not show that an authenticator waits for a touch, it is asked without one first: so it is
 * known that it will wait, and that the PIN was right, before the person is told.
 */
static int ask(struct ppk_worker *worker, void *context, enum ppk_verification how, const char *pin)
{
	struct question *question = context;
	int status = FIDO_OK;

	if (worker->unseen && question->up != FIDO_OPT_FALSE && how != PPK_VERIFY_BUILT_IN)
		status = ask_once(worker, question, FIDO_OPT_FALSE, how, pin);
	if (status != FIDO_OK && status != FIDO_ERR_USER_PRESENCE_REQUIRED)
		return status;
	return ask_once(worker, question, question->up, how, pin);
}

/* An authenticator may leave out the id of the only credential it was asked for (6.2.2, 13). */
static const struct ppk_bytes *only_id(
	const struct ppk_worker *worker, const struct question *question)
{
	const struct ppk_bytes *only = NULL;

	for (size_t i = question->part.first; i < question->part.end; i++) {
		if (!ppk_list_takes(&worker->limits, question->ids[i].len))
			continue;
		if (only != NULL)
			return NULL;
		only = &question->ids[i];
	}
	return only;
}

/* What it answered, as a message; its views point into the answer. */
static enum ppk_err read_answer(const struct ppk_worker *worker, const struct question *question,
	struct ppk_device_assertion *ret)
{
	const fido_assert_t *answer = question->answer;
	const struct ppk_bytes *only = only_id(worker, question);

	ret->index = worker->index;
	ret->credential_id = fido_assert_id_ptr(answer, 0);
	ret->credential_id_len = fido_assert_id_len(answer, 0);
	if (ret->credential_id_len == 0 && only != NULL) {
		ret->credential_id = only->data;
		ret->credential_id_len = only->len;
	}
	if (!ppk_byte_string_unwrap(fido_assert_authdata_ptr(answer, 0),
		    fido_assert_authdata_len(answer, 0), &ret->authenticator_data,
		    &ret->authenticator_data_len))
		return PPK_ERR_DEVICE;
	ret->signature = fido_assert_sig_ptr(answer, 0);
	ret->signature_len = fido_assert_sig_len(answer, 0);
	ret->user_handle = fido_assert_user_id_ptr(answer, 0);
	ret->user_handle_len = fido_assert_user_id_len(answer, 0);
	if (ret->user_handle_len > PPK_USER_HANDLE_MAX)
		return PPK_ERR_DEVICE;
	return PPK_OK;
}

static enum ppk_step send_answer(struct ppk_worker *worker, const struct question *question)
{
	struct ppk_device_message message = { .type = PPK_DEVICE_ASSERTION };

	if (read_answer(worker, question, &message.assertion) != PPK_OK)
		return ppk_worker_failed(worker, PPK_ERR_DEVICE, PPK_DEVICE_RETRIES_UNKNOWN);
	ppk_worker_send(worker, &message);
	return PPK_STEP_DONE;
}

static enum ppk_step ask_part(
	struct ppk_worker *worker, struct question *question, enum ppk_verification how)
{
	enum ppk_step step;

	question->answer = NULL;
	step = ppk_attempt(worker, how, ask, question);
	if (step == PPK_STEP_DONE)
		step = send_answer(worker, question);
	fido_assert_free(&question->answer);
	return step;
}

static struct ppk_list_part next_part(const struct ppk_worker *worker, const char *rp_id,
	const struct ppk_bytes *ids, size_t id_count, size_t first)
{
	return ppk_list_next(
		&worker->limits, ids, id_count, first, REQUEST_OVERHEAD + strlen(rp_id));
}

static enum ppk_step ask_group(
	struct ppk_worker *worker, const struct ppk_device_group *group, enum ppk_verification how)
{
	struct question question = { .rp_id = group->rp_id, .ids = group->ids };
	enum ppk_step step = PPK_STEP_NONE_HERE;

	for (size_t first = 0; first < group->id_count && step == PPK_STEP_NONE_HERE;
		first = question.part.end) {
		question.part = next_part(worker, group->rp_id, group->ids, group->id_count, first);
		if (question.part.count > 0)
			step = ask_part(worker, &question, how);
	}
	return step;
}

/*
 * Before an authenticator that is not the only one asks for a finger, and before one that cannot
 * verify the person is held against them: is it theirs at all?
 */
static enum ppk_step enter_group(
	struct ppk_worker *worker, const struct ppk_device_group *group, enum ppk_verification how)
{
	enum ppk_probe probe;

	if (how == PPK_VERIFY_NONE || how == PPK_VERIFY_PIN ||
		(how == PPK_VERIFY_BUILT_IN && worker->alone))
		return PPK_STEP_DONE;
	probe = ppk_probe_ids(worker, group->rp_id, group->ids, group->id_count, NULL);
	switch (probe) {
	case PPK_PROBE_NOTHING:
		return PPK_STEP_NONE_HERE;
	case PPK_PROBE_FAILED:
		if (ppk_worker_is_stopped(worker))
			return PPK_STEP_STOPPED;
		return ppk_worker_failed(worker, PPK_ERR_DEVICE, PPK_DEVICE_RETRIES_UNKNOWN);
	case PPK_PROBE_HOLDS:
	case PPK_PROBE_MAY_HIDE:
		break;
	}
	if (how == PPK_VERIFY_BUILT_IN)
		return PPK_STEP_DONE;
	/* What only verification would show, this authenticator can never show. */
	if (probe == PPK_PROBE_MAY_HIDE)
		return PPK_STEP_NONE_HERE;
	return ppk_worker_failed(
		worker, ppk_verification_why_not(&worker->abilities), PPK_DEVICE_RETRIES_UNKNOWN);
}

enum ppk_step ppk_get_assertion(struct ppk_worker *worker)
{
	const struct ppk_device_get_assertion *request = &worker->request->get_assertion;

	for (; worker->group < request->group_count; worker->group++) {
		const struct ppk_device_group *group = &request->groups[worker->group];
		enum ppk_verification how = ppk_verification_for_assertion(&worker->abilities,
			worker->verification_forced ? PPK_UV_REQUIRED : group->uv,
			worker->built_in_blocked);
		enum ppk_step step = enter_group(worker, group, how);

		if (step == PPK_STEP_DONE)
			step = ask_group(worker, group, how);
		if (step != PPK_STEP_NONE_HERE)
			return step;
	}
	return PPK_STEP_NONE_HERE;
}

static enum ppk_probe probe_part(struct ppk_worker *worker, struct question *question)
{
	enum ppk_probe probe = PPK_PROBE_FAILED;
	int status;

	do {
		status = ask(worker, question, PPK_VERIFY_NONE, NULL);
	} while (status != FIDO_OK && !ppk_worker_is_stopped(worker) &&
		 ppk_worker_wait_busy(worker));
	if (status == FIDO_OK || status == FIDO_ERR_USER_PRESENCE_REQUIRED)
		probe = PPK_PROBE_HOLDS;
	else if (status == FIDO_ERR_NO_CREDENTIALS)
		probe = worker->abilities.credential_protection ? PPK_PROBE_MAY_HIDE
								: PPK_PROBE_NOTHING;
	else if (status > 0 && !ppk_worker_is_stopped(worker))
		probe = PPK_PROBE_MAY_HIDE; /* an answer, but none to this question */
	return probe;
}

/* Which of the part's ids it is that the authenticator holds. */
static const struct ppk_bytes *found_id(
	const struct ppk_worker *worker, const struct question *question)
{
	const uint8_t *id = NULL;
	size_t len = 0;

	if (question->answer != NULL && fido_assert_count(question->answer) > 0) {
		id = fido_assert_id_ptr(question->answer, 0);
		len = fido_assert_id_len(question->answer, 0);
	}
	for (size_t i = question->part.first; id != NULL && i < question->part.end; i++)
		if (ppk_bytes_equal(&question->ids[i], id, len))
			return &question->ids[i];
	return only_id(worker, question);
}

enum ppk_probe ppk_probe_ids(struct ppk_worker *worker, const char *rp_id,
	const struct ppk_bytes *ids, size_t id_count, const struct ppk_bytes **ret_found)
{
	struct question question = { .rp_id = rp_id, .ids = ids, .up = FIDO_OPT_FALSE };
	enum ppk_probe probe = PPK_PROBE_NOTHING;

	for (size_t first = 0;
		first < id_count && probe != PPK_PROBE_HOLDS && probe != PPK_PROBE_FAILED;
		first = question.part.end) {
		question.part = next_part(worker, rp_id, ids, id_count, first);
		if (question.part.count > 0)
			probe = probe_part(worker, &question);
	}
	if (probe == PPK_PROBE_HOLDS && ret_found != NULL)
		*ret_found = found_id(worker, &question);
	fido_assert_free(&question.answer);
	return probe;
}

enum ppk_probe ppk_probe_request(struct ppk_worker *worker)
{
	const struct ppk_device_get_assertion *request = &worker->request->get_assertion;
	enum ppk_probe result = PPK_PROBE_NOTHING;

	for (size_t i = worker->group; i < request->group_count; i++) {
		const struct ppk_device_group *group = &request->groups[i];
		enum ppk_probe probe =
			ppk_probe_ids(worker, group->rp_id, group->ids, group->id_count, NULL);

		if (probe == PPK_PROBE_HOLDS || probe == PPK_PROBE_FAILED)
			return probe;
		if (probe == PPK_PROBE_MAY_HIDE)
			result = probe;
	}
	return result;
}
