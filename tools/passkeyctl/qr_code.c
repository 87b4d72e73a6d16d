/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * passkeyd sends a QR code too, but what it shows nobody can read before a camera does. This one is made of
 * the URL that was found to be below browser_origin=.
 */
#include "qr_code.h"

#include <qrencode.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/qr_code.h"
#include "sys/terminal.h"

static bool print(FILE *out, const QRcode *made)
{
	unsigned width = (unsigned)made->width;
	uint8_t *bits = malloc(ppk_qr_bytes(width));
	char *drawing = malloc(PPK_QR_DRAWING_SIZE);
	struct ppk_qr_code code = { .width = (uint8_t)width, .bits = bits };
	bool printed = false;

	if (bits != NULL && drawing != NULL) {
		ppk_qr_pack(made->data, width, bits);
		ppk_qr_draw(&code, PPK_QR_COLOURED, drawing);
		printed = fputs(drawing, out) >= 0;
	}
	free(bits);
	free(drawing);
	return printed;
}

bool ppk_qr_code_print(FILE *out, const char *text, size_t columns)
{
	QRcode *made = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	bool fits = made != NULL && ppk_qr_width_is_valid((unsigned)made->width) &&
		    ppk_qr_columns((unsigned)made->width) <= columns;
	bool printed = fits && print(out, made);

	QRcode_free(made);
	return printed;
}

size_t ppk_qr_code_columns(FILE *out)
{
	return isatty(fileno(out)) == 1 ? ppk_terminal_picture_columns() : 0;
}
