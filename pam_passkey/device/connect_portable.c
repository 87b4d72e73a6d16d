/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <unistd.h>

#include "device/authenticator.h"
#include "device/sandbox.h"

/*
 * How long it is tried: another program may have the authenticator, which then opens to nobody else, or
 * one that was just plugged in may not be ready. Nothing tells when that ends.
 */
#define TRIES 10
#define PACE_MS 200

/* By libfido2's own transport for the system, which opens and asks in one. */
static bool open_device(struct ppk_worker *worker)
{
	/* One whose getInfo fails is not for that reason one of U2F. */
	fido_init(FIDO_DISABLE_U2F_FALLBACK);
	for (int i = 0; i < TRIES; i++) {
		if (fido_dev_open(worker->dev, worker->path) == FIDO_OK)
			return true;
		if (ppk_worker_wait_stop(worker, PACE_MS))
			return false;
	}
	return false;
}

enum ppk_err ppk_authenticator_connect(struct ppk_worker *worker)
{
	bool reader = ppk_path_is_reader(worker->path);
	bool node = worker->path[0] == '/';

	/* libfido2 does not say why it could not open. */
	if (node && access(worker->path, R_OK | W_OK) != 0 && (errno == EACCES || errno == EPERM))
		return PPK_ERR_DEVICE_PERMISSION;
	worker->unseen = !reader;
	if (!open_device(worker))
		return PPK_ERR_DEVICE;
	ppk_sandbox_enter(PPK_SANDBOX_WORKER, reader);
	return PPK_OK;
}
