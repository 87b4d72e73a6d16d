/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_PAM_CONVERSATION_H
#define PPK_PAM_CONVERSATION_H

#include <security/pam_modules.h>

#include "method/dialogue.h"

/*
 * The dialogue that talks through the PAM conversation of pamh (borrowed, and the dialogue's context).
 * The conversation function is fetched for each message: an application may change it meanwhile.
 */
struct ppk_dialogue ppk_pam_dialogue(pam_handle_t *pamh);

#endif
