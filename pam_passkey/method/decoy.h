/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_METHOD_DECOY_H
#define PPK_METHOD_DECOY_H

#include "audit/event.h"
#include "core/credential.h"
#include "core/error.h"
#include "core/options.h"
#include "crypto/crypto.h"
#include "sys/machine_secret.h"

#define PPK_DECOY_MAX 2

/*
 * Credentials for who has none, so that a question to them looks like a question to everybody else.
 * Nothing that they lead to is ever granted (method/authenticate.c). Zeroed is none.
 */
struct ppk_decoy {
	struct ppk_credential *credentials[PPK_DECOY_MAX];
	size_t count;
};

/*
 * One or two, whose number, ids and lengths follow from the secret of this machine and the name alone:
 * asking again shows the same. PPK_ERR_NOMEM | PPK_ERR_SYNTAX (rp_id is none); *ret is
 * ppk_decoy_done()'s in any case. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_decoy_make(const struct ppk_crypto_source *crypto,
	const uint8_t secret[static PPK_MACHINE_SECRET_SIZE], const char *name, const char *rp_id,
	struct ppk_decoy *ret);
/*
 * The same with the secret in the folder state= (a fresh one where that fails, which is logged), and
 * with the RP ID that passkeyctl would enrol with. Not pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_decoy_here(const struct ppk_crypto_source *crypto,
	const struct ppk_options *options, const char *name, const struct ppk_trust *trust,
	const struct ppk_log *log, struct ppk_decoy *ret);
/* Free what it holds. */
void ppk_decoy_done(struct ppk_decoy *decoy);

#endif
