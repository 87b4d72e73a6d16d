/* SPDX-License-Identifier: BSD-2-Clause */
/* User verification and presence, as makeCredential and getAssertion share them. */
#ifndef PPK_VIRTUAL_USER_CHECK_H
#define PPK_VIRTUAL_USER_CHECK_H

#include "cbor_util.h"
#include "ctap_status.h"

struct ppk_authenticator;

struct ppk_user_check {
	unsigned permission;
	struct ppk_bytes client_data_hash; /* borrowed */
	const char *rp_id;
	const cbor_item_t *pin_uv_auth_param; /* NULL: none */
	const cbor_item_t *protocol;
	bool wants_uv; /* the option `uv` */
	/* Found by ppk_user_check_verification(). */
	bool verified;
	bool present;
};

/* The first steps of both commands (CTAP 2.1, 6.1.2 and 6.2.2, up to the verification). */
enum ppk_ctap_status ppk_user_check_verification(struct ppk_authenticator *authenticator,
    struct ppk_user_check *check);
/* The touch, unless the verification was one. */
enum ppk_ctap_status ppk_user_check_presence(struct ppk_authenticator *authenticator,
    struct ppk_user_check *check);

#endif
