/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_METHOD_STRANGER_H
#define PPK_METHOD_STRANGER_H

#include "method/sign_in.h"

/*
 * Ask who was refused before a method ran all the same, where strangers could learn from it who has an
 * account and a passkey. The refusal stands.
 */
void ppk_stranger_ask(struct ppk_sign_in *sign_in);

/*
 * No method could work, so nothing was asked: the person must be told, or the sign-in would fail without
 * a word. But at an SSH client a question is what everybody else gets. The refusal stands.
 */
void ppk_stranger_end_without_a_way(struct ppk_sign_in *sign_in);

#endif
