/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_METHOD_AGENT_H
#define PPK_METHOD_AGENT_H

#include "method/method.h"

/*
 * An ssh-agent of the user's, mostly one that ssh forwards from where the person is, signs with a key
 * of a security key ("sk-" key): a ppk_method_fn (wire format and what is signed: core/ssh_agent.md).
 * PPK_ERR_METHOD_UNAVAILABLE also for an agent that holds none of the credentials, does not answer, or is
 * not the user's: then the log says why. PPK_ERR_AGENT_REFUSED: it did not sign (the key is not
 * plugged in there, the person said no). PPK_ERR_AGENT: it broke off or answered nonsense.
 * The whole takes no longer than the timeout, whatever the agent does.
 */
PPK_MUST_CHECK enum ppk_err ppk_method_agent(const struct ppk_method_request *request,
	struct ppk_assertion *ret, struct ppk_client_data_expected *ret_expected);

#endif
