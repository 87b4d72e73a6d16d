/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_CTAP_ERROR_H
#define PPK_DEVICE_CTAP_ERROR_H

#include "core/error.h"

/*
 * The one place where what libfido2 returns (status bytes of CTAP 2.1, 8.2, and its own negative
 * numbers) becomes an error of ours. Statuses that lead to another try (a wrong PIN, a fingerprint
 * that does not match, the end of the authenticator's own patience) are looked at before. Pure.
 */
PPK_MUST_CHECK enum ppk_err ppk_ctap_error(int status);

#endif
