/* SPDX-License-Identifier: BSD-2-Clause */
#include "counts.h"

#include "sys/file.h"
#include "sys/state.h"

enum ppk_err ppk_counts_read(
	const char *folder, const char *user, struct ppk_sign_counts *ret, struct ppk_diag *reterr)
{
	const struct ppk_trust trust = { .root = 0 };
	struct ppk_bytes text = { NULL, 0 };
	char path[sizeof(((struct ppk_state *)0)->path)];
	enum ppk_err err = ppk_state_path(folder, user, path, sizeof(path), reterr);

	if (err != PPK_OK)
		return err;
	/* The first sign-in as root makes it. */
	if (ppk_file_is_missing(folder))
		return PPK_ERR_NOT_FOUND;
	err = ppk_file_read(path, &trust, PPK_SIGN_COUNTS_FILE_MAX, &text, reterr);
	if (err == PPK_OK)
		err = ppk_sign_counts_parse((const char *)text.data, text.len, path, ret, reterr);
	ppk_bytes_done(&text);
	return err;
}
