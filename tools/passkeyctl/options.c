/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <stdio.h>
#include <string.h>

#include "sys/options_read.h"

enum ppk_err ppk_options_load(const char *path, struct ppk_options *ret, struct ppk_diag *reterr)
{
	ppk_options_init(ret);
	if (path != NULL) {
		int len = snprintf(ret->conf, sizeof(ret->conf), "%s", path);

		if (path[0] != '/' || len < 0 || (size_t)len >= sizeof(ret->conf))
			return ppk_diag_set(reterr, PPK_ERR_OPTION, NULL, 0, 0,
				"--config needs an absolute path");
	}
	return ppk_options_read(ret, path != NULL, 0, reterr);
}

enum ppk_err ppk_options_override(
	struct ppk_options *options, const char *name, const char *value, struct ppk_diag *reterr)
{
	char argument[PPK_OPTION_PATH_MAX + 64];
	const char *arguments[] = { argument };
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err;
	int len;

	if (value == NULL)
		return PPK_OK;
	len = snprintf(argument, sizeof(argument), "%s=%s", name, value);
	if (len < 0 || (size_t)len >= sizeof(argument))
		return ppk_diag_set(
			reterr, PPK_ERR_OPTION, NULL, 0, 0, "the value of %s is too long", name);
	err = ppk_options_apply_line(options, 1, arguments, &diag);
	if (err != PPK_OK) /* without "PAM line" before it */
		return ppk_diag_set(reterr, err, NULL, 0, 0, "%s",
			diag.text[0] == '\0' ? ppk_err_sentence(err) : diag.text);
	return PPK_OK;
}
