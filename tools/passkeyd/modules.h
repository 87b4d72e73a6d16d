/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_TOOLS_PASSKEYD_MODULES_H
#define PPK_TOOLS_PASSKEYD_MODULES_H

#include "core/qr_code.h"

#define PPKD_MODULES_MAX ((PPK_QR_WIDTH_MAX * PPK_QR_WIDTH_MAX + 7) / 8) /* bytes */

/*
 * The QR code of text (ASCII), which a program draws: *ret points into bits. It is none when there is no
 * memory, or text is too long for one of PPK_QR_WIDTH_MAX modules.
 */
void ppkd_modules_make(
	const char *text, uint8_t bits[static PPKD_MODULES_MAX], struct ppk_qr_code *ret);

#endif
