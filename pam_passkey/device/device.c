/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program's side of passkey-device.
 *
 * 1. MUST NOT start a program that somebody else could have written.
 * 2. MUST take every packet through the decoder of core, whole or not at all.
 * 3. MUST NOT leave a PIN in the packet buffer.
 */
#include "device/device.h"

#include <stdlib.h>
#include <string.h>

#include "core/wipe.h"
#include "sys/packet.h"

/*
 * How long passkey-device may take to end after its socket was closed: it tells authenticators that
 * still blink to stop and waits up to half a second for them.
 */
#define STOP_GRACE_MS 1500

enum ppk_err ppk_device_start(struct ppk_device *ret, const char *path,
	const struct ppk_trust *trust, struct ppk_diag *reterr)
{
	enum ppk_err err = ppk_file_check_program(path, trust, reterr);

	if (err != PPK_OK)
		return err;
	ret->packet = malloc(PPK_DEVICE_MESSAGE_MAX);
	if (ret->packet == NULL)
		return ppk_diag_set(reterr, PPK_ERR_NOMEM, path, 0, 0, "out of memory");
	err = ppk_process_start(path, &ret->process);
	if (err != PPK_OK)
		return ppk_diag_set(reterr, err, path, 0, 0, "could not be started");
	return PPK_OK;
}

/* Send what an encoder wrote into the packet buffer. */
static enum ppk_err send_packet(struct ppk_device *device, enum ppk_err encoded, size_t len)
{
	if (encoded != PPK_OK)
		return encoded;
	return ppk_packet_send(device->process.socket, device->packet, len);
}

enum ppk_err ppk_device_get_assertion(
	struct ppk_device *device, const struct ppk_device_get_assertion *request)
{
	size_t len = 0;
	enum ppk_err err = ppk_device_encode_get_assertion(
		request, device->packet, PPK_DEVICE_MESSAGE_MAX, &len);

	return send_packet(device, err, len);
}

enum ppk_err ppk_device_make_credential(
	struct ppk_device *device, const struct ppk_device_make_credential *request)
{
	size_t len = 0;
	enum ppk_err err = ppk_device_encode_make_credential(
		request, device->packet, PPK_DEVICE_MESSAGE_MAX, &len);

	return send_packet(device, err, len);
}

enum ppk_err ppk_device_list(struct ppk_device *device, uint32_t timeout_ms, bool nfc)
{
	size_t len = 0;
	enum ppk_err err = ppk_device_encode_list(
		timeout_ms, nfc, device->packet, PPK_DEVICE_MESSAGE_MAX, &len);

	return send_packet(device, err, len);
}

enum ppk_err ppk_device_pin(struct ppk_device *device, uint8_t index, const struct ppk_secret *pin)
{
	/* Not the large buffer, so that all of the place where the PIN was can be overwritten. */
	uint8_t packet[PPK_SECRET_SIZE + 16];
	size_t len = 0;
	enum ppk_err err = ppk_device_encode_pin(index, pin, packet, sizeof(packet), &len);

	if (err == PPK_OK)
		err = ppk_packet_send(device->process.socket, packet, len);
	ppk_wipe(packet, sizeof(packet));
	return err;
}

enum ppk_err ppk_device_cancel(struct ppk_device *device)
{
	size_t len = 0;
	enum ppk_err err = ppk_device_encode_cancel(device->packet, PPK_DEVICE_MESSAGE_MAX, &len);

	return send_packet(device, err, len);
}

enum ppk_err ppk_device_next(
	struct ppk_device *device, int64_t deadline_ms, struct ppk_device_message *ret)
{
	size_t len;
	enum ppk_err err = ppk_packet_receive(
		device->process.socket, deadline_ms, device->packet, PPK_DEVICE_MESSAGE_MAX, &len);

	if (err != PPK_OK)
		return err;
	return ppk_device_decode_message(device->packet, len, ret);
}

void ppk_device_stop(struct ppk_device *device)
{
	ppk_process_finish(&device->process, STOP_GRACE_MS);
	free(device->packet);
	*device = (struct ppk_device){ .process.socket = -1 };
}
