/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_OPTIONS_READ_H
#define PPK_SYS_OPTIONS_READ_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/diagnostic.h"
#include "core/error.h"
#include "core/options.h"

/*
 * Apply the file options->conf, which root (0, or whoever stands for it) alone may have written. A
 * missing one is fine unless it is required. Errors of ppk_file_read and ppk_options_apply_file.
 */
PPK_MUST_CHECK enum ppk_err ppk_options_read(struct ppk_options *options, bool required, uid_t root,
					     struct ppk_diag *reterr);

#endif
