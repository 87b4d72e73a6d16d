/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_MAKE_CREDENTIAL_H
#define PPK_DEVICE_MAKE_CREDENTIAL_H

#include "device/worker.h"

/* Make the credential of the request. PPK_STEP_DONE: it was sent; never PPK_STEP_NONE_HERE. */
enum ppk_step ppk_make_credential(struct ppk_worker *worker);

#endif
