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

#include "core/bytes.h"
#include "sys/file.h"

static bool names_file(int argc, const char *const *argv)
{
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "conf=", strlen("conf=")) == 0)
			return true;
	}
	return false;
}

static enum ppk_err apply_file(
	struct ppk_options *options, bool required, uid_t root, struct ppk_diag *reterr)
{
	const struct ppk_trust trust = { .allow_user = false, .user = root, .root = root };
	struct ppk_bytes text = { .data = NULL };
	struct ppk_diag diag = { .line = 0 };
	enum ppk_err err;

	err = ppk_file_read(options->conf, &trust, PPK_OPTIONS_FILE_MAX, &text, &diag);
	if (err == PPK_ERR_NOT_FOUND && !required)
		return PPK_OK;
	if (err != PPK_OK) {
		*reterr = diag;
		return err;
	}
	err = ppk_options_apply_file(
		options, (const char *)text.data, text.len, options->conf, reterr);
	ppk_bytes_done(&text);
	return err;
}

enum ppk_err ppk_configuration_read(int argc, const char *const *argv, uid_t root,
	struct ppk_options *ret, struct ppk_diag *reterr)
{
	enum ppk_err err;

	ppk_options_init(ret);
	err = ppk_options_conf_of_line(ret, argc, argv, reterr);
	if (err == PPK_OK)
		err = apply_file(ret, names_file(argc, argv), root, reterr);
	if (err == PPK_OK)
		err = ppk_options_apply_line(ret, argc, argv, reterr);
	return err;
}
