/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_PAM_CONFIGURATION_H
#define PPK_PAM_CONFIGURATION_H

#include <sys/types.h>

#include "core/diagnostic.h"
#include "core/error.h"
#include "core/options.h"

/*
 * The options in force: the defaults, then the configuration file, then the PAM line over it. The
 * file that conf= names must exist; the default one may be missing. It must be owned by root (0 in
 * the module) and writable by nobody else. PPK_ERR_OPTION | PPK_ERR_DUPLICATE | PPK_ERR_SYNTAX |
 * PPK_ERR_LIMIT and the errors of ppk_file_read; *reterr names file, line and option. On an error
 * *ret is not to be used.
 */
PPK_MUST_CHECK enum ppk_err ppk_configuration_read(int argc, const char *const *argv, uid_t root,
						   struct ppk_options *ret,
						   struct ppk_diag *reterr);

#endif
