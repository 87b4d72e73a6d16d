/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_STORE_STORE_H
#define PPK_STORE_STORE_H

#include <stdbool.h>

#include "core/credential_file.h"
#include "core/diagnostic.h"
#include "core/error.h"
#include "sys/file.h"
#include "sys/user.h"

/* Where one user's credentials are, after expanding the template. */
struct ppk_store {
	char path[1280];
	bool in_home; /* the path has %h: the user may own it, and it is opened as the user */
	struct ppk_trust trust;
	const struct ppk_user *user; /* borrowed */
};

/* Expand template (options: credentials=). PPK_ERR_OPTION | PPK_ERR_LIMIT. root: see struct ppk_trust. */
PPK_MUST_CHECK enum ppk_err ppk_store_open(const char *template, const struct ppk_user *user,
	uid_t root, struct ppk_store *ret, struct ppk_diag *reterr);

/*
 * Read and parse; keys checked by ppk_spki_check(). PPK_ERR_NOT_FOUND means: the store says that
 * this user has none (no file; a file without any credential line and without a bad line is also
 * "none" and gives PPK_OK with credential_count 0). Every other error: the store cannot say.
 * *ret is the caller's: ppk_credential_file_free(). Bad lines are in it, for the caller to report.
 */
PPK_MUST_CHECK enum ppk_err ppk_store_read(
	const struct ppk_store *store, struct ppk_credential_file **ret, struct ppk_diag *reterr);

/*
 * Change in one step under a lock: read (none yet: an empty file), let change edit it, write. change
 * returns PPK_OK to write, anything else to leave the file as it is; that error is returned. Makes the
 * folder when missing (mode 0755 for a system path; 0700 and the user's below a home). Owner and mode:
 * root and 0644; below a home the user and 0600.
 */
typedef enum ppk_err ppk_store_change_fn(
	struct ppk_credential_file *file, void *context, struct ppk_diag *reterr);
PPK_MUST_CHECK enum ppk_err ppk_store_change(const struct ppk_store *store,
	ppk_store_change_fn *change, void *context, struct ppk_diag *reterr);

#endif
