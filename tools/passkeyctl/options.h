/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_OPTIONS_H
#define PPK_TOOLS_PASSKEYCTL_OPTIONS_H

#include "core/diagnostic.h"
#include "core/error.h"
#include "core/options.h"

/*
 * The module's options as its configuration file gives them, so that passkeyctl looks where the
 * module looks. path: --config, or NULL for the module's default, which may be missing (then: the
 * defaults). Errors of ppk_file_read and ppk_options_apply_file.
 */
PPK_MUST_CHECK enum ppk_err ppk_options_load(const char *path, struct ppk_options *ret,
					     struct ppk_diag *reterr);

/*
 * Apply "name=value" over options, with the parser of the module: for the options of passkeyctl that
 * are those of the module (rp_id, timeout, user_verification). Does nothing for a NULL value.
 * PPK_ERR_OPTION with a sentence.
 */
PPK_MUST_CHECK enum ppk_err ppk_options_override(struct ppk_options *options, const char *name,
						 const char *value, struct ppk_diag *reterr);

#endif
