/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_REPORT_DESCRIPTOR_H
#define PPK_CORE_REPORT_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PPK_REPORT_DESCRIPTOR_MAX 4096 /* bytes: HID_MAX_DESCRIPTOR_SIZE of Linux */

/*
 * Does a HID device with this report descriptor (HID 1.11, 6.2.2) say that it is an authenticator: has it
 * the usage page 0xF1D0 (CTAP 2.1, 11.2.8.1)? What stands behind a damaged item is not looked at. Pure.
 */
bool ppk_report_descriptor_is_authenticator(const uint8_t *descriptor, size_t len);

#endif
