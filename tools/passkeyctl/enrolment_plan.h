/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_ENROLMENT_PLAN_H
#define PPK_TOOLS_PASSKEYCTL_ENROLMENT_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/enrolment_policy.h"
#include "session.h"
#include "sys/host.h"

/* What is to be enrolled, decided before any authenticator is asked. */
struct ppk_enrolment_plan {
	struct ppk_session *session; /* borrowed */
	const struct ppk_arguments *arguments; /* borrowed */
	bool in_browser; /* through passkeyd's page, not through this machine's USB */
	struct ppk_credential_file *file; /* as it was before the ceremony */
	struct ppk_options wanted; /* the module's, with what the command line says over them */
	char host[PPK_HOST_NAME_SIZE];
	char fixed_rp_id[PPK_RP_ID_MAX + 1]; /* that the key has already; "": it is to be chosen */
	char rp_id[PPK_RP_ID_MAX + 1];
	char name[PPK_CREDENTIAL_NAME_MAX + 1]; /* "": the person is to be asked for it */
	uint8_t user_handle[PPK_USER_HANDLE_MAX];
	size_t user_handle_len;
	int64_t expires_s;
	struct ppk_trust_anchors *anchors; /* NULL with attestation=none */
};

/*
 * Make the plan; session, arguments, in_browser and fixed_rp_id are given, the rest is zeroed. Whatever
 * can be refused is refused here: the options, the relying party ID, root certificates, whether the store may
 * be changed and has room, --name. PPK_ERR_OPTION: the command line. Errors of the store besides, with
 * a sentence. ppk_enrolment_plan_done() it in any case.
 */
PPK_MUST_CHECK enum ppk_err ppk_enrolment_plan_make(
	struct ppk_enrolment_plan *plan, struct ppk_diag *reterr);
void ppk_enrolment_plan_done(struct ppk_enrolment_plan *plan);

/* A name that somebody typed becomes that of the plan. PPK_ERR_OPTION | PPK_ERR_DUPLICATE. */
PPK_MUST_CHECK enum ppk_err ppk_enrolment_plan_take_name(
	struct ppk_enrolment_plan *plan, const char *name, struct ppk_diag *reterr);

/* The user's credentials, to be excluded: out has room for PPK_CREDENTIALS_MAX. Returns how many. */
size_t ppk_enrolment_plan_enrolled(
	const struct ppk_enrolment_plan *plan, const struct ppk_credential **out);

/* Which authenticators may be enrolled, as of now. Borrows from plan. */
struct ppk_enrolment_policy ppk_enrolment_plan_policy(const struct ppk_enrolment_plan *plan);

#endif
