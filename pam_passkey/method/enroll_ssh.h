/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_METHOD_ENROLL_SSH_H
#define PPK_METHOD_ENROLL_SSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "audit/event.h"
#include "core/credential.h"
#include "core/error.h"
#include "core/ssh_key.h"
#include "crypto/verify.h"
#include "method/dialogue.h"
#include "sys/file.h"
#include "sys/user.h"

/*
 * The credential of an OpenSSH key: its algorithm, key and RP ID, and the handle as its id. Without a
 * handle (NULL, 0) the id is the SHA-256 of the key's encoding, and the record says so. *ret is the
 * caller's. PPK_ERR_KEY (a point that is not on its curve) | PPK_ERR_NOMEM.
 */
PPK_MUST_CHECK enum ppk_err ppk_ssh_credential_make(const struct ppk_ssh_key *key,
	const uint8_t *handle, size_t handle_len, struct ppk_credential **ret);

/* How a credential is tested. Everything is borrowed. */
struct ppk_ssh_test {
	const struct ppk_user *account; /* whose it is, looked up with_groups */
	const char *host;
	const char *agent_socket; /* "": there is none */
	bool is_local; /* an authenticator is plugged in: ask it, where there is a handle */
	unsigned timeout_s;
	const char *device_helper;
	bool nfc;
	struct ppk_trust trust;
	const struct ppk_dialogue *dialogue;
	const struct ppk_log *log;
};

/*
 * Ask for an assertion as a sign-in would, the agent first, and verify it. PPK_ERR_METHOD_UNAVAILABLE:
 * nobody could be asked, and the person has seen nothing. Else the errors of the methods and of
 * ppk_assertion_verify.
 */
PPK_MUST_CHECK enum ppk_err ppk_ssh_credential_test(const struct ppk_ssh_test *test,
	const struct ppk_credential *credential, struct ppk_verified *ret);

#endif
