/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_OPTION_VALUE_H
#define PPK_CORE_OPTION_VALUE_H

/* How the values of options.def are read: one parser a kind. For options*.c. */

#include <stddef.h>

#include "core/error.h"
#include "core/options.h"

enum ppk_option_kind {
	PPK_OPTION_PATH,
	PPK_OPTION_TEMPLATE,
	PPK_OPTION_RP_ID,
	PPK_OPTION_METHODS,
	PPK_OPTION_ORIGINS,
	PPK_OPTION_WEB_ORIGIN,
	PPK_OPTION_BROWSER_PEER,
	PPK_OPTION_BROWSER_QR,
	PPK_OPTION_UV,
	PPK_OPTION_SECONDS,
	PPK_OPTION_UNENROLLED,
	PPK_OPTION_SIGN_COUNT,
	PPK_OPTION_ATTESTATION,
	PPK_OPTION_AAGUIDS,
	PPK_OPTION_SYNCED,
	PPK_OPTION_SWITCH,
};

/*
 * Parse text and store it in the member of options at byte offset, which has the type that kind
 * demands. PPK_ERR_OPTION, and options are as before. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_option_value_parse(enum ppk_option_kind kind, const char *text,
	size_t len, struct ppk_options *options, size_t offset);

/*
 * May text be a template of ppk_template_expand()? It begins with '/' or "%h/", names the user by at
 * least one of %u %h %U, has %h nowhere but at the beginning, and no other % than "%%". A template
 * without the user would give everybody the same credentials. Pure.
 */
bool ppk_template_is_valid(const char *text, size_t len);

#endif
