/* SPDX-License-Identifier: BSD-2-Clause */
#include "stand_in.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/browser_message.h"
#include "core/client_data.h"
#include "core/ssh_agent.h"
#include "core/ssh_key.h"
#include "core/ssh_wire.h"
#include "faults.h"
#include "unit/crypto/signer.h"

#define RP "example.org"
#define APPLICATION "ssh:"
#define ID "stand-in-credential"
#define UP 1
#define COUNT 7
#define POINT_SIZE 32 /* of Ed25519 */

/* PROTOCOL.agent of OpenSSH */
#define REQUEST_IDENTITIES 11
#define IDENTITIES_ANSWER 12
#define SIGN_REQUEST 13
#define SIGN_RESPONSE 14

/* All of it in a process of its own. */
static struct signer *signer;
static bool lying;
static int peer;

static void must(bool condition)
{
	if (!condition)
		_exit(70);
}

/* A signature over authenticator data and client data; the caller's. */
static struct ppk_bytes sign(const struct ppk_bytes *data, const struct ppk_bytes *client_data)
{
	struct ppk_bytes signature = signer_assert(signer, data, client_data);

	signature.data[signature.len - 1] ^= lying;
	return signature;
}

/*
 * passkeyd.
 */

static void say(const struct ppk_browser_message *message)
{
	static uint8_t packet[PPK_BROWSER_MESSAGE_MAX];
	size_t len = 0;

	must(ppk_browser_encode_message(message, packet, sizeof(packet), &len) == PPK_OK);
	/* who has gone hears nothing more */
	(void)send(peer, packet, len, MSG_NOSIGNAL);
}

static void say_assertion(const struct ppk_browser_request *request)
{
	struct ppk_bytes json = { .len = 0 };
	struct ppk_bytes data = signer_authenticator_data(RP, UP, COUNT), signature;

	must(ppk_client_data_make(PPK_CLIENT_DATA_GET, request->challenge,
		     sizeof(request->challenge), STAND_IN_ORIGIN, &json) == PPK_OK);
	signature = sign(&data, &json);
	say(&(struct ppk_browser_message){
		.type = PPK_BROWSER_ASSERTION,
		.address = STAND_IN_CLIENT,
		.assertion = {
			.credential_id = (const uint8_t *)ID,
			.credential_id_len = strlen(ID),
			.client_data = json.data,
			.client_data_len = json.len,
			.authenticator_data = data.data,
			.authenticator_data_len = data.len,
			.signature = signature.data,
			.signature_len = signature.len,
		},
	});
	ppk_bytes_done(&json);
	ppk_bytes_done(&data);
	ppk_bytes_done(&signature);
}

static void serve_ceremony(void)
{
	static uint8_t packet[PPK_BROWSER_REQUEST_MAX];
	struct ppk_browser_request request;
	ssize_t len = recv(peer, packet, sizeof(packet), 0);

	if (len <= 0 || ppk_browser_decode_request(packet, (size_t)len, &request) != PPK_OK)
		return;
	say(&(struct ppk_browser_message){
		.type = PPK_BROWSER_STARTED, .url = STAND_IN_ORIGIN "/abcdefgh" });
	say(&(struct ppk_browser_message){
		.type = PPK_BROWSER_OPENED, .address = STAND_IN_CLIENT });
	say(&(struct ppk_browser_message){
		.type = PPK_BROWSER_NUMBER_WRONG, .address = STAND_IN_CLIENT, .tries_left = 2 });
	say_assertion(&request);
	while (recv(peer, packet, sizeof(packet), 0) > 0)
		continue; /* the verdict */
}

/*
 * An agent.
 */

static void write_key(struct ppk_writer *writer)
{
	const struct ppk_bytes *spki = signer_spki(signer);
	const struct ppk_ssh_key key = {
		.alg = PPK_ALG_EDDSA,
		.point = spki->data + spki->len - POINT_SIZE,
		.point_len = POINT_SIZE,
		.application = APPLICATION,
		.application_len = strlen(APPLICATION),
	};

	ppk_ssh_key_write(writer, &key);
}

static void list_keys(struct ppk_writer *body)
{
	uint8_t memory[PPK_SSH_KEY_BLOB_MAX];
	struct ppk_writer key = { .data = memory, .size = sizeof(memory) };

	write_key(&key);
	ppk_writer_u8(body, IDENTITIES_ANSWER);
	ppk_writer_u32(body, 1);
	ppk_ssh_write_string(body, key.data, key.len);
	ppk_ssh_write_text(body, "alice@laptop");
}

static void sign_blob(struct ppk_reader *request, struct ppk_writer *body)
{
	uint8_t memory[512];
	struct ppk_writer blob = { .data = memory, .size = sizeof(memory) };
	struct ppk_bytes data = signer_authenticator_data(APPLICATION, UP, COUNT), asked, signature;
	const uint8_t *key, *bytes;
	size_t key_len, len;

	if (!ppk_ssh_read_string(request, PPK_SSH_KEY_BLOB_MAX, &key, &key_len) ||
		!ppk_ssh_read_string(request, PPK_SSHSIG_SIZE, &bytes, &len)) {
		ppk_bytes_done(&data);
		return;
	}
	must(ppk_bytes_copy(bytes, len, &asked) == PPK_OK);
	signature = sign(&data, &asked);
	ppk_ssh_write_text(&blob, ppk_ssh_key_type(PPK_ALG_EDDSA));
	ppk_ssh_write_string(&blob, signature.data, signature.len);
	ppk_writer_u8(&blob, UP);
	ppk_writer_u32(&blob, COUNT);
	ppk_writer_u8(body, SIGN_RESPONSE);
	ppk_ssh_write_string(body, blob.data, blob.len);
	ppk_bytes_done(&data);
	ppk_bytes_done(&asked);
	ppk_bytes_done(&signature);
}

static bool hear(uint8_t *out, size_t len)
{
	return recv(peer, out, len, MSG_WAITALL) == (ssize_t)len;
}

/* One request; false: there is no other. */
static bool serve_request(void)
{
	uint8_t length[4], memory[PPK_SSH_AGENT_REQUEST_MAX], answer[2048];
	struct ppk_reader reader = { .next = length, .left = sizeof(length) };
	struct ppk_writer body = { .data = answer + 4, .size = sizeof(answer) - 4 };
	struct ppk_writer frame = { .data = answer, .size = 4 };
	uint32_t len;
	uint8_t type;

	if (!hear(length, sizeof(length)) || !ppk_reader_u32(&reader, &len) || len == 0 ||
		len > sizeof(memory) || !hear(memory, len))
		return false;
	reader = (struct ppk_reader){ .next = memory, .left = len };
	must(ppk_reader_u8(&reader, &type));
	if (type == REQUEST_IDENTITIES)
		list_keys(&body);
	else if (type == SIGN_REQUEST)
		sign_blob(&reader, &body);
	must(!body.failed);
	ppk_writer_u32(&frame, (uint32_t)body.len);
	return body.len > 0 &&
	       send(peer, answer, 4 + body.len, MSG_NOSIGNAL) == (ssize_t)(4 + body.len);
}

/*
 * Either.
 */

static void tell_line(enum stand_in_kind kind, int fd)
{
	struct ppk_credential *credential =
		signer_credential(signer, kind == STAND_IN_AGENT ? PPK_ALG_EDDSA : PPK_ALG_ES256,
			ID, strlen(ID), kind == STAND_IN_AGENT ? APPLICATION : RP);
	char *text = NULL;

	must(ppk_credential_format(credential, &text) == PPK_OK);
	must(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	free(text);
	ppk_credential_free(credential);
}

static int listen_at(enum stand_in_kind kind, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int type = kind == STAND_IN_AGENT ? SOCK_STREAM : SOCK_SEQPACKET;
	int listener = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	must(listener >= 0 && strlen(path) < sizeof(address.sun_path));
	memcpy(address.sun_path, path, strlen(path) + 1);
	must(bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0);
	must(listen(listener, 8) == 0);
	return listener;
}

_Noreturn static void serve(enum stand_in_kind kind, const char *path, int line_fd)
{
	int listener = listen_at(kind, path);

	signer = signer_new(kind == STAND_IN_AGENT ? PPK_ALG_EDDSA : PPK_ALG_ES256);
	tell_line(kind, line_fd);
	for (;;) {
		peer = accept(listener, NULL, NULL);
		must(peer >= 0);
		if (kind == STAND_IN_PASSKEYD)
			serve_ceremony();
		while (kind == STAND_IN_AGENT && serve_request())
			continue;
		close(peer);
	}
}

void stand_in_start(
	enum stand_in_kind kind, const char *path, uid_t uid, bool lies, struct stand_in *ret)
{
	pid_t parent = getpid();
	size_t len = 0;
	ssize_t got;
	int ends[2];

	must(pipe(ends) == 0);
	ret->pid = fork();
	must(ret->pid >= 0);
	if (ret->pid == 0) {
		faults = NULL; /* it never fails */
		must(setresuid(uid, uid, uid) == 0);
		must(prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent);
		close(ends[0]);
		lying = lies;
		serve(kind, path, ends[1]);
	}
	close(ends[1]);
	while ((got = read(ends[0], ret->line + len, sizeof(ret->line) - 2 - len)) > 0)
		len += (size_t)got;
	close(ends[0]);
	must(got == 0 && len > 0);
	memcpy(ret->line + len, "\n", 2);
}

void stand_in_stop(struct stand_in *stand_in)
{
	if (stand_in->pid <= 0)
		return;
	kill(stand_in->pid, SIGKILL);
	waitpid(stand_in->pid, NULL, 0);
	stand_in->pid = 0;
}
