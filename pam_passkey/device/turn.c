/* SPDX-License-Identifier: BSD-2-Clause */
#include "device/turn.h"

/* Has the person been asked to do something on the authenticator, or may be soon? */
static bool has_begun(enum ppk_phase phase)
{
	return phase != PPK_PHASE_ABSENT && phase != PPK_PHASE_GONE && phase != PPK_PHASE_OPENING;
}

bool ppk_turn_allows(const struct ppk_device_message *message, uint8_t index, enum ppk_phase phase,
	enum ppk_device_message_type request)
{
	switch (message->type) {
	case PPK_DEVICE_AUTHENTICATOR:
		return message->authenticator.index == index && phase == PPK_PHASE_OPENING;
	case PPK_DEVICE_TOUCH:
	case PPK_DEVICE_VERIFY:
	case PPK_DEVICE_VERIFY_FAILED:
		return message->event.index == index && has_begun(phase);
	case PPK_DEVICE_GONE:
		return message->event.index == index && phase != PPK_PHASE_GONE;
	case PPK_DEVICE_PIN_NEEDED:
		return message->event.index == index && phase == PPK_PHASE_ASKING_PIN;
	case PPK_DEVICE_ASSERTION:
		return message->assertion.index == index && has_begun(phase) &&
		       request == PPK_DEVICE_GET_ASSERTION;
	case PPK_DEVICE_CREDENTIAL:
		return message->credential.index == index && has_begun(phase) &&
		       request == PPK_DEVICE_MAKE_CREDENTIAL;
	case PPK_DEVICE_GET_ASSERTION:
	case PPK_DEVICE_MAKE_CREDENTIAL:
	case PPK_DEVICE_LIST:
	case PPK_DEVICE_PIN:
	case PPK_DEVICE_CANCEL:
	case PPK_DEVICE_INSERT:
	case PPK_DEVICE_LISTED:
	case PPK_DEVICE_FAILED:
		return false;
	}
	return false;
}
