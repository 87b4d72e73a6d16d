/* SPDX-License-Identifier: BSD-2-Clause */
#include "misbehave.h"

#include <stddef.h>
#include <string.h>

static const char *const names[PPK_MISBEHAVIOURS] = {
	[PPK_WRONG_COUNTER] = "wrong-counter",
	[PPK_CLEARED_UP] = "cleared-up",
	[PPK_CLEARED_UV] = "cleared-uv",
	[PPK_WRONG_RP_HASH] = "wrong-rp-hash",
	[PPK_BAD_SIGNATURE] = "bad-signature",
	[PPK_WRONG_CREDENTIAL_ID] = "wrong-credential-id",
	[PPK_BE_BS_INCONSISTENT] = "be-bs-inconsistent",
	[PPK_EXTRA_BYTES] = "extra-bytes",
	[PPK_GARBAGE_CBOR] = "garbage-cbor",
	[PPK_OVERSIZED_ANSWER] = "oversized-answer",
	[PPK_TRUNCATED_ANSWER] = "truncated-answer",
	[PPK_BAD_LENGTH] = "bad-length",
	[PPK_WRONG_CHANNEL] = "wrong-channel",
	[PPK_SEQ_ERROR] = "seq-error",
	[PPK_UNPLUG_MID_ANSWER] = "unplug-mid-answer",
	[PPK_ENDLESS_KEEPALIVE] = "endless-keepalive",
	[PPK_HANG] = "hang",
	[PPK_HANG_INIT] = "hang-init",
	[PPK_HANG_INFO] = "hang-info",
	[PPK_HOSTILE_STRINGS] = "hostile-strings",
	[PPK_ANSWER_AFTER_CANCEL] = "answer-after-cancel",
	[PPK_EVERYWHERE] = "everywhere",
};

const char *
ppk_misbehaviour_name(enum ppk_misbehaviour misbehaviour)
{
	return names[misbehaviour];
}

bool
ppk_misbehaviour_add(const char *name, uint32_t *set)
{
	if (strcmp(name, "none") == 0) {
		*set = 0;
		return true;
	}
	for (size_t i = 0; i < PPK_MISBEHAVIOURS; i++) {
		if (strcmp(name, names[i]) == 0) {
			*set |= UINT32_C(1) << i;
			return true;
		}
	}
	return false;
}
