/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_SELECTION_H
#define PPK_TOOLS_PASSKEYCTL_SELECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "core/credential_file.h"
#include "core/diagnostic.h"
#include "core/error.h"

#define PPK_SELECTION_PREFIX_MIN 4 /* characters of an id that may stand for it */

/*
 * The credential that text means: its name, its id in base64url, or the first characters of the id.
 * A name goes before an id. PPK_ERR_NOT_FOUND; PPK_ERR_DUPLICATE when several are meant, with their
 * ids in *reterr. *ret points into file. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_selection_find(const struct ppk_credential_file *file,
					       const char *text, struct ppk_credential_line **ret,
					       struct ppk_diag *reterr);

/* Has a credential other than except (may be NULL) this name? Pure. */
bool ppk_selection_has_name(const struct ppk_credential_file *file, const char *name,
			    const struct ppk_credential *except);

/*
 * The name itself when it is free, else with the first free number after it: "Blue key 2". Cut at a
 * character so that it fits PPK_CREDENTIAL_NAME_MAX. Pure.
 */
void ppk_selection_free_name(const struct ppk_credential_file *file, const char *name,
			     char out[static PPK_CREDENTIAL_NAME_MAX + 1]);

/* The id in base64url, NUL-terminated. */
#define PPK_ID_TEXT_SIZE ((PPK_CREDENTIAL_ID_MAX * 4 + 2) / 3 + 1)
void ppk_credential_id_text(const struct ppk_credential *credential,
			    char out[static PPK_ID_TEXT_SIZE]);

#endif
