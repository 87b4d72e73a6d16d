/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_RELEASE_H
#define PPK_DEVICE_RELEASE_H

#include "device/slot.h"

/*
 * The last message was sent: give every worker the time to stop what blinks, and no more. packet:
 * PPK_DEVICE_MESSAGE_MAX bytes, for what they still say, which is for nobody. count is at most
 * PPK_DEVICE_AUTHENTICATORS_MAX.
 */
void ppk_slots_release(struct ppk_slot *slots, size_t count, uint8_t *packet);

#endif
