/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYCTL_AUTHENTICATORS_H
#define PPK_TOOLS_PASSKEYCTL_AUTHENTICATORS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/device_message.h"
#include "core/diagnostic.h"
#include "core/error.h"

/* The authenticators that are at this machine and can be reached. */
struct ppk_authenticators {
	struct ppk_device_authenticator list[PPK_DEVICE_AUTHENTICATORS_MAX];
	size_t len;
};

/*
 * Ask the helper program at path, about readers too where nfc says so. Nobody has to touch anything.
 * Errors of ppk_device_start, ppk_device_next, and what passkey-device itself reports. None plugged in
 * is an empty list.
 */
PPK_MUST_CHECK enum ppk_err ppk_authenticators_list(
	const char *path, bool nfc, struct ppk_authenticators *ret, struct ppk_diag *reterr);

/* What it calls itself, or "security key". Points into authenticator or to static text. */
const char *ppk_authenticator_product(const struct ppk_device_authenticator *authenticator);

#endif
