/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_METHOD_DECISION_H
#define PPK_METHOD_DECISION_H

#include "method/sign_in.h"

/*
 * Verify sign_in's assertion against its credentials, the policy and the stored sign count, which is
 * advanced in the same step. The result is set, and a refusal is told to the person.
 */
void ppk_decide(struct ppk_sign_in *sign_in);

#endif
