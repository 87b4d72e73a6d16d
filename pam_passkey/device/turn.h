/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_TURN_H
#define PPK_DEVICE_TURN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/device_message.h"
#include "device/selection.h"

/*
 * May the worker of authenticator index, which is in phase, say this while a request of that type is
 * served? Above all: it speaks for itself alone, asks for a PIN only while the dialogue is its, and
 * ends a ceremony only with what was asked for. Pure.
 */
bool ppk_turn_allows(const struct ppk_device_message *message, uint8_t index, enum ppk_phase phase,
	enum ppk_device_message_type request);

#endif
