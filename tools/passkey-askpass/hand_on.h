/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEY_ASKPASS_HAND_ON_H
#define PPK_TOOLS_PASSKEY_ASKPASS_HAND_ON_H

#include "environment.h"

/*
 * A question that is not ours: by the program that PASSKEY_ASKPASS_FALLBACK names, which then takes the
 * place of this one, else at the terminal. Returns the exit status; the answer is on standard output.
 */
int ppk_hand_on(const char *prompt, const struct ppk_environment *environment);

#endif
