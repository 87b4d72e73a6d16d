/* SPDX-License-Identifier: BSD-2-Clause */
#include "modules.h"

#include <qrencode.h>
#include <string.h>

static void pack(const QRcode *code, uint8_t bits[static PPKD_MODULES_MAX])
{
	size_t count = (size_t)code->width * (size_t)code->width;

	memset(bits, 0, PPKD_MODULES_MAX);
	for (size_t i = 0; i < count; i++) {
		if ((code->data[i] & 1) != 0)
			bits[i / 8] |= (uint8_t)(0x80u >> i % 8);
	}
}

void ppkd_modules_make(
	const char *text, uint8_t bits[static PPKD_MODULES_MAX], struct ppk_qr_code *ret)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);

	*ret = (struct ppk_qr_code){ .width = 0 };
	if (code != NULL && ppk_qr_width_is_valid((unsigned)code->width)) {
		pack(code, bits);
		*ret = (struct ppk_qr_code){ .width = (uint8_t)code->width, .bits = bits };
	}
	QRcode_free(code);
}
