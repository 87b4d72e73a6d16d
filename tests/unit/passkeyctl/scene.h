/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TESTS_UNIT_PASSKEYCTL_SCENE_H
#define TESTS_UNIT_PASSKEYCTL_SCENE_H

#include <stdlib.h>
#include <string.h>

#include "core/credential_file.h"

/* A file of credentials made in memory; their keys are a DER SEQUENCE, and not looked into. */
static inline struct ppk_credential_file *empty_file(void)
{
	struct ppk_credential_file *file = NULL;

	if (ppk_credential_file_parse("", 0, "test", NULL, &file, NULL) != PPK_OK)
		abort();
	return file;
}

/* Append a credential; an empty name stands for none. Returns what the file holds. */
static inline struct ppk_credential *add(struct ppk_credential_file *file, const char *name,
	const char *id)
{
	struct ppk_credential *credential = calloc(1, sizeof(*credential));

	if (credential == NULL)
		abort();
	credential->alg = PPK_ALG_ES256;
	credential->rp_id = strdup("web1.example");
	credential->name = name[0] == '\0' ? NULL : strdup(name);
	if (ppk_bytes_copy(id, strlen(id), &credential->id) != PPK_OK ||
		ppk_bytes_copy("\x30\x03key", 5, &credential->key) != PPK_OK ||
		ppk_credential_file_append(file, credential) != PPK_OK)
		abort();
	return file->lines[file->line_count - 1].credential;
}

#endif
