/* SPDX-License-Identifier: BSD-2-Clause */
/* The person at the authenticator: touches it, or lays a finger on it. */
#ifndef PPK_VIRTUAL_PERSON_H
#define PPK_VIRTUAL_PERSON_H

#include <stdbool.h>
#include <stdint.h>

#include "ctap_status.h"

struct ppk_authenticator;

struct ppk_person {
	bool awaited;   /* for a touch or a finger */
	bool verifying; /* ... a finger */
	bool acted;
	bool finger_matches;    /* of a finger laid by the control socket */
	int64_t u2f_since_ms;   /* when U2F first asked for the touch; 0: not now */
	bool u2f_touched;
};

int64_t ppk_now_ms(void);
/* Waits for a touch, with keepalives. PPK_CTAP_OK, or why there was none. */
enum ppk_ctap_status ppk_person_touch(struct ppk_authenticator *authenticator);
/* Built-in user verification (CTAP 2.1, 6.5.3.1), which counts the retries. */
enum ppk_ctap_status ppk_person_verify(struct ppk_authenticator *authenticator, bool retry);
/* U2F has no keepalive: the host asks again and again. */
bool ppk_person_u2f_touch(struct ppk_authenticator *authenticator);
/* What the control socket says. False when nobody waits. */
bool ppk_person_act(struct ppk_authenticator *authenticator, bool finger_matches);

#endif
