/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_CREDENTIAL_VIEW_H
#define PPK_TOOLS_PASSKEYCTL_CREDENTIAL_VIEW_H

#include <stdint.h>

#include "core/credential.h"
#include "core/sign_counts.h"
#include "json.h"

/* A credential and what else is known about it. Everything is borrowed. */
struct ppk_credential_view {
	const struct ppk_credential *credential;
	const struct ppk_sign_count *count; /* NULL: never used, or not known */
	const char *state;                  /* ppk_credential_state() */
};

/*
 * Could it sign in now? "usable", "disabled", "expired", or "other-rp-id" when the module accepts
 * another relying party ID alone (rp_id; "" accepts all). Static. Pure.
 */
const char *ppk_credential_state(const struct ppk_credential *credential, const char *rp_id,
				 int64_t now_s);

/* Look the credential up in counts. Nothing is owned. */
struct ppk_credential_view ppk_credential_view(const struct ppk_credential *credential,
					       struct ppk_sign_counts *counts, const char *rp_id,
					       int64_t now_s);

/* One JSON object; its fields are documented in passkeyctl(1). */
void ppk_credential_view_json(const struct ppk_credential_view *view, struct ppk_json *json);

/* The heading, and one line of a table. */
void ppk_credential_view_heading(void);
void ppk_credential_view_row(const struct ppk_credential_view *view);

/* All of it, a line a field. */
void ppk_credential_view_print(const struct ppk_credential_view *view);

#endif
