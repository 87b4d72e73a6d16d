/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_METHOD_ASKPASS_H
#define PPK_METHOD_ASKPASS_H

#include "method/method.h"

/*
 * An authenticator at the SSH client: a ppk_method_fn. Asks in the dialogue; passkey-askpass, or a
 * person who pastes, answers (core/ssh_challenge.md). Its expected client data are this challenge and any
 * of request->origins. What is shown next depends on the length of an answer alone: sshd replaces those
 * of users whom it does not know by others of the same length. Also PPK_ERR_LIMIT, PPK_ERR_SYNTAX: no
 * answer of the program. PPK_ERR_TIMEOUT: it came too late.
 */
PPK_MUST_CHECK enum ppk_err ppk_method_askpass(const struct ppk_method_request *request,
	struct ppk_assertion *ret, struct ppk_client_data_expected *ret_expected);

#endif
