/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * passkey-device: talks to the security keys that are plugged in, for pam_passkey.so and its tools.
 * They start it (sys/process.h) with a socket as descriptor 3, an empty environment and nothing else;
 * it answers one request (core/device_message.h).
 */
#include <fido.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/device_message.h"
#include "device/supervisor.h"
#include "sys/clock.h"
#include "sys/packet.h"

#define SOCKET 3
/* The program sends its request right after the start. */
#define REQUEST_WAIT_MS 10000

/* A PIN passes through: nobody reads this process' memory, alive or dead. */
static void harden(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

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

int main(void)
{
	struct ppk_device_request request = { .memory = NULL };
	enum ppk_err err;

	harden();
	/* Started by hand. There is nothing to tell a person but in the manual; 2: wrong usage. */
	if (!is_socket())
		return 2;
	fido_init(0);
	err = receive_request(&request);
	if (err == PPK_OK)
		ppk_supervisor_run(SOCKET, &request);
	else
		ppk_supervisor_refuse(SOCKET, err);
	ppk_device_request_done(&request);
	/* Not exit(3): the tidying up of libcrypto takes longer than all of the above. */
	_exit(0);
}
