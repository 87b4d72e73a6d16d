/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract.
 *  1. The agent is not trusted. What it lists MUST NOT decide more than which credentials it is asked
 *     for, each once; what it signs is an assertion like any other, for the one verifier.
 *  2. The authenticator data MUST be made of the record's RP ID, and the client data of what was asked
 *     for, never of anything that the agent sent.
 *  3. It MUST NOT be able to outwait the timeout, or make the host allocate more than a frame.
 *  4. The socket MUST be the user's (sys/user_socket.h); a path that the environment names is a hint.
 */
#include "method/agent.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/authenticator_data.h"
#include "core/ssh_agent.h"
#include "core/ssh_key.h"
#include "crypto/spki.h"
#include "method/messages.h"
#include "sys/clock.h"
#include "sys/user_socket.h"

#define LIST_WAIT_MS                                                                               \
	5000 /* an agent that lists its keys no faster hangs: nobody has to touch for it */
#define DIAG_TEXT_SIZE 704
#define LENGTH_SIZE 4 /* bytes of the length of a frame */

/* A talk with an agent. */
struct talk {
	const struct ppk_method_request *request;
	int socket;
	int64_t deadline_ms;
	struct ppk_bytes answer; /* the last frame, without its length */
	struct ppk_bytes keys; /* the frame that lists the keys */
	struct ppk_bytes blob; /* what is to be signed */
};

/* Our request out, its answer into *ret, the caller's. */
static enum ppk_err exchange(struct talk *talk, const struct ppk_writer *question,
	int64_t deadline_ms, struct ppk_bytes *ret)
{
	uint8_t length[LENGTH_SIZE];
	struct ppk_reader reader = { .next = length, .left = sizeof(length) };
	struct ppk_bytes frame = { .data = NULL };
	uint32_t len = 0;
	enum ppk_err err;

	if (question->failed)
		return PPK_ERR_LIMIT;
	err = ppk_stream_send(talk->socket, deadline_ms, question->data, question->len);
	if (err == PPK_OK)
		err = ppk_stream_receive(talk->socket, deadline_ms, length, sizeof(length));
	if (err != PPK_OK)
		return err;
	if (!ppk_reader_u32(&reader, &len) || len == 0 || len > PPK_SSH_AGENT_FRAME_MAX)
		return PPK_ERR_AGENT;
	frame = (struct ppk_bytes){ .data = malloc(len), .len = len };
	if (frame.data == NULL)
		return PPK_ERR_NOMEM;
	err = ppk_stream_receive(talk->socket, deadline_ms, frame.data, len);
	if (err == PPK_OK)
		*ret = frame;
	else
		ppk_bytes_done(&frame);
	return err;
}

static enum ppk_err list_keys(struct talk *talk)
{
	uint8_t memory[PPK_SSH_AGENT_REQUEST_MAX];
	struct ppk_writer question = { .data = memory, .size = sizeof(memory) };
	int64_t deadline_ms = ppk_clock_ms() + LIST_WAIT_MS;
	struct ppk_reader keys;
	enum ppk_err err;

	if (deadline_ms > talk->deadline_ms)
		deadline_ms = talk->deadline_ms;
	ppk_ssh_agent_write_list(&question);
	err = exchange(talk, &question, deadline_ms, &talk->keys);
	return err != PPK_OK ? err
			     : ppk_ssh_agent_parse_keys(talk->keys.data, talk->keys.len, &keys);
}

/* The blob under which an agent would list this credential. */
static enum ppk_err write_key(const struct ppk_credential *credential, struct ppk_writer *writer)
{
	struct ppk_spki spki;
	enum ppk_err err =
		ppk_spki_parse(credential->alg, credential->key.data, credential->key.len, &spki);
	const struct ppk_ssh_key key = {
		.alg = credential->alg,
		.point = err == PPK_OK ? spki.point : NULL,
		.point_len = err == PPK_OK ? spki.point_len : 0,
		.application = credential->rp_id,
		.application_len = strlen(credential->rp_id),
	};

	if (err != PPK_OK)
		return err;
	ppk_ssh_key_write(writer, &key);
	return writer->failed ? PPK_ERR_LIMIT : PPK_OK;
}

static bool is_listed(const struct talk *talk, const struct ppk_writer *key)
{
	struct ppk_reader keys;
	const uint8_t *blob;
	size_t len;

	if (ppk_ssh_agent_parse_keys(talk->keys.data, talk->keys.len, &keys) != PPK_OK)
		return false;
	while (ppk_ssh_agent_next_key(&keys, &blob, &len))
		if (len == key->len && memcmp(blob, key->data, len) == 0)
			return true;
	return false;
}

/* What is to be signed, and what client data are expected: the same bytes. */
static enum ppk_err make_blob(struct talk *talk)
{
	const struct ppk_method_request *request = talk->request;
	const struct ppk_sshsig_purpose purpose = {
		.host = request->host,
		.user = request->account->name,
		.service = request->service,
		.challenge = request->challenge,
	};
	uint8_t memory[PPK_SSHSIG_MESSAGE_MAX], blob[PPK_SSHSIG_SIZE], hash[PPK_SHA256_SIZE];
	struct ppk_writer message = { .data = memory, .size = sizeof(memory) };
	struct ppk_writer writer = { .data = blob, .size = sizeof(blob) };
	enum ppk_err err;

	ppk_sshsig_message_write(&message, &purpose);
	if (message.failed)
		return PPK_ERR_LIMIT;
	err = ppk_crypto_sha256(request->crypto, memory, message.len, hash);
	if (err != PPK_OK)
		return err;
	ppk_sshsig_write(&writer, hash);
	return writer.failed ? PPK_ERR_LIMIT : ppk_bytes_copy(blob, writer.len, &talk->blob);
}

/* An SSH signature as the assertion that it is (OpenSSH's PROTOCOL.u2f, "SSH U2F Signatures"). */
static enum ppk_err take_signature(const struct talk *talk, const struct ppk_credential *credential,
	const struct ppk_ssh_signature *signature, struct ppk_assertion *ret)
{
	uint8_t data[PPK_AUTHENTICATOR_DATA_MIN], hash[PPK_SHA256_SIZE];
	struct ppk_writer writer = { .data = data, .size = sizeof(data) };
	enum ppk_err err = ppk_crypto_sha256(
		talk->request->crypto, credential->rp_id, strlen(credential->rp_id), hash);

	ppk_writer_raw(&writer, hash, sizeof(hash));
	ppk_writer_u8(&writer, signature->flags);
	ppk_writer_u32(&writer, signature->sign_count);
	if (err == PPK_OK)
		err = ppk_bytes_copy(credential->id.data, credential->id.len, &ret->credential_id);
	if (err == PPK_OK)
		err = ppk_bytes_copy(data, writer.len, &ret->authenticator_data);
	if (err == PPK_OK)
		err = ppk_bytes_copy(talk->blob.data, talk->blob.len, &ret->client_data);
	if (err == PPK_OK)
		err = ppk_bytes_copy(signature->bytes, signature->len, &ret->signature);
	return err;
}

static enum ppk_err ask_to_sign(struct talk *talk, const struct ppk_credential *credential,
	const struct ppk_writer *key, struct ppk_assertion *ret)
{
	uint8_t memory[PPK_SSH_AGENT_REQUEST_MAX];
	struct ppk_writer question = { .data = memory, .size = sizeof(memory) };
	struct ppk_ssh_signature signature;
	const uint8_t *blob;
	size_t len;
	enum ppk_err err;

	ppk_ssh_agent_write_sign(&question, key->data, key->len, talk->blob.data, talk->blob.len);
	ppk_bytes_done(&talk->answer);
	err = exchange(talk, &question, talk->deadline_ms, &talk->answer);
	if (err == PPK_OK)
		err = ppk_ssh_agent_parse_signature(
			talk->answer.data, talk->answer.len, &blob, &len);
	if (err != PPK_OK)
		return err;
	if (ppk_ssh_signature_parse(blob, len, credential->alg, &signature) != PPK_OK)
		return PPK_ERR_AGENT;
	return take_signature(talk, credential, &signature, ret);
}

static enum ppk_err tell(const struct ppk_method_request *request, enum ppk_message message,
	const struct ppk_credential *credential)
{
	const struct ppk_dialogue *dialogue = request->dialogue;
	char label[PPK_CREDENTIAL_NAME_MAX + 1], text[PPK_MESSAGE_SIZE];
	const struct ppk_message_values values = {
		.key = credential->name == NULL ? NULL : label,
		.action = request->action,
		.user = request->user,
		.number = request->timeout_s,
	};

	ppk_credential_label(credential, label, sizeof(label));
	ppk_message_format(message, &values, text, sizeof(text));
	return message == PPK_MESSAGE_AGENT_TOUCH ? dialogue->show(dialogue->context, text)
						  : dialogue->warn(dialogue->context, text);
}

/* Why no signature came, told to the person; the reason stands, told or not. */
static enum ppk_err explain(
	const struct talk *talk, const struct ppk_credential *credential, enum ppk_err reason)
{
	enum ppk_message message;

	if (reason == PPK_ERR_TIMEOUT)
		message = PPK_MESSAGE_NOT_TOUCHED;
	else if (reason == PPK_ERR_AGENT_REFUSED)
		message = PPK_MESSAGE_AGENT_REFUSED;
	else
		return reason == PPK_ERR_PROCESS ? PPK_ERR_AGENT : reason;
	if (tell(talk->request, message, credential) != PPK_OK)
		ppk_log(talk->request->log, PPK_LOG_DEBUG, "the person could not be told");
	return reason;
}

/* One credential after the other, as long as the agent only says no. */
static enum ppk_err sign(struct talk *talk, struct ppk_assertion *ret)
{
	const struct ppk_method_request *request = talk->request;
	enum ppk_err err = PPK_ERR_METHOD_UNAVAILABLE;
	const struct ppk_credential *last = NULL;

	for (size_t i = 0; i < request->credential_count; i++) {
		const struct ppk_credential *credential = request->credentials[i];
		uint8_t memory[PPK_SSH_KEY_BLOB_MAX];
		struct ppk_writer key = { .data = memory, .size = sizeof(memory) };

		if (write_key(credential, &key) != PPK_OK || !is_listed(talk, &key))
			continue;
		last = credential;
		err = request->cue ? tell(request, PPK_MESSAGE_AGENT_TOUCH, credential) : PPK_OK;
		if (err == PPK_OK)
			err = ask_to_sign(talk, credential, &key, ret);
		if (err != PPK_ERR_AGENT_REFUSED)
			break;
	}
	return err == PPK_OK || last == NULL ? err : explain(talk, last, err);
}

/* There is no agent to ask: nothing that the person could see has happened. */
static enum ppk_err unavailable(
	const struct ppk_method_request *request, enum ppk_err err, const struct ppk_diag *diag)
{
	char text[DIAG_TEXT_SIZE];

	if (err == PPK_ERR_NOMEM)
		return err;
	if (diag->text[0] != '\0')
		ppk_diag_format(diag, text, sizeof(text));
	ppk_log(request->log, PPK_LOG_NOTICE, "the SSH agent is not asked: %s",
		diag->text[0] != '\0' ? text : ppk_err_sentence(err));
	return PPK_ERR_METHOD_UNAVAILABLE;
}

static enum ppk_err run(struct talk *talk, struct ppk_assertion *ret)
{
	struct ppk_diag diag = { .line = 0 };
	enum ppk_err err;

	err = ppk_user_socket_connect(
		talk->request->account, talk->request->agent_socket, &talk->socket, &diag);
	if (err == PPK_OK)
		err = list_keys(talk);
	if (err != PPK_OK)
		return unavailable(talk->request, err, &diag);
	err = make_blob(talk);
	return err != PPK_OK ? err : sign(talk, ret);
}

enum ppk_err ppk_method_agent(const struct ppk_method_request *request, struct ppk_assertion *ret,
	struct ppk_client_data_expected *ret_expected)
{
	struct ppk_assertion assertion = { .credential_id = { .data = NULL } };
	struct talk talk = {
		.request = request,
		.socket = -1,
		.deadline_ms = ppk_clock_ms() + (int64_t)request->timeout_s * 1000,
	};
	enum ppk_err err;

	if (request->agent_socket[0] == '\0')
		return PPK_ERR_METHOD_UNAVAILABLE;
	err = run(&talk, &assertion);
	if (talk.socket >= 0)
		close(talk.socket);
	ppk_bytes_done(&talk.keys);
	ppk_bytes_done(&talk.answer);
	if (err != PPK_OK) {
		ppk_assertion_done(&assertion);
		ppk_bytes_done(&talk.blob);
		return err;
	}
	*ret = assertion;
	*ret_expected = (struct ppk_client_data_expected){ .exact = talk.blob };
	return PPK_OK;
}
