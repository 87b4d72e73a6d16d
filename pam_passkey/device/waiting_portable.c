/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request is one call of libfido2, which comes back when the authenticator has answered. A second
 * thread listens to the supervisor meanwhile, and has the authenticator answer at once by
 * fido_dev_cancel(3), which sends and does not read.
 *
 * 1. The two threads MUST NOT touch the same thing: this one the supervisor's socket, what the worker
 *    notes about it and the sending of a cancel; the other all else. Each is alone before the begin and after
 *    the end.
 * 2. It MUST end when the supervisor says so, whatever the authenticator does: one that does not answer a
 *    cancel in time ends the worker, and so does one of U2F, which has no cancel: it is asked again and
 *    again, and blinks no longer when nobody asks.
 */
#include "device/waiting.h"

#include <poll.h>
#include <unistd.h>

#include "sys/clock.h"

/* How long an authenticator may take to answer a cancel. */
#define CANCEL_GRACE_MS 400
/* One that came before the request was complete is passed over: so it is said again. */
#define CANCEL_PACE_MS 100

static void cancel_until_over(struct ppk_waiting *waiting)
{
	int64_t deadline_ms = ppk_clock_ms() + CANCEL_GRACE_MS;
	struct pollfd over = { .fd = waiting->over[0], .events = POLLIN };

	if (!fido_dev_is_fido2(waiting->worker->dev))
		ppk_worker_end(waiting->worker);
	do {
		if (ppk_clock_ms() >= deadline_ms)
			ppk_worker_end(waiting->worker);
		(void)fido_dev_cancel(waiting->worker->dev);
	} while (poll(&over, 1, CANCEL_PACE_MS) <= 0);
}

static void *listen_to_supervisor(void *context)
{
	struct ppk_waiting *waiting = context;
	struct pollfd entries[2] = { { .fd = waiting->worker->socket, .events = POLLIN },
		{ .fd = waiting->over[0], .events = POLLIN } };

	for (;;) {
		if (poll(entries, 2, -1) < 0)
			continue;
		if (entries[1].revents != 0)
			return NULL;
		if (ppk_worker_take_command(waiting->worker)) {
			waiting->worker->hidraw.cancelled = true;
			cancel_until_over(waiting);
			return NULL;
		}
	}
}

void ppk_waiting_begin(struct ppk_worker *worker, bool listens, struct ppk_waiting *ret)
{
	*ret = (struct ppk_waiting){ .worker = worker };
	if (worker->unseen)
		ppk_worker_announce(worker);
	if (!listens || pipe(ret->over) != 0)
		return;
	ret->running = pthread_create(&ret->thread, NULL, listen_to_supervisor, ret) == 0;
	if (ret->running)
		return;
	/* Without it the supervisor ends the whole worker. */
	close(ret->over[0]);
	close(ret->over[1]);
}

void ppk_waiting_end(struct ppk_waiting *waiting)
{
	if (!waiting->running)
		return;
	close(waiting->over[1]);
	(void)pthread_join(waiting->thread, NULL);
	close(waiting->over[0]);
	waiting->running = false;
}
