/* SPDX-License-Identifier: BSD-2-Clause */
#include "authenticators.h"

#include "device/device.h"
#include "sys/clock.h"

#define LIST_TIMEOUT_MS 5000 /* a key that hangs costs no more than this */
#define GRACE_MS 1000 /* for the helper's own timeout to come first */

static enum ppk_err receive_list(struct ppk_device *device, struct ppk_authenticators *list)
{
	int64_t deadline_ms = ppk_clock_ms() + LIST_TIMEOUT_MS + GRACE_MS;
	struct ppk_device_message message;
	enum ppk_err err;

	while ((err = ppk_device_next(device, deadline_ms, &message)) == PPK_OK) {
		if (message.type == PPK_DEVICE_LISTED)
			return PPK_OK;
		if (message.type == PPK_DEVICE_FAILED)
			return message.event.err == PPK_OK ? PPK_ERR_FRAME : message.event.err;
		if (message.type != PPK_DEVICE_AUTHENTICATOR)
			return PPK_ERR_FRAME;
		if (list->len == PPK_DEVICE_AUTHENTICATORS_MAX)
			return PPK_ERR_FRAME;
		list->list[list->len++] = message.authenticator;
	}
	return err;
}

enum ppk_err ppk_authenticators_list(
	const char *path, bool nfc, struct ppk_authenticators *ret, struct ppk_diag *reterr)
{
	const struct ppk_trust trust = { .root = 0 };
	struct ppk_authenticators list = { .len = 0 };
	struct ppk_device device = { .packet = NULL };
	enum ppk_err err;

	err = ppk_device_start(&device, path, &trust, reterr);
	if (err == PPK_OK)
		err = ppk_device_list(&device, LIST_TIMEOUT_MS, nfc);
	if (err == PPK_OK)
		err = receive_list(&device, &list);
	ppk_device_stop(&device);
	if (err == PPK_ERR_NO_AUTHENTICATOR) /* none plugged in is an answer */
		err = PPK_OK;
	if (err == PPK_OK)
		*ret = list;
	return err;
}

const char *ppk_authenticator_product(const struct ppk_device_authenticator *authenticator)
{
	return authenticator->product[0] == '\0' ? "security key" : authenticator->product;
}
