/* SPDX-License-Identifier: BSD-2-Clause */
#include "roots.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#include "sys/file.h"

static enum ppk_err add_file(
	struct ppk_trust_anchors *anchors, const char *path, struct ppk_diag *reterr)
{
	const struct ppk_trust trust = { .root = 0 };
	struct ppk_bytes file = { 0 };
	enum ppk_err err = ppk_file_read(path, &trust, PPK_TRUST_ANCHOR_FILE_MAX, &file, reterr);

	if (err != PPK_OK)
		return err;
	err = ppk_trust_anchors_add(anchors, file.data, file.len);
	ppk_bytes_done(&file);
	if (err == PPK_ERR_SYNTAX)
		return ppk_diag_set(reterr, err, path, 0, 0,
			"no certificate in PEM or DER, or one that is malformed");
	return err;
}

static enum ppk_err add_files(DIR *folder, const char *folder_path,
	struct ppk_trust_anchors *anchors, size_t *count, struct ppk_diag *reterr)
{
	char path[PPK_OPTION_PATH_MAX + NAME_MAX + 2];
	const struct dirent *entry;
	enum ppk_err err = PPK_OK;

	for (errno = 0; err == PPK_OK && (entry = readdir(folder)) != NULL; errno = 0) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder_path, entry->d_name);
		err = add_file(anchors, path, reterr);
		++*count;
	}
	if (err == PPK_OK && errno != 0)
		return ppk_diag_set(
			reterr, PPK_ERR_IO, folder_path, 0, 0, "the folder cannot be read");
	return err;
}

static enum ppk_err add_folder(
	const char *path, struct ppk_trust_anchors *anchors, struct ppk_diag *reterr)
{
	DIR *folder = opendir(path);
	size_t count = 0;

	if (folder == NULL)
		return ppk_diag_set(reterr, errno == ENOENT ? PPK_ERR_NOT_FOUND : PPK_ERR_IO, path,
			0, 0, "attestation is demanded, and this folder of root certificates %s",
			errno == ENOENT ? "does not exist" : "cannot be read");
	enum ppk_err err = add_files(folder, path, anchors, &count, reterr);

	closedir(folder);
	if (err == PPK_OK && count == 0)
		return ppk_diag_set(reterr, PPK_ERR_NOT_FOUND, path, 0, 0,
			"attestation is demanded, and no root certificate is in this folder");
	return err;
}

enum ppk_err ppk_roots_read(
	const struct ppk_options *options, struct ppk_trust_anchors **ret, struct ppk_diag *reterr)
{
	struct ppk_trust_anchors *anchors;

	if (options->attestation == PPK_ATTESTATION_NONE) {
		*ret = NULL;
		return PPK_OK;
	}
	enum ppk_err err = ppk_trust_anchors_new(&anchors);

	if (err != PPK_OK)
		return err;
	err = add_folder(options->attestation_roots, anchors, reterr);
	if (err != PPK_OK) {
		ppk_trust_anchors_free(anchors);
		return err;
	}
	*ret = anchors;
	return PPK_OK;
}
