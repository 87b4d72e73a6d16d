/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * passkey-device: talks to the security keys that are plugged in, for pam_passkey.so and its tools.
 * They start it (sys/process.h) with a socket as descriptor 3, an empty environment and nothing else;
 * it answers one request (core/device_message.h).
 */
#include <fido.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/device_message.h"
#include "device/launcher.h"
#include "device/sandbox.h"
#include "device/supervisor.h"
#include "sys/clock.h"
#include "sys/packet.h"

#define SOCKET 3
/* The program sends its request right after the start. */
#define REQUEST_WAIT_MS 10000

static bool is_socket(void)
{
	struct stat status;

	return fstat(SOCKET, &status) == 0 && S_ISSOCK(status.st_mode);
}

static enum ppk_err receive_request(struct ppk_device_request *ret)
{
	uint8_t *packet = malloc(PPK_DEVICE_MESSAGE_MAX);
	size_t len = 0;
	enum ppk_err err;

	if (packet == NULL)
		return PPK_ERR_NOMEM;
	err = ppk_packet_receive(
		SOCKET, ppk_clock_ms() + REQUEST_WAIT_MS, packet, PPK_DEVICE_MESSAGE_MAX, &len);
	if (err == PPK_OK)
		err = ppk_device_decode_request(packet, len, ret);
	free(packet);
	return err;
}

/* The last message, before there was another: it failed because of err. */
static void refuse(enum ppk_err err)
{
	const struct ppk_device_message message = {
		.type = PPK_DEVICE_FAILED,
		.event = { .index = PPK_DEVICE_INDEX_NONE,
			.retries = PPK_DEVICE_RETRIES_UNKNOWN,
			.err = err },
	};
	uint8_t packet[64];
	size_t len = 0;

	if (ppk_device_encode_message(&message, packet, sizeof(packet), &len) == PPK_OK)
		(void)!ppk_packet_send(SOCKET, packet, len);
}

/* The launcher comes before the supervisor's sandbox, in which no process is started. */
static enum ppk_err supervise(const struct ppk_device_request *request)
{
	struct ppk_launcher launcher;
	enum ppk_err err;

	if (request->nfc)
		ppk_sandbox_load_ahead();
	err = ppk_launcher_start(request, &launcher);
	if (err != PPK_OK)
		return err;
	ppk_sandbox_enter(PPK_SANDBOX_SUPERVISOR, request->nfc);
	err = ppk_supervisor_run(SOCKET, launcher.socket, request);
	ppk_launcher_stop(&launcher);
	return err;
}

int main(void)
{
	struct ppk_device_request request = { .memory = NULL };
	enum ppk_err err;

	ppk_sandbox_harden();
	/* Started by hand. There is nothing to tell a person but in the manual; 2: wrong usage. */
	if (!is_socket())
		return 2;
	if (!ppk_sandbox_give_up_privilege())
		return 1;
	fido_init(0);
	err = receive_request(&request);
	if (err == PPK_OK)
		err = supervise(&request);
	if (err != PPK_OK)
		refuse(err);
	ppk_device_request_done(&request);
	/* Not exit(3): the tidying up of libcrypto takes longer than all of the above. */
	_exit(0);
}
