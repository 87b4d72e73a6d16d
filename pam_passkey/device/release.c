/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/release.h"

#include <poll.h>

#include "sys/clock.h"
#include "sys/packet.h"

/* How long workers may take to stop their authenticators' blinking. A little over their own time for it. */
#define RELEASE_MS 500

/* A worker's socket at its end: it is gone. */
static void drain(struct ppk_slot *slot, struct pollfd *worker, uint8_t *packet)
{
	size_t len;

	if (worker->fd < 0 || worker->revents == 0)
		return;
	if (ppk_packet_receive(worker->fd, -1, packet, PPK_DEVICE_MESSAGE_MAX, &len) == PPK_OK)
		return;
	ppk_slot_kill(slot);
	worker->fd = -1;
}

void ppk_slots_release(struct ppk_slot *slots, size_t count, uint8_t *packet)
{
	struct pollfd workers[PPK_DEVICE_AUTHENTICATORS_MAX];
	int64_t deadline_ms = ppk_clock_ms() + RELEASE_MS;
	int64_t left;

	for (size_t i = 0; i < count; i++) {
		workers[i] = (struct pollfd){ .fd = slots[i].socket, .events = POLLIN };
		if (!ppk_slot_release(&slots[i]))
			workers[i].fd = -1;
	}
	while ((left = deadline_ms - ppk_clock_ms()) > 0) {
		bool any = false;

		for (size_t i = 0; i < count; i++)
			any = any || workers[i].fd >= 0;
		if (!any)
			break;
		if (poll(workers, (nfds_t)count, (int)left) > 0)
			for (size_t i = 0; i < count; i++)
				drain(&slots[i], &workers[i], packet);
	}
	for (size_t i = 0; i < count; i++)
		ppk_slot_kill(&slots[i]);
}
