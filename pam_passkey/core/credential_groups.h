/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_CREDENTIAL_GROUPS_H
#define PPK_CORE_CREDENTIAL_GROUPS_H

#include <stddef.h>

#include "core/credential.h"
#include "core/device_message.h"
#include "core/error.h"

/*
 * A user's credentials as authenticators are asked for them: those of one RP ID and one user
 * verification together. The groups point into ids: not to be copied.
 */
struct ppk_credential_groups {
	struct ppk_bytes ids[PPK_CREDENTIALS_MAX]; /* borrowed; ids of one group stand together */
	struct ppk_device_group groups[PPK_CREDENTIALS_MAX];
	size_t id_count, group_count;
};

/*
 * In the order of the credentials, but what asks least of the person first: an authenticator that
 * holds two of them is asked for a PIN only when no other would do. uv: demanded by the service; a
 * credential may demand more. RP IDs and ids are borrowed. PPK_ERR_LIMIT (more than
 * PPK_CREDENTIALS_MAX). Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_credential_groups_make(
	const struct ppk_credential *const *credentials, size_t count, enum ppk_uv uv,
	struct ppk_credential_groups *ret);

#endif
