/* SPDX-License-Identifier: BSD-2-Clause */
/* The ways in which the authenticator can break its word, by name. */
#ifndef PPK_VIRTUAL_MISBEHAVE_H
#define PPK_VIRTUAL_MISBEHAVE_H

#include <stdbool.h>
#include <stdint.h>

/* What the person of a hostile device reads: escape sequences, a newline, formats, no UTF-8. */
#define PPK_HOSTILE_TEXT "\033[2J\033]0;owned\007%s%n%x\r\n key\xff\xc0\xaf\xe2\x80\xae"

enum ppk_misbehaviour {
	PPK_WRONG_COUNTER,
	PPK_CLEARED_UP,
	PPK_CLEARED_UV,
	PPK_WRONG_RP_HASH,
	PPK_BAD_SIGNATURE,
	PPK_WRONG_CREDENTIAL_ID,
	PPK_BE_BS_INCONSISTENT,
	PPK_EXTRA_BYTES,
	PPK_GARBAGE_CBOR,
	PPK_OVERSIZED_ANSWER,
	PPK_TRUNCATED_ANSWER,
	PPK_BAD_LENGTH,
	PPK_WRONG_CHANNEL,
	PPK_SEQ_ERROR,
	PPK_UNPLUG_MID_ANSWER,
	PPK_ENDLESS_KEEPALIVE,
	PPK_HANG,
	PPK_HANG_INIT,
	PPK_HANG_INFO,
	PPK_HOSTILE_STRINGS,
	PPK_ANSWER_AFTER_CANCEL,
	PPK_EVERYWHERE, /* the above for getInfo too */
	PPK_MISBEHAVIOURS
};

const char *ppk_misbehaviour_name(enum ppk_misbehaviour misbehaviour);
/* Adds the bit of one name to a set; `none` empties it. False for a name that is unknown. */
bool ppk_misbehaviour_add(const char *name, uint32_t *set);

#endif
