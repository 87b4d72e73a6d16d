/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "device/authenticator.h"
#include "device/sandbox.h"

#define HIDRAW_PREFIX "/dev/hidraw"

static enum ppk_err open_hidraw(struct ppk_worker *worker)
{
	enum ppk_err err = ppk_hidraw_open(&worker->hidraw, worker->path);

	if (err != PPK_OK)
		return err;
	ppk_sandbox_enter(PPK_SANDBOX_WORKER, false);
	err = ppk_hidraw_connect(&worker->hidraw, worker->dev);
	while (ppk_worker_wait_busy(worker) && !ppk_worker_is_stopped(worker)) {
		(void)fido_dev_close(worker->dev);
		err = ppk_hidraw_connect(&worker->hidraw, worker->dev);
	}
	return err;
}

/* Another transport, of libfido2's own (NFC), which is opened and asked in one. */
static enum ppk_err open_other(struct ppk_worker *worker)
{
	ppk_sandbox_enter(PPK_SANDBOX_WORKER, true);
	return fido_dev_open(worker->dev, worker->path) == FIDO_OK ? PPK_OK : PPK_ERR_DEVICE;
}

enum ppk_err ppk_authenticator_connect(struct ppk_worker *worker)
{
	worker->own_io = strncmp(worker->path, HIDRAW_PREFIX, strlen(HIDRAW_PREFIX)) == 0;
	return worker->own_io ? open_hidraw(worker) : open_other(worker);
}
