/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract.
 *  1. An option that cannot be read or understood MUST be an error, never its default.
 *  2. The environment MUST NOT be looked at.
 *  3. A file that others may write MUST NOT be believed, whoever calls.
 */
#include "pam/configuration.h"

#include <stdbool.h>
#include <string.h>

#include "sys/options_read.h"

static bool names_file(int argc, const char *const *argv)
{
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "conf=", strlen("conf=")) == 0)
			return true;
	}
	return false;
}

enum ppk_err ppk_configuration_read(int argc, const char *const *argv, uid_t root,
	struct ppk_options *ret, struct ppk_diag *reterr)
{
	enum ppk_err err;

	ppk_options_init(ret);
	err = ppk_options_conf_of_line(ret, argc, argv, reterr);
	if (err == PPK_OK)
		err = ppk_options_read(ret, names_file(argc, argv), root, reterr);
	if (err == PPK_OK)
		err = ppk_options_apply_line(ret, argc, argv, reterr);
	return err;
}
