/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_SYS_MACHINE_SECRET_H
#define PPK_SYS_MACHINE_SECRET_H

#include <stdint.h>

#include "core/diagnostic.h"
#include "core/error.h"
#include "sys/file.h"

#define PPK_MACHINE_SECRET_SIZE 32

/*
 * Random bytes that stay the same on this machine and that nobody but root can read: FOLDER/secret, made
 * when it is missing (and the folder with it). Errors of ppk_file_read, ppk_file_replace,
 * ppk_file_lock; PPK_ERR_SYNTAX: the file is of another length.
 */
PPK_MUST_CHECK enum ppk_err ppk_machine_secret(const char *folder, const struct ppk_trust *trust,
	uint8_t ret[static PPK_MACHINE_SECRET_SIZE], struct ppk_diag *reterr);

#endif
