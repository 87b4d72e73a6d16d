/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PPK_CORE_QR_CODE_H
#define PPK_CORE_QR_CODE_H

/* A QR code as modules, and as half blocks for a terminal. What makes the modules is somebody else. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PPK_QR_WIDTH_MIN 21 /* modules; ISO/IEC 18004, 5.3.1: 21, 25, 29 ... */
#define PPK_QR_WIDTH_MAX 69 /* with the quiet zone it fits into 80 columns */
#define PPK_QR_QUIET 4 /* modules on each side; ISO/IEC 18004, 5.3.8 */
#define PPK_QR_COLUMNS_MAX (PPK_QR_WIDTH_MAX + 2 * PPK_QR_QUIET)
/* bytes of the largest drawing, with NUL: rows of UTF-8 blocks, colours and a line break */
#define PPK_QR_DRAWING_SIZE ((PPK_QR_COLUMNS_MAX / 2 + 1) * (3 * PPK_QR_COLUMNS_MAX + 16) + 1)

/*
 * Modules row by row from the upper left, the first in the highest bit of the first byte; set is dark. The
 * bits behind the last module are 0.
 */
struct ppk_qr_code {
	uint8_t width; /* 0: there is none */
	const uint8_t *bits; /* ppk_qr_bytes(width) */
};

/* Has a QR code that we show this many modules on a side? Pure. */
bool ppk_qr_width_is_valid(unsigned width);

/* Bytes that hold width * width modules. Pure. */
size_t ppk_qr_bytes(unsigned width);

/* Columns that a drawing takes. Pure. */
size_t ppk_qr_columns(unsigned width);

/*
 * Put width * width modules, a byte each whose lowest bit is set for dark (so libqrencode gives them), into
 * bits, which has ppk_qr_bytes(width). Pure.
 */
void ppk_qr_pack(const uint8_t *modules, unsigned width, uint8_t *bits);

enum ppk_qr_style {
	/* black on white, by escape sequences: the same on every terminal that obeys them */
	PPK_QR_COLOURED,
	/*
	 * Blocks alone, for where escape sequences do not pass: dark on light where the terminal writes
	 * light on dark, and the other way round on a light one, which ISO/IEC 18004 allows too
	 * (5.2: reflectance reversal).
	 */
	PPK_QR_PLAIN,
};

/* Draw a code that has a valid width: lines that end in a line break each, NUL-terminated. Pure. */
void ppk_qr_draw(const struct ppk_qr_code *code, enum ppk_qr_style style,
	char out[static PPK_QR_DRAWING_SIZE]);

#endif
