/* SPDX-License-Identifier: BSD-2-Clause */
/* FIDO U2F Raw Message Formats 1.2. */
#ifndef PPK_VIRTUAL_U2F_H
#define PPK_VIRTUAL_U2F_H

#include "bytes.h"

struct ppk_authenticator;

bool ppk_u2f_handle(struct ppk_authenticator *authenticator, const struct ppk_bytes *request,
    struct ppk_bytes *ret_answer);

#endif
