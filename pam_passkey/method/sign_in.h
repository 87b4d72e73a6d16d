/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_METHOD_SIGN_IN_H
#define PPK_METHOD_SIGN_IN_H

/* What the parts of a sign-in share: authenticate.c, sequence.c, stranger.c, decision.c. */

#include "core/assertion.h"
#include "core/client_data.h"
#include "core/credential_file.h"
#include "core/diagnostic.h"
#include "core/methods.h"
#include "core/ssh_host.h"
#include "crypto/verify.h"
#include "device/device.h"
#include "method/authenticate.h"
#include "method/messages.h"
#include "method/passkeyd.h"
#include "sys/host.h"
#include "sys/user.h"

/* A sign-in under way. Its steps return false when it has ended, with result set. */
struct ppk_sign_in {
	const struct ppk_request *request;
	const struct ppk_options *options;
	const struct ppk_log *log;
	struct ppk_result result;
	struct ppk_trust trust;
	struct ppk_user *user;
	struct ppk_credential_file *file;
	const struct ppk_credential *usable[PPK_CREDENTIALS_MAX]; /* borrowed from file */
	size_t usable_count;
	uint8_t challenge[PPK_CHALLENGE_SIZE];
	struct ppk_ssh_origins origins; /* of the askpass method */
	struct ppk_assertion assertion;
	struct ppk_client_data_expected expected; /* may point to challenge and origins */
	struct ppk_device device; /* of the local method */
	struct ppk_passkeyd passkeyd; /* of the browser method */
	const char *web_origin;
	char host[PPK_HOST_NAME_SIZE];
	enum ppk_method_id methods[PPK_METHODS_MAX]; /* that are tried, in this order */
	size_t method_count;
	const char *method;
	const struct ppk_credential *credential; /* that the assertion names */
	int64_t now_s;
};

/* It is denied, or nobody can say, for this reason. false, so that a step can return it. */
bool ppk_sign_in_deny(struct ppk_sign_in *sign_in, enum ppk_err reason);
bool ppk_sign_in_cannot_say(struct ppk_sign_in *sign_in, enum ppk_err reason);

/* The name for messages: the system's, once it is known. Borrowed from sign_in. */
const char *ppk_sign_in_user_name(const struct ppk_sign_in *sign_in);

/* What the assertion has to prove, but for the stored sign count. The views are of sign_in. */
struct ppk_verification ppk_sign_in_verification(
	const struct ppk_sign_in *sign_in, enum ppk_sign_count_policy sign_count);

/* Log what diag says, or err's sentence where it says nothing. */
void ppk_sign_in_log(const struct ppk_sign_in *sign_in, enum ppk_log_level level, const char *what,
	const struct ppk_diag *diag, enum ppk_err err);

/* Tell the person how it ended. The denial stands, told or not. */
void ppk_sign_in_tell(const struct ppk_sign_in *sign_in, enum ppk_message message);

/*
 * The page that brought the assertion, if one did, shows what came of it, and the connection ends. It may
 * be gone: what was decided stays.
 */
void ppk_sign_in_tell_page(struct ppk_sign_in *sign_in, enum ppk_err verdict);

#endif
