/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a program may be run. How the way to it is walked: sys/path.c. */
#include "sys/file.h"
#include "sys/path.h"

enum ppk_err ppk_file_check_program(
	const char *path, const struct ppk_trust *trust, struct ppk_diag *reterr)
{
	struct ppk_place place = { .folder = -1 };
	struct stat status;
	struct ppk_fault fault = ppk_place_open(path, trust, &place);

	if (fault.kind == PPK_FAULT_NONE)
		fault = ppk_place_look(&place, trust, &status);
	ppk_place_close(&place);
	if (fault.kind == PPK_FAULT_NONE && (status.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) == 0)
		fault.kind = PPK_FAULT_NOT_EXECUTABLE;
	return ppk_fault_report(&fault, path, reterr);
}
