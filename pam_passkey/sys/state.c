/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sign counts on disk.
 *
 * 1. Between reading a count and writing its successor nobody else MUST be able to write: the lock
 *    is taken before the file is read and given back after it was replaced.
 * 2. A file that cannot be read, or is not whole, MUST NOT read as "no counts".
 * 3. A disk that cannot be written MUST be told apart from that, and MUST NOT be an error here.
 * 4. What a caller without privilege reads MUST be whole: the file is only ever replaced.
 */
#include "sys/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "sys/path.h"

enum ppk_err ppk_state_path(
	const char *folder, const char *user, char *out, size_t size, struct ppk_diag *reterr)
{
	int len;

	if (!ppk_text_is_user_name(user))
		return ppk_diag_set(reterr, PPK_ERR_SYNTAX, folder, 0, 0,
			"the user name cannot be part of a file name");
	len = snprintf(out, size, "%s/%s.counts", folder, user);
	if (len < 0 || (size_t)len >= size)
		return ppk_diag_set(reterr, PPK_ERR_LIMIT, folder, 0, 0, "the path is too long");
	return PPK_OK;
}

/* Is folder missing in a parent that is there and can be trusted? */
static bool folder_is_missing(const char *folder, const struct ppk_trust *trust)
{
	struct ppk_place place = { .folder = -1 };
	struct ppk_fault fault = ppk_place_open(folder, trust, &place);

	if (fault.kind == PPK_FAULT_NONE) {
		fault = ppk_place_look_folder(&place, trust);
		ppk_place_close(&place);
		return fault.kind == PPK_FAULT_NO_FOLDER;
	}
	return false;
}

/* PPK_ERR_NOT_FOUND: this caller cannot make it. */
static enum ppk_err make_folder(
	const char *folder, const struct ppk_trust *trust, struct ppk_diag *reterr)
{
	struct ppk_file_owner owner = ppk_file_owned_by_root(trust, 0755);

	if (geteuid() != trust->root)
		return PPK_ERR_NOT_FOUND;
	return ppk_folder_make(folder, trust, &owner, reterr);
}

/* Walk to the folder, and take the lock there. */
static enum ppk_err lock_there(struct ppk_state *state, struct ppk_diag *reterr)
{
	struct ppk_fault fault = ppk_place_open(state->path, &state->trust, &state->place);

	state->has_place = fault.kind == PPK_FAULT_NONE;
	if (!state->has_place)
		return ppk_fault_report(&fault, state->path, reterr);
	return ppk_file_lock_at(&state->place, state->path, &state->trust, &state->lock_fd, reterr);
}

/* Take the lock; the folder is looked for, and made, only when that shows that there is none. */
static enum ppk_err lock_or_make_folder(
	const char *folder, struct ppk_state *state, struct ppk_diag *reterr)
{
	enum ppk_err err = lock_there(state, reterr);

	if (err != PPK_ERR_IO || state->has_place || !folder_is_missing(folder, &state->trust))
		return err;
	err = make_folder(folder, &state->trust, reterr);
	return err != PPK_OK ? err : lock_there(state, reterr);
}

/*
 * Take the lock. What is no error becomes *ret_lock_err, with state->writable
 * false.
 */
static enum ppk_err lock(const char *folder, struct ppk_state *state, enum ppk_err *ret_lock_err,
	struct ppk_diag *reterr)
{
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err = lock_or_make_folder(folder, state, &diag);

	state->locked = state->writable = err == PPK_OK;
	*ret_lock_err = err == PPK_ERR_IO ? err : PPK_OK;
	if (err == PPK_OK || err == PPK_ERR_IO || err == PPK_ERR_PERMISSION ||
		err == PPK_ERR_NOT_FOUND)
		return PPK_OK;
	if (reterr != NULL)
		*reterr = diag;
	return err;
}

static enum ppk_err read_file(
	const struct ppk_state *state, struct ppk_bytes *ret, struct ppk_diag *reterr)
{
	if (state->has_place)
		return ppk_file_read_at(&state->place, state->path, &state->trust,
			PPK_SIGN_COUNTS_FILE_MAX, ret, reterr);
	return ppk_file_read(state->path, &state->trust, PPK_SIGN_COUNTS_FILE_MAX, ret, reterr);
}

static enum ppk_err read_counts(
	const char *folder, struct ppk_state *state, struct ppk_diag *reterr)
{
	struct ppk_bytes text = { NULL, 0 };
	struct ppk_diag diag = { .text = "" };
	enum ppk_err err;

	state->counts.len = 0;
	err = read_file(state, &text, &diag);
	if (err == PPK_ERR_NOT_FOUND ||
		(err == PPK_ERR_IO && folder_is_missing(folder, &state->trust)))
		return PPK_OK;
	if (err == PPK_OK)
		err = ppk_sign_counts_parse(
			(const char *)text.data, text.len, state->path, &state->counts, &diag);
	ppk_bytes_done(&text);
	if (err != PPK_OK && reterr != NULL)
		*reterr = diag;
	return err;
}

static enum ppk_err begin(const char *folder, const char *user, struct ppk_state *state,
	enum ppk_err *ret_lock_err, struct ppk_diag *reterr)
{
	enum ppk_err err = ppk_state_path(folder, user, state->path, sizeof(state->path), reterr);

	if (err == PPK_OK)
		err = lock(folder, state, ret_lock_err, reterr);
	if (err == PPK_OK)
		err = read_counts(folder, state, reterr);
	return err;
}

enum ppk_err ppk_state_begin(const char *folder, const char *user, const struct ppk_trust *trust,
	struct ppk_state *ret, enum ppk_err *ret_lock_err, struct ppk_diag *reterr)
{
	struct ppk_state *state = calloc(1, sizeof(*state)); /* too large for the host's stack */
	enum ppk_err lock_err = PPK_OK, err;

	if (state == NULL)
		return ppk_diag_set(reterr, PPK_ERR_NOMEM, folder, 0, 0, "out of memory");
	state->trust = *trust;
	err = begin(folder, user, state, &lock_err, reterr);
	if (err == PPK_OK) {
		*ret = *state;
		*ret_lock_err = lock_err;
	} else {
		ppk_state_end(state);
	}
	free(state);
	return err;
}

enum ppk_err ppk_state_commit(struct ppk_state *state, struct ppk_diag *reterr)
{
	struct ppk_file_owner owner = ppk_file_owned_by_root(&state->trust, 0644);
	struct ppk_bytes text = { NULL, 0 };
	enum ppk_err err;

	if (!state->writable)
		return ppk_diag_set(reterr, PPK_ERR_PERMISSION, state->path, 0, 0,
			"this process cannot advance sign counts");
	err = ppk_sign_counts_format(&state->counts, &text);
	if (err != PPK_OK)
		return ppk_diag_set(reterr, err, state->path, 0, 0, "%s", ppk_err_sentence(err));
	err = ppk_file_replace_at(&state->place, state->path, &owner, text.data, text.len, reterr);
	ppk_bytes_done(&text);
	return err;
}

void ppk_state_end(struct ppk_state *state)
{
	if (state->locked)
		ppk_file_unlock(state->lock_fd);
	if (state->has_place)
		ppk_place_close(&state->place);
	state->has_place = false;
	state->locked = false;
	state->writable = false;
	state->lock_fd = -1;
}
