/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Contract.
 *  1. A secret that is there and cannot be read MUST be an error, and MUST NOT be made anew.
 *  2. Of two that make it at once, both MUST come away with the same.
 */
#include "sys/machine_secret.h"

#include <stdio.h>
#include <string.h>

#include "core/wipe.h"
#include "sys/random.h"

#define PATH_SIZE 1280

static enum ppk_err read_secret(const char *path, const struct ppk_trust *trust,
	uint8_t ret[static PPK_MACHINE_SECRET_SIZE], struct ppk_diag *reterr)
{
	struct ppk_bytes bytes = { .data = NULL };
	enum ppk_err err = ppk_file_read(path, trust, PPK_MACHINE_SECRET_SIZE, &bytes, reterr);

	if (err == PPK_OK && bytes.len != PPK_MACHINE_SECRET_SIZE)
		err = ppk_diag_set(reterr, PPK_ERR_SYNTAX, path, 0, 0,
			"not %d bytes: remove it, and it is made anew", PPK_MACHINE_SECRET_SIZE);
	if (err == PPK_OK)
		memcpy(ret, bytes.data, PPK_MACHINE_SECRET_SIZE);
	ppk_bytes_wipe(&bytes);
	return err;
}

/* Under the lock: somebody else may have made it meanwhile. */
static enum ppk_err read_or_write(const char *path, const struct ppk_trust *trust,
	uint8_t ret[static PPK_MACHINE_SECRET_SIZE], struct ppk_diag *reterr)
{
	struct ppk_file_owner owner = ppk_file_owned_by_root(trust, 0600);
	uint8_t made[PPK_MACHINE_SECRET_SIZE];
	enum ppk_err err = read_secret(path, trust, ret, reterr);

	if (err != PPK_ERR_NOT_FOUND)
		return err;
	err = ppk_random(made, sizeof(made));
	if (err == PPK_OK)
		err = ppk_file_replace(path, trust, &owner, made, sizeof(made), reterr);
	if (err == PPK_OK)
		memcpy(ret, made, sizeof(made));
	ppk_wipe(made, sizeof(made));
	return err;
}

static enum ppk_err make(const char *folder, const char *path, const struct ppk_trust *trust,
	uint8_t ret[static PPK_MACHINE_SECRET_SIZE], struct ppk_diag *reterr)
{
	struct ppk_file_owner owner = ppk_file_owned_by_root(trust, 0755);
	enum ppk_err err = ppk_folder_make(folder, trust, &owner, reterr);
	int lock;

	if (err == PPK_OK)
		err = ppk_file_lock(path, trust, &lock, reterr);
	if (err != PPK_OK)
		return err;
	err = read_or_write(path, trust, ret, reterr);
	ppk_file_unlock(lock);
	return err;
}

enum ppk_err ppk_machine_secret(const char *folder, const struct ppk_trust *trust,
	uint8_t ret[static PPK_MACHINE_SECRET_SIZE], struct ppk_diag *reterr)
{
	char path[PATH_SIZE];
	enum ppk_err err;
	int len = snprintf(path, sizeof(path), "%s/secret", folder);

	if (len < 0 || (size_t)len >= sizeof(path))
		return ppk_diag_set(reterr, PPK_ERR_LIMIT, folder, 0, 0, "the path is too long");
	err = read_secret(path, trust, ret, NULL);
	if (err == PPK_ERR_NOT_FOUND || err == PPK_ERR_IO) /* IO: the folder may be missing */
		err = make(folder, path, trust, ret, reterr);
	else if (err != PPK_OK)
		err = read_secret(path, trust, ret, reterr); /* once more, for the diagnostic */
	return err;
}
