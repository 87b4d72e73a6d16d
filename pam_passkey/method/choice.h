/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_METHOD_CHOICE_H
#define PPK_METHOD_CHOICE_H

#include "core/session.h"
#include "method/authenticate.h"

/*
 * Where the person is (core/session.h), which is then logged, and the facts that say so. host: this
 * machine's name. PPK_ERR_NOMEM.
 */
PPK_MUST_CHECK enum ppk_err ppk_choose_locality(const struct ppk_request *request, const char *host,
	struct ppk_session_facts *ret_facts, enum ppk_locality *ret);

/*
 * The methods that are tried, in order: those of methods=, or for auto those that fit the session
 * that request comes from (ppk_choose_locality()). *ret_count is at least one. PPK_ERR_NOMEM.
 */
PPK_MUST_CHECK enum ppk_err ppk_choose_methods(const struct ppk_request *request, const char *host,
	enum ppk_method_id ret[static PPK_METHODS_MAX], size_t *ret_count);

/* Those of count credentials with which a method can do anything. Returns how many. Pure. */
size_t ppk_choose_credentials(enum ppk_method_id method,
	const struct ppk_credential *const *credentials, size_t count,
	const struct ppk_credential *ret[static PPK_CREDENTIALS_MAX]);

#endif
