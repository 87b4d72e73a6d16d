/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_METHODS_H
#define PPK_CORE_METHODS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/credential.h"
#include "core/options.h"
#include "core/session.h"

/*
 * methods=auto: the ways to an authenticator that make sense from where the person is, in the order in
 * which they are tried. ret has room for PPK_METHODS_MAX; returns how many, at least one. Pure.
 */
size_t ppk_methods_for(enum ppk_locality locality, enum ppk_method_id ret[static PPK_METHODS_MAX]);

/*
 * Does it ask something of anybody, so that who has no passkey must be asked the same? The others need
 * what only a user has. Pure.
 */
bool ppk_method_asks_strangers(enum ppk_method_id method);

/* Can this method do anything with this credential? Pure. */
bool ppk_method_serves(enum ppk_method_id method, const struct ppk_credential *credential);

#endif
