/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/options_read.h"

/* Where there is no module there is no file of its options: they are what they were built with. */
enum ppk_err ppk_options_read(
	struct ppk_options *options, bool required, uid_t root, struct ppk_diag *reterr)
{
	(void)root;
	if (!required)
		return PPK_OK;
	return ppk_diag_set(
		reterr, PPK_ERR_NOT_FOUND, options->conf, 0, 0, "there is no such file here");
}
