/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/options_read.h"

#include "core/bytes.h"
#include "sys/file.h"

enum ppk_err ppk_options_read(
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
		if (reterr != NULL)
			*reterr = diag;
		return err;
	}
	err = ppk_options_apply_file(
		options, (const char *)text.data, text.len, options->conf, reterr);
	ppk_bytes_done(&text);
	return err;
}
