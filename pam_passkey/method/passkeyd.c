/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program's side of passkeyd.
 *
 * 1. MUST NOT take a stranger's socket for passkeyd.
 * 2. MUST take every packet through the decoder of core, whole or not at all.
 * 3. MUST NOT wait longer than its caller says.
 */
#include "method/passkeyd.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "sys/packet.h"
#include "sys/random.h"

#define NUMBERS (PPK_BROWSER_NUMBER_MAX + 1)
#define VERDICT_MAX 512 /* bytes of the packet */
#define TEST_MAX (64 + PPK_CREDENTIAL_ID_MAX)

/* The one place where errno of connect(2) becomes an error of ours. */
static enum ppk_err connect_error(int code)
{
	if (code == ENOENT || code == ENOTDIR || code == ECONNREFUSED)
		return PPK_ERR_NOT_FOUND;
	if (code == EACCES || code == EPERM)
		return PPK_ERR_PERMISSION;
	return code == EAGAIN ? PPK_ERR_BUSY : PPK_ERR_IO;
}

static enum ppk_err make_address(const char *path, struct sockaddr_un *ret)
{
	size_t len = strlen(path);

	if (path[0] != '/' || len >= sizeof(ret->sun_path))
		return PPK_ERR_LIMIT;
	memset(ret, 0, sizeof(*ret));
	ret->sun_family = AF_UNIX;
	memcpy(ret->sun_path, path, len + 1);
	return PPK_OK;
}

/* Who owns the folder that address lies in: who may put a socket there, where it is not root alone. */
static enum ppk_err folder_owner(const struct sockaddr_un *address, uid_t *ret)
{
	char folder[sizeof(address->sun_path)];
	struct stat status;

	memcpy(folder, address->sun_path, sizeof(folder));
	strrchr(folder, '/')[1] = '\0';
	if (stat(folder, &status) != 0)
		return PPK_ERR_IO;
	*ret = status.st_uid;
	return PPK_OK;
}

static enum ppk_err check_peer(int socket, const struct sockaddr_un *address, uid_t root)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	uid_t owner;
	enum ppk_err err = folder_owner(address, &owner);

	if (err != PPK_OK)
		return err;
	if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		return PPK_ERR_IO;
	return peer.uid == root || peer.uid == owner ? PPK_OK : PPK_ERR_UNSAFE_FILE;
}

static enum ppk_err connect_to(struct ppk_passkeyd *passkeyd, const char *path, uid_t root)
{
	struct sockaddr_un address;
	enum ppk_err err = make_address(path, &address);

	if (err != PPK_OK)
		return err;
	passkeyd->packet = malloc(PPK_BROWSER_MESSAGE_MAX);
	if (passkeyd->packet == NULL)
		return PPK_ERR_NOMEM;
	/* not blocking: a full queue of connections is an answer */
	passkeyd->socket = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (passkeyd->socket < 0)
		return PPK_ERR_IO;
	if (connect(passkeyd->socket, (struct sockaddr *)&address, sizeof(address)) != 0)
		return connect_error(errno);
	return check_peer(passkeyd->socket, &address, root);
}

static const char *why_not(enum ppk_err err)
{
	if (err == PPK_ERR_NOT_FOUND)
		return "passkeyd is not running";
	if (err == PPK_ERR_UNSAFE_FILE)
		return "somebody else than passkeyd listens here";
	return "passkeyd cannot be reached";
}

enum ppk_err ppk_passkeyd_connect(struct ppk_passkeyd *ret, const char *path,
	const struct ppk_trust *trust, struct ppk_diag *reterr)
{
	enum ppk_err err = connect_to(ret, path, trust->root);

	if (err == PPK_OK)
		return PPK_OK;
	return ppk_diag_set(reterr, err, path, 0, 0, "%s", why_not(err));
}

/* Send the first packet, of len bytes, and wait for the answer to it, which is wanted, or FAILED. */
static enum ppk_err ask(struct ppk_passkeyd *passkeyd, size_t len, int64_t deadline_ms,
	enum ppk_browser_message_type wanted, struct ppk_browser_message *ret)
{
	struct ppk_browser_message message;
	enum ppk_err err = ppk_packet_send(passkeyd->socket, passkeyd->packet, len);

	/* who turns us away before we have asked has said why, and does not listen any more */
	if (err == PPK_OK || err == PPK_ERR_PROCESS)
		err = ppk_passkeyd_next(passkeyd, deadline_ms, &message);
	if (err != PPK_OK)
		return err == PPK_ERR_TIMEOUT ? PPK_ERR_PROCESS : err;
	if (message.type == PPK_BROWSER_FAILED)
		return message.err;
	if (message.type != wanted)
		return PPK_ERR_FRAME;
	*ret = message;
	return PPK_OK;
}

enum ppk_err ppk_passkeyd_begin(struct ppk_passkeyd *passkeyd,
	const struct ppk_browser_request *request, int64_t deadline_ms,
	struct ppk_browser_message *ret_started)
{
	size_t len = 0;
	enum ppk_err err = ppk_browser_encode_request(
		request, passkeyd->packet, PPK_BROWSER_MESSAGE_MAX, &len);

	if (err != PPK_OK)
		return err;
	return ask(passkeyd, len, deadline_ms, PPK_BROWSER_STARTED, ret_started);
}

enum ppk_err ppk_passkeyd_draw(struct ppk_passkeyd *passkeyd, const char *url, int64_t deadline_ms,
	struct ppk_qr_code *ret)
{
	struct ppk_browser_message drawn;
	size_t len = 0;
	enum ppk_err err =
		ppk_browser_encode_draw(url, passkeyd->packet, PPK_BROWSER_MESSAGE_MAX, &len);

	if (err == PPK_OK)
		err = ask(passkeyd, len, deadline_ms, PPK_BROWSER_DRAWN, &drawn);
	if (err == PPK_OK)
		*ret = drawn.qr_code;
	return err;
}

enum ppk_err ppk_passkeyd_next(
	struct ppk_passkeyd *passkeyd, int64_t deadline_ms, struct ppk_browser_message *ret)
{
	size_t len;
	enum ppk_err err = ppk_packet_receive(
		passkeyd->socket, deadline_ms, passkeyd->packet, PPK_BROWSER_MESSAGE_MAX, &len);

	if (err != PPK_OK)
		return err;
	return ppk_browser_decode_message(passkeyd->packet, len, ret);
}

enum ppk_err ppk_passkeyd_test(struct ppk_passkeyd *passkeyd, const struct ppk_browser_test *test)
{
	uint8_t packet[TEST_MAX];
	size_t len = 0;
	enum ppk_err err = ppk_browser_encode_test(test, packet, sizeof(packet), &len);

	if (err != PPK_OK)
		return err;
	return ppk_packet_send(passkeyd->socket, packet, len);
}

enum ppk_err ppk_passkeyd_verdict(struct ppk_passkeyd *passkeyd, enum ppk_err verdict)
{
	uint8_t packet[VERDICT_MAX];
	size_t len = 0;
	enum ppk_err err = ppk_browser_encode_verdict(verdict, packet, sizeof(packet), &len);

	if (err != PPK_OK)
		return err;
	return ppk_packet_send(passkeyd->socket, packet, len);
}

static enum ppk_err copy_assertion(
	const struct ppk_browser_assertion *from, struct ppk_assertion *to)
{
	enum ppk_err err =
		ppk_bytes_copy(from->credential_id, from->credential_id_len, &to->credential_id);

	if (err == PPK_OK)
		err = ppk_bytes_copy(from->client_data, from->client_data_len, &to->client_data);
	if (err == PPK_OK)
		err = ppk_bytes_copy(from->authenticator_data, from->authenticator_data_len,
			&to->authenticator_data);
	if (err == PPK_OK)
		err = ppk_bytes_copy(from->signature, from->signature_len, &to->signature);
	if (err == PPK_OK && from->user_handle_len > 0)
		err = ppk_bytes_copy(from->user_handle, from->user_handle_len, &to->user_handle);
	return err;
}

enum ppk_err ppk_passkeyd_take_assertion(
	const struct ppk_browser_assertion *from, struct ppk_assertion *ret)
{
	struct ppk_assertion assertion = { .credential_id = { .data = NULL } };
	enum ppk_err err = copy_assertion(from, &assertion);

	if (err != PPK_OK) {
		ppk_assertion_done(&assertion);
		return err;
	}
	*ret = assertion;
	return PPK_OK;
}

enum ppk_err ppk_passkeyd_number(uint8_t *ret)
{
	uint8_t byte;
	enum ppk_err err;

	do
		err = ppk_random(&byte, sizeof(byte));
	while (err == PPK_OK && byte >= UINT8_MAX / NUMBERS * NUMBERS);
	if (err == PPK_OK)
		*ret = byte % NUMBERS;
	return err;
}

void ppk_passkeyd_close(struct ppk_passkeyd *passkeyd)
{
	if (passkeyd->socket >= 0)
		close(passkeyd->socket);
	free(passkeyd->packet);
	*passkeyd = (struct ppk_passkeyd){ .socket = -1 };
}
