/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/touch_selection.h"

#include "device/ctap_error.h"
#include "device/waiting.h"
#include "sys/clock.h"

/* U2F knows no waiting: an authenticator is asked again and again. libfido2's own pace, too. */
#define U2F_PACE_MS 100
/* An authenticator that says sooner that nobody came has not waited. */
#define PATIENCE_MIN_MS 1000

/* One wait of the authenticator. True: touched. */
static bool wait_touched(struct ppk_worker *worker, int *ret_status)
{
	int touched = 0;
	int status = fido_dev_get_touch_begin(worker->dev);

	while (status == FIDO_OK && touched == 0) {
		struct ppk_waiting waiting;

		/* Between two questions to one of U2F we listen ourselves. */
		ppk_waiting_begin(worker, worker->abilities.fido2, &waiting);
		status = fido_dev_get_touch_status(worker->dev, &touched, -1);
		ppk_waiting_end(&waiting);
		/* libfido2 does not tell here that reading failed, or that it found an error. */
		if (worker->hidraw.failed || worker->hidraw.stream.busy ||
			ppk_worker_is_stopped(worker))
			break;
		if (touched == 0 && !worker->abilities.fido2 &&
			ppk_worker_wait_stop(worker, U2F_PACE_MS))
			break;
	}
	*ret_status = status;
	return touched != 0;
}

enum ppk_step ppk_touch_selection(struct ppk_worker *worker)
{
	for (;;) {
		int64_t begun_ms = ppk_clock_ms();
		int status = FIDO_OK;

		if (wait_touched(worker, &status))
			return PPK_STEP_DONE;
		if (!ppk_worker_is_stopped(worker) && ppk_worker_wait_busy(worker))
			continue;
		if (ppk_worker_is_stopped(worker))
			return PPK_STEP_STOPPED;
		/* Its patience has ended, ours has not. */
		if (ppk_ctap_error(status) == PPK_ERR_TIMEOUT &&
			ppk_clock_ms() - begun_ms >= PATIENCE_MIN_MS)
			continue;
		return ppk_worker_failed(worker,
			worker->hidraw.failed ? PPK_ERR_DEVICE : ppk_ctap_error(status),
			PPK_DEVICE_RETRIES_UNKNOWN);
	}
}
