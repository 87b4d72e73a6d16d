/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_METHOD_METHOD_H
#define PPK_METHOD_METHOD_H

#include <stddef.h>
#include <stdint.h>

#include "audit/event.h"
#include "core/assertion.h"
#include "core/client_data.h"
#include "core/credential.h"
#include "core/error.h"
#include "core/ssh_host.h"
#include "crypto/crypto.h"
#include "device/device.h"
#include "method/browser_terms.h"
#include "method/dialogue.h"
#include "method/passkeyd.h"
#include "sys/file.h"
#include "sys/user.h"

/* What every method is given. Everything is borrowed. */
struct ppk_method_request {
	const char *user; /* for messages */
	const char *host; /* this machine, for the origin */
	const char *service; /* that asks; part of what is signed where it can be */
	const char *action; /* for messages: "to sign in to web1 as alice" */
	/*
	 * What SSH_AUTH_SOCK of the session says, "" for nothing, and whose agent it has to be (looked up
	 * with_groups).
	 */
	const char *agent_socket;
	const struct ppk_user *account;
	const struct ppk_credential *const *credentials; /* usable ones: enabled, right RP ID,
							     ppk_method_serves() */
	size_t credential_count;
	enum ppk_uv uv; /* demanded by the service */
	unsigned timeout_s;
	/* a method after this one may work: who cannot answer here need not wait as long for it */
	bool another_way;
	bool is_last; /* the order has no method behind this one, whether it could work or not */
	bool nfc;
	bool cue;
	const char *device_helper;
	struct ppk_trust trust;
	/*
	 * Zeroed; the caller's, who stops it in any case. Not stopped here, so that passkey-device can end
	 * while its assertion is verified.
	 */
	struct ppk_device *device;
	/* {-1, NULL}; the caller's, who tells it the verdict and closes it */
	struct ppk_passkeyd *passkeyd;
	struct ppk_browser_terms browser; /* of the browser method alone */
	const uint8_t *challenge; /* PPK_CHALLENGE_SIZE bytes; outlives what *ret_expected says */
	const struct ppk_ssh_origins
		*origins; /* this machine's for SSH clients; outlives that too */
	const struct ppk_crypto_source *crypto;
	const struct ppk_dialogue *dialogue;
	const struct ppk_log *log;
};

/*
 * A method: carries the challenge to the person's authenticator and brings an assertion back. On
 * PPK_OK *ret is the caller's (ppk_assertion_done), unverified, and *ret_expected is what its client
 * data must be (its exact bytes are the caller's too); both are untouched otherwise.
 * PPK_ERR_METHOD_UNAVAILABLE: it cannot work in this session, and the person has seen nothing of it;
 * else how a ceremony ends (core/error.def), PPK_ERR_NOMEM.
 */
typedef enum ppk_err ppk_method_fn(const struct ppk_method_request *request,
	struct ppk_assertion *ret, struct ppk_client_data_expected *ret_expected);

#endif
