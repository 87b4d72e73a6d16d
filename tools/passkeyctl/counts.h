/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_COUNTS_H
#define PPK_TOOLS_PASSKEYCTL_COUNTS_H

#include "core/diagnostic.h"
#include "core/error.h"
#include "core/sign_counts.h"

/*
 * The sign counts of user in the folder of state=, to look at: other than ppk_state_begin() this locks
 * nothing and makes nothing. PPK_ERR_NOT_FOUND: none yet, or not even the folder. Other errors: those of
 * ppk_file_read and ppk_sign_counts_parse.
 */
PPK_MUST_CHECK enum ppk_err ppk_counts_read(const char *folder, const char *user,
					    struct ppk_sign_counts *ret, struct ppk_diag *reterr);

#endif
