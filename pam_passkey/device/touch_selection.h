/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_DEVICE_TOUCH_SELECTION_H
#define PPK_DEVICE_TOUCH_SELECTION_H

#include "device/worker.h"

/*
 * Wait until this authenticator is touched, which says nothing but that it is the one that the person
 * means. PPK_STEP_DONE: it was. PPK_STEP_STOPPED | PPK_STEP_FAILED.
 */
enum ppk_step ppk_touch_selection(struct ppk_worker *worker);

#endif
