/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_METHOD_SEQUENCE_H
#define PPK_METHOD_SEQUENCE_H

/*
 * The methods of a sign-in, one after the other.
 */

#include "method/sign_in.h"

/*
 * Run sign_in's methods in their order until one brings an assertion: true, and it is in *sign_in, not
 * verified, with what its client data must be. false: none did, and the result says why.
 */
bool ppk_sequence_run(struct ppk_sign_in *sign_in);

/* Is one of sign_in's methods one that asks something of anybody (core/methods.h)? Pure. */
bool ppk_sequence_asks_strangers(const struct ppk_sign_in *sign_in);

/* As ppk_sequence_run(), about credentials that do not exist, with those methods alone. */
bool ppk_sequence_run_for_nothing(struct ppk_sign_in *sign_in);

#endif
