/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_PAM_ANSWER_H
#define PPK_PAM_ANSWER_H

#include "method/authenticate.h"

/*
 * The PAM code for an outcome. The only place that returns PAM_SUCCESS or PAM_IGNORE (tests/lint
 * counts them); a value that is no outcome is PAM_AUTH_ERR. Pure.
 */
int ppk_pam_answer(enum ppk_outcome outcome);

#endif
