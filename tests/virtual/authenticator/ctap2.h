/* SPDX-License-Identifier: BSD-2-Clause */
/* CTAP 2.1, 6: the commands that travel as CBOR. */
#ifndef PPK_VIRTUAL_CTAP2_H
#define PPK_VIRTUAL_CTAP2_H

#include "cbor_util.h"
#include "ctap_status.h"

#define PPK_CTAP2_MAKE_CREDENTIAL 0x01
#define PPK_CTAP2_GET_ASSERTION 0x02
#define PPK_CTAP2_GET_INFO 0x04
#define PPK_CTAP2_CLIENT_PIN 0x06
#define PPK_CTAP2_RESET 0x07
#define PPK_CTAP2_GET_NEXT_ASSERTION 0x08
#define PPK_CTAP2_SELECTION 0x0b

struct ppk_authenticator;

/* A command: `request` is NULL where none was sent, `ret_answer` stays NULL where none is due. */
typedef enum ppk_ctap_status ppk_ctap2_command(struct ppk_authenticator *authenticator,
    const cbor_item_t *request, cbor_item_t **ret_answer);

ppk_ctap2_command ppk_make_credential;
ppk_ctap2_command ppk_get_assertion;
ppk_ctap2_command ppk_get_next_assertion;
ppk_ctap2_command ppk_get_info;
ppk_ctap2_command ppk_client_pin;

/* Status byte and answer; false where the transaction was aborted. */
bool ppk_ctap2_handle(struct ppk_authenticator *authenticator, const struct ppk_bytes *request,
    struct ppk_bytes *ret_answer);

#endif
