/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loading the half of the module that links libcrypto.
 *
 * 1. It MUST come from the folder that this half was loaded from, by its whole path: neither the
 *    environment nor a search decides.
 * 2. Its names MUST NOT become the host's (RTLD_LOCAL), and it MUST NOT stay after the sign-in: in a
 *    program that runs for weeks the next one may come from a newer package.
 * 3. A half of another version MUST NOT be called.
 */
#include "pam/crypto_object.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#define OBJECT "pam_passkey_crypto.so"
#define PATH_SIZE 4096

/* The path of the other half, in the folder of the object that this function is in. */
static bool find(char path[static PATH_SIZE])
{
	const char *slash;
	Dl_info self;
	int folder_len;

	if (dladdr((const void *)(uintptr_t)find, &self) == 0 || self.dli_fname[0] != '/')
		return false;
	slash = strrchr(self.dli_fname, '/');
	if (slash - self.dli_fname >= PATH_SIZE)
		return false;
	folder_len = (int)(slash - self.dli_fname);
	return snprintf(path, PATH_SIZE, "%.*s/" OBJECT, folder_len, self.dli_fname) < PATH_SIZE;
}

static const char *why(void)
{
	const char *text = dlerror();

	return text == NULL ? "its folder is not known" : text;
}

static enum ppk_err load(struct ppk_crypto_object *object)
{
	const struct ppk_crypto *crypto;
	char path[PATH_SIZE];

	if (object->handle == NULL && find(path))
		object->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	crypto = object->handle == NULL ? NULL : dlsym(object->handle, "ppk_crypto");
	if (crypto == NULL) {
		ppk_log(object->log, PPK_LOG_ERROR, OBJECT " cannot be loaded: %s", why());
		return PPK_ERR_NOT_FOUND;
	}
	if (strcmp(crypto->version, PPK_VERSION) != 0) {
		ppk_log(object->log, PPK_LOG_ERROR,
			OBJECT " is of version %s and pam_passkey.so of " PPK_VERSION
			       ": install both of one package",
			crypto->version);
		return PPK_ERR_VERSION;
	}
	object->crypto = crypto;
	return PPK_OK;
}

static enum ppk_err open_object(void *context, const struct ppk_crypto **ret)
{
	struct ppk_crypto_object *object = context;
	enum ppk_err err = object->crypto == NULL ? load(object) : PPK_OK;

	if (err == PPK_OK)
		*ret = object->crypto;
	return err;
}

struct ppk_crypto_source ppk_crypto_object_source(struct ppk_crypto_object *object)
{
	return (struct ppk_crypto_source){ .context = object, .open = open_object };
}

void ppk_crypto_object_done(struct ppk_crypto_object *object)
{
	if (object->handle != NULL)
		dlclose(object->handle);
	object->handle = NULL;
	object->crypto = NULL;
}
