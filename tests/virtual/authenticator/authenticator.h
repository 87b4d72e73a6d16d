/* SPDX-License-Identifier: BSD-2-Clause */
/* The whole authenticator: what its parts share. */
#ifndef PPK_VIRTUAL_AUTHENTICATOR_H
#define PPK_VIRTUAL_AUTHENTICATOR_H

#include "bus.h"
#include "ctaphid.h"
#include "get_assertion.h"
#include "misbehave.h"
#include "options.h"
#include "person.h"
#include "pin_session.h"
#include "state.h"
#include "stats.h"
#include "transport.h"

struct ppk_authenticator {
	struct ppk_options options;
	struct ppk_state state;
	struct ppk_stats stats;
	struct ppk_bus bus;
	struct ppk_usb usb;
	struct ppk_ctaphid hid;
	struct ppk_person person;
	struct ppk_pin_session pin;
	struct ppk_next_assertions next;
	bool quit;
};

static inline bool
ppk_misbehaves(const struct ppk_authenticator *authenticator, enum ppk_misbehaviour misbehaviour)
{
	return (authenticator->options.misbehaviours >> misbehaviour & 1) != 0;
}

#endif
