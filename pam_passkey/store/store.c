/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a user's credentials are, reading them and changing them.
 *
 * 1. "None" MUST be said only of a file that is missing from a folder that is there; everything
 *    else that keeps the file from being read is an error.
 * 2. A path with %h MUST be opened with the user's own rights, and the file may be the user's; any
 *    other path MUST be root's.
 * 3. A user name or home MUST NOT lead out of the template's folder.
 * 4. Reading, changing and writing MUST happen under one lock, and the file MUST be replaced whole.
 */
#include "store/store.h"

#include <string.h>
#include <unistd.h>

#include "core/options.h"
#include "crypto/spki.h"
#include "sys/identity.h"

enum ppk_err ppk_store_open(const char *template, const struct ppk_user *user, uid_t root,
	struct ppk_store *ret, struct ppk_diag *reterr)
{
	struct ppk_store store = { .user = user };
	enum ppk_err err;

	err = ppk_template_expand(template, user->name, user->home, user->uid, store.path,
		sizeof(store.path), &store.in_home);
	if (err == PPK_ERR_OPTION)
		return ppk_diag_set(
			reterr, err, template, 0, 0, "no path can be made of it for this user");
	if (err != PPK_OK)
		return ppk_diag_set(reterr, err, template, 0, 0,
			"the path is too long, or the user's home is not absolute");
	store.trust =
		(struct ppk_trust){ .allow_user = store.in_home, .user = user->uid, .root = root };
	*ret = store;
	return PPK_OK;
}

enum ppk_err ppk_store_read(
	const struct ppk_store *store, struct ppk_credential_file **ret, struct ppk_diag *reterr)
{
	struct ppk_bytes text = { NULL, 0 };
	enum ppk_err err;

	if (store->in_home)
		err = ppk_file_read_as(
			store->user, store->path, PPK_CREDENTIAL_FILE_MAX, &text, reterr);
	else
		err = ppk_file_read(
			store->path, &store->trust, PPK_CREDENTIAL_FILE_MAX, &text, reterr);
	if (err != PPK_OK)
		return err;
	err = ppk_credential_file_parse(
		(const char *)text.data, text.len, store->path, ppk_spki_check, ret, reterr);
	ppk_bytes_done(&text);
	return err;
}

/* Each folder between the home and the file, from the top. */
static enum ppk_err make_folders_in_home(const struct ppk_store *store, struct ppk_diag *reterr)
{
	const struct ppk_user *user = store->user;
	char folder[sizeof(store->path)];
	size_t at = strlen(user->home);
	enum ppk_err err = PPK_OK;

	while (err == PPK_OK) {
		const char *slash;

		at += strspn(store->path + at, "/");
		slash = strchr(store->path + at, '/');
		if (slash == NULL)
			break;
		at = (size_t)(slash - store->path);
		memcpy(folder, store->path, at);
		folder[at] = '\0';
		err = ppk_folder_make_as(user, folder, 0700, reterr);
	}
	return err;
}

static enum ppk_err make_folder(const struct ppk_store *store, struct ppk_diag *reterr)
{
	struct ppk_file_owner owner = ppk_file_owned_by_root(&store->trust, 0755);
	char folder[sizeof(store->path)];
	size_t len = (size_t)(strrchr(store->path, '/') - store->path);

	if (store->in_home)
		return make_folders_in_home(store, reterr);
	if (len == 0)
		return PPK_OK;
	memcpy(folder, store->path, len);
	folder[len] = '\0';
	return ppk_folder_make(folder, &store->trust, &owner, reterr);
}

static enum ppk_err read_or_empty(
	const struct ppk_store *store, struct ppk_credential_file **ret, struct ppk_diag *reterr)
{
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err = ppk_store_read(store, ret, &diag);

	if (err == PPK_ERR_NOT_FOUND)
		return ppk_credential_file_parse("", 0, store->path, NULL, ret, reterr);
	if (err != PPK_OK && reterr != NULL)
		*reterr = diag;
	return err;
}

static enum ppk_err write_file(const struct ppk_store *store,
	const struct ppk_credential_file *file, struct ppk_diag *reterr)
{
	struct ppk_file_owner owner = ppk_file_owned_by_root(&store->trust, 0644);
	struct ppk_bytes text = { NULL, 0 };
	enum ppk_err err = ppk_credential_file_format(file, &text);

	if (err == PPK_OK && text.len > PPK_CREDENTIAL_FILE_MAX)
		err = PPK_ERR_LIMIT; /* nobody could read it again */
	if (err != PPK_OK)
		err = ppk_diag_set(reterr, err, store->path, 0, 0, "%s", ppk_err_sentence(err));
	else if (store->in_home)
		err = ppk_file_replace_as(
			store->user, store->path, 0600, text.data, text.len, reterr);
	else
		err = ppk_file_replace(
			store->path, &store->trust, &owner, text.data, text.len, reterr);
	ppk_bytes_done(&text);
	return err;
}

static enum ppk_err change_locked(const struct ppk_store *store, ppk_store_change_fn *change,
	void *context, struct ppk_diag *reterr)
{
	struct ppk_credential_file *file = NULL;
	enum ppk_err err = read_or_empty(store, &file, reterr);

	if (err == PPK_OK)
		err = change(file, context, reterr);
	if (err == PPK_OK)
		err = write_file(store, file, reterr);
	ppk_credential_file_free(file);
	return err;
}

enum ppk_err ppk_store_change(const struct ppk_store *store, ppk_store_change_fn *change,
	void *context, struct ppk_diag *reterr)
{
	enum ppk_err err;
	int lock;

	/* Whatever the modes of that home would allow. */
	if (store->in_home && !ppk_identity_is_privileged() && geteuid() != store->user->uid)
		return ppk_diag_set(reterr, PPK_ERR_PERMISSION, store->path, 0, 0,
			"only the user and root may change this file");
	err = make_folder(store, reterr);
	if (err != PPK_OK)
		return err;
	if (store->in_home)
		err = ppk_file_lock_as(store->user, store->path, &lock, reterr);
	else
		err = ppk_file_lock(store->path, &store->trust, &lock, reterr);
	if (err != PPK_OK)
		return err;
	err = change_locked(store, change, context, reterr);
	ppk_file_unlock(lock);
	return err;
}
