/* SPDX-License-Identifier: BSD-2-Clause */
#include "modules.h"

#include <qrencode.h>
#include <string.h>

void ppkd_modules_make(
	const char *text, uint8_t bits[static PPKD_MODULES_MAX], struct ppk_qr_code *ret)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);

	*ret = (struct ppk_qr_code){ .width = 0 };
	if (code != NULL && ppk_qr_width_is_valid((unsigned)code->width)) {
		memset(bits, 0, PPKD_MODULES_MAX);
		ppk_qr_pack(code->data, (unsigned)code->width, bits);
		*ret = (struct ppk_qr_code){ .width = (uint8_t)code->width, .bits = bits };
	}
	QRcode_free(code);
}
