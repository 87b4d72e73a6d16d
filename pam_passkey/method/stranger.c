/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract.
 *  1. Who is refused before a method ran MUST NOT be told from others by what an SSH client is asked.
 *  2. Whatever is answered then MUST NOT change the refusal.
 */
#include "method/stranger.h"

#include "method/decoy.h"
#include "method/sequence.h"

/* Take as long as ppk_decide() does about an answer that is wrong, and say the same. */
static void seem_to_decide(struct ppk_sign_in *sign_in)
{
	const struct ppk_verification verification =
		ppk_sign_in_verification(sign_in, PPK_SIGN_COUNT_OFF);
	struct ppk_verified verified;
	enum ppk_err err = ppk_crypto_assertion_verify(
		sign_in->request->crypto, &verification, &sign_in->assertion, &verified);

	if (err == PPK_OK) {
		ppk_log(sign_in->log, PPK_LOG_ERROR, "an answer for nobody verified");
		err = PPK_ERR_SIGNATURE;
	}
	ppk_sign_in_tell_page(sign_in, err);
	ppk_sign_in_tell(sign_in, PPK_MESSAGE_REFUSED);
}

void ppk_stranger_ask(struct ppk_sign_in *sign_in)
{
	struct ppk_decoy decoy = { .count = 0 };
	struct ppk_result result = sign_in->result;

	if (!ppk_sequence_asks_strangers(sign_in) ||
		ppk_decoy_here(sign_in->request->crypto, sign_in->options,
			ppk_sign_in_user_name(sign_in), &sign_in->trust, sign_in->log,
			&decoy) != PPK_OK) {
		ppk_decoy_done(&decoy);
		return;
	}
	for (sign_in->usable_count = 0; sign_in->usable_count < decoy.count;
		sign_in->usable_count++)
		sign_in->usable[sign_in->usable_count] = decoy.credentials[sign_in->usable_count];
	if (ppk_sequence_run_for_nothing(sign_in))
		seem_to_decide(sign_in);
	sign_in->usable_count = 0;
	ppk_decoy_done(&decoy);
	sign_in->result = result;
}

void ppk_stranger_end_without_a_way(struct ppk_sign_in *sign_in)
{
	if (sign_in->request->ssh_connection != NULL && ppk_sequence_asks_strangers(sign_in))
		ppk_stranger_ask(sign_in);
	else
		ppk_sign_in_tell(sign_in, PPK_MESSAGE_NO_METHOD);
}
